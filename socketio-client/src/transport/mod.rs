//! The links under the loop: WebSockets and requests. One platform, one file.

#[cfg(target_family = "wasm")]
mod browser;
#[cfg(not(target_family = "wasm"))]
mod native;

#[cfg(not(target_family = "wasm"))]
mod connector;
#[cfg(not(target_family = "wasm"))]
mod cookies;
#[cfg(all(feature = "polling", not(target_family = "wasm")))]
mod http;

use std::time::Duration;

use crate::DisconnectReason;
use crate::platform::BoxFuture;
use crate::protocol::{LinkEvent, LinkFailure};

#[cfg(target_family = "wasm")]
pub(crate) use browser::{Link, check};
#[cfg(not(target_family = "wasm"))]
pub(crate) use connector::Connector;
#[cfg(not(target_family = "wasm"))]
pub(crate) use cookies::Cookies;
#[cfg(all(feature = "polling", not(target_family = "wasm")))]
pub(crate) use http::Http;
#[cfg(not(target_family = "wasm"))]
pub(crate) use native::{Link, check};

/// The settings of links, independent of the server.
pub(crate) struct Dial {
    /// The subprotocols that a WebSocket offers.
    pub(crate) protocols: Vec<String>,
    /// Whether to send and keep cookies.
    #[cfg_attr(
        all(target_family = "wasm", not(feature = "polling")),
        expect(dead_code, reason = "a browser's WebSocket takes them along by itself")
    )]
    pub(crate) credentials: bool,
    pub(crate) max_packet: usize,
    /// How long closing a WebSocket may take.
    #[cfg_attr(target_family = "wasm", expect(dead_code, reason = "a browser sees to it"))]
    pub(crate) goodbye: Duration,
    #[cfg(not(target_family = "wasm"))]
    pub(crate) connector: Connector,
    #[cfg(not(target_family = "wasm"))]
    pub(crate) cookies: Cookies,
    #[cfg(all(feature = "polling", not(target_family = "wasm")))]
    pub(crate) http: Http,
}

/// The server of one attempt. Its URLs and headers hold credentials, so it is not printed.
pub(crate) struct Target {
    pub(crate) websocket_url: String,
    #[cfg_attr(
        not(any(feature = "polling", test)),
        expect(dead_code, reason = "for long-polling only")
    )]
    pub(crate) polling_url: String,
    #[cfg(not(target_family = "wasm"))]
    pub(crate) headers: Vec<(String, String)>,
}

#[cfg(not(target_family = "wasm"))]
impl Target {
    /// The headers except `Cookie`, and `Cookie` with the kept cookies.
    fn headers(
        &self,
        cookies: Option<&Cookies>,
        secure: bool,
    ) -> (impl Iterator<Item = &(String, String)>, Option<String>) {
        let is_cookie = |name: &str| name.eq_ignore_ascii_case("cookie");
        let own = self.headers.iter().find(|(name, _)| is_cookie(name));
        let own = own.map(|(_, value)| value.as_str());
        let cookie = match cookies {
            Some(cookies) => cookies.header(own, secure),
            None => own.map(str::to_owned),
        };
        let others = self.headers.iter().filter(move |(name, _)| !is_cookie(name));
        (others, cookie)
    }
}

/// The URL with the session in its query. The server chose the session's name, so it is encoded.
fn with_sid(url: &str, sid: Option<&str>) -> String {
    let mut url = url.to_owned();
    if let Some(sid) = sid {
        url.push_str("&sid=");
        push_encoded(&mut url, sid, b"-_.~");
    }
    url
}

/// Appends a text with everything escaped except letters, digits and `plain`.
pub(crate) fn push_encoded(to: &mut String, text: &str, plain: &[u8]) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            to.push(char::from(byte));
        } else {
            to.push('%');
            for digit in [byte >> 4, byte & 15] {
                to.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
            }
        }
    }
}

/// The remaining work of a closed link.
pub(crate) type Goodbye = BoxFuture<'static, ()>;

/// The outcome of a request.
pub(crate) type Answer = Result<String, NoAnswer>;

/// Why a request failed.
#[cfg_attr(not(feature = "polling"), expect(dead_code, reason = "for long-polling only"))]
pub(crate) enum NoAnswer {
    Failed(LinkFailure),
    Closed(DisconnectReason, String),
}

fn answered(answer: Answer) -> LinkEvent {
    match answer {
        Ok(body) => LinkEvent::Answered(body),
        Err(NoAnswer::Failed(failure)) => LinkEvent::Failed(failure),
        Err(NoAnswer::Closed(reason, details)) => LinkEvent::Closed {
            reason,
            details: Some(details),
        },
    }
}

/// An answer other than that of an Engine.IO server, which may say where to ask instead.
#[cfg(not(target_family = "wasm"))]
fn refusal(
    status: tokio_tungstenite::tungstenite::http::StatusCode,
    body: &[u8],
    to: Option<&[u8]>,
) -> LinkFailure {
    let reason = status.canonical_reason().unwrap_or_default();
    let mut failure = LinkFailure::answer(
        status.as_u16(),
        reason,
        String::from_utf8_lossy(body).into_owned(),
    );
    if let Some(to) = to {
        // Without the query, which repeats that of the request and its secrets.
        let to = to.split(|byte| *byte == b'?').next().unwrap_or_default();
        failure.details.push_str(", to ");
        failure.details.push_str(&String::from_utf8_lossy(to));
    }
    failure
}

/// An error with its causes: the outermost alone says little.
#[cfg(not(target_family = "wasm"))]
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let beneath = error.to_string();
        if !text.ends_with(&beneath) {
            text = format!("{text}: {beneath}");
        }
        cause = error.source();
    }
    text
}

#[cfg(not(feature = "polling"))]
async fn request(_: String) -> Answer {
    let details = "built without the feature `polling`";
    Err(NoAnswer::Failed(LinkFailure::new(details)))
}
