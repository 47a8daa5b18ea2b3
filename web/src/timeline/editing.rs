//! Replies to, edits of, reactions to and deletions of messages.

use leptos::prelude::*;
use steadfast_client::{Anchor, MessageChange, RowKey};
use steadfast_shared::{Emoji, Seq};

use crate::browser::base_path;
use crate::compose::draft::EditTarget;
use crate::compose::drafting::Instead;
use crate::rooms::route::Route;
use crate::timeline::actions::Tool;
use crate::timeline::context::TimelineContext;
use crate::timeline::phrases::ActionPhrases;
use crate::timeline::row_view::{MessageState, Says};

impl TimelineContext {
    /// Writes a reply to this row's message.
    pub(crate) fn reply(self, key: &RowKey) {
        let row = self.model.row(key).filter(|row| row.text().is_some());
        if let Some(to) = row.and_then(|row| row.message()) {
            self.compose.write_instead(Instead::Reply(to));
        }
    }

    /// Writes another text for this row's message.
    pub(crate) fn rewrite(self, key: &RowKey) {
        let Some(row) = self.model.row(key).filter(|row| row.text().is_some()) else {
            return;
        };
        match row.state {
            MessageState::Sent { seq } => self
                .compose
                .write_instead(Instead::Edit(EditTarget::Message(seq))),
            MessageState::Rejected(_) => self.compose.edit(key.id),
            MessageState::Saving { .. } | MessageState::Saved => {}
        }
    }

    /// Writes another text for the newest message of one's own. Says whether it can be: one that is on its way cannot, and
    /// the one before it is not meant.
    pub(crate) fn rewrite_last(self) -> bool {
        let last = self
            .model
            .find_last(|row| row.mine && matches!(row.says, Says::Message(_)));
        if let Some(key) = last {
            self.rewrite(&key);
        }
        self.compose.is_writing_otherwise()
    }

    /// A message was left without a word: whoever does that wants it gone, most likely, and is asked.
    pub(crate) fn ask_to_delete_emptied(self) {
        let edited = self
            .compose
            .drafting
            .draft
            .with_untracked(|draft| draft.edit.as_ref().map(|edit| edit.of));
        let key = match edited {
            Some(EditTarget::Message(message)) => self.model.key_of(message),
            _ => None,
        };
        match (key, self.field.element.get_untracked()) {
            (Some(key), Some(composer)) => self.actions.open(key, Tool::Delete, composer.into()),
            _ if edited.is_some() => self.toasts.toast(|l| ActionPhrases::of(l).emptied),
            _ => {}
        }
    }

    /// Reacts to a message, or takes that back.
    pub(crate) fn react(self, message: Seq, emoji: Emoji, on: bool) {
        self.change_here(MessageChange::React { message, emoji, on });
    }

    /// Takes a message back.
    pub(crate) fn delete(self, message: Seq) {
        self.change_here(MessageChange::Delete { message });
        self.compose.forget_edit_of(message);
    }

    fn change_here(self, change: MessageChange) {
        match self.compose.can_write() {
            Ok(room) => {
                self.compose.refusal.set(None);
                self.compose.change(room, change);
            }
            Err(refusal) => self.compose.refusal.set(Some(refusal)),
        }
    }

    /// The address of a message of the open room.
    pub(crate) fn address_of(self, message: Seq) -> String {
        let route = |room| Route::Room {
            room,
            seq: Some(message),
        };
        base_path::here().address(&self.chat.room.get_untracked().map_or(Route::Home, route).path())
    }

    /// Leads to a message of the open room.
    pub(crate) fn show_message(self, message: Seq) {
        self.seek(Anchor::Around(message));
    }
}
