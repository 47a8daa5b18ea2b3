//! The composer's state.

use leptos::prelude::*;
use steadfast_client::Refusal;
use steadfast_shared::Person;

use crate::compose::drafting::{Drafting, Instead};
use crate::connection::context::ChatContext;
use crate::hook::Hook;
use crate::language::locale::Locale;
use crate::people::context::PeopleContext;
use crate::rooms::context::RoomsContext;
use crate::ui::main_field::MainField;
use crate::ui::overlays::Overlays;
use crate::ui::toast::Toasts;

/// The composer's state, and the calls by which it reaches the rows above it.
#[derive(Clone, Copy)]
pub(crate) struct ComposeContext {
    pub(crate) drafting: Drafting,
    /// Why the last post or change was not taken.
    pub(crate) refusal: RwSignal<Option<Refusal>>,
    /// The next purpose of the composer, once an edit is given up.
    pub(crate) instead: StoredValue<Option<Instead>>,
    pub(crate) typing: Hook<()>,
    /// A message is about to be posted.
    pub(crate) posting: Hook<()>,
    /// Begins an edit of the newest own message. Answers whether the composer is taken by it.
    pub(crate) editing_last: Hook<(), bool>,
    /// A message was left without a word.
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
    pub(crate) fn provide(rooms: RoomsContext) -> Self {
        let context = Self {
            drafting: Drafting::new(),
            refusal: RwSignal::new(None),
            instead: StoredValue::new(None),
            typing: Hook::new(),
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
        };
        provide_context(context);
        context
    }

    pub(crate) fn here() -> Self {
        expect_context()
    }
}

impl ComposeContext {
    /// Ends an input method's composition, so that its last syllable goes to the draft it was typed for.
    pub(crate) fn end_composition(self) {
        if self.drafting.composing.get_value()
            && let Some(composer) = self.field.element.get_untracked()
        {
            let _ = composer.blur();
        }
    }
}
