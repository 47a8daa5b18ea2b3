//! The fault injector between the session and its socket and storage.
//!
//! - `injector`: passes things on as [`crate::fault`] says, and shows them to [`crate::trace`]
//! - `delay_queue`: one way of a slow link
//! - `open`: the injector of a program that breaks nothing: it lets everything through

#[cfg(feature = "faults")]
mod delay_queue;
#[cfg(feature = "faults")]
mod injector;
#[cfg(not(feature = "faults"))]
mod open;

#[cfg(feature = "faults")]
pub(super) use injector::FaultInjector;
#[cfg(not(feature = "faults"))]
pub(super) use open::FaultInjector;
