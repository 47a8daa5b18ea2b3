//! What stands between the session and its socket and storage, to break them on purpose.
//!
//! - `gate`: lets through what [`crate::fault`] says, and shows [`crate::journey`] what passes
//! - `lane`: one way of a slow link
//! - `open`: the gate of a program that breaks nothing: it lets everything through

#[cfg(feature = "faults")]
mod gate;
#[cfg(feature = "faults")]
mod lane;
#[cfg(not(feature = "faults"))]
mod open;

#[cfg(feature = "faults")]
pub(super) use gate::Gate;
#[cfg(not(feature = "faults"))]
pub(super) use open::Gate;
