//! This device's records: the chat in IndexedDB, a few preferences and the drafts in localStorage.
//!
//! Invariant: nothing outside this folder touches browser storage.
//!
//! Every record of the database is JSON text: the serde shapes of `steadfast-client`, readable in
//! the browser's developer tools. A room's page stored by an older version is repaired; an outbox
//! item that cannot be read (another version of the page wrote it) stays, and its author is
//! notified.

pub mod key_value;

#[cfg(target_arch = "wasm32")]
mod database;
#[cfg(target_arch = "wasm32")]
pub mod departure;
#[cfg(target_arch = "wasm32")]
mod device;
#[cfg(target_arch = "wasm32")]
pub mod local;
#[cfg(target_arch = "wasm32")]
pub mod preferences;
#[cfg(target_arch = "wasm32")]
mod silence;

#[cfg(target_arch = "wasm32")]
pub use database::{DatabaseError, IndexedDatabase, ObjectStore, Operation};
#[cfg(target_arch = "wasm32")]
pub use device::{DATABASE, DeviceStorage};
