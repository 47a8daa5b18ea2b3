//! Posting what is written, and what else people do to messages.

use leptos::prelude::*;
use steadfast_client::{Input, LookAt, MessageChange, Refusal, RowKey, Session};
use steadfast_shared::{Emoji, EntryId, MessageText, Person, RoomId, Seq, UserId};

use crate::browser::base_path;
use crate::compose::draft::{Edited, Meanwhile, Withheld};
use crate::compose::drafting::Instead;
use crate::language::calendar;
use crate::page::Page;
use crate::rooms::route::Route;
use crate::timeline::actions::Tool;
use crate::timeline::phrases::ActionPhrases;
use crate::timeline::row_view::{Says, State};

/// Why what is written is not taken. The text stays where it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unposted {
    /// The chat refuses.
    Refused(Refusal),
    /// No room is known yet.
    NoRoom,
    /// The room it was written for takes nothing any more.
    RoomClosed,
    /// What is edited changed meanwhile, or is gone.
    Withheld(Withheld),
}

impl Page {
    /// Posts what was written into the room it was written for. Says why where it is not taken.
    pub(crate) fn post(self, text: MessageText) -> Result<(), Unposted> {
        let room = self.drafting.room().ok_or(Unposted::NoRoom)?;
        let open = self.read(|session| session.room(room).is_some_and(|room| !room.archived));
        if !open || self.room.get_untracked() != Some(room) {
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
                Edited::Message(message) if edit.base != sent || edit.meanwhile != Meanwhile::Nothing => {
                    self.change(room, MessageChange::Edit { message, text });
                }
                Edited::Message(_) => {}
                Edited::Item(rejected) => self.tell(Input::Edit {
                    id: rejected,
                    new_id: id,
                    text,
                    at,
                }),
            },
            None => {
                self.timeline.forget_news();
                self.return_to_end();
                self.tell(Input::Post {
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

    /// Writes a reply to this row's message.
    pub(crate) fn reply(self, key: &RowKey) {
        let row = self.timeline.row(key).filter(|row| row.text().is_some());
        if let Some(to) = row.and_then(|row| row.message()) {
            self.write_instead(Instead::Reply(to));
        }
    }

    /// Writes another text for this row's message.
    pub(crate) fn rewrite(self, key: &RowKey) {
        let Some(row) = self.timeline.row(key).filter(|row| row.text().is_some()) else {
            return;
        };
        match row.state {
            State::Sent { seq } => self.write_instead(Instead::Edit(Edited::Message(seq))),
            State::Rejected(_) => self.edit(key.id),
            State::Saving { .. } | State::Saved => {}
        }
    }

    /// Writes another text for the newest message of one's own. Says whether it can be: one that is on its way cannot, and
    /// the one before it is not meant.
    pub(crate) fn rewrite_last(self) -> bool {
        let last = self
            .timeline
            .find_last(|row| row.mine && matches!(row.says, Says::Message(_)));
        if let Some(key) = last {
            self.rewrite(&key);
        }
        self.is_writing_otherwise()
    }

    /// Whether a reply or an edit is being written.
    pub(crate) fn is_writing_otherwise(self) -> bool {
        self.drafting
            .draft
            .with_untracked(|draft| draft.edit.is_some() || draft.reply_to.is_some())
    }

    /// Takes something that was not sent back into the composer.
    pub(crate) fn edit(self, id: EntryId) {
        self.write_instead(Instead::Edit(Edited::Item(id)));
    }

    /// Whether another text for a message is being written. Tracked.
    pub(crate) fn is_rewriting(self) -> bool {
        self.drafting.draft.with(|draft| draft.edit.is_some())
    }

    /// Whether another text for a message is being written.
    pub(crate) fn is_rewriting_now(self) -> bool {
        untrack(|| self.is_rewriting())
    }

    /// A message was left without a word: whoever does that wants it gone, most likely, and is asked.
    pub(crate) fn ask_to_delete_emptied(self) {
        let edited = self
            .drafting
            .draft
            .with_untracked(|draft| draft.edit.as_ref().map(|edit| edit.of));
        let key = match edited {
            Some(Edited::Message(message)) => self.timeline.key_of(message),
            _ => None,
        };
        match (key, self.composer.get_untracked()) {
            (Some(key), Some(composer)) => self.hand.open(key, Tool::Delete, composer.into()),
            _ if edited.is_some() => self.remark(|l| ActionPhrases::of(l).emptied),
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
        self.forget_edit_of(message);
    }

    fn change_here(self, change: MessageChange) {
        match self.can_write() {
            Ok(room) => {
                self.refusal.set(None);
                self.change(room, change);
            }
            Err(refusal) => self.refusal.set(Some(refusal)),
        }
    }

    fn change(self, room: RoomId, change: MessageChange) {
        self.tell(Input::Change {
            room,
            id: calendar::new_entry_id(),
            change,
            at: calendar::now(),
        });
    }

    fn can_write(self) -> Result<RoomId, Refusal> {
        let room = self.room.get_untracked().ok_or(Refusal::NotSignedIn)?;
        self.chat
            .with_value(|chat| chat.as_ref().map(|chat| chat.with(Session::can_post)))
            .unwrap_or(Err(Refusal::NotSignedIn))?;
        Ok(room)
    }

    /// What somebody is called, where that is known.
    pub(crate) fn name_of(self, user: UserId) -> Option<String> {
        self.read(|session| {
            let me = session.me().filter(|me| me.id == user);
            me.or_else(|| session.person(user))
                .map(|person| person.name.clone())
        })
    }

    /// The people who may be named in the open room: those who are there first; then others who wrote what is shown.
    pub(crate) fn people_to_name(self) -> Vec<Person> {
        let me = self.read(|session| session.me().map(|me| me.id));
        let members = untrack(|| self.members()).into_iter();
        let mut people: Vec<Person> = members.map(|member| member.person).collect();
        people.extend(self.timeline.authors());
        let mut seen: Vec<UserId> = me.into_iter().collect();
        people.retain(|person| {
            let new = !seen.contains(&person.id);
            seen.push(person.id);
            new
        });
        people
    }

    /// The address of a message of the open room.
    pub(crate) fn address_of(self, message: Seq) -> String {
        let route = |room| Route::Room {
            room,
            seq: Some(message),
        };
        base_path::here().address(&self.room.get_untracked().map_or(Route::Home, route).path())
    }

    /// Leads to a message of the open room.
    pub(crate) fn show_message(self, message: Seq) {
        self.seek(LookAt::Around(message));
    }
}
