//! What the loop needs of a platform: links, timers, clocks, a place to run. One platform, one file.

#[cfg(target_family = "wasm")]
#[path = "browser.rs"]
mod platform;
#[cfg(not(target_family = "wasm"))]
#[path = "native.rs"]
mod platform;

pub use platform::MaybeSend;
pub(crate) use platform::{Link, Timer, monotonic, page_origin, seed, spawn, wall};

/// How to reach the server.
pub(crate) struct Dial {
    pub(crate) url: String,
    #[cfg_attr(
        target_family = "wasm",
        expect(dead_code, reason = "a page cannot set headers")
    )]
    pub(crate) headers: Vec<(String, String)>,
    #[cfg_attr(
        target_family = "wasm",
        expect(dead_code, reason = "a browser takes whole messages")
    )]
    pub(crate) max_packet: usize,
}
