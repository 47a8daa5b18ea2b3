//! The page: Steadfast's chat in a browser.
//!
//! Pure, and tested natively:
//! - [`admin`]: what owners and moderators see and do; its views are in the browser only
//! - [`text`]: what the page says, in every language it knows
//! - [`route`]: addresses within the page
//! - [`finder`]: how well a name answers what is typed to find it
//! - [`shortcut`]: keys that do something wherever the focus is
//! - [`slice`]: which of a timeline's rows are in the document
//! - [`rows`]: how a timeline is laid out: groups, day separators, what is announced
//! - [`shown`]: what one row shows
//! - [`emoji`]: the emoji people use most, and what they are called
//! - [`base_path`]: where on its host the product lives
//! - [`code_span`]: whether a caret stands in code
//! - [`draft`], [`drafts`]: what is being written, and what this device keeps of it
//! - [`completion`]: what is being named right before the caret
//! - [`list_order`]: the order of a list while somebody aims at it
//! - [`markdown`]: what a message's text means
//! - [`placement`]: where a small surface stands beside what opened it
//! - [`scarce`]: what is nearly used up
//! - [`roving`]: where a key leads among things in a row
//! - [`stance`]: what the timeline's view holds on to: the end, or a row
//!
//! In the browser only:
//! - `storage`: what this device keeps; the only module that touches browser storage
//! - `peers`: the other tabs: one lock, one channel
//! - `http`: what is asked of the server by HTTP
//! - `sign_in`, `account`: who this browser speaks for, and what a person keeps at the server beside what they say
//! - `insertion`: writes into a text field so that Ctrl+Z takes it back
//! - `clipboard`: what a person takes along
//! - `features`: `GET /api/features`
//! - `calendar`: dates, times and ids, by this device's clock
//! - `json`: records as text
//! - `languages`: which languages this device's person reads
//! - `state`: signals over the chat
//! - `scroll`: where the timeline's view stands, in the document
//! - `viewport`: what a phone's keyboard leaves of the window
//! - `pages`, `components`: what is seen
//!
//! Invariant: nothing here decides what is sent, kept or shown in which order. That is `steadfast-client`.

pub mod admin;
pub mod base_path;
pub mod code_span;
pub mod completion;
pub mod draft;
pub mod drafts;
pub mod emoji;
pub mod finder;
mod json;
pub mod list_order;
pub mod markdown;
pub mod placement;
pub mod route;
pub mod roving;
pub mod rows;
pub mod scarce;
pub mod shortcut;
pub mod shown;
pub mod slice;
pub mod stance;
pub mod text;

#[cfg(target_arch = "wasm32")]
mod account;
#[cfg(target_arch = "wasm32")]
mod calendar;
#[cfg(target_arch = "wasm32")]
mod clipboard;
#[cfg(target_arch = "wasm32")]
#[expect(
    unreachable_pub,
    reason = "what #[component] writes around a function is wider than the function"
)]
mod components;
#[cfg(target_arch = "wasm32")]
mod features;
#[cfg(target_arch = "wasm32")]
mod http;
#[cfg(target_arch = "wasm32")]
mod insertion;
#[cfg(target_arch = "wasm32")]
mod languages;
#[cfg(target_arch = "wasm32")]
#[expect(
    unreachable_pub,
    reason = "what #[component] writes around a function is wider than the function"
)]
mod pages;
#[cfg(target_arch = "wasm32")]
mod peers;
#[cfg(target_arch = "wasm32")]
mod scroll;
#[cfg(target_arch = "wasm32")]
mod sign_in;
#[cfg(target_arch = "wasm32")]
mod state;
#[cfg(target_arch = "wasm32")]
pub mod storage;
#[cfg(target_arch = "wasm32")]
mod viewport;

#[cfg(target_arch = "wasm32")]
pub use pages::show;
