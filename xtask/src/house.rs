//! The rules of the house, kept by tests: what may be named where, who may depend on whom, how long a file may be, which tests
//! the documents may name. And [`report`]: how easy it is to find one's way in it.

mod report;
mod source;

#[cfg(test)]
mod delivery;
#[cfg(test)]
mod names;
#[cfg(test)]
mod shape;

pub(crate) use report::{Options, house};
