//! The connection to the server: its state in plain words, requests, and what the person may still
//! write today.

pub mod closed_phrases;
pub mod phrases;
pub mod refusal_phrases;
pub mod scarce;

#[cfg(target_arch = "wasm32")]
pub(crate) mod allowance;
#[cfg(target_arch = "wasm32")]
pub(crate) mod asking;
#[cfg(target_arch = "wasm32")]
pub(crate) mod bar;
#[cfg(target_arch = "wasm32")]
pub(crate) mod context;
