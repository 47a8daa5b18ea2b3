//! Native programs: tokio, and tungstenite over TCP.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::http::header::{
    COOKIE, HOST, LOCATION, SEC_WEBSOCKET_PROTOCOL, SET_COOKIE,
};
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::connector::Stream as Bytes;
use super::{Answer, Connector, Cookies, Dial, Goodbye, Target};
use crate::packet::Frame;
use crate::protocol::{Cause, LinkEvent, LinkFailure};
use crate::{BuildError, DisconnectReason};

type TcpWebSocket = WebSocketStream<Bytes>;

/// Whether a server can be reached with these settings.
pub(crate) fn check(secure: bool, headers: &[(String, String)]) -> Result<(), BuildError> {
    if secure && !cfg!(feature = "rustls") {
        return Err(BuildError::NoTls);
    }
    for (name, value) in headers {
        if name.parse::<HeaderName>().is_err() || value.parse::<HeaderValue>().is_err() {
            return Err(BuildError::Header(name.clone()));
        }
    }
    Ok(())
}

/// A WebSocket that is connecting, open, or over.
pub(crate) enum Link {
    Dialling(
        Pin<Box<dyn Future<Output = Result<TcpWebSocket, LinkFailure>> + Send>>,
        Duration,
    ),
    Open(Box<Open>),
    Asking {
        answer: Pin<Box<dyn Future<Output = Answer> + Send>>,
        is_post: bool,
    },
    Over,
}

pub(crate) struct Open {
    socket: TcpWebSocket,
    /// How long closing may take.
    goodbye: Duration,
    waiting: VecDeque<Message>,
    /// Whether some accepted frames are not yet flushed to the kernel.
    dirty: bool,
    /// Whether the machine knows, or is about to learn, that there is room.
    told: bool,
}

impl Link {
    pub(crate) fn dial(dial: &Dial, target: &Arc<Target>, sid: Option<&str>) -> Self {
        let url = super::with_sid(&target.websocket_url, sid);
        let how = How {
            connector: dial.connector.clone(),
            cookies: dial.credentials.then(|| dial.cookies.clone()),
            protocols: dial.protocols.clone(),
            max: dial.max_packet,
        };
        Self::Dialling(Box::pin(connect(url, target.clone(), how)), dial.goodbye)
    }

    /// Makes a GET, or POSTs a body.
    #[cfg(feature = "polling")]
    pub(crate) fn request(
        dial: &Dial,
        target: &Arc<Target>,
        sid: Option<&str>,
        body: Option<String>,
    ) -> Self {
        let url = super::with_sid(&target.polling_url, sid);
        let cookies = dial.credentials.then(|| dial.cookies.clone());
        let http = dial.http.clone();
        Self::Asking {
            is_post: body.is_some(),
            answer: Box::pin(super::http::request(
                http,
                url,
                target.clone(),
                cookies,
                dial.max_packet,
                body,
            )),
        }
    }

    #[cfg(not(feature = "polling"))]
    pub(crate) fn request(_: &Dial, _: &Arc<Target>, _: Option<&str>, _: Option<String>) -> Self {
        Self::Asking {
            answer: Box::pin(super::request(String::new())),
            is_post: false,
        }
    }

    pub(crate) fn send(&mut self, frames: Vec<Frame>) {
        if let Self::Open(open) = self {
            open.told = false;
            open.waiting.extend(frames.into_iter().map(|frame| match frame {
                Frame::Text(text) => Message::text(text),
                Frame::Binary(bytes) => Message::binary(bytes),
            }));
        }
    }

    /// The server answers the ping after everything that it read before.
    pub(crate) fn barrier(&mut self) {
        if let Self::Open(open) = self {
            open.waiting.push_back(Message::Ping(Vec::new().into()));
        }
    }

    /// The next event. Without `read`, nothing is read from the server.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, read: bool) -> Poll<LinkEvent> {
        match self {
            Self::Dialling(dialling, goodbye) => match ready!(dialling.as_mut().poll(cx)) {
                Ok(socket) => {
                    *self = Self::Open(Box::new(Open {
                        socket,
                        goodbye: *goodbye,
                        waiting: VecDeque::new(),
                        dirty: false,
                        told: false,
                    }));
                    Poll::Ready(LinkEvent::Opened)
                }
                Err(failure) => {
                    *self = Self::Over;
                    Poll::Ready(LinkEvent::Failed(failure))
                }
            },
            Self::Open(open) => open.poll(cx, read),
            Self::Asking { is_post: false, .. } if !read => Poll::Pending,
            Self::Asking { answer, .. } => {
                let answer = ready!(answer.as_mut().poll(cx));
                *self = Self::Over;
                Poll::Ready(super::answered(answer))
            }
            Self::Over => Poll::Pending,
        }
    }

    /// Sends the waiting frames and closes, within a time limit. A request is aborted.
    /// A message that waits in this process: none, because the system keeps them.
    pub(crate) fn arrived(&mut self) -> Option<LinkEvent> {
        None
    }

    pub(crate) fn close(self) -> Option<Goodbye> {
        let Self::Open(mut open) = self else {
            return None;
        };
        Some(Box::pin(async move {
            let goodbye = async {
                while let Some(message) = open.waiting.pop_front() {
                    open.socket.feed(message).await?;
                }
                open.socket.close(None).await?;
                while let Some(message) = open.socket.next().await {
                    message?;
                }
                Ok::<(), Error>(())
            };
            // Whether the other end receives it does not matter.
            let _ = tokio::time::timeout(open.goodbye, goodbye).await;
        }))
    }
}

