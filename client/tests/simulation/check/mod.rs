//! Holds a world to the rules.
//!
//! - `screen`: at any time: what a tab shows
//! - `ack`: at any time: what the server acknowledges, and what it calls recovered
//! - `end`: once every fault has ended
//! - `fold`: what messages show then

mod ack;
mod end;
mod fold;
mod screen;

pub(crate) use crate::checker::{Broken, Rule, hold};
pub(crate) use ack::{acknowledged, opened, paged};
pub(crate) use end::{in_the_end, settled};
pub(crate) use screen::screen;
