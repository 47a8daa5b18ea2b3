//! One row of a timeline.

use std::fmt;

use steadfast_shared::{
    Body, Emoji, Entry, EntryId, Millis, Person, Quoted, Reaction, RoomChange, Seq, UserId,
};

use crate::record::{Disk, Identity, OutboxItem, Rejection, StorageError};
use crate::timeline::viewer::Viewer;

/// A row's identity, from the keypress on and for ever: render keys and element ids come from it.
///
/// An id is unique per author only: another author may reuse it, by accident or not, and both rows show.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RowKey {
    pub author: UserId,
    /// The id that its author's device gave it.
    pub id: EntryId,
}

/// What a row is made of: an entry of the log, or an unacknowledged item of this device.
#[derive(Clone, Copy)]
pub enum RowSource<'a> {
    Entry(&'a Entry),
    Echo(&'a OutboxItem),
}

impl RowSource<'_> {
    pub fn key(&self) -> RowKey {
        let (author, id) = match self {
            Self::Entry(entry) => (entry.author.id, entry.id),
            Self::Echo(item) => (item.author.id, item.id),
        };
        RowKey { author, id }
    }

    /// Its place in the log, once stored.
    pub fn seq(&self) -> Option<Seq> {
        match self {
            Self::Entry(entry) => Some(entry.seq),
            Self::Echo(_) => None,
        }
    }

    pub fn at(&self) -> Millis {
        match self {
            Self::Entry(entry) => entry.at,
            Self::Echo(item) => item.at,
        }
    }
}

/// One message, as shown, or another entry that has a row.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// The id that its author's device gave it.
    pub id: EntryId,
    /// Its author, by their current name.
    pub author: &'a Person,
    /// The time, by the server's clock once it is stored, by this device's until then.
    pub at: Millis,
    /// Its body, with this person's own changes as if they were stored.
    pub body: RowBody<'a>,
    /// When it was edited, where it was.
    pub edited: Option<Millis>,
    /// Whether the person signed in wrote it.
    pub mine: bool,
    /// How far it has come.
    pub state: RowState<'a>,
    /// The message it replies to.
    pub reply_to: Option<Seq>,
    /// The start of that message, where it is known.
    pub quoted: Option<QuotedView<'a>>,
    pub(crate) mentioned: [&'a [Person]; 2],
    pub(crate) reactions: &'a [Reaction],
    pub(crate) reader: Viewer<'a>,
}

/// The parts that an entry and an outbox item share.
#[derive(Clone, Copy)]
pub(crate) struct Echoed<'a> {
    pub(crate) id: EntryId,
    pub(crate) author: &'a Person,
    pub(crate) at: Millis,
    pub(crate) body: &'a Body,
}

impl<'a> Row<'a> {
    /// The identity of the row.
    pub fn key(&self) -> RowKey {
        RowKey {
            author: self.author.id,
            id: self.id,
        }
    }

    /// Its place in the log, once stored.
    pub fn seq(&self) -> Option<Seq> {
        match self.state {
            RowState::Sent { seq } => Some(seq),
            _ => None,
        }
    }

    /// Its text, where it is a message.
    pub fn text(&self) -> Option<&'a str> {
        match self.body {
            RowBody::Message(text) => Some(text),
            _ => None,
        }
    }

    /// The people its text may mention, by the names they have. A person named who is not here has no name.
    pub fn mentioned(&self) -> impl Iterator<Item = &'a Person> + use<'a> {
        let (names, room_knows) = (self.reader.names, self.mentioned);
        room_knows
            .into_iter()
            .flatten()
            .map(move |person| names.current(person))
    }

    /// The reactions, each emoji once, this person's own as if they were stored.
    pub fn reactions(&self) -> Vec<ReactionView<'a>> {
        let Viewer { names, now, .. } = self.reader;
        let me = now.map(|now| &now.me);
        let mut views: Vec<_> = self
            .reactions
            .iter()
            .map(|reaction| {
                let by: Vec<_> = reaction.by.iter().map(|by| names.current(by)).collect();
                ReactionView {
                    emoji: &reaction.emoji,
                    mine: by.iter().any(|by| me.is_some_and(|me| me.id == by.id)),
                    by,
                    pending: false,
                }
            })
            .collect();
        let (Some(seq), Some(me)) = (self.seq(), me) else {
            return views;
        };
        for item in self.reader.changes_of(seq) {
            if item.rejection_for(now).is_none()
                && let Body::React { emoji, on, .. } = &item.body
            {
                foresee_reaction(&mut views, emoji, me, *on);
            }
        }
        views
    }

    /// This person's changes of it that are not in the log: on their way, or rejected.
    pub fn changes(&self) -> impl Iterator<Item = PendingChange<'a>> + use<'a> {
        let reader = self.reader;
        let changes = self.seq().into_iter().flat_map(move |seq| reader.changes_of(seq));
        changes.map(move |item| PendingChange {
            id: item.id,
            body: &item.body,
            state: RowState::of(item, reader.now),
        })
    }

    /// Shows a change of this person's as if it were stored.
    pub(crate) fn foresee(&mut self, item: &'a OutboxItem) {
        if item.rejection_for(self.reader.now).is_some() || self.body == RowBody::Erased {
            return;
        }
        match &item.body {
            Body::Edit { text, .. } => {
                self.body = RowBody::Message(text.as_str());
                self.edited = Some(item.at);
            }
            Body::Delete { .. } => {
                self.body = RowBody::Erased;
                self.edited = None;
                self.quoted = None;
                self.reactions = &[];
            }
            _ => {}
        }
    }
}

