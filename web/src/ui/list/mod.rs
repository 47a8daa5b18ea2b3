//! Lists with keyboard navigation.

pub mod roving;

#[cfg(target_arch = "wasm32")]
pub(crate) mod scroll;
