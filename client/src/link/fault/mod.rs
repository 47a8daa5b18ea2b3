//! What stands between the session and its socket and storage, to break them on purpose.
//!
//! - `injector`: lets through what [`crate::fault`] says, and shows [`crate::trace`] what passes
//! - `delay_queue`: one way of a slow link
//! - `open`: the gate of a program that breaks nothing: it lets everything through

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
