//! The configuration of a client before it starts.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::Client;
use super::attempt::{Attempt, Server, Targets};
use super::auth::{Credentials, PendingCredentials};
use super::run::Driver;
use super::shared::Shared;
use crate::demand;
use crate::packet::Parser;
use crate::platform::{self, MaybeSend, PageListener, Runtime};
use crate::protocol::Input;
use crate::protocol::Transport;
#[cfg(not(target_family = "wasm"))]
use crate::transport;
use crate::transport::Dial;
use crate::{BuildError, Limits, Retries, Settings};

/// The configuration of a client, with the JavaScript client's defaults.
#[must_use = "no client exists before `build`"]
pub struct Builder {
    server: Box<Server>,
    protocols: Vec<String>,
    credentials: bool,
    #[cfg(not(target_family = "wasm"))]
    connector: Result<transport::Connector, BuildError>,
    #[cfg(all(feature = "rustls", not(target_family = "wasm")))]
    tls: Option<Arc<rustls::ClientConfig>>,
    auth: Result<Credentials, BuildError>,
    settings: Box<Settings>,
    auto_connect: bool,
    wake_on_visible: bool,
}

impl Builder {
    pub(super) fn new(url: String) -> Self {
        Self {
            server: Box::new(Server {
                first: Attempt {
                    number: 0,
                    url,
                    query: Vec::new(),
                    headers: Vec::new(),
                },
                path: "/socket.io/".into(),
                trailing_slash: true,
                on_attempt: None,
            }),
            protocols: Vec::new(),
            credentials: false,
            #[cfg(not(target_family = "wasm"))]
            connector: Ok(transport::Connector::tcp()),
            #[cfg(all(feature = "rustls", not(target_family = "wasm")))]
            tls: None,
            auth: Ok(Credentials::None),
            settings: Box::default(),
            auto_connect: true,
            wake_on_visible: true,
        }
    }

