//! The person a room is shown to: their identity, their unsent items there, the names of people.

use steadfast_shared::{Person, RoomId, Seq};

use crate::outbox::Outbox;
use crate::people::names::Names;
use crate::record::{Identity, OutboxItem};
use crate::room::revisions::RowRevisions;

/// The person a room is shown to.
#[derive(Clone, Copy)]
pub(crate) struct Viewer<'a> {
    pub(crate) room: RoomId,
    pub(crate) now: Option<&'a Identity>,
    pub(crate) outbox: &'a Outbox,
    pub(crate) names: &'a Names,
    pub(crate) revisions: &'a RowRevisions,
}

impl<'a> Viewer<'a> {
    pub(crate) fn is_me(&self, person: &Person) -> bool {
        self.now.is_some_and(|now| now.me.id == person.id)
    }

    /// Their changes of one message that wait to be sent or were refused, in order.
    pub(crate) fn changes_of(&self, message: Seq) -> impl Iterator<Item = &'a OutboxItem> + use<'a> {
        let now = self.now;
        let changes = self.outbox.changes_of(self.room, message);
        changes.filter(move |item| now.is_none_or(|now| now.epoch == item.epoch) && !item.is_anothers(now))
    }
}
