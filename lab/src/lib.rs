//! A laboratory around a running chat: it breaks the connection and the storage on purpose, and traces each message.
//!
//! - [`Lab`]: the handle
//! - [`fault`]: the faults to inject, and their effect on each thing that passes
//! - [`trace`]: what became of each message, with times
//! - `apparatus`: what stands around the chat
//! - `instruments`: the faults that are on, and the recorder
//! - `wire`, `events`, `storage`: a chat's connection and storage, as the faults have it
//! - `delay_queue`: one way of a slow connection
//!
//! Invariant: a chat without a laboratory contains nothing of this. The only seam is [`steadfast_client::link::Decorator`].

mod apparatus;
mod delay_queue;
mod events;
pub mod fault;
mod instruments;
mod storage;
pub mod trace;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use steadfast_client::link::Chat;

use apparatus::Apparatus;
use fault::{Fault, Faults};
use trace::Trace;

/// A laboratory around one chat. Cheap to clone.
#[derive(Clone)]
pub struct Lab(Arc<Apparatus>);

impl Lab {
    /// Sets up a laboratory around a chat, once and for all; it records from here on. `None` if the chat has one.
    pub fn around(chat: &Chat) -> Option<Self> {
        chat.decorate(Apparatus::new).map(Self)
    }

    /// The faults that are on.
    pub fn faults(&self) -> Faults {
        self.0.instruments.faults()
    }

    /// Breaks one thing on purpose, or mends it.
    pub fn set_fault(&self, fault: Fault, on: bool) {
        self.0.instruments.set_fault(fault, on);
    }

    /// Makes everything take so much longer, each way, up to [`fault::LONGEST_DELAY`].
    pub fn set_delay(&self, delay: Duration) {
        self.0.instruments.set_delay(delay);
    }

    /// Cuts the connection, as the network might. It comes back by itself.
    pub fn cut(&self) {
        self.0.cut();
    }

    /// Reads the trace, and the time on its clock. Do not call the chat's or the laboratory's other methods from within.
    pub fn trace<T>(&self, read: impl FnOnce(&Trace, Duration) -> T) -> T {
        self.0.instruments.trace(read)
    }
}

impl std::fmt::Debug for Lab {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lab")
            .field("faults", &self.faults())
            .finish_non_exhaustive()
    }
}
