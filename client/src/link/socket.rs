//! The socket's side of the shell: its messages become inputs, the session's requests go out on it.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use socketio_anywhere::{AckError, Client, DisconnectReason, Message};
use steadfast_shared::WireError;
use steadfast_shared::event::{self, Reply};

use crate::session::{Answer, Ephemeral, LinkEnd, Request, RequestError, ServerEvent};

use super::platform::Task;

/// The event in a server's message, where this program knows it. A malformed one counts as lost, and lost entries are
/// pulled.
pub(super) fn server_event(message: Message) -> Option<ServerEvent> {
    match message.event.as_str() {
        event::SESSION => message.parse().ok().map(ServerEvent::Session),
        event::ENTRIES => message.parse().ok().map(ServerEvent::Entries),
        event::SYNC => message.parse().ok().map(ServerEvent::Sync),
        event::TYPING => message.parse().ok().map(ServerEvent::Typing),
        event::PRESENCE => message.parse().ok().map(ServerEvent::Presence),
        event::WATCHED => message.parse().ok().map(ServerEvent::Watched),
        event::READ => message.parse().ok().map(ServerEvent::Read),
        event::ROOM => message.parse().ok().map(ServerEvent::Room),
        event::MEMBERS => message.parse().ok().map(ServerEvent::Members),
        event::BLOCKED => message.parse().ok().map(ServerEvent::Blocked),
        event::ROLE => message.parse().ok().map(ServerEvent::Role),
        event::NODES => message.parse().ok().map(ServerEvent::Nodes),
        event::MEMBER_ROLE => message.parse().ok().map(ServerEvent::MemberRole),
        _ => None,
    }
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

fn emit<T: DeserializeOwned + Send + 'static>(
    client: &Client,
    event: &str,
    payload: &impl Serialize,
    timeout: Duration,
    answer: fn(Result<T, WireError>) -> Answer,
) -> Task<'static, Result<Answer, RequestError>> {
    // Kept for the next connection it could reach another database, or go out in another person's name.
    let ack = client.emit_volatile_with_ack::<Reply<T>>(event, payload, timeout);
    Box::pin(async move {
        match ack.await {
            Ok(reply) => Ok(answer(reply.into())),
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
