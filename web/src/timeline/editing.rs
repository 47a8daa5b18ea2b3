//! Replies, edits, reactions and deletions.

use leptos::prelude::*;
use steadfast_client::{Anchor, MessageChange, RowKey, RowState};
use steadfast_shared::{Emoji, Seq};

use crate::browser::base_path;
use crate::compose::draft::EditTarget;
use crate::compose::drafting::Instead;
use crate::rooms::route::Route;
use crate::timeline::context::TimelineContext;
use crate::timeline::phrases::ActionPhrases;
use crate::timeline::row::actions::Tool;

impl TimelineContext {
    /// Starts a reply to this row's message.
    pub(crate) fn reply(self, key: &RowKey) {
        let row = self.model.row(key).filter(|row| row.text().is_some());
        if let Some(to) = row.and_then(|row| row.message()) {
            self.compose.write_instead(Instead::Reply(to));
        }
    }

    /// Starts an edit of this row's message.
    pub(crate) fn rewrite(self, key: &RowKey) {
        let Some(row) = self.model.row(key).filter(|row| row.text().is_some()) else {
            return;
        };
        match row.state {
            RowState::Sent { seq } => self
                .compose
                .write_instead(Instead::Edit(EditTarget::Message(seq))),
            RowState::Rejected { .. } => self.compose.edit(key.id),
            RowState::Saving { .. } | RowState::Saved => {}
        }
    }

    /// Starts an edit of the person's newest message. Returns whether it can: while that message is
    /// unsent it cannot, and the one before it is not meant.
    pub(crate) fn rewrite_last(self) -> bool {
        let last = self.model.find_last(|row| row.mine && row.text().is_some());
        if let Some(key) = last {
            self.rewrite(&key);
        }
        self.compose.is_replying_or_editing()
    }

    /// Offers to delete a message whose text was emptied in an edit: that is most likely the
    /// intent.
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

    /// Adds or removes a reaction.
    pub(crate) fn react(self, message: Seq, emoji: Emoji, on: bool) {
        self.change_here(MessageChange::React { message, emoji, on });
    }

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

    pub(crate) fn address_of(self, message: Seq) -> String {
        let route = |room| Route::Room {
            room,
            seq: Some(message),
        };
        base_path::here().address(&self.chat.room.get_untracked().map_or(Route::Home, route).path())
    }

    /// Jumps to a message of the open room.
    pub(crate) fn show_message(self, message: Seq) {
        self.seek(Anchor::Around(message));
    }
}
