//! Chat connections that have not said yet whose they are: how many there may be, and what is kept of their requests.
//!
//! Engine.IO opens a session for whoever asks, and keeps the whole request with it. So only so many may be open per address
//! and in all, and of the request only what a session needs is handed on.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{
    CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::upgrade::OnUpgrade;
use socketioxide::socket::Sid;
use steadfast_shared::limit;

use super::Realtime;
use crate::config::Limits;
use crate::peer::Peer;
use crate::request::client_address::{ClientAddress, network};
use crate::request::credentials;
use crate::request::origin::Asker;
use crate::store::{SessionId, Token};

/// Bytes a connection may send before it has said whose it is: the cursors of as many rooms as a person can be in.
const CONNECT_BYTES: usize = 128 * 1024;
/// Requests with a body that sessions that have not connected may have under way: what is held of them is so many times
/// [`CONNECT_BYTES`], once for strangers and once for devices that are signed in.
const POSTS: Bounds = Bounds {
    in_all: 256,
    per_address: 64,
    per_device: 8,
};
/// Requests with a body that one session may have under way.
const POSTS_AT_ONCE: usize = 2;

/// The headers a session or its transport needs.
const KEPT: [HeaderName; 6] = [
    CONNECTION,
    UPGRADE,
    SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_VERSION,
    CONTENT_TYPE,
    CONTENT_LENGTH,
];

/// The token that a handshake's request shows. In its extensions, in place of the headers it came in.
#[derive(Clone)]
pub(super) struct ShownToken(pub(super) Token);

/// Every session that has not connected.
#[derive(Debug)]
pub(super) struct Handshakes {
    bounds: Bounds,
    open: Mutex<Open>,
}

/// How many there may be: of strangers in all and as many of devices that are signed in, of one address, of one device.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    in_all: usize,
    per_address: usize,
    per_device: usize,
}

#[derive(Debug, Default)]
struct Open {
    sessions: Counts,
    posts: Counts,
    posts_of_session: HashMap<Sid, usize>,
}

/// How many there are.
#[derive(Debug, Default)]
struct Counts {
    strangers: usize,
    known: usize,
    of_network: HashMap<IpAddr, usize>,
    of_device: HashMap<SessionId, usize>,
}

/// One session's place among those that have not connected; given back once it has, or when it ends.
#[derive(Debug)]
pub(super) struct Permit {
    handshakes: Arc<Handshakes>,
    whose: Whose,
    is_counted: Mutex<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Whose {
    /// Of a stranger from this network.
    Strangers(IpAddr),
    /// Of a device that is signed in.
    Devices(SessionId),
}

impl Handshakes {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            bounds: Bounds {
                in_all: limits.max_handshakes,
                per_address: limits.max_handshakes_per_address,
                per_device: limits.max_connections_per_device,
            },
            open: Mutex::default(),
        }
    }

    /// A place for a session, where there is one.
    fn permit(self: &Arc<Self>, whose: Whose) -> Option<Arc<Permit>> {
        if !self.open().sessions.take(whose, self.bounds) {
            return None;
        }
        Some(Arc::new(Permit {
            handshakes: self.clone(),
            whose,
            is_counted: Mutex::new(true),
        }))
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    /// Counts one more, where there may be one.
    fn take(&mut self, whose: Whose, bounds: Bounds) -> bool {
        let is_free = match whose {
            Whose::Strangers(network) => {
                let of_network = self.of_network.get(&network).copied().unwrap_or(0);
                self.strangers < bounds.in_all && of_network < bounds.per_address
            }
            Whose::Devices(device) => {
                let of_device = self.of_device.get(&device).copied().unwrap_or(0);
                self.known < bounds.in_all && of_device < bounds.per_device
            }
        };
        if is_free {
            self.count(whose);
        }
        is_free
    }

    fn count(&mut self, whose: Whose) {
        match whose {
            Whose::Strangers(network) => {
                self.strangers += 1;
                *self.of_network.entry(network).or_default() += 1;
            }
            Whose::Devices(device) => {
                self.known += 1;
                *self.of_device.entry(device).or_default() += 1;
            }
        }
    }

    fn give_back(&mut self, whose: Whose) {
        match whose {
            Whose::Strangers(network) => {
                self.strangers = self.strangers.saturating_sub(1);
                take_one(&mut self.of_network, network);
            }
            Whose::Devices(device) => {
                self.known = self.known.saturating_sub(1);
                take_one(&mut self.of_device, device);
            }
        }
    }
}

