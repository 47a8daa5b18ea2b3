//! Appending to the log.

pub(in crate::store::sqlite) mod append;
pub(in crate::store::sqlite) mod change;
mod reading;
