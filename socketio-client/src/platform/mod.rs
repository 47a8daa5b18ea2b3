//! What differs between a page and a native program, for programs that run as both: tasks, timers, a clock, random seeds.
//!
//! The client itself stands on it. It needs a page's event loop or a tokio runtime.
//!
//! ```no_run
//! use std::time::Duration;
//! use socketio_anywhere::{Client, platform};
//!
//! # fn run(client: Client) {
//! platform::spawn(async move {
//!     while client.is_connected() {
//!         let _ = client.emit("still here", &());
//!         platform::sleep(Duration::from_secs(60)).await;
//!     }
//! });
//! # }
//! ```

#[cfg(target_family = "wasm")]
mod browser;
#[cfg(target_family = "wasm")]
pub(crate) mod listener;
#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(target_family = "wasm")]
mod page;
#[cfg(target_family = "wasm")]
pub(crate) mod tasks;

use std::time::Duration;

#[cfg(target_family = "wasm")]
use browser as current;
#[cfg(not(target_family = "wasm"))]
use native as current;

pub use current::{BoxFuture, BoxStream, MaybeSend, MaybeSync, seed, sleep, spawn};
pub(crate) use current::{
    FARTHEST, LOOK_EVERY, PageListener, Runtime, Timer, monotonic, on_offline, on_return, on_unload,
    page_origin, wall,
};

/// The time of a clock that is never set, since a start of its own. It may stand still while the device sleeps.
pub fn now() -> Duration {
    monotonic().into()
}
