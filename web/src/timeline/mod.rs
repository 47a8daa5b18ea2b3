//! The open room's messages: their layout, the rows rendered in the document, and scrolling.
//!
//! - [`layout`]: groups, day separators, which rows are announced
//! - [`window`]: the rows that are in the document
//! - [`anchor`]: what scrolling keeps in place: the end, or a row
//! - `scroll`: applies `anchor` to the scrolling element
//! - `model`, `rows`: signals over rows
//! - `seek`: jumps to another place of the room
//! - `lost`: messages that the server has no more
//! - `view`, `row`: the components; `row::actions`: the row whose actions show

pub mod anchor;
pub mod layout;
pub mod phrases;
pub mod window;

#[cfg(target_arch = "wasm32")]
pub(crate) mod context;
#[cfg(target_arch = "wasm32")]
pub(crate) mod editing;
#[cfg(target_arch = "wasm32")]
pub(crate) mod lost;
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
pub(crate) mod view;
