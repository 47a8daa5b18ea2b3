//! The log: how it grows, and how it is read.

pub(in crate::store) mod body;
pub(in crate::store) mod older;
pub(in crate::store) mod page;
pub(in crate::store) mod since;

use std::net::IpAddr;

use async_trait::async_trait;
use steadfast_shared::{Body, Entry, EntryId, Millis, RoomId, Seq, UserId, event};

use super::{ChangeNumber, Command, CommandOutcome, StoreError, StoreRefusal};

#[async_trait]
pub trait Log: Send + Sync {
    /// Every room's newest `seq`.
    async fn heads(&self) -> Result<event::Heads, StoreError>;

    /// Appends entries in the order given, then carries out commands, all in one transaction, or none of it where it fails.
    ///
    /// An error can leave it unknown whether the commit took place. Appending the same entries again settles it for them.
    /// An entry is checked against the log as the earlier ones of the same call have made it. A command that is refused
    /// leaves nothing behind, and no mark on the others.
    async fn commit(
        &self,
        entries: &[NewEntry],
        commands: &[NewCommand],
        at: Millis,
    ) -> Result<Committed, StoreError>;

    /// Appends entries alone. See [`Log::commit`].
    async fn append(&self, entries: &[NewEntry], at: Millis) -> Result<Committed, StoreError> {
        self.commit(entries, &[], at).await
    }

    /// At most `limit` entries of a room, `seq` ascending without a gap, fewer where their texts exceed
    /// [`steadfast_shared::limit::PAGE_BYTES`], but at least one where there is one. Messages come with their state up to
    /// the page's head.
    async fn page(&self, room: RoomId, span: Span, limit: usize) -> Result<event::Page, StoreError>;

    /// Overwrites the copies of erased rows that the database itself keeps for a while. `false` where it has to be
    /// tried again, because somebody reads.
    async fn scrub(&self) -> Result<bool, StoreError>;
}

/// An entry to append.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewEntry {
    pub author: UserId,
    /// The id that the author's device gave it.
    pub id: EntryId,
    pub room: RoomId,
    pub body: Body,
    /// From which address it came, for the audit log.
    pub address: Option<IpAddr>,
}

/// The outcome of a [`NewEntry`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EntryOutcome {
    /// It is in the log by this very append.
    Stored { seq: Seq, at: Millis },
    /// The same entry was in the log before; this is where. An erased one counts as the same.
    Repeat {
        seq: Seq,
        /// When it was first stored.
        at: Millis,
    },
    /// It is not in the log.
    Refused(StoreRefusal),
}

/// A command to carry out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewCommand {
    pub by: UserId,
    /// From which address it came, for the audit log.
    pub address: Option<IpAddr>,
    pub act: Command,
}

/// The effects of a commit.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Committed {
    /// Per entry, in the order given.
    pub outcomes: Vec<EntryOutcome>,
    /// The logs that entries named and that are known.
    pub logs: Vec<Grown>,
    /// The change feed's head as the entries saw it: before the commands.
    pub feed: ChangeNumber,
    /// Per command, in the order given.
    pub commands: Vec<Result<CommandOutcome, StoreRefusal>>,
    /// The logs that commands added to, with their entries.
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
    /// The entries this commit added, `seq` ascending up to the head.
    pub fresh: Vec<Entry>,
}

/// Which entries of a room are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Span {
    /// Those that follow, oldest first.
    After(Seq),
    /// The nearest that precede.
    Before(Seq),
    Newest,
    /// This one, half of the page before it, and the rest after it. Past either end, the nearest there is.
    Around(Seq),
    /// The same around the first entry stored at this time or later; the newest where there is none.
    Since(Millis),
}