async fn connect(url: String, target: Arc<Target>, how: How) -> Result<TcpWebSocket, LinkFailure> {
    let secure = url.starts_with("wss");
    let mut request = url.into_client_request().map_err(failed)?;
    let cookies = how
        .cookies
        .map(|all| all.of(request.uri().host().unwrap_or_default()));
    let (headers, cookie) = target.headers(cookies.as_ref(), secure);
    let protocols = (!how.protocols.is_empty()).then(|| how.protocols.join(", "));
    let own = cookie
        .map(|cookie| (COOKIE, cookie))
        .into_iter()
        .chain(protocols.map(|protocols| (SEC_WEBSOCKET_PROTOCOL, protocols)));
    for (name, value) in own {
        let value = value.parse().map_err(|_| no_value(name.as_str()))?;
        request.headers_mut().append(name, value);
    }
    for (name, value) in headers {
        let value: HeaderValue = value.parse().map_err(|_| no_value(name))?;
        let name: HeaderName = name.parse().map_err(|_| no_value(name))?;
        if name == HOST {
            // The header already exists.
            request.headers_mut().insert(name, value);
        } else {
            request.headers_mut().append(name, value);
        }
    }
    let config = WebSocketConfig::default()
        .read_buffer_size(16 << 10)
        .write_buffer_size(16 << 10)
        .max_message_size(Some(how.max))
        .max_frame_size(Some(how.max));
    let uri = request.uri();
    let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let host = uri.host().unwrap_or_default();
    let stream = how.connector.connect(host, port, secure).await.map_err(failed)?;
    let connected = client_async_with_config(request, stream, Some(config)).await;
    let (socket, response) = connected.map_err(refused)?;
    if let Some(cookies) = cookies {
        let lines = response.headers().get_all(SET_COOKIE);
        cookies.store(lines.iter().map(AsRef::as_ref));
    }
    Ok(socket)
}

/// The parameters of a WebSocket connection.
struct How {
    connector: Connector,
    cookies: Option<Cookies>,
    protocols: Vec<String>,
    max: usize,
}

fn no_value(name: &str) -> LinkFailure {
    LinkFailure::new(format!("no value for header {name}"))
}

fn refused(error: Error) -> LinkFailure {
    match error {
        Error::Http(response) => {
            let to = response.headers().get(LOCATION).map(HeaderValue::as_bytes);
            let body = response.body().as_deref().unwrap_or_default();
            super::refusal(response.status(), body, to)
        }
        other => {
            let said = match &other {
                Error::Protocol(ProtocolError::HandshakeIncomplete) => {
                    "the server closed the connection instead of opening a WebSocket: is the path right, is it http or \
                     https, and do the proxies on the way let WebSockets through?"
                }
                Error::Protocol(ProtocolError::HttparseError(_)) => {
                    "the answer is no HTTP: is the port right, and is it http or https?"
                }
                _ => return failed(other),
            };
            let mut failure = failed(other);
            failure.details = said.to_owned();
            failure
        }
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> LinkFailure {
    let mut failure = LinkFailure::new(super::chain(&error));
    failure.cause = Some(Cause(Arc::new(error)));
    failure
}

impl Open {
    fn poll(&mut self, cx: &mut Context<'_>, read: bool) -> Poll<LinkEvent> {
        match self.poll_write(cx) {
            Poll::Ready(Ok(())) if !self.told => {
                self.told = true;
                return Poll::Ready(LinkEvent::Writable);
            }
            Poll::Ready(Err(error)) => return Poll::Ready(closed(&error)),
            _ => {}
        }
        if !read {
            return Poll::Pending;
        }
        loop {
            return Poll::Ready(match ready!(Pin::new(&mut self.socket).poll_next(cx)) {
                None => closed(&Error::ConnectionClosed),
                Some(Err(error)) => closed(&error),
                Some(Ok(Message::Text(text))) => LinkEvent::Received(Frame::Text(text.as_str().to_owned())),
                Some(Ok(Message::Binary(bytes))) => LinkEvent::Received(Frame::Binary(bytes.to_vec())),
                Some(Ok(Message::Close(frame))) => LinkEvent::Closed {
                    reason: DisconnectReason::TransportClose,
                    details: frame.map(|frame| format!("close code {} {}", frame.code, frame.reason)),
                },
                Some(Ok(Message::Pong(_))) => LinkEvent::Passed,
                // tungstenite answers WebSocket pings while it is polled.
                Some(Ok(_)) => continue,
            });
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        while !self.waiting.is_empty() {
            ready!(Pin::new(&mut self.socket).poll_ready(cx))?;
            if let Some(message) = self.waiting.pop_front() {
                Pin::new(&mut self.socket).start_send(message)?;
                self.dirty = true;
            }
        }
        if self.dirty {
            ready!(Pin::new(&mut self.socket).poll_flush(cx))?;
            self.dirty = false;
        }
        Poll::Ready(Ok(()))
    }
}

fn closed(error: &Error) -> LinkEvent {
    let reason = match error {
        Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => DisconnectReason::TransportClose,
        Error::Capacity(_) | Error::Utf8(_) => DisconnectReason::ParseError,
        _ => DisconnectReason::TransportError,
    };
    LinkEvent::Closed {
        reason,
        details: Some(error.to_string()),
    }
}
