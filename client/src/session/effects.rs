//! The effects of an input: what is to be done, which views to read again, which records to write.

use std::collections::VecDeque;

use steadfast_shared::{EntryId, RoomId};

use super::output::{Change, Ephemeral, Output, Refusal};
use crate::record::Write;
use crate::tab_message::TabMessage;
use crate::vec_map::VecSet;

/// Collects the effects of one input.
#[derive(Debug, Default)]
pub(super) struct Effects {
    pub(super) outputs: VecDeque<Output>,
    pub(super) changes: VecSet<Change>,
    /// To be handed to storage as one batch.
    pub(super) writes: Vec<Write>,
}

impl Effects {
    pub(super) fn tell(&mut self, news: TabMessage) {
        self.outputs.push_back(Output::Tell(news));
    }

    pub(super) fn emit(&mut self, ephemeral: Ephemeral) {
        self.outputs.push_back(Output::Emit(ephemeral));
    }

    pub(super) fn refuse(&mut self, id: EntryId, refusal: Refusal) {
        self.changes.insert(Change::Refused { id, refusal });
    }

    pub(super) fn rows_changed(&mut self, room: RoomId) {
        self.changes.insert(Change::Timeline(room));
        self.changes.insert(Change::Outbox);
    }

    /// Another piece of a room's log is shown.
    pub(super) fn view_changed(&mut self, room: RoomId) {
        self.changes.extend([Change::Rooms, Change::Timeline(room)]);
    }

    /// The changed views follow the outputs, each once.
    pub(super) fn flush_changes(&mut self) {
        let changes = std::mem::take(&mut self.changes);
        self.outputs.extend(changes.into_iter().map(Output::Changed));
    }
}
