//! Records the client's address on every request, before the other layers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::request::client_address::{FORWARDED_FOR, TrustedProxies};
use crate::serve::peer::Peer;

/// The settings that client addresses follow from.
#[derive(Clone, Debug)]
pub struct Addresses {
    proxies: TrustedProxies,
    warned: Arc<AtomicBool>,
}

impl Addresses {
    pub fn new(proxies: TrustedProxies) -> Self {
        Self {
            proxies,
            warned: Arc::default(),
        }
    }
}

/// Puts the [`ClientAddress`](crate::request::client_address::ClientAddress) into the request's extensions.
pub async fn note(
    State(addresses): State<Addresses>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    let (peer, headers) = (peer.address().ip(), request.headers());
    let unknown_proxy = headers.contains_key(FORWARDED_FOR) && !addresses.proxies.is_trusted(peer);
    if unknown_proxy && !addresses.warned.swap(true, Ordering::Relaxed) {
        tracing::warn!(
            "{peer} sends X-Forwarded-For but is not trusted: if it is your proxy, start with --trusted-proxy {peer}; \
             otherwise all of its clients share the limits of one address"
        );
    }
    let client = addresses.proxies.client(peer, headers);
    request.extensions_mut().insert(client);
    next.run(request).await
}