fn take_one<K: Copy + Eq + std::hash::Hash>(counts: &mut HashMap<K, usize>, key: K) {
    if let Some(count) = counts.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&key);
        }
    }
}

impl Permit {
    /// The session has connected, and is counted among a person's connections.
    pub(super) fn connected(&self) {
        self.set_counted(false);
    }

    /// The session goes on and is nobody's again: who leaves the namespace may still hold its transport.
    pub(super) fn left(&self) {
        self.set_counted(true);
    }

    fn set_counted(&self, counted: bool) {
        let mut is_counted = self.is_counted.lock().unwrap_or_else(PoisonError::into_inner);
        if *is_counted != counted {
            *is_counted = counted;
            let sessions = &mut self.handshakes.open().sessions;
            if counted {
                sessions.count(self.whose);
            } else {
                sessions.give_back(self.whose);
            }
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.set_counted(false);
    }
}

/// A request with a body under way.
struct Post {
    handshakes: Arc<Handshakes>,
    sid: Sid,
    /// Whose it is, where its session has not connected.
    whose: Option<Whose>,
}

impl Post {
    fn begin(handshakes: &Arc<Handshakes>, sid: Sid) -> Option<Self> {
        let mut open = handshakes.open();
        let under_way = open.posts_of_session.entry(sid).or_default();
        if *under_way >= POSTS_AT_ONCE {
            return None;
        }
        *under_way += 1;
        drop(open);
        Some(Self {
            handshakes: handshakes.clone(),
            sid,
            whose: None,
        })
    }

