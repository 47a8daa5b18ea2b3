//! Tests for browsers alone, in a page or in a dedicated worker of a headless Chromium. See README.md.

#![cfg(all(feature = "client", target_family = "wasm"))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod bursts;
mod connection;
mod example;
#[cfg(feature = "polling")]
mod polling;
#[path = "../support/mod.rs"]
mod support;
mod waking;
