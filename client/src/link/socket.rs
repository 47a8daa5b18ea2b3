//! The socket's side of the shell: its messages become inputs, the session's requests go out on it.

use std::time::Duration;

use serde::Serialize;
use socketio_anywhere::{Ack, AckError, Client, DisconnectReason, Message};
use steadfast_shared::WireError;
use steadfast_shared::event::{self, Reply};
use steadfast_shared::fields::{Field, FieldError, FromField};

use crate::session::{Answer, Ephemeral, LinkEnd, Request, RequestError, ServerEvent};

use super::platform::Task;

/// The event in a server's message, where this program knows it. A malformed one counts as lost, and lost entries are
/// pulled.
pub(super) fn server_event(message: Message) -> Option<ServerEvent> {
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

/// Asks at once; the answer comes later.
pub(super) fn ask(
    client: &Client,
    request: &Request,
    timeout: Duration,
) -> Task<'static, Result<Answer, RequestError>> {
    match request {
        Request::Send(items) => emit(client, event::SEND, items, timeout, Answer::Send),
        Request::History(page) => emit(client, event::HISTORY, page, timeout, Answer::History),
        Request::Sync(cursors) => emit(client, event::SYNC, cursors, timeout, Answer::Sync),
        Request::Watch(watch) => emit(client, event::WATCH, watch, timeout, Answer::Watch),
    }
}

fn emit<T: FromField + Send + 'static>(
    client: &Client,
    event: &str,
    payload: &impl Serialize,
    timeout: Duration,
    answer: fn(Result<T, WireError>) -> Answer,
) -> Task<'static, Result<Answer, RequestError>> {
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
) -> Task<'static, Result<Answer, RequestError>> {
    Box::pin(async move {
        match ack.await {
            Ok(reply) => read(reply).map_err(|_| RequestError::Malformed),
            Err(AckError::Timeout) => Err(RequestError::Timeout),
            Err(AckError::Malformed(_)) => Err(RequestError::Malformed),
            Err(_) => Err(RequestError::Disconnected),
        }
    })
}

/// Emits an event that the server may miss.
pub(super) fn tell(client: &Client, ephemeral: Ephemeral) {
    // Whether it went makes no difference.
    let _went = match ephemeral {
        Ephemeral::Typing(typing) => client.emit_volatile(event::TYPING, &typing),
        Ephemeral::Read(read) => client.emit_volatile(event::READ, &read),
        Ephemeral::Away(away) => client.emit_volatile(event::AWAY, &away),
    };
}

pub(super) fn link_end(reason: DisconnectReason, at_once: bool) -> LinkEnd {
    match reason {
        DisconnectReason::ServerDisconnect => LinkEnd::ClosedByServer,
        DisconnectReason::ClientDisconnect => LinkEnd::ClosedHere,
        _ => LinkEnd::Lost { at_once },
    }
}
