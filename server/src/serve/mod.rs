//! Accepts TCP connections, with deadlines and limits, and passes their requests to the routes.
//!
//! - [`places`]: how many connections there may be, and which one makes room
//! - [`body`]: a request's body, with a deadline
//! - [`descriptors`]: the operating system's limit of open files
//! - [`peer`]: one TCP connection, and how it ends when its peer stops reading
//! - [`pending`]: the budget for incomplete messages
//! - `reserve`: the response when every place is taken

pub mod body;
pub mod descriptors;
pub mod peer;
pub mod pending;
pub mod places;
mod reserve;

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;

use crate::config::{Config, TimeLimits};
use crate::request::client_address::TrustedProxies;
use crate::serve::peer::{Peer, PeerIo};
use body::TimedBody;
use places::{Places, SlotOffer};
use reserve::Reserve;

/// Most bytes in a request's line and headers. Bodies are read in pieces of the same size.
const HEAD_BYTES: usize = 16 * 1024;
/// How long a trusted proxy may keep a connection for the next request of any of its clients.
const PROXY_IDLE: Duration = Duration::from_secs(300);
/// The pause after a failed accept.
const REST: Duration = Duration::from_millis(100);

/// Accepts connections until it is stopped.
pub struct Acceptor {
    listener: TcpListener,
    router: Router,
    limits: TimeLimits,
    proxies: TrustedProxies,
    places: Places,
    reserve: Arc<Reserve>,
}

impl Acceptor {
    /// Serves these routes on the listener.
    pub fn new(listener: TcpListener, router: Router, config: &Config) -> Self {
        let connections = &config.limits.connections;
        let descriptors = descriptors::prepare(connections);
        Self {
            listener,
            reserve: Arc::new(Reserve::new(router.clone())),
            router,
            proxies: TrustedProxies::new(config),
            places: Places::new(connections, descriptors),
            limits: config.limits.times.clone(),
        }
    }

    /// Serves until `stop` resolves, then until the responses in progress are sent.
    pub async fn serve(self, stop: impl Future<Output = ()>) {
        let (stopping, stopped) = watch::channel(());
        let mut stop = std::pin::pin!(stop);
        let noting = tokio::spawn(places::keep_noting(self.places.clone()));
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = &mut stop => break,
            };
            match accepted {
                Ok((stream, _)) => self.take(stream, stopped.clone()),
                Err(error) if is_the_connections_own(&error) => {}
                Err(error) => {
                    self.places.note_refused_by_system(&error);
                    self.places.make_room();
                    tokio::time::sleep(REST).await;
                }
            }
        }
        noting.abort();
        drop(self.listener);
        drop(stopped);
        let _ = stopping.send(());
        // Every connection holds a receiver until it ends.
        stopping.closed().await;
    }

    fn take(&self, stream: TcpStream, mut stopped: watch::Receiver<()>) {
        // A stream without a peer address is already disconnected.
        let Ok(address) = stream.peer_addr() else {
            return;
        };
        let is_proxy = self.proxies.is_trusted(address.ip());
        let entry = match is_proxy {
            true => self.places.enter_proxy(),
            false => self.places.enter(address.ip()),
        };
        let place = match entry {
            SlotOffer::Place(place) => place,
            SlotOffer::Full => return self.reserve.answer(stream),
        };
        let io = PeerIo::new(stream, address, self.limits.stall, place);
        let peer = io.peer().clone();
        let idle = if is_proxy { PROXY_IDLE } else { self.limits.header };
        let (router, body) = (self.router.clone(), self.limits.body);
        let service = service_fn(move |request| answer(router.clone(), request, peer.clone(), body));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(idle)
            .max_header_size(HEAD_BYTES)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(io), service)
            .with_upgrades();
        tokio::spawn(async move {
            let mut connection = std::pin::pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                _ = stopped.changed() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection failed");
            }
        });
    }
}

async fn answer(
    router: Router,
    request: Request<Incoming>,
    peer: Peer,
    patience: Duration,
) -> Result<Response<Body>, Infallible> {
    peer.touch();
    let mut request = request.map(|body| Body::new(TimedBody::new(body, patience)));
    request.extensions_mut().insert(ConnectInfo(peer.clone()));
    let answer = router.oneshot(request).await;
    peer.touch();
    answer
}

fn is_the_connections_own(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}
