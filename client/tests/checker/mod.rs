//! The rules by which every test of the promise checks a device, whether the server is simulated or a process of its own.
//!
//! - `rule`: the rules, by name
//! - `screen`: a tab's screen, checked at any time

pub(crate) mod rule;
pub(crate) mod screen;

pub(crate) use rule::{Broken, Rule, hold};
pub(crate) use screen::{Most, Screen};
