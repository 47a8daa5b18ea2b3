//! Whole sessions, with every input given by hand.

mod changes;
mod delivery;
mod epochs;
mod holes;
mod inputs;
mod leaving;
mod looks;
mod lost;
mod names;
mod rooms;
mod tabs;
mod unread;
mod watching;

use std::time::Duration;

use steadfast_shared::event::{
    self, Availability, ClosingReason, Cursors, Entries, HistoryRequest, Nodes, Opened, Page, Presence, Room,
    SendItem, Sent,
};
use steadfast_shared::http::SessionInfo;
use steadfast_shared::{
    Body, Entry, EntryId, Epoch, ErrorCode, MessageText, Person, Role, RoomId, Seq, UserId, WireError,
};
use uuid::Uuid;

use super::*;
use crate::connection::Connection;
use crate::record::{Disk, Restored, Write};
use crate::room::row::RowState;
use crate::tab_message::TabMessage;

pub(super) fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub(super) const ROOM: RoomId = RoomId(Uuid::from_u128(0xA));
pub(super) const EPOCH: Epoch = Epoch(Uuid::from_u128(0xE));

pub(super) fn person(n: u128) -> Person {
    Person {
        id: UserId(uuid(n)),
        name: format!("person {n}"),
    }
}

pub(super) fn id(n: u128) -> EntryId {
    EntryId(uuid(0x1000 + n))
}

pub(super) fn text(text: &str) -> MessageText {
    MessageText::parse(text).unwrap()
}

/// The message of `author` at `seq`. Its id is made of both.
pub(super) fn entry(seq: Seq, author: u128) -> Entry {
    entry_of(
        seq,
        author,
        EntryId(uuid((author << 64) + u128::from(seq))),
        "said",
    )
}

pub(super) fn entry_of(seq: Seq, author: u128, id: EntryId, said: &str) -> Entry {
    Entry::new(seq, id, person(author), 1_000 + seq, Body::message(text(said)))
}

pub(super) fn entries(range: std::ops::RangeInclusive<Seq>, author: u128) -> Entries {
    Entries {
        room: ROOM,
        from: *range.start(),
        entries: range.map(|seq| entry(seq, author)).collect(),
    }
}

pub(super) fn opened(me: u128, head: Seq) -> Opened {
    Opened {
        me: person(me),
        owner: false,
        role: Role::Member,
        blocked: Vec::new(),
        epoch: EPOCH,
        rooms: vec![Room {
            head,
            ..Room::new(ROOM, "general")
        }],
        recovered: false,
        missed: vec![],
        reset: vec![],
        online: vec![Presence {
            person: person(me),
            state: Availability::Online,
        }],
        watched: None,
        last_closed: None,
    }
}

/// One tab, driven by hand. Its storage writes at once.
pub(super) struct Desk {
    pub(super) session: Session,
    pub(super) now: Duration,
    pub(super) me: u128,
    pub(super) disk: Restored,
    /// The storage's answer to writes.
    pub(super) disk_says: Result<(), crate::StorageError>,
    pub(super) outputs: Vec<Output>,
    pub(super) wait: Option<Duration>,
}

impl Desk {
    /// Signed in as `me` on a device that knows nothing, leading, offline.
    pub(super) fn new(me: u128) -> Self {
        let mut desk = Self::restored(me, Restored::default());
        desk.input(Input::SignedIn(SessionInfo::new(person(me), EPOCH)));
        desk.input(Input::TakeOver(vec![]));
        desk.outputs.clear();
        desk
    }

    /// A tab that has just read its storage.
    pub(super) fn restored(me: u128, disk: Restored) -> Self {
        let mut desk = Self {
            session: Session::new(Options::default(), 7),
            now: Duration::from_secs(1),
            me,
            disk: disk.clone(),
            disk_says: Ok(()),
            outputs: vec![],
            wait: None,
        };
        desk.input(Input::Restored(disk));
        desk.input(Input::Connect);
        desk
    }

    pub(super) fn input(&mut self, input: Input) {
        self.session.handle(input, self.now);
        loop {
            match self.session.poll_output() {
                Output::Wait(wait) => {
                    self.wait = wait;
                    break;
                }
                output => self.outputs.push(output),
            }
        }
        let stores: Vec<(StoreTicket, Vec<Write>)> = self
            .outputs
            .extract_if(.., |output| matches!(output, Output::Store { .. }))
            .filter_map(|output| match output {
                Output::Store { ticket, writes } => Some((ticket, writes)),
                _ => None,
            })
            .collect();
        for (ticket, writes) in stores {
            let result = self.disk_says.clone();
            if result.is_ok() {
                writes.into_iter().for_each(|write| self.disk.apply(write));
            }
            self.input(Input::Stored { ticket, result });
        }
    }

    pub(super) fn event(&mut self, event: ServerEvent) {
        self.input(Input::Event(event));
    }

    pub(super) fn receive(&mut self, entries: Entries) {
        self.event(ServerEvent::Entries(entries));
    }

    /// The link comes up, and the server opens the session.
    pub(super) fn online(&mut self, head: Seq) {
        let opened = opened(self.me, head);
        self.opened(opened);
    }

    pub(super) fn opened(&mut self, opened: Opened) {
        self.input(Input::LinkUp);
        self.event(ServerEvent::Session(event::Session::Open(opened)));
    }

