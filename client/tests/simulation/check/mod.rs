//! Checks a world against the rules.
//!
//! - `screen`: at any time: the contents of a tab's screen
//! - `ack`: at any time: the server's acks, and its recovered sessions
//! - `end`: once every fault has ended
//! - `fold`: messages with their changes, at that time

mod ack;
mod end;
mod fold;
mod screen;

pub(crate) use crate::checker::{Broken, Rule, hold};
pub(crate) use ack::{acknowledged, changes_what_was_seen, opened, paged};
pub(crate) use end::{in_the_end, settled};
pub(crate) use screen::screen;
