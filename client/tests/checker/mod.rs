//! What every test of the promise holds a device to, whether the server is a simulated one or a process of its own.
//!
//! - `rule`: what must hold, by name
//! - `screen`: at any time: what a tab shows

pub(crate) mod rule;
pub(crate) mod screen;

pub(crate) use rule::{Broken, Rule, hold};
pub(crate) use screen::{Most, Screen};
