//! Chat connections before authentication: how many there may be, and which parts of their requests are kept.
//!
//! Engine.IO opens a session for every client, and keeps the whole request with it. So the number of open sessions is limited per
//! address and in total (`places`), and only the parts of a request that a session needs are passed on.

mod places;

use std::net::IpAddr;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{RETRY_AFTER, SEC_WEBSOCKET_KEY};
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::body::Body as _;
use hyper::upgrade::OnUpgrade;
use socketioxide::socket::Sid;
use steadfast_shared::limit;

pub(super) use places::{Handshakes, Permit};
use places::{Post, RETRY_AFTER_QUEUE, Whose};

use super::Realtime;
use crate::request::client_address::{ClientAddress, network};
use crate::request::credentials;
use crate::request::origin::RequestOrigin;
use crate::serve::peer::Peer;
use crate::store::Token;

/// Bytes a connection may send before authentication: the cursors of as many rooms as a person can be in.
const CONNECT_BYTES: usize = 128 * 1024;

/// The token of a handshake's request. Stored in its extensions, in place of the headers it came in.
#[derive(Clone)]
pub(super) struct ShownToken(pub(super) Token);

struct HandshakeQuery {
    sid: Option<Sid>,
    by_websocket: bool,
}

impl HandshakeQuery {
    fn of(uri: &Uri) -> Option<Self> {
        if !uri.path().starts_with("/socket.io") {
            return None;
        }
        // Parsed exactly as Engine.IO parses it: the first of several pairs counts, and anything after a second = does not.
        let pairs = || uri.query().unwrap_or_default().split('&');
        let sid = pairs().find_map(|pair| pair.strip_prefix("sid="));
        let transport = pairs().find(|pair| pair.starts_with("transport="));
        Some(Self {
            sid: sid.and_then(|sid| sid.parse().ok()),
            by_websocket: transport.and_then(|pair| pair.split('=').nth(1)) == Some("websocket"),
        })
    }
}

/// Limits requests to Socket.IO before authentication, and strips them.
pub(super) async fn bound(
    State(realtime): State<Realtime>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    ClientAddress(address): ClientAddress,
    request: Request,
    next: Next,
) -> Response {
    let Some(query) = HandshakeQuery::of(request.uri()) else {
        return next.run(request).await;
    };
    let Some(sid) = query.sid else {
        return open(&realtime, &peer, address, &query, request, next).await;
    };
    let is_connected = realtime.0.people.get(sid).is_some();
    if query.by_websocket {
        if is_connected {
            peer.vouch();
        } else {
            peer.allow(CONNECT_BYTES);
        }
        return upgraded(&peer, next.run(lean(request)).await);
    }
    if request.method() == Method::POST {
        return post(&realtime, sid, is_connected, address, request, next).await;
    }
    // A poll keeps the place of its TCP connection while it waits.
    let waiting = is_connected.then(|| ParkedConnection::begin(peer));
    let answer = next.run(request).await;
    drop(waiting);
    answer
}

/// A TCP connection that keeps its place while a connected session polls on it.
struct ParkedConnection(Peer);

impl ParkedConnection {
    fn begin(peer: Peer) -> Self {
        peer.vouch();
        Self(peer)
    }
}

impl Drop for ParkedConnection {
    fn drop(&mut self) {
        self.0.unvouch();
    }
}

async fn open(
    realtime: &Realtime,
    peer: &Peer,
    address: IpAddr,
    query: &HandshakeQuery,
    request: Request,
    next: Next,
) -> Response {
    let handshakes = &realtime.0.handshakes;
    let token = credentials::token(request.headers());
    let mut permit = handshakes.permit(Whose::Strangers(network(address)));
    if permit.is_none()
        && let Some(device) = signed_in_device(realtime, token.as_ref()).await
    {
        permit = handshakes.queue(device).await;
    }
    let Some(permit) = permit else {
        return too_many(realtime, address);
    };
    if query.by_websocket {
        peer.allow(CONNECT_BYTES);
    }
    let mut request = lean(request);
    let extensions = request.extensions_mut();
    extensions.insert(permit);
    if let Some(token) = token {
        extensions.insert(ShownToken(token));
    }
    let answer = next.run(request).await;
    if query.by_websocket {
        return upgraded(peer, answer);
    }
    answer
}

/// A TCP connection that has not become a WebSocket goes on with other requests, behind a proxy with those of other people: it keeps
/// neither a place nor a limit of bytes.
fn upgraded(peer: &Peer, answer: Response) -> Response {
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        peer.stay_http();
    }
    answer
}

/// The device of this token. Looked up only once strangers have taken all of their places, because devices have others.
async fn signed_in_device(realtime: &Realtime, token: Option<&Token>) -> Option<Whose> {
    let found = realtime.0.store.device(token?.hash()).await;
    found.ok()?.map(|device| Whose::Devices(device.session))
}

fn too_many(realtime: &Realtime, address: IpAddr) -> Response {
    realtime.0.audit.handshake_refused(address);
    let retry_after = [(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_QUEUE.as_secs()))];
    let text = "too many connections are being opened at once: try again in a moment\n";
    (StatusCode::SERVICE_UNAVAILABLE, retry_after, text).into_response()
}

