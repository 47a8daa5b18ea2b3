//! What is being written, where it is not simply a message; and what else people do to messages.

use leptos::prelude::*;
use steadfast_client::{Input, LookAt, MessageChange, Refusal, RowKey, Session};
use steadfast_shared::{Emoji, EntryId, MessageText, Person, RoomId, Seq, UserId};

use super::Page;
use super::hand::Tool;
use crate::base_path;
use crate::calendar;
use crate::route::Route;
use crate::shown::{Says, State};

/// What is being written, where it is not simply a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Writing {
    /// A reply.
    Reply {
        /// The message replied to.
        to: Seq,
        /// Who wrote that.
        author: String,
        /// What it says.
        text: String,
    },
    /// Another text for a message in the log.
    Edit {
        /// Which message.
        message: Seq,
        /// What it says.
        text: String,
    },
    /// Another text for what was not sent.
    Again {
        /// Its name in the outbox.
        id: EntryId,
        /// What it says.
        text: String,
    },
}

impl Writing {
    /// The text that something else is to be written for.
    pub(crate) fn borrows(&self) -> Option<&str> {
        match self {
            Self::Reply { .. } => None,
            Self::Edit { text, .. } | Self::Again { text, .. } => Some(text),
        }
    }
}

impl Page {
    /// Posts what was written into the open room, or where it belongs. Says why where it is not taken.
    pub(crate) fn post(self, text: MessageText) -> Result<(), Refusal> {
        let room = self.can_write()?;
        let (id, at) = (calendar::new_entry_id(), calendar::now());
        self.refusal.set(None);
        let writing = self.writing.get_untracked();
        match writing {
            Some(Writing::Edit { message, text: was }) => {
                if was != text.as_str() {
                    self.change(room, MessageChange::Edit { message, text });
                }
            }
            Some(Writing::Again { id: rejected, .. }) => self.tell(Input::Edit {
                id: rejected,
                new_id: id,
                text,
                at,
            }),
            reply => {
                self.timeline.forget_news();
                self.return_to_end();
                let reply_to = match reply {
                    Some(Writing::Reply { to, .. }) => Some(to),
                    _ => None,
                };
                self.tell(Input::Post {
                    room,
                    id,
                    text,
                    reply_to,
                    at,
                });
            }
        }
        self.writing.set(None);
        Ok(())
    }

    /// Writes a reply to this row's message.
    pub(crate) fn reply(self, key: &RowKey) {
        let Some(row) = self.timeline.row(key) else { return };
        if let (Some(to), Some(text)) = (row.message(), row.text()) {
            self.writing.set(Some(Writing::Reply {
                to,
                author: row.author.name.clone(),
                text: text.to_owned(),
            }));
            self.focus_composer();
        }
    }

    /// Writes another text for this row's message.
    pub(crate) fn rewrite(self, key: &RowKey) {
        let Some(row) = self.timeline.row(key) else { return };
        let Some(text) = row.text().map(str::to_owned) else {
            return;
        };
        self.writing.set(match row.state {
            State::Sent { seq } => Some(Writing::Edit { message: seq, text }),
            State::Rejected(_) => Some(Writing::Again { id: key.id, text }),
            State::Saving { .. } | State::Saved => None,
        });
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
        self.writing.with_untracked(Option::is_some)
    }

    /// Takes something that was not sent back into the composer.
    pub(crate) fn edit(self, id: EntryId) {
        let text = self.read(|session| {
            session
                .outbox()
                .find(|item| item.id == id)
                .and_then(|item| Some(item.body.text()?.as_str().to_owned()))
        });
        if let Some(text) = text {
            self.writing.set(Some(Writing::Again { id, text }));
        }
    }

    /// Whether another text for a message is being written. Tracked.
    pub(crate) fn is_rewriting(self) -> bool {
        self.writing.with(|writing| {
            writing
                .as_ref()
                .is_some_and(|writing| writing.borrows().is_some())
        })
    }

    /// A message was left without a word: whoever does that wants it gone, most likely, and is asked.
    pub(crate) fn ask_to_delete_emptied(self) {
        let message = self.writing.with_untracked(|writing| match writing {
            Some(Writing::Edit { message, .. }) => Some(*message),
            _ => None,
        });
        let rewritten = self.writing.with_untracked(|writing| {
            writing
                .as_ref()
                .is_some_and(|writing| writing.borrows().is_some())
        });
        let key = message.and_then(|message| self.timeline.key_of(message));
        match (key, self.composer.get_untracked()) {
            (Some(key), Some(composer)) => self.hand.open(key, Tool::Delete, composer.into()),
            _ if rewritten => self.remark(|t| t.messages.emptied),
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
        let rewritten = self.writing.with_untracked(
            |writing| matches!(writing, Some(Writing::Edit { message: other, .. }) if *other == message),
        );
        if rewritten {
            self.writing.set(None);
        }
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
