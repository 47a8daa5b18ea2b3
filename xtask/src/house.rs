//! The rules of the house, kept by tests: what may be named where, who may depend on whom, how long a file may be, which tests
//! the documents may name.

mod delivery;
mod names;
mod shape;
mod source;
