//! Navigation between rooms: the address, the room that opens, and the one that is taken away.

pub mod phrases;

#[cfg(target_arch = "wasm32")]
pub(crate) mod address;
#[cfg(target_arch = "wasm32")]
pub(crate) mod context;
#[cfg(target_arch = "wasm32")]
pub(crate) mod interrupted;
#[cfg(target_arch = "wasm32")]
pub(crate) mod interruption;