    pub(super) fn offline(&mut self) {
        self.input(Input::LinkDown(LinkEnd::Lost { at_once: false }));
    }

    pub(super) fn post(&mut self, n: u128) {
        let at = self.now.as_millis() as u64;
        self.input(Input::Post {
            room: ROOM,
            id: id(n),
            text: text(&format!("post {n}")),
            reply_to: None,
            at,
        });
    }

    /// Time passes, ticks on the way.
    pub(super) fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(wait) = self.wait.filter(|wait| *wait <= until) {
            self.now = wait.max(self.now);
            self.input(Input::Tick);
            assert!(
                self.wait.is_none_or(|next| next > wait),
                "a deadline that never passes"
            );
        }
        self.now = until;
    }

    /// The `send` asked for since this was last asked.
    pub(super) fn sends(&mut self) -> Vec<(RequestId, Vec<SendItem>)> {
        self.take(|output| match output {
            Output::Request {
                request,
                ask: Request::Send(items),
                ..
            } => Some((*request, items.clone())),
            _ => None,
        })
    }

    pub(super) fn one_send(&mut self) -> (RequestId, Vec<EntryId>) {
        let mut sends = self.sends();
        assert_eq!(sends.len(), 1, "one batch under way");
        let (request, items) = sends.remove(0);
        (request, items.into_iter().map(|item| item.id).collect())
    }

    pub(super) fn pulls(&mut self) -> Vec<(RequestId, HistoryRequest)> {
        self.take(|output| match output {
            Output::Request {
                request,
                ask: Request::History(history),
                ..
            } => Some((*request, *history)),
            _ => None,
        })
    }

    pub(super) fn syncs(&mut self) -> Vec<(RequestId, Cursors)> {
        self.take(|output| match output {
            Output::Request {
                request,
                ask: Request::Sync(cursors),
                ..
            } => Some((*request, cursors.clone())),
            _ => None,
        })
    }

    pub(super) fn broadcasts(&mut self) -> Vec<TabMessage> {
        self.take(|output| match output {
            Output::Broadcast(news) => Some(news.clone()),
            _ => None,
        })
    }

    /// How often the socket was to be connected, and hung up, since this was last asked.
    pub(super) fn dials(&mut self) -> (usize, usize) {
        let dials = self.take(|output| matches!(output, Output::Dial).then_some(()));
        let hung_up = self.take(|output| matches!(output, Output::HangUp).then_some(()));
        (dials.len(), hung_up.len())
    }

    /// How long until the next attempt.
    pub(super) fn retry_in(&self) -> Option<Duration> {
        match self.session.connection() {
            Connection::Waiting { retry_at, .. } => Some(*retry_at - self.now),
            _ => None,
        }
    }

    pub(super) fn refusals(&mut self) -> Vec<(EntryId, Refusal)> {
        self.take(|output| match output {
            Output::Changed(Change::Refused { id, refusal }) => Some((*id, *refusal)),
            _ => None,
        })
    }

    pub(super) fn take<T>(&mut self, wanted: impl Fn(&Output) -> Option<T>) -> Vec<T> {
        let taken = self.outputs.iter().filter_map(&wanted).collect();
        self.outputs.retain(|output| wanted(output).is_none());
        taken
    }

    pub(super) fn answer(&mut self, request: RequestId, result: Result<Answer, RequestError>) {
        self.input(Input::Answered { request, result });
    }

    pub(super) fn ack(&mut self, request: RequestId, sent: Vec<Sent>) {
        self.answer(request, Ok(Answer::Send(Ok(sent))));
    }

    pub(super) fn page(&mut self, request: RequestId, entries: Vec<Entry>, head: Seq) {
        let room = ROOM;
        self.answer(request, Ok(Answer::History(Ok(Page { room, entries, head }))));
    }

    /// Ids and states of the room's rows.
    pub(super) fn rows(&self) -> Vec<(EntryId, &'static str)> {
        let rows = self.session.timeline(ROOM).rows();
        rows.map(|row| (row.id, state_name(&row.state))).collect()
    }

    pub(super) fn cursor(&self) -> Option<Seq> {
        self.session.room(ROOM).and_then(|room| room.cursor)
    }
}

/// Passes one tab's messages to another, as a channel between tabs does.
pub(super) fn pass_on(from: &mut Desk, to: &mut Desk) {
    for news in from.broadcasts() {
        let mut news = news;
        if let TabMessage::Posted { items } = &mut news {
            items.iter_mut().for_each(|item| item.disk = Disk::default());
        }
        to.input(Input::TabMessage(news));
    }
}

pub(super) fn state_name(state: &RowState) -> &'static str {
    match state {
        RowState::Saving { problem: None } => "saving",
        RowState::Saving { .. } => "unsaved",
        RowState::Saved => "saved",
        RowState::Sent { .. } => "sent",
        RowState::Rejected { .. } => "rejected",
    }
}

pub(super) fn stored(n: u128, seq: Seq) -> Sent {
    Sent::Stored {
        id: id(n),
        seq,
        at: 5,
    }
}

pub(super) fn refused(n: u128, code: ErrorCode) -> Sent {
    Sent::Refused {
        id: id(n),
        error: WireError::new(code, "no"),
    }
}
