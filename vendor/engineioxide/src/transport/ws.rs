//! The ws transport module is responsible for handling websocket connections
//! The only public function is [`new_req`] which is used to upgrade a http request to a websocket connection
//!
//! Other functions are used internally to handle the websocket connection through tasks and channels
//! and to handle upgrade from polling to ws

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_util::{SinkExt, StreamExt};
use http::{HeaderValue, Request, Response, StatusCode, request::Parts};
use smallvec::smallvec;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    time::{Instant, Sleep, sleep_until},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self, Message,
        handshake::derive_accept_key,
        protocol::{Role, WebSocketConfig},
    },
};
use tokio_util::future::FutureExt as _;

use engineioxide_core::{Packet, ProtocolVersion, Sid, Str, TransportType};

use crate::{
    DisconnectReason, Socket,
    body::ResponseBody,
    config::EngineIoConfig,
    engine::EngineIo,
    errors::Error,
    handler::EngineIoHandler,
    queue::Receiver,
    transport::{
        frames::{FRAMES, FrameIo},
        heartbeat::{Beat, Heartbeat},
        make_open_packet,
    },
};

/// Create a response for websocket upgrade
fn ws_response<B>(ws_key: &HeaderValue) -> Response<ResponseBody<B>> {
    let derived = derive_accept_key(ws_key.as_bytes());
    let sec = derived.parse::<HeaderValue>().unwrap();
    Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(http::header::UPGRADE, HeaderValue::from_static("websocket"))
        .header(
            http::header::CONNECTION,
            HeaderValue::from_static("Upgrade"),
        )
        .header(http::header::SEC_WEBSOCKET_ACCEPT, sec)
        .body(ResponseBody::empty_response())
        .unwrap() // we are only using constants
}

/// Upgrade a websocket request to create a websocket connection.
///
/// If a sid is provided in the query it means that is is upgraded from an existing HTTP polling request.
/// In this case the http polling request is closed and the SID is kept for the websocket
pub fn new_req<R: Send + 'static, B, H: EngineIoHandler>(
    engine: Arc<EngineIo<H>>,
    protocol: ProtocolVersion,
    sid: Option<Sid>,
    req: Request<R>,
) -> Result<Response<ResponseBody<B>>, Error> {
    let (parts, body) = req.into_parts();
    let req = Request::from_parts(parts.clone(), body);

    let ws_key = parts
        .headers
        .get("Sec-WebSocket-Key")
        .ok_or(Error::InvalidWebSocketKey)?
        .clone();

    tokio::spawn(async move {
        let conn = hyper::upgrade::on(req)
            .await
            .map(hyper_util::rt::TokioIo::new);

        let res = match conn {
            Ok(conn) => on_init(engine.clone(), conn, protocol, sid, parts).await,
            Err(_e) => {
                #[cfg(feature = "tracing")]
                tracing::debug!("ws upgrade error: {}", _e);
                return;
            }
        };

        match res {
            Ok(_) => {
                #[cfg(feature = "tracing")]
                tracing::debug!(?sid, "ws closed")
            }
            Err(Error::MultipleWebsocketRequests) => {}
            Err(_e) => {
                #[cfg(feature = "tracing")]
                tracing::debug!(?sid, "ws closed with error: {_e}");
                if let Some(sid) = sid {
                    engine.close_session(sid, DisconnectReason::TransportError);
                }
            }
        }
    });

    Ok(ws_response(&ws_key))
}

