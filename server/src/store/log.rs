//! The log: how it grows, and how it is read.

use async_trait::async_trait;
use steadfast_shared::{Body, EntryId, Millis, RoomId, Seq, UserId, event};

use super::StoreError;

/// The rooms' logs.
#[async_trait]
pub trait Log {
    /// Every room's newest `seq`.
    async fn heads(&self) -> Result<event::Heads, StoreError>;

    /// Appends all of these in one transaction, in the order given, or none where it fails.
    ///
    /// An error can leave it unknown whether the commit took place. Appending the same again settles it.
    async fn append(&self, entries: &[NewEntry], at: Millis) -> Result<Appended, StoreError>;

    /// At most `limit` entries of a room, `seq` ascending without a gap, fewer where their texts exceed
    /// [`steadfast_shared::limit::PAGE_BYTES`], but at least one where there is one.
    async fn page(&self, room: RoomId, span: Span, limit: usize) -> Result<event::Page, StoreError>;
}

/// An entry to append.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewEntry {
    /// Who wrote it.
    pub author: UserId,
    /// What the author's device named it.
    pub id: EntryId,
    /// Into which room.
    pub room: RoomId,
    /// What it says.
    pub body: Body,
}

/// What became of a [`NewEntry`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It is in the log by this very append.
    Stored {
        /// Its place.
        seq: Seq,
        /// When.
        at: Millis,
    },
    /// The same entry was in the log before; this is where.
    Repeat {
        /// Its place.
        seq: Seq,
        /// When it was first stored.
        at: Millis,
    },
    /// The author has used this id for something else.
    Conflict,
    /// No such room, or the author is not a member of it.
    UnknownRoom,
}

/// What a committed append did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Appended {
    /// Per entry, in the order given.
    pub outcomes: Vec<Outcome>,
    /// The newest `seq` of every room that was named and known, after the commit.
    pub heads: Vec<(RoomId, Seq)>,
}

/// Which entries of a room are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Span {
    /// Those that follow, oldest first.
    After(Seq),
    /// The nearest that precede.
    Before(Seq),
    /// The newest.
    Newest,
}
