//! Small surfaces beside the element that opened them.

pub mod placement;

#[cfg(target_arch = "wasm32")]
pub(crate) mod menu;
#[cfg(target_arch = "wasm32")]
pub(crate) mod surface;