    /// Counts it among those of sessions that have not connected, where there may be one more.
    fn take(&mut self, whose: Whose) -> bool {
        let is_free = self.handshakes.open().posts.take(whose, POSTS);
        if is_free {
            self.whose = Some(whose);
        }
        is_free
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        let mut open = self.handshakes.open();
        take_one(&mut open.posts_of_session, self.sid);
        if let Some(whose) = self.whose {
            open.posts.give_back(whose);
        }
    }
}

/// What a request to Socket.IO asks for, by its query.
struct Asked {
    sid: Option<Sid>,
    by_websocket: bool,
}

impl Asked {
    fn of(uri: &Uri) -> Option<Self> {
        if !uri.path().starts_with("/socket.io") {
            return None;
        }
        // Read as Engine.IO reads it, letter by letter: of several the first counts, and what follows a second = does not.
        let pairs = || uri.query().unwrap_or_default().split('&');
        let sid = pairs().find_map(|pair| pair.strip_prefix("sid="));
        let transport = pairs().find(|pair| pair.starts_with("transport="));
        Some(Self {
            sid: sid.and_then(|sid| sid.parse().ok()),
            by_websocket: transport.and_then(|pair| pair.split('=').nth(1)) == Some("websocket"),
        })
    }
}

/// Bounds what comes to Socket.IO before anybody has said who they are, and what is kept of it.
pub(super) async fn bound(
    State(realtime): State<Realtime>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    ClientAddress(address): ClientAddress,
    request: Request,
    next: Next,
) -> Response {
    let Some(asked) = Asked::of(request.uri()) else {
        return next.run(request).await;
    };
    let Some(sid) = asked.sid else {
        return open(&realtime, &peer, address, &asked, request, next).await;
    };
    let is_connected = realtime.0.people.get(sid).is_some();
    if asked.by_websocket {
        if is_connected {
            peer.vouch();
        } else {
            peer.allow(CONNECT_BYTES);
        }
        return next.run(lean(request)).await;
    }
    if request.method() == Method::POST {
        return post(&realtime, sid, is_connected, address, request, next).await;
    }
    // Whoever waits for what they are sent keeps the connection they wait on.
    let waiting = is_connected.then(|| Waiting::begin(peer));
    let answer = next.run(request).await;
    drop(waiting);
    answer
}

/// A connection that is kept for as long as a connected session waits on it.
struct Waiting(Peer);

impl Waiting {
    fn begin(peer: Peer) -> Self {
        peer.vouch();
        Self(peer)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.unvouch();
    }
}

async fn open(
    realtime: &Realtime,
    peer: &Peer,
    address: IpAddr,
    asked: &Asked,
    request: Request,
    next: Next,
) -> Response {
    let handshakes = &realtime.0.handshakes;
    let token = credentials::token(request.headers());
    let mut permit = handshakes.permit(Whose::Strangers(network(address)));
    if permit.is_none()
        && let Some(device) = known(realtime, token.as_ref()).await
    {
        permit = handshakes.permit(device);
    }
    let Some(permit) = permit else {
        return too_many(realtime, address);
    };
    if asked.by_websocket {
        peer.allow(CONNECT_BYTES);
    }
    let mut request = lean(request);
    let extensions = request.extensions_mut();
    extensions.insert(permit);
    if let Some(token) = token {
        extensions.insert(ShownToken(token));
    }
    next.run(request).await
}

/// The device that shows this token. Asked only where strangers have taken all of their places: it has others.
async fn known(realtime: &Realtime, token: Option<&Token>) -> Option<Whose> {
    let found = realtime.0.store.device(token?.hash()).await;
    found.ok()?.map(|device| Whose::Devices(device.session))
}

fn too_many(realtime: &Realtime, address: IpAddr) -> Response {
    realtime.0.audit.handshake_refused(address);
    let retry_after = [(RETRY_AFTER, HeaderValue::from_static("5"))];
    let text = "too many connections are being made at once: try again in a moment\n";
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
        let text = "one request with packets at a time\n";
        return (StatusCode::TOO_MANY_REQUESTS, text).into_response();
    };
    if !is_connected && !under_way.take(Whose::Strangers(network(address))) {
        let token = credentials::token(request.headers());
        let device = known(realtime, token.as_ref()).await;
        if !device.is_some_and(|device| under_way.take(device)) {
            return too_many(realtime, address);
        }
    }
    let most = if is_connected {
        limit::PACKET_BYTES
    } else {
        CONNECT_BYTES
    };
    let (parts, body) = request.into_parts();
    let answer = match to_bytes(body, most).await {
        Ok(body) => next.run(Request::from_parts(parts, Body::from(body))).await,
        Err(_) => (
            StatusCode::BAD_REQUEST,
            "these packets are too large, or came too slowly\n",
        )
            .into_response(),
    };
    drop(under_way);
    answer
}

/// The request without what a session does not need. What stays is copied: it was a part of all that the request came in.
fn lean(request: Request) -> Request {
    let (mut parts, body) = request.into_parts();
    let mut headers = HeaderMap::new();
    for name in KEPT {
        if let Some(value) = parts.headers.get(&name)
            && let Ok(value) = HeaderValue::from_bytes(value.as_bytes())
        {
            headers.insert(name, value);
        }
    }
    parts.headers = headers;
    if let Ok(uri) = parts.uri.to_string().parse() {
        parts.uri = uri;
    }
    parts.extensions = kept(&mut parts.extensions);
    Request::from_parts(parts, body)
}

/// What a session asks of its request's extensions, and what a WebSocket is made of.
fn kept(all: &mut Extensions) -> Extensions {
    let mut kept = Extensions::new();
    macro_rules! keep {
        ($($kind:ty),*) => {
            $(if let Some(value) = all.remove::<$kind>() {
                kept.insert(value);
            })*
        };
    }
    keep!(ConnectInfo<Peer>, ClientAddress, Asker, OnUpgrade);
    kept
}