/// Handle a websocket connection upgrade
///
/// Sends an open packet if it is not an upgrade from a polling request
///
/// Read packets from the websocket and handle them, it will block until the connection is closed
#[cfg_attr(
    feature = "tracing",
    tracing::instrument(level = "trace", name = "init_websocket", skip(engine, conn, req_data))
)]
pub async fn on_init<H: EngineIoHandler, S>(
    engine: Arc<EngineIo<H>>,
    conn: S,
    protocol: ProtocolVersion,
    sid: Option<Sid>,
    req_data: Parts,
) -> Result<(), Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let ws_config = WebSocketConfig::default()
        .read_buffer_size(engine.config.ws_read_buffer_size)
        .max_message_size(Some(engine.config.ws_max_message_size))
        .max_frame_size(Some(engine.config.ws_max_frame_size));

    let ws_init =
        move || WebSocketStream::from_raw_socket(FrameIo::new(conn), Role::Server, Some(ws_config));
    let (socket, ws, keeps_heartbeat) = if let Some(sid) = sid {
        match engine.get_socket(sid) {
            None => return Err(Error::UnknownSessionID(sid)),
            Some(socket) if socket.is_ws() => return Err(Error::MultipleWebsocketRequests),
            Some(socket) => {
                let mut ws = ws_init().await;

                let upgrade_fut = upgrade_handshake::<H, _>(&socket, &mut ws);
                match tokio::time::timeout(engine.config.upgrade_timeout, upgrade_fut)
                    .with_cancellation_token(&socket.cancellation_token)
                    .await
                {
                    Some(Ok(res)) => res?,
                    Some(Err(_)) => {
                        #[cfg(feature = "tracing")]
                        tracing::debug!(?sid, "ws upgrade timed out, closing session");
                        engine.close_session(socket.id, DisconnectReason::TransportError);
                        return Err(Error::Upgrade);
                    }
                    None => {
                        #[cfg(feature = "tracing")]
                        tracing::debug!(?sid, "socket is being closed");
                        return Err(Error::Upgrade);
                    }
                }
                // The task that began with the first poll goes on.
                (socket, ws, false)
            }
        }
    } else {
        let socket = engine.create_session(protocol, TransportType::Websocket, req_data, false);

        #[cfg(feature = "tracing")]
        tracing::debug!("new websocket connection");

        let mut ws = ws_init().await;
        init_handshake(socket.id, &mut ws, &engine.config).await?;
        let keeps_heartbeat = protocol == ProtocolVersion::V4;
        if !keeps_heartbeat {
            socket
                .clone()
                .spawn_heartbeat(engine.config.ping_interval, engine.config.ping_timeout);
        }
        (socket, ws, keeps_heartbeat)
    };
    // A task of its own: the one that has opened the connection is larger than a connection needs.
    tokio::spawn(drive(engine, socket, ws, keeps_heartbeat));
    Ok(())
}

/// Serves an open WebSocket in one task: reads messages, writes the packets of the socket's queue, and keeps the heartbeat, until
/// the transport or the session ends.
async fn drive<H: EngineIoHandler, S>(
    engine: Arc<EngineIo<H>>,
    socket: Arc<Socket<H::Data>>,
    mut ws: Ws<S>,
    keeps_heartbeat: bool,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let _panicked = EndOnPanic(&engine, socket.id);
    let mut internal_rx = match socket.internal_rx.try_lock() {
        Ok(rx) => rx,
        // A polling request that was in progress during the upgrade may still hold the lock.
        Err(_) => {
            let lock = socket
                .internal_rx
                .lock()
                .with_cancellation_token(&socket.cancellation_token);
            let Some(rx) = Box::pin(lock).await else {
                #[cfg(feature = "tracing")]
                tracing::debug!(sid = %socket.id, "session closed before starting the ws writer");
                return;
            };
            rx
        }
    };
    {
        let config = &engine.config;
        let mut heartbeat =
            keeps_heartbeat.then(|| Heartbeat::new(config.ping_interval, config.ping_timeout));
        let first = heartbeat
            .as_ref()
            .map_or_else(Instant::now, Heartbeat::deadline);
        let mut sleep = pin!(sleep_until(first));
        let mut cancelled = pin!(socket.cancellation_token.cancelled());
        let mut connection = Connection {
            engine: &engine,
            socket: &socket,
            rx: &mut internal_rx.buffered_rx,
            ws: &mut ws,
        };
        let reason = poll_fn(|cx| {
            // Read first: what the handlers emit is written below, without waking this task again.
            connection.rx.unpark();
            if let Poll::Ready(reason) = connection.poll_read(cx, &mut heartbeat, sleep.as_mut()) {
                return Poll::Ready(Some(reason));
            }
            if let Some(heartbeat) = &mut heartbeat {
                while let Poll::Ready(beat) = heartbeat.poll(sleep.as_mut(), cx) {
                    let ping = || socket.internal_tx.try_send(smallvec![Packet::Ping]);
                    if beat == Beat::Timeout || ping().is_err() {
                        #[cfg(feature = "tracing")]
                        tracing::debug!(id = ?socket.id, "heartbeat timeout");
                        socket.close(DisconnectReason::HeartbeatTimeout);
                        break;
                    }
                }
            }
            connection.poll_write(cx);
            cancelled.as_mut().poll(cx).map(|()| None)
        })
        .await;
        if let Some(reason) = reason {
            engine.close_session(socket.id, reason);
        }
    }
    let rx = &mut internal_rx.buffered_rx;
    poll_fn(|cx| {
        let mut connection = Connection {
            engine: &engine,
            socket: &socket,
            rx: &mut *rx,
            ws: &mut ws,
        };
        connection.poll_drain(cx)
    })
    .await;
    #[cfg(feature = "tracing")]
    tracing::trace!(sid = %socket.id, "ws closing flush");
    SinkExt::close(&mut ws).await.ok();
    // What tungstenite has written may be waiting below it.
    ws.get_mut().flush().await.ok();
}

