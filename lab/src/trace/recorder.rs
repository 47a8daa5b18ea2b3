//! Derives events from a session's inputs and outputs.
//!
//! It reads ids, places and cursors only, so that a message's text is of no concern to it, but for its label.

use std::time::Duration;

use steadfast_shared::event::{self, Entries, SendItem, Sent};
use steadfast_shared::{Body, EntryId, RoomId, Seq};

use super::Trace;
use super::event::{LinkStep, RoomPosition, RoomStep, Step, TraceKind};
use crate::fault::Fault;
use steadfast_client::connection::Connection;
use steadfast_client::record::{Disk, OutboxItem, Write};
use steadfast_client::session::{
    Answer, Input, Output, Request, RequestError, RequestId, ServerEvent, Session, StoreTicket,
};
use steadfast_client::tab_message::TabMessage;

/// Most writes under way whose end is waited for.
const WRITES: usize = 1_000;

/// Most entries ahead of a gap that are known again when they come again.
const AHEAD: usize = 1_000;

/// Longest label, in characters.
const LABEL: usize = 40;

/// Derives events from a session's inputs and outputs, into a [`Trace`].
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    pub(crate) trace: Trace,
    /// Which messages each write under way holds.
    writes: Vec<(StoreTicket, Vec<EntryId>)>,
    /// The `send` under way.
    sending: Option<(RequestId, Vec<EntryId>)>,
    /// Entries that came ahead of their room's cursor.
    ahead: Vec<(RoomId, Seq)>,
    /// A room may have changed.
    look: bool,
}

impl Recorder {
    /// Begins with the session's current state.
    pub(crate) fn new(session: &Session, now: Duration) -> Self {
        let mut tap = Self::default();
        for item in session.outbox() {
            tap.typed(item, now);
            if item.disk == Disk::Written {
                tap.step(item.id, Step::Saved, now);
            }
        }
        match session.connection() {
            Connection::Opening { .. } => tap.link(LinkStep::Up, now),
            Connection::Online { recovered, .. } => {
                let recovered = *recovered;
                tap.link(LinkStep::Opened { recovered }, now);
            }
            Connection::Off { .. }
            | Connection::Waiting { .. }
            | Connection::Dialing { .. }
            | Connection::Refused { .. } => {}
        }
        tap.look = true;
        tap.after(session, now);
        tap
    }

    /// The session is about to handle an input.
    pub(crate) fn before(&mut self, session: &Session, input: &Input, now: Duration) {
        match input {
            Input::Stored { ticket, result } => self.written(*ticket, result.is_ok(), now),
            Input::LinkUp => self.link(LinkStep::Up, now),
            Input::LinkDown(_) => {
                self.sending = None;
                self.link(LinkStep::Down, now);
            }
            Input::Event(ServerEvent::Session(event::Session::Open(opened))) => {
                let recovered = opened.recovered;
                self.link(LinkStep::Opened { recovered }, now);
                for missed in &opened.missed {
                    self.came(missed.entries.iter().map(|entry| (entry.id, entry.seq)), now);
                }
            }
            Input::Event(ServerEvent::Entries(entries)) => self.entries(session, entries, now),
            Input::Answered { request, result } => self.request_answered(*request, result, now),
            Input::TabMessage(TabMessage::Sent { stored, .. }) => {
                for stored in stored {
                    let (seq, lost) = (stored.seq, false);
                    self.step(stored.id, Step::Acked { seq, lost }, now);
                }
            }
            Input::Discard(id) => self.step(*id, Step::Discarded, now),
            _ => {}
        }
    }

    /// The session wants something done.
    pub(crate) fn output(&mut self, output: &Output, now: Duration) {
        match output {
            Output::Store { ticket, writes } => {
                let mut ids = Vec::new();
                for write in writes {
                    if let Write::PutOutbox(item) = write {
                        self.typed(item, now);
                        ids.push(item.id);
                    }
                }
                if !ids.is_empty() && self.writes.len() < WRITES {
                    self.writes.push((*ticket, ids));
                }
            }
            Output::Request {
                request,
                ask: Request::Send(items),
                ..
            } => self.sending = Some((*request, items.iter().map(|item| item.id).collect())),
            Output::Changed(_) => self.look = true,
            _ => {}
        }
    }

    /// The session has handled an input.
    pub(crate) fn after(&mut self, session: &Session, now: Duration) {
        if !std::mem::take(&mut self.look) {
            return;
        }
        for room in session.rooms() {
            let stand = RoomPosition {
                cursor: room.cursor,
                head: room.head,
                buffered: room.buffered,
            };
            self.stands(room.id, stand, now);
        }
    }

    /// A batch goes out on the wire, so many times; not at all where it is lost.
    pub(crate) fn sent(&mut self, items: &[SendItem], copies: usize, now: Duration) {
        for copy in 0..copies.max(1) {
            for item in items {
                let (lost, copy) = (copies == 0, copy > 0);
                self.step(item.id, Step::Tried { lost, copy }, now);
            }
        }
    }