#[cfg(test)]
mod tests {
    use axum::http::header::{AUTHORIZATION, COOKIE};

    use super::*;

    fn handshakes(in_all: usize, per_address: usize) -> Arc<Handshakes> {
        Arc::new(Handshakes::new(&Limits {
            max_handshakes: in_all,
            max_handshakes_per_address: per_address,
            max_connections_per_device: 1,
            ..Limits::default()
        }))
    }

    fn from(n: u8) -> Whose {
        Whose::Strangers([192, 0, 2, n].into())
    }

    #[test]
    fn fault_h05_so_many_have_not_connected_per_address_and_in_all() {
        let handshakes = handshakes(3, 2);
        let mut open: Vec<_> = (0..2).map(|_| handshakes.permit(from(1)).unwrap()).collect();
        assert!(handshakes.permit(from(1)).is_none(), "of one address");
        open.push(handshakes.permit(from(2)).unwrap());
        assert!(handshakes.permit(from(3)).is_none(), "in all");
        // A device that is signed in has places of its own.
        let device = handshakes.permit(Whose::Devices(7)).unwrap();
        assert!(handshakes.permit(Whose::Devices(7)).is_none());
        open[0].connected();
        let another = handshakes.permit(from(1)).unwrap();
        drop((open, device, another));
        let left = &handshakes.open().sessions;
        assert_eq!((left.strangers, left.known), (0, 0));
        assert!(left.of_network.is_empty() && left.of_device.is_empty());
    }

    #[test]
    fn fault_h05_bodies_of_who_has_not_connected_are_bounded_and_known_devices_have_their_own() {
        let handshakes = handshakes(1, 1);
        let begin = |whose| {
            let mut post = Post::begin(&handshakes, Sid::new())?;
            post.take(whose).then_some(post)
        };
        let held: Vec<_> = (0..200)
            .flat_map(|network| [network; 100])
            .filter_map(|network| begin(from(network)))
            .collect();
        assert_eq!(held.len(), POSTS.in_all);
        assert!(begin(from(201)).is_none());
        let of_first = handshakes.open().posts.of_network[&IpAddr::from([192, 0, 2, 0])];
        assert_eq!(of_first, POSTS.per_address);
        let device = begin(Whose::Devices(7));
        assert!(device.is_some());
        // One session sends one or two at a time.
        let sid = Sid::new();
        let two = [Post::begin(&handshakes, sid), Post::begin(&handshakes, sid)];
        assert!(two.iter().all(Option::is_some) && Post::begin(&handshakes, sid).is_none());
        drop((held, device, two));
        let left = handshakes.open();
        assert_eq!((left.posts.strangers, left.posts.known), (0, 0));
        assert!(left.posts.of_network.is_empty() && left.posts_of_session.is_empty());
    }

    #[test]
    fn fault_h05_who_leaves_and_holds_the_transport_counts_again() {
        let handshakes = handshakes(10, 1);
        let permit = handshakes.permit(from(1)).unwrap();
        permit.connected();
        permit.left();
        permit.left();
        assert!(handshakes.permit(from(1)).is_none());
        drop(permit);
        assert!(handshakes.permit(from(1)).is_some());
    }

    #[test]
    fn fault_h05_a_request_is_read_as_engine_io_reads_it() {
        let by_websocket = |query: &str| {
            let uri: Uri = format!("/socket.io/?EIO=4&{query}").parse().unwrap();
            Asked::of(&uri).unwrap().by_websocket
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
            Asked::of(&uri).unwrap().sid.is_some()
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
        assert_eq!(lean.headers().len(), 2);
        assert_eq!(lean.headers()[UPGRADE], "websocket");
        assert_eq!(lean.uri(), "/socket.io/?EIO=4&transport=websocket");
    }
}
