//! The open room's messages: how they are laid out, which of them are in the document, and how the view scrolls.
//!
//! - [`layout`]: groups, day separators, which rows are announced
//! - [`row_view`]: the content of one row
//! - [`window`]: the rows that are in the document
//! - [`anchor`]: the view's hold: the end, or a row
//! - `scroll`: the view in the document, placed as `anchor` says
//! - `model`, `rows`: signals over rows
//! - `actions`: the row whose actions show
//! - `seek`: another place of the room
//! - `view`, `separator`, `row`: the components

pub mod anchor;
pub mod layout;
pub mod phrases;
pub mod row_view;
pub mod window;

#[cfg(target_arch = "wasm32")]
pub(crate) mod actions;
#[cfg(target_arch = "wasm32")]
pub(crate) mod context;
#[cfg(target_arch = "wasm32")]
pub(crate) mod editing;
#[cfg(target_arch = "wasm32")]
pub(crate) mod model;
#[cfg(target_arch = "wasm32")]
pub(crate) mod paging;
#[cfg(target_arch = "wasm32")]
pub(crate) mod reading;
#[cfg(target_arch = "wasm32")]
pub(crate) mod row;
#[cfg(target_arch = "wasm32")]
pub(crate) mod rows;
#[cfg(target_arch = "wasm32")]
pub(crate) mod scroll;
#[cfg(target_arch = "wasm32")]
pub(crate) mod seek;
#[cfg(target_arch = "wasm32")]
pub(crate) mod separator;
#[cfg(target_arch = "wasm32")]
pub(crate) mod view;
