//! A person's account: signing in and out, passphrase, devices, settings; how the page starts.

pub mod phrases;

#[cfg(target_arch = "wasm32")]
pub(crate) mod api;
#[cfg(target_arch = "wasm32")]
pub(crate) mod context;
#[cfg(target_arch = "wasm32")]
pub(crate) mod exclusion;
#[cfg(target_arch = "wasm32")]
pub(crate) mod first_form;
#[cfg(target_arch = "wasm32")]
pub(crate) mod join;
#[cfg(target_arch = "wasm32")]
pub(crate) mod kept_out;
#[cfg(target_arch = "wasm32")]
pub(crate) mod leaving;
#[cfg(target_arch = "wasm32")]
pub(crate) mod left_words;
#[cfg(target_arch = "wasm32")]
pub(crate) mod notice;
#[cfg(target_arch = "wasm32")]
pub(crate) mod settings;
#[cfg(target_arch = "wasm32")]
pub(crate) mod sign_in;
#[cfg(target_arch = "wasm32")]
pub(crate) mod sign_out;
#[cfg(target_arch = "wasm32")]
pub(crate) mod start;
#[cfg(target_arch = "wasm32")]
pub(crate) mod unreadable;