    /// The path the server listens on. Default `/socket.io/`.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.server.path = path.into();
        self
    }

    /// Whether the path ends with a slash. Default `true`.
    pub fn trailing_slash(mut self, slash: bool) -> Self {
        self.server.trailing_slash = slash;
        self
    }

    /// Adds names and values to the query of every request, after the URL's own. The client encodes them.
    ///
    /// ```
    /// # use socketio_anywhere::Client;
    /// let builder = Client::builder("https://chat.example").query([("room", "Zoë & co"), ("v", "2")]);
    /// ```
    pub fn query(mut self, query: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Self {
        let pairs = query.into_iter().map(|(name, value)| (name.into(), value.into()));
        self.server.first.query.extend(pairs);
        self
    }

    /// Calls a function before each attempt at a connection. It may change the URL, the query and the headers, starting from this builder's:
    /// to renew a token, or to choose one of several servers. An unusable URL ends the attempt with an
    /// [`Event::ConnectError`](super::Event::ConnectError). The function must not block. A panic in it ends the client; in a page, where a
    /// panic does not unwind, the client stops instead, still says that it is connecting, and [`close`](Client::close) never returns.
    ///
    /// ```
    /// # use socketio_anywhere::Client;
    /// let builder = Client::builder("https://a.example").on_attempt(|attempt| {
    ///     let servers = ["https://a.example", "https://b.example"];
    ///     attempt.url = servers[attempt.number as usize % servers.len()].into();
    ///     attempt.query.push(("attempt".into(), attempt.number.to_string()));
    /// });
    /// ```
    pub fn on_attempt(mut self, call: impl FnMut(&mut Attempt) + MaybeSend + 'static) -> Self {
        demand::attempts::want();
        self.server.on_attempt = Some(Box::new(call));
        self
    }

    /// Whether to keep and send cookies, as needed behind a proxy that assigns sessions to servers by cookie. In a page it
    /// adds cookies to requests to other origins (the page's own origin gets them anyway); on native targets the client
    /// keeps up to 64 in memory, for this server alone. Default `false`.
    pub fn with_credentials(mut self, credentials: bool) -> Self {
        self.credentials = credentials;
        self
    }

    /// The subprotocols that a WebSocket offers. The client does not connect to a server that accepts none of them. Default:
    /// none.
    pub fn protocols(mut self, protocols: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.protocols = protocols.into_iter().map(Into::into).collect();
        self
    }

    /// Connects by a function of a host and a port instead of TCP: through a proxy, a tunnel, or a Unix socket. The client
    /// speaks TLS over the returned stream. An IPv6 address has its brackets.
    ///
    /// ```
    /// # use socketio_anywhere::Client;
    /// let builder = Client::builder("http://localhost").connector(|_host, port| async move {
    ///     tokio::net::TcpStream::connect(("127.0.0.1", port)).await
    /// });
    /// ```
    #[cfg(not(target_family = "wasm"))]
    pub fn connector<F, S>(mut self, connect: impl Fn(String, u16) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = std::io::Result<S>> + Send + 'static,
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        self.connector = Ok(transport::Connector::new(connect));
        self
    }

    /// Connects through an HTTP proxy, with CONNECT: `http://proxy:3128`, or `http://name:password@proxy:3128`.
    #[cfg(not(target_family = "wasm"))]
    pub fn proxy(mut self, url: &str) -> Self {
        self.connector = transport::Connector::proxy(url);
        self
    }

    /// The TLS configuration: roots, client certificates, versions. Its only ALPN protocol may be `http/1.1`. Default: the
    /// operating system's roots, with *ring*; the client neither reads nor sets a process-wide default.
    #[cfg(all(feature = "rustls", not(target_family = "wasm")))]
    pub fn tls_config(mut self, config: impl Into<Arc<rustls::ClientConfig>>) -> Self {
        self.tls = Some(config.into());
        self
    }

    /// The credentials for every connection: a value that serializes to an object, or to nothing (`()` or `None`).
    pub fn auth(mut self, auth: impl Serialize) -> Self {
        self.auth = match crate::payload::to_json(&auth) {
            Ok(auth) if auth == "null" => Ok(Credentials::None),
            Ok(auth) if auth.starts_with('{') => Ok(Credentials::Value(auth)),
            _ => Err(BuildError::Auth),
        };
        self
    }

    /// Calls a function for the credentials of each connection: an object, or null for none; anything else ends the attempt with a
    /// [`ConnectError`](crate::ConnectError) that counts as a refusal. It must not block, and may use the client. For a panic see [`on_attempt`](Self::on_attempt).
    pub fn auth_with(mut self, auth: impl FnMut() -> Value + MaybeSend + 'static) -> Self {
        demand::computed_auth::want();
        self.auth = Ok(Credentials::Call(Box::new(auth)));
        self
    }

    /// Calls a function for the credentials of each connection, and awaits them. For a panic see [`on_attempt`](Self::on_attempt).
    pub fn auth_async<F>(mut self, mut auth: impl FnMut() -> F + MaybeSend + 'static) -> Self
    where
        F: Future<Output = Value> + MaybeSend + 'static,
    {
        demand::computed_auth::want();
        self.auth = Ok(Credentials::Async(Box::new(move || -> PendingCredentials {
            Box::pin(auth())
        })));
        self
    }

    /// Whether to reconnect after a failure or a lost connection. Default `true`.
    pub fn reconnection(mut self, reconnection: bool) -> Self {
        self.settings.reconnection = reconnection;
        self
    }

    /// The number of attempts after which to give up. Default `None`: never.
    pub fn reconnection_attempts(mut self, attempts: impl Into<Option<u32>>) -> Self {
        self.settings.reconnection_attempts = attempts.into();
        self
    }

    /// The delay before the first reconnection attempt; it doubles from there. Default 1 s.
    pub fn reconnection_delay(mut self, delay: Duration) -> Self {
        self.settings.reconnection_delay = delay;
        self
    }

    /// The longest delay between attempts. Default 5 s.
    pub fn reconnection_delay_max(mut self, delay: Duration) -> Self {
        self.settings.reconnection_delay_max = delay;
        self
    }

    /// The fraction by which a delay varies, 0.0 to 1.0. Default 0.5.
    pub fn randomization_factor(mut self, factor: f64) -> Self {
        self.settings.randomization_factor = factor;
        self
    }

    /// How long connecting may take, up to the server's handshake. Default 20 s; `None` means no limit.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.settings.timeout = timeout.into();
        self
    }

    /// Whether [`build`](Self::build) connects. Default `true`.
    pub fn auto_connect(mut self, auto_connect: bool) -> Self {
        self.auto_connect = auto_connect;
        self
    }

    /// Whether the client wakes when the page is shown again, thawed, or restored from the back-forward cache, and when the
    /// browser is online again; see [`Client::wake`]. A frozen page runs no timers, so it makes no attempts. Default `true`;
    /// in a page or worker only.
    pub fn wake_on_visible(mut self, wake: bool) -> Self {
        self.wake_on_visible = wake;
        self
    }

    /// Adds a header to every request. Native only: a browser sends its own headers, and this does nothing there.
    pub fn extra_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.server.first.headers.push((name.into(), value.into()));
        self
    }

    /// The allowed transports, in order of preference. Default WebSocket, then long-polling; the second is used only with
    /// [`try_all_transports`](Self::try_all_transports), or if it comes first.
    pub fn transports(mut self, transports: impl IntoIterator<Item = Transport>) -> Self {
        demand::polling::want();
        self.settings.transports = transports.into_iter().collect();
        self
    }

    /// Whether to try the next transport when one fails before the handshake, and to fall back to long-polling if a
    /// WebSocket opens but does not work. Default `false`.
    ///
    /// With both transports in [`transports`](Self::transports), long-polling then also takes over from a WebSocket that
    /// opens and carries nothing, or ends before the server's first heartbeat, as behind some proxies. From then on
    /// connections begin with long-polling, and switch to WebSocket as soon as it works again. [`Client::fallback`] returns
    /// the reason.
    pub fn try_all_transports(mut self, try_all: bool) -> Self {
        demand::polling::want();
        self.settings.try_all_transports = try_all;
        self
    }

    /// With [`try_all_transports`](Self::try_all_transports), how long a transport may take for the handshake, and a
    /// WebSocket for the answer to CONNECT or to a probe, before another one is used. Default 5 s.
    pub fn fallback_timeout(mut self, timeout: Duration) -> Self {
        self.settings.fallback_timeout = timeout;
        self
    }

    /// With [`try_all_transports`](Self::try_all_transports), the delay before a failed WebSocket is tried again, at first
    /// and at most: it doubles with each failure. Default 15 s and 5 min.
    pub fn upgrade_delay(mut self, first: Duration, longest: Duration) -> Self {
        self.settings.upgrade_delay = first;
        self.settings.upgrade_delay_max = longest;
        self
    }

    /// Whether to switch from long-polling to WebSocket once connected. Default `true`.
    pub fn upgrade(mut self, upgrade: bool) -> Self {
        self.settings.upgrade = upgrade;
        self
    }

    /// Whether to begin with WebSocket if it worked last time. Default `false`.
    pub fn remember_upgrade(mut self, remember: bool) -> Self {
        self.settings.remember_upgrade = remember;
        self
    }

    /// How long leaving may take, for the events emitted before and for the disconnection. Default 10 s.
    pub fn close_timeout(mut self, timeout: Duration) -> Self {
        self.settings.close_timeout = timeout;
        self
    }

    /// The packet format, which must be the server's. Default [`Parser::Json`].
    pub fn parser(mut self, parser: Parser) -> Self {
        self.settings.parser = parser;
        self
    }

    /// How long to wait for an ack if [`emit_with_ack`](Client::emit_with_ack) gets `None`. Default 10 s.
    pub fn ack_timeout(mut self, timeout: Duration) -> Self {
        self.settings.ack_timeout = timeout;
        self
    }

    /// Sends events one by one, and repeats each until the server acknowledges it. Default `None`: each is sent once.
    pub fn retries(mut self, retries: impl Into<Option<Retries>>) -> Self {
        demand::retries::want();
        self.settings.retries = retries.into();
        self
    }

    /// Names the events that the server emits as volatile, so that nothing in them counts as a recovery offset.
    ///
    /// ```
    /// # use socketio_anywhere::Client;
    /// // The server runs `io.volatile.emit("typing", name)`: a name must not be taken for the offset of the last event.
    /// let builder = Client::builder("https://chat.example").volatile_events(["typing"]);
    /// ```
    pub fn volatile_events(mut self, events: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.settings.volatile_events = events.into_iter().map(Into::into).collect();
        self
    }

    /// Treats any text that is the last argument of an event as a recovery offset, like the JavaScript client, instead of
    /// only texts that look like an offset of the in-memory, Redis-streams or MongoDB adapters. For other adapters; then
    /// also name [`volatile_events`](Self::volatile_events). Default `false`.
    pub fn any_offset(mut self, any: bool) -> Self {
        self.settings.any_offset = any;
        self
    }

    /// Most events that wait for a connection. Default 4,096; see also [`limits`](Self::limits).
    pub fn send_buffer(mut self, events: usize) -> Self {
        self.settings.limits.send_buffer = events;
        self
    }

    /// Changes the bounds on memory.
    pub fn limits(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.settings.limits);
        self
    }

    /// Starts the client's loop: on the current tokio runtime, or on the page's event loop.
    ///
    /// Events before the first call of [`Client::events`] are not seen; to see the very first, turn `auto_connect` off and
    /// connect afterwards.
    ///
    /// # Errors
    /// If the settings can never work, see [`BuildError`].
    pub fn build(self) -> Result<Client, BuildError> {
        let endpoint = self.server.endpoint()?;
        check_protocols(&self.protocols)?;
        let auth = self.auth?;
        let usable = |transport: &Transport| cfg!(feature = "polling") || *transport == Transport::WebSocket;
        if !self.settings.transports.iter().any(usable) {
            return Err(BuildError::NoTransport);
        }
        #[cfg(not(target_family = "wasm"))]
        let connector = {
            #[cfg_attr(not(feature = "rustls"), expect(unused_mut, reason = "for TLS"))]
            let mut connector = self.connector?;
            #[cfg(feature = "rustls")]
            if let Some(config) = self.tls {
                connector.set_tls(config);
            }
            connector
        };
        let runtime = Runtime::current()?;
        let dial = Dial {
            protocols: self.protocols,
            credentials: self.credentials,
            max_packet: self.settings.limits.packet,
            goodbye: self.settings.close_timeout,
            #[cfg(not(target_family = "wasm"))]
            cookies: transport::Cookies::default(),
            #[cfg(all(feature = "polling", not(target_family = "wasm")))]
            http: transport::Http::new(connector.clone()),
            #[cfg(not(target_family = "wasm"))]
            connector,
        };
        let (shared, key) = Shared::new(self.settings, runtime, &endpoint.namespace, self.auto_connect);
        let listeners = page_listeners(&shared, self.wake_on_visible, endpoint.is_localhost());
        let targets = Targets::new(self.server);
        shared
            .runtime
            .spawn(Driver::new(shared.clone(), dial, targets, auth, listeners).run());
        if self.auto_connect {
            shared.with(|inner, now| inner.machine.handle(Input::Connect(key), now));
        }
        Ok(Client::new(shared, key))
    }
}

