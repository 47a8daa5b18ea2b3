//! What a room shows: the window of its log, then this device's echoes; one row per author and id.

use steadfast_shared::{Body, EntryId, Millis, Person, Seq, UserId};

use crate::record::{Rejection, StorageError};

/// What one room shows, oldest first.
#[derive(Clone, Copy, Debug)]
pub struct Timeline<'a> {
    pub(crate) _todo: std::marker::PhantomData<&'a ()>,
}

impl<'a> Timeline<'a> {
    /// The rows, oldest first: first the log's, then the echoes.
    pub fn rows(&self) -> impl Iterator<Item = Row<'a>> + use<'a> {
        std::iter::empty()
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
            Body::Message { text } => Self::Message(text.as_str()),
            Body::Unknown => Self::Unknown,
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