fn foresee_reaction<'a>(views: &mut Vec<ReactionView<'a>>, emoji: &'a Emoji, me: &'a Person, on: bool) {
    let place = views.iter().position(|view| view.emoji == emoji);
    let Some(place) = place else {
        if on {
            views.push(ReactionView {
                emoji,
                by: vec![me],
                mine: true,
                pending: true,
            });
        }
        return;
    };
    let view = &mut views[place];
    if on && !view.mine {
        view.by.push(me);
    } else if !on {
        view.by.retain(|by| by.id != me.id);
    }
    view.mine = on;
    view.pending = true;
    if view.by.is_empty() {
        views.remove(place);
    }
}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("id", &self.id)
            .field("author", &self.author.name)
            .field("body", &self.body)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// The body of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RowBody<'a> {
    Message(&'a str),
    /// A message that was deleted.
    Erased,
    /// A message that a moderator has hidden.
    Hidden,
    /// The room was made or changed.
    Room(&'a RoomChange),
    /// The author took another nickname.
    Nickname {
        /// The name they took.
        name: &'a str,
        /// The name they had.
        was: &'a str,
    },
    /// A rejected change whose message is not here.
    Change(&'a Body),
    /// An entry that this program is too old to show.
    Unknown,
}

impl<'a> From<&'a Body> for RowBody<'a> {
    fn from(body: &'a Body) -> Self {
        match body {
            Body::Message { text, .. } => Self::Message(text.as_str()),
            Body::Erased | Body::ErasedEdit => Self::Erased,
            Body::Hidden => Self::Hidden,
            Body::Room { change } => Self::Room(change),
            Body::Nickname { name, was } => Self::Nickname {
                name: name.as_str(),
                was: was.as_str(),
            },
            Body::Edit { .. } | Body::Delete { .. } | Body::React { .. } => Self::Change(body),
            Body::Unknown => Self::Unknown,
        }
    }
}

/// The start of a message that a row replies to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QuotedView<'a> {
    pub seq: Seq,
    /// Its author, by their current name.
    pub author: &'a Person,
    /// Its text, which may be longer than the quote shown; `None` if it was deleted.
    pub text: Option<&'a str>,
}

impl<'a> QuotedView<'a> {
    /// The start of its text, as a quote shows it.
    pub fn start(&self) -> Option<&'a str> {
        self.text.map(Quoted::start_of)
    }
}

/// One emoji under a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReactionView<'a> {
    pub emoji: &'a Emoji,
    /// The people who gave it, by their current names, in the order they came.
    pub by: Vec<&'a Person>,
    /// Whether this person's is among them.
    pub mine: bool,
    /// Whether this person's is not in the log as it is shown.
    pub pending: bool,
}

/// A change of a message that is not in the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PendingChange<'a> {
    /// Its own id, by which it is retried or discarded.
    pub id: EntryId,
    pub body: &'a Body,
    /// How far it has come. Never `Sent`: it would be in the message.
    pub state: RowState<'a>,
}

/// How far a row has come. An ack supersedes saving: `Sent` may follow `Saving`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RowState<'a> {
    /// Typed, not yet on this device's disk.
    Saving {
        /// Why a write failed, if one did: closing the tab before the message is sent would lose it.
        problem: Option<&'a StorageError>,
    },
    /// On this device's disk, waiting for the server.
    Saved,
    Sent {
        seq: Seq,
    },
    /// Not sent, and not going to be until a person retries, edits or discards it.
    Rejected {
        rejection: &'a Rejection,
    },
}

impl<'a> RowState<'a> {
    /// How far an item of the outbox has come.
    pub(crate) fn of(item: &'a OutboxItem, now: Option<&Identity>) -> Self {
        if let Some(rejection) = item.rejection_for(now) {
            return Self::Rejected { rejection };
        }
        match &item.disk {
            Disk::Written => Self::Saved,
            Disk::Writing => Self::Saving { problem: None },
            Disk::Failed(problem) => Self::Saving {
                problem: Some(problem),
            },
        }
    }
}
