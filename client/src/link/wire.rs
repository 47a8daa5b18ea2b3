//! The connection to the server as the link uses it: a socket, or a socket with a laboratory around it.

use std::sync::Arc;
use std::time::Duration;

use steadfast_shared::HandshakeError;

use super::{MaybeSend, MaybeSync, SessionClock, Storage, Stream, Task};
use crate::session::{
    Answer, Ephemeral, Input, LinkEnd, Output, Request, RequestError, ServerEvent, Session,
};

/// The answer to a request; `None` if the link was down, which the session learns anyway.
pub type PendingAnswer = Task<'static, Option<Result<Answer, RequestError>>>;

/// A connection to the server. Its events come as a stream beside it.
pub trait Wire: MaybeSend + MaybeSync + 'static {
    /// Connects. The outcome is an event.
    fn dial(&self);

    /// Disconnects, or gives up connecting.
    fn hang_up(&self);

    /// Loses the connection, as the network might.
    fn cut(&self);

    fn is_up(&self) -> bool;

    /// Sends a request before it returns; the answer comes later.
    fn request(&self, request: &Request, timeout: Duration) -> PendingAnswer;

    /// Emits an event that the server may miss.
    fn emit(&self, ephemeral: Ephemeral);
}

/// An event of a [`Wire`].
#[derive(Clone, PartialEq, Debug)]
pub enum WireEvent {
    Dialing,
    Up,
    Down(LinkEnd),
    DialFailed {
        at_once: bool,
    },
    /// The server refused the handshake, and may have said how long to wait.
    Refused(HandshakeError, Option<Duration>),
    Server(Box<ServerEvent>),
    /// Something that is shown, such as the transport.
    Changed,
}

impl WireEvent {
    /// What it is to the session.
    pub(super) fn input(self) -> Option<Input> {
        match self {
            Self::Up => Some(Input::LinkUp),
            Self::Down(end) => Some(Input::LinkDown(end)),
            Self::DialFailed { at_once } => Some(Input::DialFailed { at_once }),
            Self::Refused(error, wait) => Some(Input::LinkRefused(error, wait)),
            Self::Server(event) => Some(Input::Event(*event)),
            Self::Dialing | Self::Changed => None,
        }
    }
}

/// Stands between a running chat and its wire and storage, and observes its session.
///
/// The session is locked while it is observed.
pub trait Decorator: MaybeSend + MaybeSync + 'static {
    fn wire(&self, wire: Arc<dyn Wire>) -> Arc<dyn Wire>;

    fn events(&self, events: Stream<'static, WireEvent>) -> Stream<'static, WireEvent>;

    fn storage(&self, storage: Box<dyn Storage>) -> Box<dyn Storage>;

    /// The session is about to handle an input.
    fn before(&self, session: &Session, input: &Input, now: Duration);

    /// The session wants something done.
    fn output(&self, output: &Output, now: Duration);

    /// The session has handled an input.
    fn after(&self, session: &Session, now: Duration);
}

impl super::Chat {
    /// Puts a decorator around this chat, made of its session and its clock. Nothing if it has one: `None`.
    pub fn decorate<D: Decorator>(&self, make: impl FnOnce(&Session, SessionClock) -> D) -> Option<Arc<D>> {
        let inner = &self.inner;
        let session = super::lock(&inner.session);
        let decorator = Arc::new(make(&session, inner.clock));
        inner.decorator.set(decorator.clone()).ok()?;
        let mut wire = super::lock(&inner.wire);
        *wire = decorator.wire(wire.clone());
        let _alive = inner.decorated.unbounded_send(());
        let storage = super::StorageJob::Decorate(decorator.clone());
        let _alive = inner.storage.unbounded_send(storage);
        Some(decorator)
    }
}
