//! What the benches share: one room, its people, and a chat without a screen that is in it.

use std::time::Duration;

use steadfast_client::{Input, Options, Output, Restored, ServerEvent, Session};
use steadfast_shared::event::{self, Entries, Opened};
use steadfast_shared::http::SessionInfo;
use steadfast_shared::{Body, Entry, EntryId, Epoch, MessageText, Person, Role, Room, RoomId, Seq, UserId};
use uuid::Uuid;

pub const ROOM: RoomId = RoomId(Uuid::from_u128(0xA));
const EPOCH: Epoch = Epoch(Uuid::from_u128(0xE));
/// About what people write.
const TEXT: &str = "the quick brown fox jumps over the lazy dog and back again, twice";

pub fn person(nth: u64) -> Person {
    Person {
        id: UserId(Uuid::from_u128(u128::from(nth) + 1)),
        name: format!("person {nth}"),
    }
}

/// # Panics
/// Never: the text is a valid one.
#[expect(clippy::expect_used, reason = "a constant")]
pub fn text() -> MessageText {
    MessageText::parse(TEXT).expect("a valid text")
}

pub fn entry(seq: Seq, body: Body) -> Entry {
    let id = EntryId(Uuid::from_u128((1 << 64) + u128::from(seq)));
    Entry::new(seq, id, person(seq % 12), 1_000 + seq, body)
}

/// Messages of these places.
pub fn messages(places: std::ops::Range<Seq>) -> Entries {
    Entries {
        room: ROOM,
        from: places.start,
        entries: places.map(|seq| entry(seq, Body::message(text()))).collect(),
    }
}

/// A chat that is signed in.
pub struct Desk(pub Session);

impl Desk {
    pub fn new() -> Self {
        let mut desk = Self(Session::new(Options::default(), 7));
        desk.input(Input::Restored(Restored::default()));
        desk.input(Input::SignedIn(SessionInfo::new(person(0), EPOCH)));
        desk.input(Input::TakeOver(Vec::new()));
        desk
    }

    /// The same, connected to an empty room.
    pub fn online() -> Self {
        let mut desk = Self::new();
        desk.input(Input::LinkUp);
        desk.event(ServerEvent::Session(event::Session::Open(Opened {
            me: person(0),
            owner: false,
            role: Role::Member,
            blocked: Vec::new(),
            epoch: EPOCH,
            rooms: vec![Room::new(ROOM, "general")],
            recovered: true,
            missed: Vec::new(),
            reset: Vec::new(),
            online: Vec::new(),
            watched: None,
            last_closed: None,
        })));
        desk
    }

    pub fn event(&mut self, event: ServerEvent) {
        self.input(Input::Event(event));
    }

    /// Answers what the chat wants done; writes are done.
    pub fn input(&mut self, input: Input) -> Vec<Output> {
        const NOW: Duration = Duration::from_secs(1);
        self.0.handle(input, NOW);
        let mut outputs = Vec::new();
        loop {
            match self.0.poll_output() {
                Output::Wait(_) => return outputs,
                Output::Store { ticket, .. } => self.0.handle(
                    Input::Stored {
                        ticket,
                        result: Ok(()),
                    },
                    NOW,
                ),
                output => outputs.push(output),
            }
        }
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self::new()
    }
}
