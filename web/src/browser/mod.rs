//! The browser as the page uses it, except for [`storage`](crate::storage).
//!
//! - [`base_path`]: the product's path on its host
//! - `http`: requests to the server
//! - `folded`: text without regard to case, width and normal form
//! - `features`: `GET /api/features`
//! - `frame`: waits for the next frame
//! - `tabs`: the other tabs: locks, and a channel
//! - `idle`: whether the browser has time and bandwidth to spare
//! - `insertion`: writes into a text field so that Ctrl+Z undoes it
//! - `json`: records as text
//! - `pause`: a debounce for search fields
//! - `viewport`: the part of the window above a phone's keyboard

pub mod base_path;
pub(crate) mod json;

#[cfg(target_arch = "wasm32")]
pub(crate) mod features;
#[cfg(target_arch = "wasm32")]
pub(crate) mod folded;
#[cfg(target_arch = "wasm32")]
pub(crate) mod frame;
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
