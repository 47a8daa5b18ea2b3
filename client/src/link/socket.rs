//! The socket's side of the shell: its messages become inputs, the session's requests go out on it.

use std::future;
use std::time::Duration;

use futures::StreamExt;
use serde::Serialize;
use socketio_anywhere::{Ack, AckError, Client, ConnectError, DisconnectReason, Event, Message};
use steadfast_shared::event::{self, Reply};
use steadfast_shared::fields::{Field, FieldError, FromField};
use steadfast_shared::{HandshakeError, WireError};

use super::Stream;
use super::wire::{PendingAnswer, Wire, WireEvent};
use crate::session::{Answer, Ephemeral, LinkEnd, Request, RequestError, ServerEvent};

/// A socket as a [`Wire`].
pub(super) struct SocketWire(pub(super) Client);

impl Wire for SocketWire {
    fn dial(&self) {
        self.0.connect();
    }

    fn hang_up(&self) {
        self.0.disconnect();
    }

    fn cut(&self) {
        self.0.close_transport();
    }

    fn is_up(&self) -> bool {
        self.0.is_connected()
    }

    fn request(&self, request: &Request, timeout: Duration) -> PendingAnswer {
        let client = &self.0;
        if !client.is_connected() {
            return Box::pin(future::ready(None));
        }
        match request {
            Request::Send(items) => emit(client, event::SEND, items, timeout, Answer::Send),
            Request::History(page) => emit(client, event::HISTORY, page, timeout, Answer::History),
            Request::Sync(cursors) => emit(client, event::SYNC, cursors, timeout, Answer::Sync),
            Request::Watch(watch) => emit(client, event::WATCH, watch, timeout, Answer::Watch),
        }
    }

    fn emit(&self, ephemeral: Ephemeral) {
        // Whether it went makes no difference.
        let _went = match ephemeral {
            Ephemeral::Typing(typing) => self.0.emit_volatile(event::TYPING, &typing),
            Ephemeral::Read(read) => self.0.emit_volatile(event::READ, &read),
            Ephemeral::Away(away) => self.0.emit_volatile(event::AWAY, &away),
        };
    }
}

/// The socket's events from the call on.
pub(super) fn events(client: &Client) -> Stream<'static, WireEvent> {
    let events = client.events();
    Box::pin(events.filter_map(|event| future::ready(wire_event(event))))
}

fn wire_event(event: Event) -> Option<WireEvent> {
    Some(match event {
        Event::Connecting { .. } => WireEvent::Dialing,
        Event::Connected { .. } => WireEvent::Up,
        Event::Disconnected { reason, at_once, .. } => WireEvent::Down(link_end(reason, at_once)),
        Event::ConnectError(ConnectError {
            message,
            refused: true,
            ..
        }) => {
            // A refusal that is not ours comes from something in between: it may pass.
            let (error, wait) = HandshakeError::read(&message).unwrap_or((HandshakeError::Unavailable, None));
            WireEvent::Refused(error, wait.map(Duration::from_millis))
        }
        Event::ConnectError(ConnectError { at_once, .. }) => WireEvent::DialFailed { at_once },
        Event::Message(message) => WireEvent::Server(Box::new(server_event(message)?)),
        // Another transport, perhaps.
        _ => WireEvent::Changed,
    })
}

/// The event in a server's message, where this program knows it. A malformed one counts as lost, and lost entries are
/// pulled.
fn server_event(message: Message) -> Option<ServerEvent> {
    let event = message.event.clone();
    let field = message.parse().ok()?;
    read_event(&event, field).ok()?
}

fn read_event(event: &str, field: Field) -> Result<Option<ServerEvent>, FieldError> {
    let read = match event {
        event::SESSION => ServerEvent::Session(FromField::from_field(field)?),
        event::ENTRIES => ServerEvent::Entries(FromField::from_field(field)?),
        event::SYNC => ServerEvent::Sync(FromField::from_field(field)?),
        event::TYPING => ServerEvent::Typing(FromField::from_field(field)?),
        event::PRESENCE => ServerEvent::Presence(FromField::from_field(field)?),
        event::WATCHED => ServerEvent::Watched(FromField::from_field(field)?),
        event::READ => ServerEvent::Read(FromField::from_field(field)?),
        event::ROOM => ServerEvent::Room(FromField::from_field(field)?),
        event::MEMBERS => ServerEvent::Members(FromField::from_field(field)?),
        event::BLOCKED => ServerEvent::Blocked(FromField::from_field(field)?),
        event::ROLE => ServerEvent::Role(FromField::from_field(field)?),
        event::NODES => ServerEvent::Nodes(FromField::from_field(field)?),
        event::MEMBER_ROLE => ServerEvent::MemberRole(FromField::from_field(field)?),
        _ => return Ok(None),
    };
    Ok(Some(read))
}

fn emit<T: FromField + Send + 'static>(
    client: &Client,
    event: &str,
    payload: &impl Serialize,
    timeout: Duration,
    answer: fn(Result<T, WireError>) -> Answer,
) -> PendingAnswer {
    // Kept for the next connection it could reach another database, or go out in another person's name.
    let ack = client.emit_volatile_with_ack::<Field>(event, payload, timeout);
    answered(
        ack,
        Box::new(move |reply| Reply::from_field(reply).map(|reply| answer(reply.into()))),
    )
}

/// Of one type, whatever was asked.
fn answered(
    ack: Ack<Field>,
    read: Box<dyn FnOnce(Field) -> Result<Answer, FieldError> + Send>,
) -> PendingAnswer {
    Box::pin(async move {
        Some(match ack.await {
            Ok(reply) => read(reply).map_err(|_| RequestError::Malformed),
            Err(AckError::Timeout) => Err(RequestError::Timeout),
            Err(AckError::Malformed(_)) => Err(RequestError::Malformed),
            Err(_) => Err(RequestError::Disconnected),
        })
    })
}

fn link_end(reason: DisconnectReason, at_once: bool) -> LinkEnd {
    match reason {
        DisconnectReason::ServerDisconnect => LinkEnd::ClosedByServer,
        DisconnectReason::ClientDisconnect => LinkEnd::ClosedHere,
        _ => LinkEnd::Lost { at_once },
    }
}
