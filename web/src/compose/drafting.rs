//! The composer's draft: its room, its text, and its record on this device.
//!
//! Invariant: typed text belongs to the room whose draft the composer shows, whichever room the
//! page has opened since.

use leptos::prelude::*;
use steadfast_client::{Row, Session};
use steadfast_shared::{Body, Person, RoomId, RoomKind, Seq};
use uuid::Uuid;

use crate::compose::context::ComposeContext;
use crate::compose::draft::{Draft, EditTarget, LoggedText};
use crate::compose::drafts;
use crate::compose::drafts::{DraftAuthor, DraftPlace, Drafts};
use crate::context::Context;
use crate::language::calendar;
use crate::markdown::Mentions;
use crate::reactive::{RwSignal, StoredValue};
use crate::storage::local;
use crate::storage::local::LocalTexts;
use crate::ui::overlays::Overlay;

/// Stands for the room of a text typed before any room is open.
const NO_ROOM: RoomId = RoomId(Uuid::nil());

pub(crate) type Drafting = Context<DraftingSignals>;

pub(crate) struct DraftingSignals {
    /// The draft, up to the composer's last input event.
    pub(crate) draft: RwSignal<Draft>,
    /// The message being replied to, as the log has it.
    pub(crate) quoted: RwSignal<Option<Row>>,
    /// Notifies the composer to show the draft again.
    pub(crate) rewritten: Trigger,
    /// Whether an input method is composing in it.
    pub(crate) composing: StoredValue<bool>,
    room: StoredValue<RoomId>,
    drafts: StoredValue<Drafts<LocalTexts>>,
    tab: StoredValue<String>,
}

/// What the person wants to write next, replacing the edit in the composer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Instead {
    /// The message that waited during the edit.
    Message,
    Reply(Seq),
    Edit(EditTarget),
}

impl Drafting {
    pub(crate) fn new() -> Self {
        let tab = local::take_tab().unwrap_or_else(|| calendar::new_entry_id().to_string());
        Self::keep(DraftingSignals {
            draft: RwSignal::new(Draft::default()),
            quoted: RwSignal::new(None),
            rewritten: Trigger::new(),
            composing: StoredValue::new(false),
            room: StoredValue::new(NO_ROOM),
            drafts: StoredValue::new(Drafts::new(LocalTexts, tab.clone())),
            tab: StoredValue::new(tab),
        })
    }

    /// The draft's room, if one is open.
    pub(crate) fn room(self) -> Option<RoomId> {
        Some(self.room.get_value()).filter(|room| *room != NO_ROOM)
    }
}

impl ComposeContext {
    /// Shows this room's draft. A text typed before any room was open is added to it.
    pub(crate) fn open_draft(self, room: RoomId) {
        let drafting = self.drafting;
        let nowhere = self.drafting.room().is_none();
        let typed = drafting.draft.get_untracked();
        drafting.room.set_value(room);
        let mut draft = self.stored_draft(room);
        let adds = nowhere && typed.has_words();
        if nowhere {
            self.store_draft(NO_ROOM, &Draft::default());
        }
        if adds {
            draft.add(&typed.text);
            draft.names.extend(typed.names);
            self.store_draft(room, &draft);
        }
        drafting.draft.set(draft);
        self.follow_message();
        drafting.rewritten.notify();
    }

    /// Shows a text typed on an earlier visit before any room was open.
    pub(crate) fn open_draft_of_nowhere(self) {
        let drafting = self.drafting;
        if drafting.room().is_some() || !drafting.draft.with_untracked(Draft::is_empty) {
            return;
        }
        let draft = self.stored_draft(NO_ROOM);
        if !draft.is_empty() {
            drafting.draft.set(draft);
            drafting.rewritten.notify();
        }
    }

    /// Stores the draft under a room that cannot be opened.
    pub(crate) fn put_draft_aside(self, room: RoomId) {
        let draft = self.drafting.draft.get_untracked();
        self.store_draft(room, &draft);
        self.store_draft(NO_ROOM, &Draft::default());
        self.drafting.draft.set(Draft::default());
        self.drafting.rewritten.notify();
    }

    /// Takes in the composer's text, in wire form.
    pub(crate) fn typed(self, wire: &str, names: Vec<Person>) {
        self.drafting.draft.update(|draft| {
            draft.typed(wire);
            draft.names = names;
        });
        self.keep_draft();
        self.typing.call(());
    }

