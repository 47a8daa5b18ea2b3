//! One thing that happened.

use std::time::Duration;

use steadfast_shared::{EntryId, RoomId, Seq};

use crate::fault::Fault;

/// One thing that happened, and when.
#[derive(Clone, PartialEq, Debug)]
pub struct TraceEvent {
    /// When, on the chat's clock.
    pub at: Duration,
    pub what: TraceKind,
}

impl TraceEvent {
    /// Whether `next` says the same of the same room so soon after that it can take this one's place.
    pub(super) fn is_followed_at_once_by(&self, next: &Self, within: Duration) -> bool {
        match (&self.what, &next.what) {
            (TraceKind::Room(room, RoomStep::Stands(_)), TraceKind::Room(same, RoomStep::Stands(_))) => {
                room == same && next.at < self.at + within
            }
            _ => false,
        }
    }
}

#[derive(Clone, PartialEq, Debug)]
pub enum TraceKind {
    /// To a message of this device.
    Message(EntryId, Step),
    Room(RoomId, RoomStep),
    Link(LinkStep),
    /// A person broke something on purpose, or mended it.
    Fault(Fault, bool),
    /// A person set the delay of everything.
    Delay(Duration),
}

/// A step on a message's way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// It is in the outbox.
    Typed { room: RoomId, label: String },
    /// The device's disk has it.
    Saved,
    /// The device's disk does not take it.
    NotSaved,
    Tried {
        /// It was lost on its way: the server has not seen it.
        lost: bool,
        /// It is a second copy of the try before it.
        copy: bool,
    },
    /// The server answered that it is stored.
    Acked {
        seq: Seq,
        /// The answer was lost on its way: the session has not seen it.
        lost: bool,
    },
    /// No answer came in time.
    Unanswered,
    /// The server asked to try later.
    Postponed,
    /// The server refused it for good.
    Rejected,
    /// The log's copy of it came: it has been broadcast to the room.
    Came {
        /// Its place in the log.
        seq: Seq,
    },
    /// A person threw it away.
    Discarded,
}

/// A step in a room's history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RoomStep {
    Stands(RoomPosition),
    /// Entries are known to exist that are not here.
    Gap {
        /// The first that is missing.
        from: Seq,
    },
    /// Nothing is missing any more.
    Healed {
        cursor: Seq,
    },
    /// An entry came that was here already, and was dropped.
    Repeat {
        seq: Seq,
    },
    /// A broadcast of entries was lost on its way.
    Lost {
        from: Seq,
        many: usize,
    },
}

/// A room's position in its log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RoomPosition {
    /// The newest entry applied without a gap.
    pub cursor: Option<Seq>,
    /// The newest entry known to exist.
    pub head: Seq,
    /// The number of entries buffered ahead of a gap.
    pub buffered: usize,
}

impl RoomPosition {
    /// The first entry known to exist that is not here. None before a first page: nothing is missed yet.
    pub(super) fn gap(self) -> Option<Seq> {
        self.cursor
            .filter(|cursor| *cursor < self.head)
            .map(|cursor| cursor + 1)
    }
}

/// A step in the link's history.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkStep {
    /// A person cut it on purpose.
    Cut,
    Down,
    /// It is up; the server has not opened a session yet.
    Up,
    /// The server opened a session.
    Opened {
        /// Everything missed came along with the opening.
        recovered: bool,
    },
}
