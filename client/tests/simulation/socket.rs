//! The socket's side of a tab's shell: sends the session's requests, and turns the socket's events into inputs.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use socketio_anywhere::protocol::{
    Input as In, LinkEvent, LinkId, Output as Out, SocketEvent, SocketKey, State,
};
use socketio_anywhere::{AckError, DisconnectReason, Payload};
use steadfast_client::session::{
    Answer, Ephemeral, Input, LinkEnd, Request, RequestError, RequestId, ServerEvent,
};
use steadfast_shared::event::{self, Reply};
use steadfast_shared::{HandshakeError, WireError};

use crate::check::Rule;
use crate::tab::{AnswerKind, TabId};
use crate::words;
use crate::world::{Happening, World};

impl World {
    pub(crate) fn socket_input(&mut self, id: TabId, input: In) {
        let now = self.now;
        if let Some(tab) = self.tab(id) {
            tab.socket.handle(input, now);
            self.drain_socket(id);
        }
    }

    pub(crate) fn link_event(&mut self, id: TabId, link: LinkId, event: LinkEvent) {
        self.socket_input(id, In::Link { link, event });
    }

    pub(crate) fn socket_tick(&mut self, id: TabId, timer: u64) {
        if self.tab(id).is_some_and(|tab| tab.socket_timer == timer) {
            self.socket_input(id, In::Tick);
        }
    }

    /// The session wants the socket to connect or to disconnect.
    pub(crate) fn wish(&mut self, id: TabId, wish: fn(SocketKey) -> In) {
        if let Some(key) = self.tab(id).map(|tab| tab.key) {
            self.socket_input(id, wish(key));
        }
    }

    fn drain_socket(&mut self, id: TabId) {
        let now = self.now;
        let mut outputs = Vec::new();
        let Some(tab) = self.tab(id) else { return };
        let wait = loop {
            match tab.socket.poll_output() {
                Out::Wait(until) => break until,
                Out::Authenticate { socket, link } => {
                    let auth = serde_json::to_string(&tab.session.auth()).ok();
                    tab.socket.handle(In::Authenticated { socket, link, auth }, now);
                }
                Out::Send { link, frames } => {
                    outputs.push(Out::Send { link, frames });
                    let event = LinkEvent::Writable;
                    tab.socket.handle(In::Link { link, event }, now);
                }
                Out::Barrier { link } => {
                    let event = LinkEvent::Passed;
                    tab.socket.handle(In::Link { link, event }, now);
                }
                output => outputs.push(output),
            }
        };
        tab.socket_timer += 1;
        let timer = tab.socket_timer;
        if let Some(until) = wait {
            let after = until.saturating_sub(now);
            self.plan(after, Happening::SocketTick { tab: id, timer });
        }
        for output in outputs {
            self.carry(id, output);
        }
    }

    fn carry(&mut self, id: TabId, output: Out) {
        match output {
            Out::Open { link, .. } => self.dial(id, link),
            Out::Send { link, frames } => {
                for frame in frames {
                    self.send_up(id, link, frame);
                }
            }
            Out::Close { link } => {
                if let Some(line) = self.tab(id).and_then(|tab| tab.lines.remove(&link)) {
                    self.close_at_tab(line);
                }
            }
            Out::Event { event, .. } => self.socket_event(id, event),
            Out::Acked { ticket, result } => {
                let pending = self.tab(id).and_then(|tab| tab.pending.remove(&ticket));
                if let Some((request, kind)) = pending {
                    let result = answer(kind, result);
                    self.soon(id, Input::Answered { request, result });
                }
            }
            other => self.breaks(Rule::Machines, || format!("a socket wants {other:?}")),
        }
    }

    /// A socket's event reaches the session in its own turn, as through a stream of events.
    fn soon(&mut self, tab: TabId, input: Input) {
        let input = Box::new(input);
        self.plan(Duration::ZERO, Happening::Tell { tab, input });
    }