type Ws<S> = WebSocketStream<FrameIo<S>>;

/// Ends the session if a handler panics: with the task, its heartbeat is gone.
struct EndOnPanic<'a, H: EngineIoHandler>(&'a Arc<EngineIo<H>>, Sid);

impl<H: EngineIoHandler> Drop for EndOnPanic<'_, H> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0
                .close_session(self.1, DisconnectReason::TransportError);
        }
    }
}

/// The parts of an open connection.
struct Connection<'a, H: EngineIoHandler, S> {
    engine: &'a Arc<EngineIo<H>>,
    socket: &'a Arc<Socket<H::Data>>,
    rx: &'a mut Receiver,
    ws: &'a mut Ws<S>,
}

impl<H: EngineIoHandler, S> Connection<'_, H, S>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    /// Reads messages until there is none. Returns why the connection ends, if it does.
    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        heartbeat: &mut Option<Heartbeat>,
        mut sleep: Pin<&mut Sleep>,
    ) -> Poll<DisconnectReason> {
        loop {
            let message = match ready!(self.ws.poll_next_unpin(cx)) {
                Some(Ok(message)) => message,
                Some(Err(error)) => return Poll::Ready(self.failed(error.into())),
                None => {
                    #[cfg(feature = "tracing")]
                    tracing::debug!(sid = %self.socket.id, "ws transport was closed");
                    return Poll::Ready(DisconnectReason::TransportClose);
                }
            };
            match self.take(message) {
                Ok(Taken::Message) => {}
                Ok(Taken::Pong) => match heartbeat {
                    Some(heartbeat) => heartbeat.pong(sleep.as_mut()),
                    None => self.socket.heartbeat.notify_one(),
                },
                Ok(Taken::Close) => {
                    #[cfg(feature = "tracing")]
                    tracing::debug!(sid = %self.socket.id, "websocket closed, closing session");
                    return Poll::Ready(DisconnectReason::TransportClose);
                }
                Err(error) => return Poll::Ready(self.failed(error)),
            }
            if self.socket.cancellation_token.is_cancelled() {
                return Poll::Pending;
            }
        }
    }

    fn failed(&self, error: Error) -> DisconnectReason {
        #[cfg(feature = "tracing")]
        tracing::debug!("error when handling packet: {:?}", error);
        Option::<DisconnectReason>::from(&error).unwrap_or(DisconnectReason::TransportError)
    }

    /// Hands a message to the handler.
    fn take(&self, message: Message) -> Result<Taken, Error> {
        let (handler, socket) = (&self.engine.handler, self.socket);
        match message {
            Message::Text(message) => {
                match Packet::parse(socket.protocol, ws_bytes_to_str(message))? {
                    Packet::Close => return Ok(Taken::Close),
                    Packet::Pong | Packet::Ping => return Ok(Taken::Pong),
                    Packet::Message(message) => handler.on_message(message, socket.clone()),
                    packet => return Err(Error::BadPacket(packet)),
                }
            }
            Message::Binary(mut data) => {
                if socket.protocol == ProtocolVersion::V3 && !data.is_empty() {
                    // The first byte is the message type, which we don't need.
                    data = data.split_off(1);
                }
                handler.on_binary(data, socket.clone());
            }
            Message::Close(_) => return Ok(Taken::Close),
            _ => {
                #[cfg(feature = "tracing")]
                tracing::debug!(sid = ?socket.id, "unexpected ws message");
            }
        }
        Ok(Taken::Message)
    }

    /// Writes packets until the queue is empty or the transport takes no more.
    ///
    /// A failed write drops them: the next read fails as well, and ends the connection.
    fn poll_write(&mut self, cx: &mut Context<'_>) {
        loop {
            let is_empty = !matches!(self.fill(cx), Poll::Ready(true));
            if self.ws.get_mut().poll_write_frames(cx).is_pending() || is_empty {
                return;
            }
        }
    }

    /// Writes what is left in the queue of a session that has ended.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let is_empty = !matches!(self.fill(cx), Poll::Ready(true));
            if ready!(self.ws.get_mut().poll_write_frames(cx)).is_err() || is_empty {
                return Poll::Ready(());
            }
        }
    }

    /// Takes packets from the queue, as many as are written at once; false once it has ended.
    fn fill(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        let io = self.ws.get_mut();
        while io.waiting() < FRAMES {
            match self.rx.poll_recv(cx) {
                Poll::Ready(Some(packets)) => {
                    for packet in packets {
                        io.push(packet, self.socket.protocol);
                    }
                }
                Poll::Ready(None) => return Poll::Ready(false),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(true)
    }
}

/// What a message was.
enum Taken {
    Message,
    Pong,
    Close,
}

async fn init_handshake<S>(
    sid: Sid,
    ws: &mut WebSocketStream<S>,
    config: &EngineIoConfig,
) -> Result<(), Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let packet = Packet::Open(make_open_packet(TransportType::Websocket, sid, config));
    let packet: String = packet.into();
    ws.send(Message::Text(packet.into())).await?;
    Ok(())
}

