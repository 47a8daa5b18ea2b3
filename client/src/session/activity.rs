//! What this tab says of the person at it: that they write, are away, have read so far.

use std::time::Duration;

use steadfast_shared::RoomId;
use steadfast_shared::event::{Away, TypingIn};

use super::output::{Effects, Ephemeral};
use super::rooms::OwnRooms;
use crate::throttle::Throttle;
use crate::vec_map::VecMap;

/// A `typing` counts for 5 s; this leaves room for a slow link.
const TYPING_EVERY: Duration = Duration::from_secs(3);

/// The read marker is sent this often at most.
const READ_EVERY: Duration = Duration::from_secs(1);

/// The person at this tab.
#[derive(Debug, Default)]
pub(super) struct OwnActivity {
    away: bool,
    typing: VecMap<RoomId, Throttle>,
    read: Throttle,
}

impl OwnActivity {
    /// A person is writing in a room.
    pub(super) fn types(&mut self, room: RoomId, now: Duration, effects: &mut Effects) {
        let throttle = self.typing.get_or_insert_with(room, Throttle::default);
        if throttle.due(TYPING_EVERY) <= now {
            throttle.went(now);
            effects.emit(Ephemeral::Typing(TypingIn { room }));
        }
    }

    /// The next keypress in a room is sent at once: a message ended the others' *is writing*, or this person left.
    pub(super) fn wrote(&mut self, room: RoomId) {
        self.typing.remove(&room);
    }

    pub(super) fn forget_typing(&mut self) {
        self.typing = VecMap::default();
    }

    /// Whether nobody sits at this tab. Returns whether that is news.
    pub(super) fn is_away(&mut self, away: bool) -> bool {
        std::mem::replace(&mut self.away, away) != away
    }

    /// Says whether nobody sits at this tab.
    pub(super) fn report_away(&self, effects: &mut Effects) {
        effects.emit(Ephemeral::Away(Away { away: self.away }));
    }

    /// A session opened: it takes people for present.
    pub(super) fn opened(&self, effects: &mut Effects) {
        if self.away {
            self.report_away(effects);
        }
    }

    /// Sends the read markers that the server does not have, where that is due.
    pub(super) fn drive(&mut self, rooms: &mut OwnRooms, now: Duration, effects: &mut Effects) {
        if self.deadline(rooms).is_none_or(|due| due > now) {
            return;
        }
        self.read.went(now);
        for room in rooms.iter_mut() {
            if let Some(read) = room.unreported_read() {
                room.read_reported();
                effects.emit(Ephemeral::Read(read));
            }
        }
    }

    pub(super) fn deadline(&self, rooms: &OwnRooms) -> Option<Duration> {
        let unreported = rooms.iter().any(|room| room.unreported_read().is_some());
        unreported.then(|| self.read.due(READ_EVERY))
    }
}
