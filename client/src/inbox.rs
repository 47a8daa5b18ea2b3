//! Per room, the contiguous window of the log, and what a gap holds back.
