//! The client's behaviour natively, in a page and in a worker alike, against the npm server. See README.md.

#![cfg(feature = "client")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod acks;
mod bursts;
mod connection;
mod credentials;
mod delivery;
mod events;
mod hooks;
mod leaving;
mod listening;
#[cfg(feature = "msgpack")]
mod messagepack;
mod namespaces;
#[cfg(feature = "polling")]
mod polling;
mod reconnection;
mod recovery;
mod retries;
#[path = "../support/mod.rs"]
mod support;

#[cfg(not(target_family = "wasm"))]
use tokio::test as scenario;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as scenario;
