//! What the loop needs of a platform: links, timers, clocks, a place to run. One platform, one file.

#[cfg(target_family = "wasm")]
#[path = "browser.rs"]
mod platform;
#[cfg(not(target_family = "wasm"))]
#[path = "native.rs"]
mod platform;

#[cfg(all(feature = "polling", not(target_family = "wasm")))]
mod http;
#[cfg(target_family = "wasm")]
mod page;
#[cfg(target_family = "wasm")]
mod tasks;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::DisconnectReason;
use crate::protocol::LinkEvent;

#[cfg(target_family = "wasm")]
pub(crate) use page::{OnReturn, on_return};
pub use platform::MaybeSend;
pub(crate) use platform::{FARTHEST, Link, Timer, check, monotonic, page_origin, seed, spawn, wall};
#[cfg(not(target_family = "wasm"))]
pub(crate) use platform::{OnReturn, on_return};

/// How to reach the server.
pub(crate) struct Dial {
    pub(crate) websocket_url: String,
    #[cfg_attr(not(feature = "polling"), expect(dead_code, reason = "for long-polling only"))]
    pub(crate) polling_url: String,
    #[cfg_attr(
        target_family = "wasm",
        expect(dead_code, reason = "a page cannot set headers")
    )]
    pub(crate) headers: Vec<(String, String)>,
    #[cfg_attr(
        all(target_family = "wasm", not(feature = "polling")),
        expect(dead_code, reason = "a browser takes whole messages")
    )]
    pub(crate) max_packet: usize,
    /// How long a closed WebSocket may take to say goodbye.
    #[cfg_attr(target_family = "wasm", expect(dead_code, reason = "a browser sees to it"))]
    pub(crate) goodbye: Duration,
    #[cfg(all(feature = "polling", not(target_family = "wasm")))]
    pub(crate) http: http::Http,
}

impl Dial {
    pub(crate) fn new(
        websocket_url: String,
        polling_url: String,
        headers: Vec<(String, String)>,
        max_packet: usize,
        goodbye: Duration,
        #[cfg_attr(
            any(target_family = "wasm", not(feature = "polling")),
            expect(
                unused_variables,
                reason = "for the pool of connections of native long-polling"
            )
        )]
        secure: bool,
    ) -> Self {
        Self {
            websocket_url,
            polling_url,
            headers,
            max_packet,
            goodbye,
            #[cfg(all(feature = "polling", not(target_family = "wasm")))]
            http: http::Http::new(secure),
        }
    }
}

/// The URL with the session in its query. The server named the session, so nothing is taken for granted.
fn with_sid(url: &str, sid: Option<&str>) -> String {
    let mut url = url.to_owned();
    if let Some(sid) = sid {
        url.push_str("&sid=");
        for byte in sid.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                url.push(char::from(byte));
            } else {
                url.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    url
}

/// What a closed link still has to do.
pub(crate) type Goodbye = Pin<Box<dyn GoodbyeFuture>>;

pub(crate) trait GoodbyeFuture: Future<Output = ()> + MaybeSend {}

impl<F: Future<Output = ()> + MaybeSend> GoodbyeFuture for F {}

/// What a request came to.
type Answer = Result<String, (DisconnectReason, String)>;

fn answered(answer: Answer) -> LinkEvent {
    match answer {
        Ok(body) => LinkEvent::Answered(body),
        Err((reason, details)) => LinkEvent::Closed {
            reason,
            details: Some(details),
        },
    }
}

#[cfg(not(feature = "polling"))]
async fn request(_: String) -> Answer {
    Err((
        DisconnectReason::TransportError,
        "built without the feature `polling`".to_owned(),
    ))
}