/// Tells the machine of the page, if there is one: that it is looked at again, that the network is lost, that the page goes.
fn page_listeners(
    shared: &Arc<Shared>,
    wake_on_visible: bool,
    is_localhost: bool,
) -> [Option<PageListener>; 3] {
    // Weak: a listener of the page keeps no client alive.
    let tell = |input: fn() -> Input| {
        let told = Arc::downgrade(shared);
        move || {
            if let Some(shared) = told.upgrade() {
                shared.with(|inner, now| inner.machine.handle(input(), now));
            }
        }
    };
    [
        wake_on_visible.then(|| platform::on_return(tell(|| Input::Wake))),
        (!is_localhost).then(|| platform::on_offline(tell(|| Input::Offline))),
        // A WebSocket is closed by the browser.
        demand::polling::is_wanted().then(|| platform::on_unload(tell(|| Input::Unload))),
    ]
}

/// Names of subprotocols are tokens, and each may appear once.
fn check_protocols(protocols: &[String]) -> Result<(), BuildError> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    for (at, name) in protocols.iter().enumerate() {
        if name.is_empty() || !name.bytes().all(token) || protocols[..at].contains(name) {
            return Err(BuildError::Protocol(name.clone()));
        }
    }
    Ok(())
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("first", &self.server.first)
            .field("path", &self.server.path)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