async fn post(
    realtime: &Realtime,
    sid: Sid,
    is_connected: bool,
    address: IpAddr,
    request: Request,
    next: Next,
) -> Response {
    let Some(mut under_way) = Post::begin(&realtime.0.handshakes, sid) else {
        let text = "send one request with packets at a time\n";
        return (StatusCode::TOO_MANY_REQUESTS, text).into_response();
    };
    if !is_connected && !under_way.take(Whose::Strangers(network(address))) {
        let token = credentials::token(request.headers());
        let device = signed_in_device(realtime, token.as_ref()).await;
        if !device.is_some_and(|device| under_way.take(device)) {
            return too_many(realtime, address);
        }
    }
    let most = if is_connected {
        limit::PACKET_BYTES
    } else {
        CONNECT_BYTES
    };
    // Judged by the headers, without waiting for a body that is not read.
    if request.body().size_hint().lower() > most as u64 {
        return (StatusCode::PAYLOAD_TOO_LARGE, "these packets are too large\n").into_response();
    }
    let (parts, body) = request.into_parts();
    let answer = match to_bytes(body, most).await {
        Ok(body) => next.run(Request::from_parts(parts, Body::from(body))).await,
        Err(_) => (
            StatusCode::BAD_REQUEST,
            "these packets are too large, or arrived too slowly\n",
        )
            .into_response(),
    };
    drop(under_way);
    answer
}

/// The request without the parts a session does not need. The kept parts are copied, because they share the whole request's
/// buffer.
fn lean(request: Request) -> Request {
    let (mut parts, body) = request.into_parts();
    // The only header that Engine.IO reads of a handshake. The connection has read the others already.
    let key = parts.headers.get(SEC_WEBSOCKET_KEY);
    let key = key.and_then(|key| HeaderValue::from_bytes(key.as_bytes()).ok());
    parts.headers = key.map_or_else(HeaderMap::new, |key| {
        let mut headers = HeaderMap::with_capacity(1);
        headers.insert(SEC_WEBSOCKET_KEY, key);
        headers
    });
    if let Ok(uri) = parts.uri.to_string().parse() {
        parts.uri = uri;
    }
    parts.extensions = kept(&mut parts.extensions);
    Request::from_parts(parts, body)
}

/// The extensions that a session reads, and those a WebSocket needs.
fn kept(all: &mut Extensions) -> Extensions {
    let mut kept = Extensions::new();
    macro_rules! keep {
        ($($kind:ty),*) => {
            $(if let Some(value) = all.remove::<$kind>() {
                kept.insert(value);
            })*
        };
    }
    keep!(ConnectInfo<Peer>, ClientAddress, RequestOrigin, OnUpgrade);
    kept
}

#[cfg(test)]
mod tests {
    use axum::http::header::{AUTHORIZATION, COOKIE, UPGRADE};

    use super::*;

    #[test]
    fn fault_h05_a_request_is_read_as_engine_io_reads_it() {
        let by_websocket = |query: &str| {
            let uri: Uri = format!("/socket.io/?EIO=4&{query}").parse().unwrap();
            HandshakeQuery::of(&uri).unwrap().by_websocket
        };
        for query in [
            "transport=websocket",
            "transport=websocket=x",
            "transport=websocket=",
            "x&transport=websocket&transport=polling",
        ] {
            assert!(by_websocket(query), "{query}");
        }
        for query in [
            "transport=polling",
            "transport=polling&transport=websocket",
            "xtransport=websocket",
            "transport==websocket",
            "",
        ] {
            assert!(!by_websocket(query), "{query}");
        }
        let sid = |query: &str| {
            let uri: Uri = format!("/socket.io/?{query}").parse().unwrap();
            HandshakeQuery::of(&uri).unwrap().sid.is_some()
        };
        assert!(sid("sid=AAAAAAAAAAAAAAAA") && sid("sid=AAAAAAAAAAAAAAAA&sid=x"));
        assert!(!sid("sid=x&sid=AAAAAAAAAAAAAAAA") && !sid("sid=AAAAAAAAAAAAAAAA="));
    }

    #[test]
    fn a_handshake_may_carry_the_cursors_of_all_rooms_of_a_person() {
        let cursor = r#""01234567-89ab-cdef-0123-456789abcdef":[9007199254740991,"01234567-89ab-cdef-0123-456789abcdef",1795223454958],"#;
        assert!(limit::ROOMS_PER_PERSON * cursor.len() + 4_096 < CONNECT_BYTES);
    }

    #[test]
    fn fault_h05_of_a_request_only_what_is_needed_is_kept() {
        let request = Request::get("/socket.io/?EIO=4&transport=websocket")
            .header(COOKIE, "x".repeat(9_000))
            .header(AUTHORIZATION, "Bearer x")
            .header("x-padding", "x")
            .header(UPGRADE, "websocket")
            .header(SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ==")
            .body(Body::empty())
            .unwrap();
        let lean = lean(request);
        assert_eq!(lean.headers().len(), 1);
        assert_eq!(lean.headers()[SEC_WEBSOCKET_KEY], "dGhlIHNhbXBsZSBub25jZQ==");
        assert_eq!(lean.uri(), "/socket.io/?EIO=4&transport=websocket");
    }
}
