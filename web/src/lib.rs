//! The page: Steadfast's chat in a browser.
//!
//! A folder is a subject, with its state, views and phrases. Pure modules are tested natively, the rest is in the browser
//! only.
//!
//! - [`browser`]: the browser as the page uses it
//! - [`storage`]: records on this device; the only module that touches browser storage
//! - [`language`]: languages, dates and times
//! - [`markdown`]: the meaning of a message's text
//! - [`ui`]: dialogs, menus, fields, icons
//! - [`connection`]: the connection to the server
//! - [`people`]: members, presence, blocking
//! - [`rooms`]: the list of rooms, the open one, and their dialogs
//! - [`compose`]: drafts, the composer, posting
//! - [`timeline`]: the open room's messages
//! - [`navigation`]: from room to room, by the page's address
//! - [`account`]: signing in and out, settings
//! - [`lab`]: the fault panel
//! - [`admin`]: the pages of owners and moderators
//! - [`shell`]: the window as a whole
//!
//! A subject imports only those above it in this list; `hook` has the calls in the other direction.
//!
//! Invariant: nothing here decides which messages are sent, kept or shown, or in which order. That is `steadfast-client`.
#![expect(missing_docs, reason = "the crate is not published")]
#![cfg_attr(
    target_arch = "wasm32",
    expect(
        unreachable_pub,
        reason = "what #[component] writes around a function is wider than the function"
    )
)]

pub mod account;
pub mod admin;
pub mod browser;
pub mod compose;
pub mod connection;
#[cfg(target_arch = "wasm32")]
mod context;
#[cfg(target_arch = "wasm32")]
mod hook;
pub mod lab;
pub mod language;
pub mod markdown;
#[cfg(target_arch = "wasm32")]
mod markup;
pub mod navigation;
pub mod people;
#[cfg(target_arch = "wasm32")]
mod reactive;
pub mod rooms;
pub mod shell;
pub mod storage;
pub mod timeline;
pub mod ui;

#[cfg(target_arch = "wasm32")]
pub use shell::show;
