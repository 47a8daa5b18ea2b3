//! Whose conversation it is: it begins anew with another person, or in another epoch.

use super::Conversation;
use crate::people::names::Names;
use crate::record::{Identity, Unsent, Write};
use crate::session::output::Change;

impl Conversation {
    /// Nothing is kept of the person who was signed in, but perhaps their unsent items.
    pub(crate) fn forget_person(&mut self, unsent: Unsent) {
        self.account.sign_out();
        self.rooms = super::OwnRooms::default();
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
            self.rooms = super::OwnRooms::replacing(gone);
        }
        self.effects.writes.push(Write::DropRooms);
        if old.epoch != epoch {
            self.account.was(old.me.id);
            self.names = Names::default();
            let reassigned = self.outbox.reassign(old.me.id, &me);
            let answered_for = reassigned.into_iter().filter(|(_, local)| *local || self.elected);
            self.effects
                .writes
                .extend(answered_for.map(|(item, _)| Write::PutOutbox(item)));
        }
    }
}
