//! The messages of this person: the rooms they are in, and the items on their way there.
//!
//! - `posting`: a person posts, retries, edits, discards
//! - `arrival`: how an item leaves the outbox for the log
//! - `person`: whose conversation it is
//! - `entries`: the entries of the log, and the rooms they are in
//! - `rooms`: the rooms, by their ids
//! - `tabs`: the items of the other tabs of this device

mod arrival;
mod entries;
mod person;
mod posting;
mod rooms;
mod tabs;

use steadfast_shared::RoomId;

use super::Options;
use super::account::OwnAccount;
use super::effects::Effects;
use super::output::Change;
use crate::outbox::Outbox;
use crate::people::names::Names;
use crate::timeline::Timeline;
use crate::timeline::viewer::Viewer;
pub(super) use rooms::OwnRooms;

/// What this person said, hears and has still to say.
#[derive(Debug)]
pub(super) struct Conversation {
    pub(super) options: Options,
    pub(super) account: OwnAccount,
    pub(super) rooms: OwnRooms,
    pub(super) outbox: Outbox,
    /// This tab drains the outbox.
    pub(super) elected: bool,
    pub(super) names: Names,
    pub(super) effects: Effects,
}

impl Conversation {
    pub(super) fn new(options: Options) -> Self {
        Self {
            options,
            account: OwnAccount::new(),
            rooms: OwnRooms::default(),
            outbox: Outbox::new(),
            elected: false,
            names: Names::default(),
            effects: Effects::default(),
        }
    }

    /// The rows of a room, for the person it is shown to.
    pub(super) fn timeline(&self, room: RoomId) -> Timeline<'_> {
        Timeline {
            reader: Viewer {
                room,
                now: self.account.identity(),
                outbox: &self.outbox,
                names: &self.names,
            },
            in_room: self.rooms.get(room),
        }
    }

    pub(super) fn everything_changed(&mut self) {
        let rooms = self.rooms.iter().map(|room| room.id);
        let rooms = rooms.chain(self.outbox.items().map(|item| item.room));
        self.effects.changes.extend(rooms.map(Change::Timeline));
        self.effects.changes.extend([
            Change::Connection,
            Change::Rooms,
            Change::Outbox,
            Change::Presence,
        ]);
    }
}