    /// The draft with mentions as names.
    pub(crate) fn draft_as_typed(self) -> String {
        self.drafting.draft.with_untracked(|draft| {
            Mentions::default().from_wire(draft.current(), |user| self.draft_name(draft, user))
        })
    }

    /// The name of a person mentioned in the draft.
    pub(crate) fn draft_name(self, draft: &Draft, user: steadfast_shared::UserId) -> Option<String> {
        let kept = || draft.names.iter().find(|person| person.id == user);
        self.people
            .name_of(user)
            .or_else(|| kept().map(|person| person.name.clone()))
    }

    /// Drops the edit, or else the reply; asks first if that would lose text.
    pub(crate) fn cancel_writing(self) {
        self.write_instead(Instead::Message);
    }

    /// Replaces the edit in the composer; asks first if that would lose text.
    pub(crate) fn write_instead(self, instead: Instead) {
        let loses = self.drafting.draft.with_untracked(|draft| {
            let same =
                matches!(instead, Instead::Edit(of) if draft.edit.as_ref().is_some_and(|edit| edit.of == of));
            draft.is_edit_changed() && !same
        });
        if loses {
            self.instead.set_value(Some(instead));
            self.overlays.open(Overlay::DropEdit);
        } else {
            self.write_now(instead);
        }
    }

    /// Replaces the edit in the composer. The person has agreed to lose it.
    pub(crate) fn write_now(self, instead: Instead) {
        let text = match instead {
            Instead::Edit(of) => self.text_of(of),
            _ => None,
        };
        self.drafting.draft.update(|draft| match (instead, text) {
            (Instead::Message, _) => draft.cancel(),
            (Instead::Reply(to), _) => draft.begin_reply(to),
            (Instead::Edit(of), Some(text)) => draft.begin_edit(of, &text),
            (Instead::Edit(_), None) => {}
        });
        self.keep_draft();
        self.follow_message();
        self.drafting.rewritten.notify();
        self.field.focus();
    }

    /// Ends the edit of a message that was just deleted on this page.
    pub(crate) fn forget_edit_of(self, message: Seq) {
        let edits = |draft: &Draft| {
            draft
                .edit
                .as_ref()
                .is_some_and(|edit| edit.of == EditTarget::Message(message))
        };
        if self.drafting.draft.with_untracked(edits) {
            self.drafting.draft.update(|draft| draft.edit = None);
            self.keep_draft();
            self.drafting.rewritten.notify();
        }
    }

    /// Turns the edit's text into a message of its own.
    pub(crate) fn edit_to_message(self) {
        self.drafting.draft.update(Draft::edit_to_message);
        self.keep_draft();
        self.drafting.rewritten.notify();
        self.field.focus();
    }

    /// Takes over the edited message's new text.
    pub(crate) fn take_their_text(self) {
        self.drafting.draft.update(Draft::take_theirs);
        self.keep_draft();
        self.drafting.rewritten.notify();
        self.field.focus();
    }

    /// Updates the bar above the composer from the log, and an edit in which nothing was typed.
    pub(crate) fn follow_message(self) {
        let Some(room) = self.drafting.room() else { return };
        let (reply_to, edited) = self.drafting.draft.with_untracked(|draft| {
            (
                draft.reply_to,
                draft.edit.as_ref().map(|edit| (edit.of, edit.base.clone())),
            )
        });
        let quoted = reply_to.and_then(|seq| self.chat.read(|session| session.timeline(room).message(seq)));
        if self.drafting.quoted.with_untracked(|was| *was != quoted) {
            self.drafting.quoted.set(quoted);
        }
        let Some((of, base)) = edited else { return };
        let mut followed = self.drafting.draft.get_untracked();
        let shows = match self.logged_text(room, of) {
            Some(Some(text)) => followed.follow(LoggedText::Text(&text)),
            Some(None) => followed.follow(LoggedText::Erased),
            None => followed.follow(LoggedText::Unknown),
        };
        let other = followed.edit.as_ref().is_none_or(|edit| edit.base != base);
        if self.drafting.draft.with_untracked(|draft| *draft != followed) {
            self.drafting.draft.set(followed);
        }
        if other {
            self.keep_draft();
        }
        if shows {
            self.drafting.rewritten.notify();
        }
    }

