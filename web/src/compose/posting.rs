//! Posting a message or an edit.

use leptos::prelude::*;
use steadfast_client::{Input, MessageChange, Refusal, Session};
use steadfast_shared::{EntryId, MessageText, Person, RoomId, UserId};

use crate::compose::context::ComposeContext;
use crate::compose::draft::{EditConflict, EditTarget, Withheld};
use crate::compose::drafting::Instead;
use crate::language::calendar;

/// Why a post is refused. The text stays in the composer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unposted {
    Refused(Refusal),
    /// No room is open yet.
    NoRoom,
    /// The room it was written for is archived or gone, or no longer the open one.
    RoomClosed,
    /// The edited message has changed or is gone.
    Withheld(Withheld),
}

impl ComposeContext {
    /// Posts a text to the room it was written for.
    pub(crate) fn post(self, text: MessageText) -> Result<(), Unposted> {
        let room = self.drafting.room().ok_or(Unposted::NoRoom)?;
        let open = self
            .chat
            .read(|session| session.room(room).is_some_and(|room| !room.archived));
        if !open || self.chat.room.get_untracked() != Some(room) {
            return Err(Unposted::RoomClosed);
        }
        self.can_write().map_err(Unposted::Refused)?;
        self.follow_message();
        let mut draft = self.drafting.draft.get_untracked();
        let may = draft.may_send();
        self.drafting.draft.set(draft.clone());
        may.map_err(Unposted::Withheld)?;
        let (id, at) = (calendar::new_entry_id(), calendar::now());
        self.refusal.set(None);
        let sent = text.as_str().to_owned();
        match draft.edit {
            Some(edit) => match edit.of {
                EditTarget::Message(message)
                    if edit.base != sent || edit.conflict != EditConflict::Unchanged =>
                {
                    self.change(room, MessageChange::Edit { message, text });
                }
                EditTarget::Message(_) => {}
                EditTarget::Item(rejected) => self.chat.dispatch(Input::Edit {
                    id: rejected,
                    new_id: id,
                    text,
                    at,
                }),
            },
            None => {
                self.posting.call(());
                self.chat.dispatch(Input::Post {
                    room,
                    id,
                    text,
                    reply_to: draft.reply_to,
                    at,
                });
            }
        }
        self.draft_sent(&sent);
        Ok(())
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

    /// The people offered for a mention: the room's members first, then other authors of the rows
    /// shown, then those `found` by the server.
    pub(crate) fn people_to_name(self, found: Vec<Person>) -> Vec<Person> {
        let me = self.chat.read(|session| session.account().me().map(|me| me.id));
        let members = untrack(|| self.people.members()).into_iter();
        let mut people: Vec<Person> = members.map(|member| member.person).collect();
        people.extend(self.authors.call(()).unwrap_or_default());
        people.extend(found);
        let mut seen: Vec<UserId> = me.into_iter().collect();
        people.retain(|person| {
            let new = !seen.contains(&person.id);
            seen.push(person.id);
            new
        });
        people
    }
}
