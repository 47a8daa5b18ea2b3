//! Rooms: their list, the open one and its address, and the dialogs that create, find, change and
//! leave them.

pub mod finder;
pub mod list_order;
pub mod neighbour;
pub mod phrases;
pub mod route;

#[cfg(target_arch = "wasm32")]
pub(crate) mod brought;
#[cfg(target_arch = "wasm32")]
pub(crate) mod context;
#[cfg(target_arch = "wasm32")]
pub(crate) mod dialogs;
#[cfg(target_arch = "wasm32")]
pub(crate) mod head;
#[cfg(target_arch = "wasm32")]
pub(crate) mod kind_mark;
#[cfg(target_arch = "wasm32")]
pub(crate) mod list;
#[cfg(target_arch = "wasm32")]
pub(crate) mod members;
#[cfg(target_arch = "wasm32")]
pub(crate) mod menu;
#[cfg(target_arch = "wasm32")]
pub(crate) mod sidebar;
