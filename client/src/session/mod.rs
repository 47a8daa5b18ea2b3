//! The machine that holds a chat: inputs in, outputs out, views beside.

mod input;
mod output;

use std::time::Duration;

use steadfast_shared::{Epoch, Person, RoomId, Seq, event};
use uuid::Uuid;

pub use input::{Answer, Input, LinkEnd, RequestError, RequestId, ServerEvent, Ticket};
pub use output::{Change, Ephemeral, Output, Refusal, Request};

use crate::record::OutboxItem;
use crate::timeline::Timeline;

/// What can be set. The defaults are the product's.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    /// This tab's name for itself; `None` makes one from the seed.
    pub tab: Option<Uuid>,
    /// Most entries held per room while a person is at the end.
    pub window: usize,
    /// Most entries held per room while a person scrolls back.
    pub window_browsing: usize,
    /// Most entries held back by a gap, per room.
    pub held: usize,
    /// Most unsent items; one more is refused.
    pub outbox: usize,
    /// How long an answer may take.
    pub request_timeout: Duration,
    /// How often cursors are compared with heads.
    pub sync_every: Duration,
    /// How often a room's cache is written at most.
    pub cache_every: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tab: None,
            window: 2_000,
            window_browsing: 10_000,
            held: 1_000,
            outbox: 10_000,
            request_timeout: Duration::from_secs(10),
            sync_every: Duration::from_secs(30),
            cache_every: Duration::from_millis(500),
        }
    }
}

/// A chat without a screen, a socket or a clock.
#[derive(Debug)]
pub struct Session {}

impl Session {
    /// A session that knows nothing yet. `seed` feeds every dice it rolls.
    pub fn new(_options: Options, _seed: u64) -> Self {
        Self {}
    }

    /// Takes in one thing that happened at `now`, a time that never runs backwards.
    pub fn handle(&mut self, _input: Input, _now: Duration) {}

    /// The next thing to do. Drain until [`Output::Wait`].
    pub fn poll_output(&mut self) -> Output {
        Output::Wait(None)
    }

    /// Who this device speaks for.
    pub fn me(&self) -> Option<&Person> {
        None
    }

    /// The life of the database that cursors and cache belong to.
    pub fn epoch(&self) -> Option<Epoch> {
        None
    }

    /// What the next CONNECT says. The token is the link's to add.
    pub fn auth(&self) -> event::Auth {
        event::Auth::default()
    }

    /// The rooms, by name.
    pub fn rooms(&self) -> impl Iterator<Item = RoomView<'_>> {
        std::iter::empty()
    }

    /// One room.
    pub fn room(&self, _room: RoomId) -> Option<RoomView<'_>> {
        None
    }

    /// What a room shows; empty for one that is not known.
    pub fn timeline(&self, _room: RoomId) -> Timeline<'_> {
        Timeline {
            _todo: std::marker::PhantomData,
        }
    }

    /// What is not acknowledged yet, rejected items too, in order.
    pub fn outbox(&self) -> impl Iterator<Item = &OutboxItem> {
        std::iter::empty()
    }

    /// How many items wait to be sent; rejected ones do not count.
    pub fn unsent(&self) -> usize {
        0
    }

    /// Whether a post would be taken.
    pub fn can_post(&self) -> Result<(), Refusal> {
        Err(Refusal::NotSignedIn)
    }

    /// Who is online, by name. As it was last heard, while offline.
    pub fn online(&self) -> &[Person] {
        &[]
    }

    /// Who else is writing in a room.
    pub fn typing(&self, _room: RoomId) -> Vec<&Person> {
        Vec::new()
    }

    /// How the session stands with the server.
    pub fn connection(&self) -> &Connection {
        &Connection::Offline { closed: None }
    }

    /// Whether this tab is the one that drains the outbox.
    pub fn is_elected(&self) -> bool {
        false
    }
}

/// How a session stands with the server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Connection {
    /// No link.
    Offline {
        /// Why the server closed the last one, where it said so.
        closed: Option<event::ClosingReason>,
    },
    /// The link is up; the server's `session` has not come.
    Opening,
    /// The session is open.
    Online {
        /// Whether everything missed came along with the opening.
        recovered: bool,
        /// When it opened, on the session's clock.
        since: Duration,
        /// Why the server ended this device's last connection, where it did.
        last_closed: Option<event::ClosingReason>,
    },
}

/// One room, as lists and drawers show it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RoomView<'a> {
    /// Which.
    pub id: RoomId,
    /// What it is called.
    pub name: &'a str,
    /// The newest `seq` known to exist.
    pub head: Seq,
    /// The cursor: the newest entry applied without a gap. `None` before the first page.
    pub cursor: Option<Seq>,
    /// The oldest entry held; one past the cursor where none is.
    pub low: Seq,
    /// Entries held back by a gap.
    pub held: usize,
    /// How far this person has read.
    pub read: Seq,
    /// Entries of other people after `read`.
    pub unread: u64,
    /// Whether an older page is on its way.
    pub loading_older: bool,
    /// Whether the window reaches the room's first entry.
    pub at_beginning: bool,
    /// Whether entries are known to exist that are not applied yet.
    pub catching_up: bool,
}