    /// An answer has come off the wire. `lost`: the session will not see it.
    pub(crate) fn answered(&mut self, answer: &Result<Answer, RequestError>, lost: bool, now: Duration) {
        let Ok(Answer::Send(Ok(sent))) = answer else {
            return;
        };
        for sent in sent {
            match sent {
                Sent::Stored { id, seq, .. } => self.step(*id, Step::Acked { seq: *seq, lost }, now),
                Sent::Refused { .. } if lost => {}
                Sent::Refused { id, error } if error.code.is_transient() => {
                    self.step(*id, Step::Postponed, now);
                }
                Sent::Refused { id, .. } => self.step(*id, Step::Rejected, now),
            }
        }
    }

    /// An event has come off the wire that the session will not see.
    pub(crate) fn lost(&mut self, event: &ServerEvent, now: Duration) {
        if let ServerEvent::Entries(entries) = event {
            let lost = RoomStep::Lost {
                from: entries.from,
                many: entries.entries.len(),
            };
            self.trace.note(now, TraceKind::Room(entries.room, lost));
        }
    }

    pub(crate) fn link(&mut self, step: LinkStep, now: Duration) {
        self.trace.note(now, TraceKind::Link(step));
    }

    pub(crate) fn fault(&mut self, fault: Fault, on: bool, now: Duration) {
        self.trace.note(now, TraceKind::Fault(fault, on));
    }

    pub(crate) fn delay(&mut self, delay: Duration, now: Duration) {
        self.trace.note(now, TraceKind::Delay(delay));
    }

    fn typed(&mut self, item: &OutboxItem, now: Duration) {
        if self.trace.latest().message(item.id).is_none() {
            let (room, label) = (item.room, label(item));
            self.step(item.id, Step::Typed { room, label }, now);
        }
    }

    fn written(&mut self, ticket: StoreTicket, well: bool, now: Duration) {
        let Some(place) = self.writes.iter().position(|(of, _)| *of == ticket) else {
            return;
        };
        for id in self.writes.remove(place).1 {
            let saved = self
                .trace
                .latest()
                .message(id)
                .is_some_and(|message| message.saved);
            match (saved, well) {
                (true, _) => {}
                (false, true) => self.step(id, Step::Saved, now),
                (false, false) => self.step(id, Step::NotSaved, now),
            }
        }
    }

    fn request_answered(&mut self, request: RequestId, result: &Result<Answer, RequestError>, now: Duration) {
        if let Ok(Answer::History(Ok(page))) = result {
            self.came(page.entries.iter().map(|entry| (entry.id, entry.seq)), now);
        }
        let Some((_, ids)) = self.sending.take_if(|(sending, _)| *sending == request) else {
            return;
        };
        if result.is_err() {
            for id in ids {
                self.step(id, Step::Unanswered, now);
            }
        }
    }

    /// Entries from the server: each is new, or a repeat of one that was here.
    fn entries(&mut self, session: &Session, entries: &Entries, now: Duration) {
        let room = entries.room;
        let cursor = session.room(room).and_then(|room| room.cursor);
        let is_past = |seq: Seq| cursor.is_some_and(|cursor| seq <= cursor);
        self.ahead.retain(|(of, seq)| *of != room || !is_past(*seq));
        for entry in &entries.entries {
            let awaited = self.awaits(entry.id);
            self.came([(entry.id, entry.seq)], now);
            let place = (room, entry.seq);
            if self.ahead.contains(&place) || (is_past(entry.seq) && !awaited) {
                let repeat = RoomStep::Repeat { seq: entry.seq };
                self.trace.note(now, TraceKind::Room(room, repeat));
            } else if !is_past(entry.seq) && self.ahead.len() < AHEAD {
                self.ahead.push(place);
            }
        }
    }

    /// Whether it is a message of this device whose copy from the log has not come.
    fn awaits(&self, id: EntryId) -> bool {
        let message = self.trace.latest().message(id);
        message.is_some_and(|message| !message.came())
    }

    fn came(&mut self, entries: impl IntoIterator<Item = (EntryId, Seq)>, now: Duration) {
        for (id, seq) in entries {
            if self.awaits(id) {
                self.step(id, Step::Came { seq }, now);
            }
        }
    }

    fn stands(&mut self, room: RoomId, stand: RoomPosition, now: Duration) {
        let before = self.trace.latest().room(room);
        if before == stand {
            return;
        }
        self.trace
            .note(now, TraceKind::Room(room, RoomStep::Stands(stand)));
        let step = match (before.gap(), stand.gap(), stand.cursor) {
            (None, Some(from), _) => RoomStep::Gap { from },
            (Some(_), None, Some(cursor)) => RoomStep::Healed { cursor },
            _ => return,
        };
        self.trace.note(now, TraceKind::Room(room, step));
    }

    fn step(&mut self, id: EntryId, step: Step, now: Duration) {
        self.trace.note(now, TraceKind::Message(id, step));
    }
}

/// The beginning of a message's text; for a change, its kind and its message.
fn label(item: &OutboxItem) -> String {
    let text = item.body.text().map_or("", |text| text.as_str());
    let line = text.lines().next().unwrap_or_default();
    let label = match &item.body {
        Body::Edit { message, .. } => format!("✎ {message}: {line}"),
        Body::Delete { message } => format!("✗ {message}"),
        Body::React { message, emoji, on } => {
            let sign = if *on { '+' } else { '−' };
            format!("{sign}{} {message}", emoji.as_str())
        }
        _ => line.to_owned(),
    };
    label.chars().take(LABEL).collect()
}
