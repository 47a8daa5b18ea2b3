//! People: a room's members, their presence, typing, and blocking.

pub mod block_phrases;
pub mod notice_phrases;
pub mod phrases;
pub mod role;
pub mod role_phrases;

#[cfg(target_arch = "wasm32")]
pub(crate) mod avatar;
#[cfg(target_arch = "wasm32")]
pub(crate) mod block;
#[cfg(target_arch = "wasm32")]
pub(crate) mod blocking;
#[cfg(target_arch = "wasm32")]
pub(crate) mod context;
#[cfg(target_arch = "wasm32")]
pub(crate) mod model;
#[cfg(target_arch = "wasm32")]
pub(crate) mod notices;
#[cfg(target_arch = "wasm32")]
pub(crate) mod presence;
#[cfg(target_arch = "wasm32")]
pub(crate) mod typing;
#[cfg(target_arch = "wasm32")]
pub(crate) mod veil;
