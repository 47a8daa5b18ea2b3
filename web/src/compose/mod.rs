//! Writing a message: drafts, completion, the composer, and posting.

pub mod code_span;
pub mod completion;
pub mod draft;
pub mod drafts;
pub mod emoji;
pub mod name_queries;
pub mod phrases;

#[cfg(target_arch = "wasm32")]
pub(crate) mod bar;
#[cfg(target_arch = "wasm32")]
pub(crate) mod composer;
#[cfg(target_arch = "wasm32")]
pub(crate) mod context;
#[cfg(target_arch = "wasm32")]
pub(crate) mod drafting;
#[cfg(target_arch = "wasm32")]
pub(crate) mod drop_edit;
#[cfg(target_arch = "wasm32")]
pub(crate) mod entry;
#[cfg(target_arch = "wasm32")]
pub(crate) mod help;
#[cfg(target_arch = "wasm32")]
pub(crate) mod suggestions;
#[cfg(target_arch = "wasm32")]
pub(crate) mod trouble;