/// Upgrade a session from a polling request to a websocket request.
///
/// Before upgrading the session the server should send a NOOP packet to any pending polling request.
///
/// ## Handshake :
/// ```text
/// CLIENT                                                 SERVER
///│                                                      │
///│   GET /engine.io/?EIO=4&transport=websocket&sid=...  │
///│ ───────────────────────────────────────────────────► │
///│  ◄─────────────────────────────────────────────────┘ │
///│            HTTP 101 (WebSocket handshake)            │
///│                                                      │
///│            -----  WebSocket frames -----             │
///│  ─────────────────────────────────────────────────►  │
///│                         2probe                       │ (ping packet)
///│  ◄─────────────────────────────────────────────────  │
///│                         3probe                       │ (pong packet)
///│  ─────────────────────────────────────────────────►  │
///│                         5                            │ (upgrade packet)
///│                                                      │
///│            -----  WebSocket frames -----             │
/// ```
#[cfg_attr(
    feature = "tracing",
    tracing::instrument(level = "trace", skip(socket, ws))
)]
async fn upgrade_handshake<H: EngineIoHandler, S>(
    socket: &Arc<Socket<H::Data>>,
    ws: &mut WebSocketStream<S>,
) -> Result<(), Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    #[cfg(feature = "tracing")]
    tracing::debug!("starting websocket connection upgrade");

    // The socket is upgrading, from now on all polling
    // request will return a `Packet::Noop`
    socket.start_upgrade();

    // We send a last Noop request to close a potential waiting polling request.
    socket
        .internal_tx
        .send(smallvec![Packet::Noop])
        .await
        .map_err(|_| Error::Upgrade)?;

    // wait for any current polling connection to finish by waiting for the socket to be unlocked
    // All other polling connection will be immediately closed with a NOOP packet.
    let _lock = socket.internal_rx.lock().await;

    // Fetch the next packet from the ws stream, it should be a PingUpgrade packet
    let msg = match ws.next().await {
        Some(Ok(Message::Text(d))) => d,
        _ => Err(Error::Upgrade)?,
    };
    match Packet::parse(socket.protocol, ws_bytes_to_str(msg))? {
        Packet::PingUpgrade => {
            #[cfg(feature = "tracing")]
            tracing::debug!("received first ping upgrade");
            // Respond with a PongUpgrade packet
            ws.send(Message::Text(String::from(Packet::PongUpgrade).into()))
                .await?;
        }
        p => Err(Error::BadPacket(p))?,
    };

    // Fetch the next packet from the ws stream, it should be an Upgrade packet
    let msg = match ws.next().await {
        Some(Ok(Message::Text(d))) => d,
        Some(Ok(Message::Close(_))) => {
            #[cfg(feature = "tracing")]
            tracing::debug!("ws stream closed before upgrade");
            Err(Error::Upgrade)?
        }
        _ => {
            #[cfg(feature = "tracing")]
            tracing::debug!("unexpected ws message before upgrade");
            Err(Error::Upgrade)?
        }
    };
    match Packet::parse(socket.protocol, ws_bytes_to_str(msg))? {
        Packet::Upgrade => {
            #[cfg(feature = "tracing")]
            tracing::debug!("ws upgraded successfully")
        }
        p => Err(Error::BadPacket(p))?,
    };

    socket.upgrade_to_websocket();
    Ok(())
}

