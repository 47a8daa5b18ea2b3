//! Client events: their arguments, and their handlers.

pub(in crate::realtime) mod args;
pub(in crate::realtime) mod ephemeral;
pub(in crate::realtime) mod history;
pub(in crate::realtime) mod listing;
pub(in crate::realtime) mod reading;
pub(in crate::realtime) mod rooms;
pub(in crate::realtime) mod send;
