//! Lists that the keyboard walks through.

pub mod roving;

#[cfg(target_arch = "wasm32")]
pub(crate) mod scroll;
