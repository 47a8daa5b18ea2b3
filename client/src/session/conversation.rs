//! The messages of this person: the rooms they are in, and the items on their way there.
//!
//! `posting` and `tabs` put items into it, `arrival` takes them from the outbox to the log, `rooms` has its rooms.

use steadfast_shared::RoomId;

use super::Options;
use super::output::{Change, Effects};
use super::rooms::OwnRooms;
use crate::account::OwnAccount;
use crate::outbox::Outbox;
use crate::people::names::Names;
use crate::record::{Identity, Unsent, Write};
use crate::room::revisions::RowRevisions;
use crate::room::timeline::Timeline;
use crate::room::viewer::Viewer;

/// What this person said, hears and has still to say.
#[derive(Debug)]
pub(super) struct Conversation {
    pub(super) options: Options,
    pub(super) account: OwnAccount,
    pub(super) rooms: OwnRooms,
    pub(super) outbox: Outbox,
    /// This tab drains the outbox.
    pub(super) leads: bool,
    pub(super) names: Names,
    pub(super) effects: Effects,
    /// Which rows changed, for views that read them one by one.
    revisions: RowRevisions,
}

impl Conversation {
    pub(super) fn new(options: Options) -> Self {
        Self {
            options,
            account: OwnAccount::new(),
            rooms: OwnRooms::default(),
            outbox: Outbox::new(),
            leads: false,
            names: Names::default(),
            effects: Effects::default(),
            revisions: RowRevisions::default(),
        }
    }

    /// The rows of a room, for the person it is shown to.
    pub(super) fn timeline(&self, room: RoomId) -> Timeline<'_> {
        Timeline {
            viewer: Viewer {
                room,
                now: self.account.identity(),
                outbox: &self.outbox,
                names: &self.names,
                revisions: &self.revisions,
            },
            in_room: self.rooms.get(room),
        }
    }

    /// Announces the changed views, after the outputs.
    pub(super) fn flush_changes(&mut self) {
        self.effects.flush_changes(&mut self.revisions);
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

    /// Nothing is kept of the person who was signed in, but perhaps their unsent items.
    pub(crate) fn forget_person(&mut self, unsent: Unsent) {
        self.account.sign_out();
        self.rooms = OwnRooms::default();
        self.names = Names::default();
        // A cache that waits to be written would bring back the erased records.
        self.effects
            .writes
            .retain(|write| !matches!(write, Write::PutRoom(_) | Write::PutIdentity(_)));
        self.effects
            .writes
            .extend([Write::DropRooms, Write::DropIdentity]);
        if unsent == Unsent::Discard {
            let ids: Vec<_> = self.outbox.items().map(|item| item.id).collect();
            for id in ids {
                self.outbox.discard(id);
            }
            self.effects
                .writes
                .retain(|write| !matches!(write, Write::PutOutbox(_)));
            self.effects.writes.push(Write::DropOutbox);
        }
    }

    /// The device speaks for another person than before, or in another epoch.
    pub(crate) fn speak_for_another(&mut self, old: &Identity) {
        let Some(Identity { me, epoch }) = self.account.identity().cloned() else {
            return;
        };
        self.account.start_over();
        let gone = std::mem::take(&mut self.rooms);
        self.effects
            .changes
            .extend(gone.iter().map(|room| Change::Timeline(room.id)));
        if old.me.id == me.id {
            self.rooms = OwnRooms::replacing(gone);
        }
        self.effects.writes.push(Write::DropRooms);
        if old.epoch != epoch {
            self.account.was(old.me.id);
            self.names = Names::default();
            let reassigned = self.outbox.reassign(old.me.id, &me);
            let answered_for = reassigned.into_iter().filter(|(_, local)| *local || self.leads);
            self.effects
                .writes
                .extend(answered_for.map(|(item, _)| Write::PutOutbox(item)));
        }
    }
}
