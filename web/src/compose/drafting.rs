//! The composer's draft: its room, its text, and its record on this device.
//!
//! Invariant: typed text belongs to the room whose draft the composer shows, whichever room the page shows by then.

use leptos::prelude::*;
use steadfast_client::{RowBody, Session};
use steadfast_shared::{Person, RoomId, RoomKind, Seq};
use uuid::Uuid;

use crate::compose::context::ComposeContext;
use crate::compose::draft::{Draft, EditTarget, Said};
use crate::compose::drafts;
use crate::compose::drafts::{DraftAuthor, DraftPlace, Drafts};
use crate::language::calendar;
use crate::markdown::Mentions;
use crate::storage::local;
use crate::storage::local::LocalTexts;
use crate::ui::overlays::Overlay;

/// The room of a text typed before any room is known.
const NOWHERE: RoomId = RoomId(Uuid::nil());

#[derive(Clone, Copy)]
pub(crate) struct Drafting {
    /// Its text, as far as the composer has told.
    pub(crate) draft: RwSignal<Draft>,
    /// The message replied to, as the log has it.
    pub(crate) quoted: RwSignal<Option<QuotedNow>>,
    /// The composer is to show the draft anew.
    pub(crate) rewritten: Trigger,
    /// Whether an input method composes in it.
    pub(crate) composing: StoredValue<bool>,
    room: StoredValue<RoomId>,
    drafts: StoredValue<Drafts<LocalTexts>, LocalStorage>,
    tab: StoredValue<String>,
}

/// The message replied to, as the log has it at the moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct QuotedNow {
    pub(crate) seq: Seq,
    /// Its author, and its text unless it was deleted; where it is held.
    pub(crate) said: Option<(Person, Option<String>)>,
}

/// A person's next purpose, instead of the edit in the composer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Instead {
    /// The message that waits.
    Message,
    Reply(Seq),
    Edit(EditTarget),
}

impl Drafting {
    pub(crate) fn new() -> Self {
        let tab = local::take_tab().unwrap_or_else(|| calendar::new_entry_id().to_string());
        Self {
            draft: RwSignal::new(Draft::default()),
            quoted: RwSignal::new(None),
            rewritten: Trigger::new(),
            composing: StoredValue::new(false),
            room: StoredValue::new(NOWHERE),
            drafts: StoredValue::new_local(Drafts::new(LocalTexts, tab.clone())),
            tab: StoredValue::new(tab),
        }
    }

    /// The room it is of, where one is known.
    pub(crate) fn room(self) -> Option<RoomId> {
        Some(self.room.get_value()).filter(|room| *room != NOWHERE)
    }
}

