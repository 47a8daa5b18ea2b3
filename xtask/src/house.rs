//! The house rules, enforced by tests: which names may appear where, dependencies, the length of files, the tests that
//! documents name. And [`report`]: measures of how easy the source is to read.

mod report;
mod source;

#[cfg(test)]
mod delivery;
#[cfg(test)]
mod names;
#[cfg(test)]
mod shape;

pub(crate) use report::{Options, house};