    /// Handles a change of a draft by another tab.
    pub(crate) fn draft_changed_elsewhere(self, key: &str) {
        let Some((author, place)) = self
            .author()
            .zip(self.drafting.room().map(|room| self.place_of(room)))
        else {
            return;
        };
        if !drafts::is_key(key) {
            return;
        }
        let changed = self
            .drafting
            .drafts
            .try_update_value(|drafts| drafts.changed(&author, &place, key, calendar::now()));
        if let Some(Some(draft)) = changed {
            self.drafting.draft.set(draft);
            self.follow_message();
            self.drafting.rewritten.notify();
        }
    }

    /// Stores the tab's name: after a reload, the tab finds its drafts by it.
    pub(crate) fn leave_tab_name(self) {
        local::leave_tab(&self.drafting.tab.get_value());
    }

    /// Handles the composer's text having been sent as `sent`.
    pub(crate) fn draft_sent(self, sent: &str) {
        let left = self.drafting.draft.with_untracked(Draft::after_sending);
        let room = self.drafting.room.get_value();
        if let Some(author) = self.author() {
            let place = self.place_of(room);
            self.drafting
                .drafts
                .update_value(|drafts| drafts.sent(&author, &place, sent, &left, calendar::now()));
        }
        self.drafting.draft.set(left);
        self.follow_message();
        self.drafting.rewritten.notify();
    }

    /// Access to all drafts, to count or erase them.
    pub(crate) fn with_drafts<T>(self, act: impl FnOnce(&mut Drafts<LocalTexts>) -> T) -> Option<T> {
        self.drafting.drafts.try_update_value(act)
    }

    /// Whether the composer or this tab has text that is not in storage.
    pub(crate) fn has_unkept_draft(self) -> bool {
        let unattributed = self.author().is_none() && self.drafting.draft.with_untracked(Draft::has_words);
        unattributed || self.drafting.drafts.with_value(Drafts::is_unkept)
    }

    pub(crate) fn author(self) -> Option<DraftAuthor> {
        self.chat.read(|session| {
            let identity = session.account().identity()?;
            Some(DraftAuthor {
                me: identity.me.clone(),
                epoch: identity.epoch,
            })
        })
    }

    fn keep_draft(self) {
        let draft = self.drafting.draft.get_untracked();
        self.store_draft(self.drafting.room.get_value(), &draft);
    }

    fn stored_draft(self, room: RoomId) -> Draft {
        let Some(author) = self.author() else {
            return Draft::default();
        };
        let place = self.place_of(room);
        self.with_drafts(|drafts| {
            drafts.assign_nameless(&author, calendar::now());
            drafts.open(&author, &place)
        })
        .unwrap_or_default()
    }

    fn store_draft(self, room: RoomId, draft: &Draft) {
        // Nothing more is stored for a person who is being signed out.
        if self.chat.departing.get_value() {
            return;
        }
        if let Some(author) = self.author() {
            let place = self.place_of(room);
            self.drafting
                .drafts
                .update_value(|drafts| drafts.keep(&author, &place, draft, calendar::now()));
        }
    }

    fn place_of(self, room: RoomId) -> DraftPlace {
        let public_name = self.chat.read(|session: &Session| {
            let view = session.room(room).filter(|view| view.kind == RoomKind::Public);
            view.map(|view| view.name.to_owned())
        });
        DraftPlace {
            room,
            public_name: public_name.unwrap_or_default(),
        }
    }

    /// The text to edit; `None` if it is not loaded.
    fn text_of(self, of: EditTarget) -> Option<String> {
        self.logged_text(self.drafting.room()?, of)?
    }

    /// Its text, or `Some(None)` if it was deleted; `None` if it is not loaded.
    fn logged_text(self, room: RoomId, of: EditTarget) -> Option<Option<String>> {
        self.chat.read(|session| match of {
            EditTarget::Message(seq) => {
                let row = session.timeline(room).message(seq)?;
                match row.body {
                    Body::Message { text, .. } => Some(Some(text.into())),
                    Body::Erased => Some(None),
                    _ => None,
                }
            }
            // An item that another tab has sent or discarded counts as deleted.
            EditTarget::Item(id) => {
                let item = session.outbox().find(|item| item.id == id);
                Some(item.and_then(|item| {
                    item.rejection_for(session.account().identity())?;
                    Some(item.body.text()?.as_str().to_owned())
                }))
            }
        })
    }
}