fn ws_bytes_to_str(bytes: tungstenite::Utf8Bytes) -> Str {
    // SAFETY: the bytes are guaranteed to be valid UTF-8 by the tungstenite parser
    unsafe { Str::from_bytes_unchecked(bytes.into()) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use futures_util::StreamExt;
    use http::Request;
    use tokio::io::DuplexStream;

    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(1);

    #[derive(Debug)]
    struct StubHandler;
    impl EngineIoHandler for StubHandler {
        type Data = ();
        fn on_connect(self: Arc<Self>, _: Arc<Socket<()>>) {}
        fn on_disconnect(&self, _: Arc<Socket<()>>, _: DisconnectReason) {}
        fn on_message(self: &Arc<Self>, message: Str, _: Arc<Socket<()>>) {
            assert_ne!(&*message, "panic");
        }
        fn on_binary(self: &Arc<Self>, _: Bytes, _: Arc<Socket<()>>) {}
    }

    fn socket() -> Arc<Socket<()>> {
        Arc::new(Socket::new(
            ProtocolVersion::V4,
            TransportType::Websocket,
            &EngineIoConfig::default(),
            Request::<()>::default().into_parts().0,
            Box::new(|_, _| ()),
            false,
        ))
    }

    fn engine() -> Arc<EngineIo<StubHandler>> {
        Arc::new(EngineIo::new(
            Arc::new(StubHandler),
            EngineIoConfig::default(),
        ))
    }

    async fn ws_pair() -> (Ws<DuplexStream>, WebSocketStream<DuplexStream>) {
        let (server, client) = tokio::io::duplex(1024);
        (
            WebSocketStream::from_raw_socket(FrameIo::new(server), Role::Server, None).await,
            WebSocketStream::from_raw_socket(client, Role::Client, None).await,
        )
    }

    async fn next(client: &mut WebSocketStream<DuplexStream>) -> Option<Message> {
        tokio::time::timeout(TIMEOUT, client.next())
            .await
            .expect("the server should send something")
            .transpose()
            .ok()
            .flatten()
    }

    /// A polling request can still hold the lock at the end of an upgrade.
    #[tokio::test]
    async fn the_writer_waits_for_the_lock_of_a_polling_request() {
        let socket = socket();
        let (server, mut client) = ws_pair().await;
        let polling = socket.internal_rx.lock().await;
        let serving = tokio::spawn(drive(engine(), socket.clone(), server, false));
        tokio::task::yield_now().await;
        assert!(!serving.is_finished(), "it should wait for the lock");
        drop(polling);
        socket.emit(Str::from("hello")).unwrap();
        assert_eq!(next(&mut client).await, Some(Message::text("4hello")));
    }

    #[tokio::test]
    async fn what_waits_for_the_lock_stops_with_the_session() {
        let socket = socket();
        let (server, _client) = ws_pair().await;
        let _polling = socket.internal_rx.lock().await;
        let serving = tokio::spawn(drive(engine(), socket.clone(), server, false));
        tokio::task::yield_now().await;
        socket.cancellation_token.cancel();
        tokio::time::timeout(TIMEOUT, serving)
            .await
            .unwrap()
            .unwrap();
    }

    #[tokio::test]
    async fn a_session_that_ends_sends_what_it_has_and_a_close_frame() {
        let socket = socket();
        let (server, mut client) = ws_pair().await;
        let serving = tokio::spawn(drive(engine(), socket.clone(), server, true));
        assert_eq!(next(&mut client).await, Some(Message::text("2")));
        for text in ["one", "two"] {
            socket.emit(Str::from(text)).unwrap();
        }
        socket.cancellation_token.cancel();
        assert_eq!(next(&mut client).await, Some(Message::text("4one")));
        assert_eq!(next(&mut client).await, Some(Message::text("4two")));
        assert_eq!(next(&mut client).await, Some(Message::Close(None)));
        tokio::time::timeout(TIMEOUT, serving)
            .await
            .unwrap()
            .unwrap();
        assert!(socket.internal_rx.try_lock().is_ok(), "the lock is free");
    }

    #[tokio::test]
    async fn more_than_is_written_at_once_arrives_in_order_while_the_client_pings() {
        let socket = socket();
        let (server, client) = ws_pair().await;
        let _serving = tokio::spawn(drive(engine(), socket.clone(), server, false));
        let (mut out, mut client) = client.split();
        let pinging = tokio::spawn(async move {
            for _ in 0..20 {
                out.send(Message::Ping(Bytes::from_static(b"x")))
                    .await
                    .unwrap();
            }
        });
        let sending = tokio::spawn(async move {
            for nth in 0..500 {
                while socket.emit(format!("{nth} {}", "x".repeat(90))).is_err() {
                    tokio::task::yield_now().await;
                }
            }
        });
        let (mut heard, mut pongs) = (0, 0);
        while heard < 500 || pongs == 0 {
            match client.next().await.unwrap().unwrap() {
                Message::Text(text) => {
                    assert_eq!(text.as_str(), format!("4{heard} {}", "x".repeat(90)));
                    heard += 1;
                }
                Message::Pong(_) => pongs += 1,
                other => panic!("{other:?}"),
            }
        }
        pinging.await.unwrap();
        sending.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_sends_no_pong_is_disconnected() {
        let socket = socket();
        let (server, mut client) = ws_pair().await;
        let serving = tokio::spawn(drive(engine(), socket.clone(), server, true));
        assert_eq!(client.next().await.unwrap().unwrap(), Message::text("2"));
        client.send(Message::text("3")).await.unwrap();
        assert_eq!(client.next().await.unwrap().unwrap(), Message::text("2"));
        // Its close packet. The engine, which has not opened this session, cannot end it.
        assert_eq!(client.next().await.unwrap().unwrap(), Message::text("1"));
        assert!(!serving.is_finished());
    }

    #[tokio::test]
    async fn a_handler_that_panics_ends_its_session() {
        let engine = engine();
        let parts = Request::<()>::default().into_parts().0;
        let socket =
            engine.create_session(ProtocolVersion::V4, TransportType::Websocket, parts, false);
        let (server, mut client) = ws_pair().await;
        let serving = tokio::spawn(drive(engine.clone(), socket.clone(), server, true));
        client.send(Message::text("4panic")).await.unwrap();
        assert!(serving.await.unwrap_err().is_panic());
        assert!(engine.get_socket(socket.id).is_none());
        tokio::time::timeout(TIMEOUT, socket.closed())
            .await
            .unwrap();
    }
}
