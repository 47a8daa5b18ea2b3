//! The client's source with every mutant of `patches` in it, each behind a switch: `mutants::activate`.
//!
//! `build.rs` makes this source, so one compilation serves all mutants and the client itself has none of them.

#![allow(
    unused,
    clippy::all,
    reason = "a mutant leaves things unused and code unreachable"
)]

include!(concat!(env!("OUT_DIR"), "/client/lib.rs"));
