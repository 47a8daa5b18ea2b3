//! What a room shows: the window of its log, then this device's echoes; one row per author and id.

use std::fmt;

use steadfast_shared::{Body, EntryId, Millis, Person, RoomId, Seq, UserId};

use crate::inbox::Inbox;
use crate::outbox::Outbox;
use crate::record::{Disk, OutboxItem, Rejection, StorageError};

/// What one room shows, oldest first.
#[derive(Clone, Copy)]
pub struct Timeline<'a> {
    pub(crate) room: RoomId,
    pub(crate) me: Option<&'a Person>,
    pub(crate) inbox: Option<&'a Inbox>,
    pub(crate) outbox: &'a Outbox,
}

impl<'a> Timeline<'a> {
    /// The rows, oldest first: the log's, then this device's echoes.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = Row<'a>> + use<'a> {
        self.stored().chain(self.echoes())
    }

    /// The rows that are in the log: the window, then own ones acknowledged ahead of a gap.
    pub fn stored(&self) -> impl DoubleEndedIterator<Item = Row<'a>> + use<'a> {
        let me = self.me.map(|me| me.id);
        let window = self.inbox.into_iter().flat_map(|inbox| inbox.window().iter());
        let acked = self.inbox.into_iter().flat_map(Inbox::acked);
        window.chain(acked).map(move |entry| Row {
            id: entry.id,
            author: &entry.author,
            at: entry.at,
            body: (&entry.body).into(),
            mine: Some(entry.author.id) == me,
            state: RowState::Sent { seq: entry.seq },
        })
    }

    /// The rows that are not in the log: what this device has not had acknowledged.
    pub fn echoes(&self) -> impl DoubleEndedIterator<Item = Row<'a>> + use<'a> {
        let Self {
            room,
            me,
            inbox,
            outbox,
        } = *self;
        let me = me.map(|me| me.id);
        outbox
            .items()
            .filter(move |item| item.room == room)
            // An item of the same name in the log can only be a conflict, and the log has the row.
            .filter(move |item| !inbox.is_some_and(|inbox| inbox.shows(item.author.id, item.id)))
            .map(move |item| Row {
                id: item.id,
                author: &item.author,
                at: item.at,
                body: RowBody::Message(item.text.as_str()),
                mine: Some(item.author.id) == me,
                state: echo_state(item, me),
            })
    }
}

impl fmt::Debug for Timeline<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.rows()).finish()
    }
}

fn echo_state(item: &OutboxItem, me: Option<UserId>) -> RowState<'_> {
    if let Some(rejection) = item.rejection_for(me) {
        return RowState::Rejected { rejection };
    }
    match &item.disk {
        Disk::Written => RowState::Saved,
        Disk::Writing => RowState::Saving { problem: None },
        Disk::Failed(problem) => RowState::Saving {
            problem: Some(problem),
        },
    }
}

/// What makes a row itself, from the keypress to the end of time: render keys and element ids come from it.
///
/// An id is unique per author only: somebody else may reuse it, by accident or not, and both rows show.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RowKey {
    /// Who wrote it.
    pub author: UserId,
    /// What its author's device named it.
    pub id: EntryId,
}

/// One message, as shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row<'a> {
    /// What its author's device named it.
    pub id: EntryId,
    /// Who wrote it.
    pub author: &'a Person,
    /// When: by the server's clock once it is stored, by this device's until then.
    pub at: Millis,
    /// What it says. [`Body::Unknown`] is something this program is too old to show.
    pub body: RowBody<'a>,
    /// Whether the person signed in wrote it.
    pub mine: bool,
    /// How far it has come.
    pub state: RowState<'a>,
}

impl Row<'_> {
    /// What makes the row itself.
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
}

/// What a row says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RowBody<'a> {
    /// A message.
    Message(&'a str),
    /// Something this program is too old to show.
    Unknown,
}

impl<'a> From<&'a Body> for RowBody<'a> {
    fn from(body: &'a Body) -> Self {
        match body {
            Body::Message { text, .. } => Self::Message(text.as_str()),
            _ => Self::Unknown,
        }
    }
}

/// How far a row has come. An ack supersedes saving: `Sent` may follow `Saving`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RowState<'a> {
    /// Typed, not yet on this device's disk.
    Saving {
        /// Why it is not, where a write has failed: closing the tab before it is sent would lose it.
        problem: Option<&'a StorageError>,
    },
    /// On this device's disk, waiting for the server.
    Saved,
    /// In the log.
    Sent {
        /// Its place there.
        seq: Seq,
    },
    /// Not sent, and not going to be until a person retries, edits or discards it.
    Rejected {
        /// Why.
        rejection: &'a Rejection,
    },
}