impl ComposeContext {
    /// Shows this room's draft. A text typed before any room was known is added to it.
    pub(crate) fn open_draft(self, room: RoomId) {
        let drafting = self.drafting;
        let nowhere = self.drafting.room().is_none();
        let typed = drafting.draft.get_untracked();
        drafting.room.set_value(room);
        let mut draft = self.stored_draft(room);
        let adds = nowhere && typed.has_words();
        if nowhere {
            self.store_draft(NOWHERE, &Draft::default());
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

    /// Shows a text typed on an earlier visit before any room was known.
    pub(crate) fn open_draft_of_nowhere(self) {
        let drafting = self.drafting;
        if drafting.room().is_some() || !drafting.draft.with_untracked(Draft::is_empty) {
            return;
        }
        let draft = self.stored_draft(NOWHERE);
        if !draft.is_empty() {
            drafting.draft.set(draft);
            drafting.rewritten.notify();
        }
    }

    /// The draft becomes that of a room that cannot be opened.
    pub(crate) fn put_draft_aside(self, room: RoomId) {
        let draft = self.drafting.draft.get_untracked();
        self.store_draft(room, &draft);
        self.store_draft(NOWHERE, &Draft::default());
        self.drafting.draft.set(Draft::default());
        self.drafting.rewritten.notify();
    }

    /// Takes in the composer's text, in the form that is sent.
    pub(crate) fn typed(self, wire: &str, names: Vec<Person>) {
        self.drafting.draft.update(|draft| {
            draft.typed(wire);
            draft.names = names;
        });
        self.keep_draft();
        self.typing.call(());
    }

    /// The draft as a person reads it.
    pub(crate) fn draft_as_typed(self) -> String {
        self.drafting.draft.with_untracked(|draft| {
            Mentions::default().from_wire(draft.current(), |user| self.draft_name(draft, user))
        })
    }

    /// The name of a person named in the draft.
    pub(crate) fn draft_name(self, draft: &Draft, user: steadfast_shared::UserId) -> Option<String> {
        let kept = || draft.names.iter().find(|person| person.id == user);
        self.people
            .name_of(user)
            .or_else(|| kept().map(|person| person.name.clone()))
    }

    /// Drops the edit, or else the reply; asks first where that would lose words.
    pub(crate) fn cancel_writing(self) {
        self.write_instead(Instead::Message);
    }

    /// Writes something else than the edit in the composer; asks first where that would lose words.
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

    /// Writes something else than the edit in the composer, which a person gave up.
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

    /// The edited message was deleted here: nothing is to be edited any more.
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

    /// The edit's words become a message of their own.
    pub(crate) fn edit_to_message(self) {
        self.drafting.draft.update(Draft::edit_to_message);
        self.keep_draft();
        self.drafting.rewritten.notify();
        self.field.focus();
    }

    /// Takes the text the edited message has meanwhile.
    pub(crate) fn take_their_text(self) {
        self.drafting.draft.update(Draft::take_theirs);
        self.keep_draft();
        self.drafting.rewritten.notify();
        self.field.focus();
    }

    /// Brings the bar above the composer, and an edit nobody has typed in, up to the log.
    pub(crate) fn follow_message(self) {
        let Some(room) = self.drafting.room() else { return };
        let (reply_to, edited) = self.drafting.draft.with_untracked(|draft| {
            (
                draft.reply_to,
                draft.edit.as_ref().map(|edit| (edit.of, edit.base.clone())),
            )
        });
        let quoted = reply_to.map(|seq| QuotedNow {
            seq,
            said: self.chat.read(|session| {
                let row = session.timeline(room).message(seq)?;
                Some((row.author.clone(), row.text().map(str::to_owned)))
            }),
        });
        if self.drafting.quoted.with_untracked(|was| *was != quoted) {
            self.drafting.quoted.set(quoted);
        }
        let Some((of, base)) = edited else { return };
        let mut followed = self.drafting.draft.get_untracked();
        let shows = match self.said_of(room, of) {
            Some(Some(text)) => followed.follow(Said::Text(&text)),
            Some(None) => followed.follow(Said::Erased),
            None => followed.follow(Said::Unknown),
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

    /// Another tab changed a draft in the storage.
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

    /// The tab may be loaded anew: it finds its drafts by its name.
    pub(crate) fn leave_tab_name(self) {
        local::leave_tab(&self.drafting.tab.get_value());
    }

    /// The composer's text was sent as `sent`.
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

    /// The drafts themselves, for those who count and erase them.
    pub(crate) fn with_drafts<T>(self, act: impl FnOnce(&mut Drafts<LocalTexts>) -> T) -> Option<T> {
        self.drafting.drafts.try_update_value(act)
    }

    /// Whether words are in the composer, or kept by this tab, that the storage does not have.
    pub(crate) fn has_unkept_draft(self) -> bool {
        let nobodys = self.author().is_none() && self.drafting.draft.with_untracked(Draft::has_words);
        nobodys || self.drafting.drafts.with_value(Drafts::is_unkept)
    }

    pub(crate) fn author(self) -> Option<DraftAuthor> {
        self.chat.read(|session| {
            let identity = session.identity()?;
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
            drafts.adopt_nameless(&author, calendar::now());
            drafts.open(&author, &place)
        })
        .unwrap_or_default()
    }

    fn store_draft(self, room: RoomId, draft: &Draft) {
        // Nothing is kept any more of a person who is being signed out.
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

    /// The text to be edited; `None` where it is not here.
    fn text_of(self, of: EditTarget) -> Option<String> {
        self.said_of(self.drafting.room()?, of)?
    }

    /// Its text, nothing where it was deleted; `None` where it is not held.
    fn said_of(self, room: RoomId, of: EditTarget) -> Option<Option<String>> {
        self.chat.read(|session| match of {
            EditTarget::Message(seq) => {
                let row = session.timeline(room).message(seq)?;
                match row.body {
                    RowBody::Message(text) => Some(Some(text.to_owned())),
                    RowBody::Erased => Some(None),
                    _ => None,
                }
            }
            // An item that is over by then, because another tab sent it or threw it away, is as good as deleted.
            EditTarget::Item(id) => {
                let item = session.outbox().find(|item| item.id == id);
                Some(item.and_then(|item| {
                    item.rejection_for(session.identity())?;
                    Some(item.body.text()?.as_str().to_owned())
                }))
            }
        })
    }
}
