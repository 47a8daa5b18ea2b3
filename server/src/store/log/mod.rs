//! The log: appending to it, and reading it.

pub(in crate::store) mod body;
pub(in crate::store) mod changes;
pub(in crate::store) mod history;
mod now;
pub(in crate::store) mod older;
pub(in crate::store) mod page;
pub(in crate::store) mod quote;
pub(in crate::store) mod since;

use std::net::IpAddr;

use async_trait::async_trait;
use steadfast_shared::{Body, Entry, EntryId, Millis, RoomId, Seq, UserId, event};

use super::{ChangeNumber, Command, CommandOutcome, StoreError, StoreRefusal};

#[async_trait]
pub trait Log: Send + Sync {
    /// Every room's newest `seq`.
    async fn heads(&self) -> Result<event::Heads, StoreError>;

    /// Appends entries in order, then runs commands, all in one transaction; on failure nothing is applied.
    ///
    /// After an error the outcome of the commit may be unknown. Appending the same entries again settles it for them. An entry is
    /// checked against the log as the earlier entries of the same call have left it. A refused command leaves no trace and does
    /// not affect the others.
    async fn commit(
        &self,
        entries: &[NewEntry],
        commands: &[NewCommand],
        at: Millis,
    ) -> Result<Committed, StoreError>;

    /// Appends entries only. See [`Log::commit`].
    async fn append(&self, entries: &[NewEntry], at: Millis) -> Result<Committed, StoreError> {
        self.commit(entries, &[], at).await
    }

    /// At most `limit` entries of a room, by ascending `seq` without a gap, fewer if their texts exceed
    /// [`steadfast_shared::limit::PAGE_BYTES`], but at least one if there is any. Messages come with their state as of the page's
    /// head.
    async fn page(&self, room: RoomId, span: Span, limit: usize) -> Result<event::Page, StoreError>;

    /// Overwrites the copies of erased rows that the database keeps for a while. `false` if a reader prevented it and it has to
    /// be retried.
    async fn scrub(&self) -> Result<bool, StoreError>;
}

/// An entry to append.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewEntry {
    pub author: UserId,
    /// The id that the author's device assigned.
    pub id: EntryId,
    pub room: RoomId,
    pub body: Body,
    /// The id of the message that the body changes, if the author's device sent it.
    pub message_id: Option<EntryId>,
    /// The address it came from, for the audit log.
    pub address: Option<IpAddr>,
}

/// The outcome of a [`NewEntry`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EntryOutcome {
    /// This append stored it.
    Stored { seq: Seq, at: Millis },
    /// The same entry was already in the log, at this place. An erased one counts as the same.
    Repeat {
        seq: Seq,
        /// The time it was first stored.
        at: Millis,
    },
    /// It is not in the log.
    Refused(StoreRefusal),
}

/// A command to carry out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewCommand {
    pub by: UserId,
    /// The address it came from, for the audit log.
    pub address: Option<IpAddr>,
    pub act: Command,
}

/// The effects of a commit.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Committed {
    /// One outcome per entry, in order.
    pub outcomes: Vec<EntryOutcome>,
    /// The existing logs that the entries name.
    pub logs: Vec<Grown>,
    /// The change feed's head before the commands, as the entries saw it.
    pub feed: ChangeNumber,
    /// One result per command, in order.
    pub commands: Vec<Result<CommandOutcome, StoreRefusal>>,
    /// The logs that commands extended, with their entries.
    pub command_logs: Vec<Grown>,
    /// The change feed's head after the commands.
    pub command_feed: ChangeNumber,
}

/// A room's log after a commit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grown {
    pub room: RoomId,
    /// The newest `seq` of the room's log.
    pub head: Seq,
    /// The entries this commit added, by ascending `seq` up to the head.
    pub fresh: Vec<Entry>,
}

/// A range of a room's entries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Span {
    /// The following entries, oldest first.
    After(Seq),
    /// The nearest preceding entries.
    Before(Seq),
    Newest,
    /// This entry, half of the page before it, and the rest after it. Past either end, the nearest entry.
    Around(Seq),
    /// The same around the first entry stored at this time or later, or around the newest one.
    Since(Millis),
}
