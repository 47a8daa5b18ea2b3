//! Components that do not depend on the chat: dialogs, menus, fields, icons, and the state of
//! overlays.

pub mod list;
pub mod phrases;
pub mod popup;

#[cfg(target_arch = "wasm32")]
pub(crate) mod appearance;
#[cfg(target_arch = "wasm32")]
pub(crate) mod brand;
#[cfg(target_arch = "wasm32")]
pub(crate) mod clipboard;
#[cfg(target_arch = "wasm32")]
pub(crate) mod dialog;
#[cfg(target_arch = "wasm32")]
pub(crate) mod field;
#[cfg(target_arch = "wasm32")]
pub(crate) mod focus;
#[cfg(target_arch = "wasm32")]
pub(crate) mod icon;
#[cfg(target_arch = "wasm32")]
pub(crate) mod main_field;
#[cfg(target_arch = "wasm32")]
pub(crate) mod mark;
#[cfg(target_arch = "wasm32")]
pub(crate) mod overlays;
#[cfg(target_arch = "wasm32")]
pub(crate) mod shown_once;
#[cfg(target_arch = "wasm32")]
pub(crate) mod side_panel;
#[cfg(target_arch = "wasm32")]
pub(crate) mod toast;
