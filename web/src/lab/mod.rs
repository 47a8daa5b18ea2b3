//! The fault panel: breaks the connection and the storage on purpose, and traces each message.
//!
//! - `context`: whether the panel is available and expanded; the rest loads when it is first opened
//! - `model`: signals over injected faults and recorded traces
//! - `panel`: the panel as a whole
//! - `snapshot`: outbox, wire, log and inbox at one time
//! - `scrubber`: chooses that time
//! - `switches`: the faults that can be injected
//! - `traces`: the last messages, step by step
//! - `mechanisms`: the mechanisms that acted last, in a sentence each
//! - `counters`: retries, repeats, gaps

pub mod phrases;

#[cfg(target_arch = "wasm32")]
pub(crate) mod context;
#[cfg(target_arch = "wasm32")]
pub(crate) mod counters;
#[cfg(target_arch = "wasm32")]
pub(crate) mod mechanisms;
#[cfg(target_arch = "wasm32")]
pub(crate) mod model;
#[cfg(target_arch = "wasm32")]
pub(crate) mod panel;
#[cfg(target_arch = "wasm32")]
pub(crate) mod scrubber;
#[cfg(target_arch = "wasm32")]
pub(crate) mod snapshot;
#[cfg(target_arch = "wasm32")]
pub(crate) mod switches;
#[cfg(target_arch = "wasm32")]
pub(crate) mod traces;
