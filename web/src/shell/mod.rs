//! The window as a whole: the page shown, its title and icon, shortcuts, and the open dialog.

pub mod attention;
pub mod shortcut;

#[cfg(target_arch = "wasm32")]
pub(crate) mod activity;
#[cfg(target_arch = "wasm32")]
pub(crate) mod details;
#[cfg(target_arch = "wasm32")]
pub(crate) mod drops;
#[cfg(target_arch = "wasm32")]
pub(crate) mod keys;
#[cfg(target_arch = "wasm32")]
pub(crate) mod opened;
#[cfg(target_arch = "wasm32")]
pub(crate) mod page;
#[cfg(target_arch = "wasm32")]
pub(crate) mod palette;
#[cfg(target_arch = "wasm32")]
pub(crate) mod parts;
#[cfg(target_arch = "wasm32")]
pub(crate) mod room;
#[cfg(target_arch = "wasm32")]
pub(crate) mod root;
#[cfg(target_arch = "wasm32")]
pub(crate) mod shortcuts;
#[cfg(target_arch = "wasm32")]
pub(crate) mod tab_badge;

#[cfg(target_arch = "wasm32")]
pub use root::show;