    fn socket_event(&mut self, id: TabId, event: SocketEvent) {
        match event {
            SocketEvent::Connected { .. } => self.soon(id, Input::LinkUp),
            SocketEvent::Disconnected { reason, at_once, .. } => {
                self.say(|| format!("{} is offline: {reason}", words::tab(id)));
                let end = match reason {
                    DisconnectReason::ServerDisconnect => LinkEnd::ClosedByServer,
                    DisconnectReason::ClientDisconnect => LinkEnd::ClosedHere,
                    _ => LinkEnd::Lost { at_once },
                };
                self.soon(id, Input::LinkDown(end));
            }
            SocketEvent::ConnectError {
                message,
                refused: true,
                ..
            } => {
                let error = HandshakeError::parse(&message).unwrap_or(HandshakeError::Unavailable);
                self.soon(id, Input::LinkRefused(error, None));
            }
            SocketEvent::ConnectError { at_once, .. } => self.soon(id, Input::DialFailed { at_once }),
            SocketEvent::Message { event, payload, .. } => match server_event(&event, payload) {
                Some(event) => self.soon(id, Input::Event(event)),
                None => self.breaks(Rule::Machines, || format!("no handler for {event}")),
            },
            _ => {}
        }
    }

    pub(crate) fn ask(&mut self, id: TabId, request: RequestId, ask: &Request, timeout: Duration) {
        let (name, payload) = match ask {
            Request::Send(items) => (event::SEND, payload(items)),
            Request::History(page) => (event::HISTORY, payload(page)),
            Request::Sync(cursors) => (event::SYNC, payload(cursors)),
            Request::Watch(watch) => (event::WATCH, payload(watch)),
        };
        let now = self.now;
        let Some(tab) = self.tab(id) else { return };
        // The session is about to learn that the link is down, and will ask again.
        if !matches!(tab.socket.state(tab.key, now), State::Connected { .. }) {
            return;
        }
        if let Ok(ticket) = tab
            .socket
            .emit_volatile_with_ack(tab.key, name, payload, timeout, now)
        {
            tab.pending.insert(ticket, (request, AnswerKind::of(ask)));
        }
        self.drain_socket(id);
    }

    pub(crate) fn emit(&mut self, id: TabId, ephemeral: Ephemeral) {
        let (name, payload) = match &ephemeral {
            Ephemeral::Typing(typing) => (event::TYPING, payload(typing)),
            Ephemeral::Read(read) => (event::READ, payload(read)),
            Ephemeral::Away(away) => (event::AWAY, payload(away)),
        };
        let now = self.now;
        if let Some(tab) = self.tab(id) {
            let _went = tab.socket.emit_volatile(tab.key, name, payload, now);
            self.drain_socket(id);
        }
    }
}

pub(crate) fn payload(value: &impl Serialize) -> Payload {
    Payload::from_serialize(value).unwrap()
}

fn server_event(name: &str, payload: Payload) -> Option<ServerEvent> {
    match name {
        event::SESSION => payload.parse().ok().map(ServerEvent::Session),
        event::ENTRIES => payload.parse().ok().map(ServerEvent::Entries),
        event::SYNC => payload.parse().ok().map(ServerEvent::Sync),
        event::TYPING => payload.parse().ok().map(ServerEvent::Typing),
        event::PRESENCE => payload.parse().ok().map(ServerEvent::Presence),
        event::WATCHED => payload.parse().ok().map(ServerEvent::Watched),
        event::READ => payload.parse().ok().map(ServerEvent::Read),
        event::ROOM => payload.parse().ok().map(ServerEvent::Room),
        event::MEMBERS => payload.parse().ok().map(ServerEvent::Members),
        _ => None,
    }
}

fn answer(kind: AnswerKind, result: Result<Payload, AckError>) -> Result<Answer, RequestError> {
    let payload = result.map_err(|error| match error {
        AckError::Timeout => RequestError::Timeout,
        AckError::Malformed(_) => RequestError::Malformed,
        _ => RequestError::Disconnected,
    })?;
    match kind {
        AnswerKind::Send => read(payload).map(Answer::Send),
        AnswerKind::History => read(payload).map(Answer::History),
        AnswerKind::Sync => read(payload).map(Answer::Sync),
        AnswerKind::Watch => read(payload).map(Answer::Watch),
    }
}

fn read<T: DeserializeOwned>(payload: Payload) -> Result<Result<T, WireError>, RequestError> {
    let reply: Reply<T> = payload.parse().map_err(|_| RequestError::Malformed)?;
    Ok(reply.into())
}
