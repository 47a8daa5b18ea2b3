//! The composer's state.

use leptos::prelude::*;
use steadfast_client::{Input, MessageChange, Refusal, Session};
use steadfast_shared::{EntryId, Person, RoomId};

use crate::compose::draft::EditTarget;
use crate::compose::drafting::{Drafting, Instead};
use crate::connection::context::ChatContext;
use crate::context::Context;
use crate::hook::Hook;
use crate::language::calendar;
use crate::language::locale::Locale;
use crate::people::context::PeopleContext;
use crate::reactive::{RwSignal, StoredValue};
use crate::rooms::context::RoomsContext;
use crate::ui::main_field::MainField;
use crate::ui::overlays::Overlays;
use crate::ui::toast::Toasts;

/// The composer's state, and the hooks through which it reaches the timeline.
pub(crate) type ComposeContext = Context<ComposeSignals>;

pub(crate) struct ComposeSignals {
    pub(crate) drafting: Drafting,
    /// Why the last post or change was refused.
    pub(crate) refusal: RwSignal<Option<Refusal>>,
    /// What the composer switches to once the person discards the current edit.
    pub(crate) instead: StoredValue<Option<Instead>>,
    pub(crate) typing: Hook<()>,
    /// Called while an emoji's name is typed: the table of emoji is needed.
    pub(crate) naming_emoji: Hook<()>,
    /// Notified once the table of emoji is loaded.
    pub(crate) emoji_loaded: Trigger,
    /// Called before a message is posted.
    pub(crate) posting: Hook<()>,
    /// Starts an edit of the person's newest message. Returns whether the composer's content was
    /// replaced.
    pub(crate) editing_last: Hook<(), bool>,
    /// Called when a message's text was emptied in an edit.
    pub(crate) emptied: Hook<()>,
    /// Authors of the rows in the document, newest first.
    pub(crate) authors: Hook<(), Vec<Person>>,
    pub(crate) chat: ChatContext,
    pub(crate) people: PeopleContext,
    pub(crate) rooms: RoomsContext,
    pub(crate) overlays: Overlays,
    pub(crate) field: MainField,
    pub(crate) toasts: Toasts,
    pub(crate) locale: Locale,
}

impl ComposeContext {
    pub(crate) fn new(rooms: RoomsContext) -> Self {
        Self::provide(ComposeSignals {
            drafting: Drafting::new(),
            refusal: RwSignal::new(None),
            instead: StoredValue::new(None),
            typing: Hook::new(),
            naming_emoji: Hook::new(),
            emoji_loaded: Trigger::new(),
            posting: Hook::new(),
            editing_last: Hook::new(),
            emptied: Hook::new(),
            authors: Hook::new(),
            chat: rooms.chat,
            people: rooms.people,
            rooms,
            overlays: rooms.overlays,
            field: rooms.field,
            toasts: rooms.toasts,
            locale: rooms.locale,
        })
    }
}

impl ComposeContext {
    /// Ends an input method's composition, so that its last syllable goes into the draft it was
    /// typed for.
    pub(crate) fn end_composition(self) {
        if self.drafting.composing.get_value()
            && let Some(composer) = self.field.element.get_untracked()
        {
            let _ = composer.blur();
        }
    }

    /// Whether the composer is in use for a reply or an edit.
    pub(crate) fn is_replying_or_editing(self) -> bool {
        self.drafting
            .draft
            .with_untracked(|draft| draft.edit.is_some() || draft.reply_to.is_some())
    }

    /// Loads an unsent item into the composer.
    pub(crate) fn edit(self, id: EntryId) {
        self.write_instead(Instead::Edit(EditTarget::Item(id)));
    }

    /// Whether the composer is in use for an edit. Tracked.
    pub(crate) fn is_rewriting(self) -> bool {
        self.drafting.draft.with(|draft| draft.edit.is_some())
    }

    /// As [`Self::is_rewriting`], but untracked.
    pub(crate) fn is_rewriting_now(self) -> bool {
        untrack(|| self.is_rewriting())
    }

    /// Changes a message of a room.
    pub(crate) fn change(self, room: RoomId, change: MessageChange) {
        self.chat.dispatch(Input::Change {
            room,
            id: calendar::new_entry_id(),
            change,
            at: calendar::now(),
        });
    }

    pub(crate) fn can_write(self) -> Result<RoomId, Refusal> {
        let room = self.chat.room.get_untracked().ok_or(Refusal::NotSignedIn)?;
        self.chat
            .with(|chat| chat.with(Session::can_post))
            .unwrap_or(Err(Refusal::NotSignedIn))?;
        Ok(room)
    }
}
