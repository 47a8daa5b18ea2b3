//! The browser as the page uses it, [`storage`](crate::storage) aside.
//!
//! - [`base_path`]: where on its host the product lives
//! - `http`: requests to the server
//! - `folded`: texts without regard to case, width and form
//! - `features`: `GET /api/features`
//! - `tabs`: the other tabs: one lock, one channel
//! - `idle`: whether the browser has time and bandwidth to spare
//! - `insertion`: writes into a text field so that Ctrl+Z takes it back
//! - `json`: records as text
//! - `viewport`: the part of the window that a phone's keyboard leaves free

pub mod base_path;
pub(crate) mod json;

#[cfg(target_arch = "wasm32")]
pub(crate) mod features;
#[cfg(target_arch = "wasm32")]
pub(crate) mod folded;
#[cfg(target_arch = "wasm32")]
pub(crate) mod http;
#[cfg(target_arch = "wasm32")]
pub(crate) mod idle;
#[cfg(target_arch = "wasm32")]
pub(crate) mod insertion;
#[cfg(target_arch = "wasm32")]
pub(crate) mod pause;
#[cfg(target_arch = "wasm32")]
pub(crate) mod tabs;
#[cfg(target_arch = "wasm32")]
pub(crate) mod viewport;
