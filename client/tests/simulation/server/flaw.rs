//! Deliberate faults of the server, to show that the checker detects them.

use steadfast_shared::Seq;

/// One deliberate fault of the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Flaw {
    /// It acknowledges first, then commits, if the node is still alive.
    AckBeforeCommit,
    /// It publishes first, then commits.
    PublishBeforeCommit,
    /// It searches only the ten newest entries of a room for a repeat.
    DedupWindowOfTen,
    /// A tail omits the first of the missed entries.
    TailOffByOne,
    /// It acknowledges a whole batch that was stored in part.
    BatchAckedInPart,
    /// A page after some place omits the first entry.
    PageOffByOne,
    /// A deleted message keeps its text in the log.
    ErasedStays,
    /// It publishes entries after a gap.
    PublishPastGap,
    /// It publishes a page as it was read, ignoring entries published in the meantime.
    PageNotChecked,
    /// It takes a room that a node does not know for an empty one.
    UnknownRoomIsNew,
    /// A room's entries are published before the changes of the feed that came before them.
    FeedAfterRoom,
    /// It takes a hint's head for the published one.
    HintIsTruth,
    /// A person who has left stays present for ever.
    GhostsStay,
}

impl Flaw {
    /// How many of a room's entries are searched for a repeat.
    pub(super) fn remembers(this: Option<Self>) -> Seq {
        if this == Some(Self::DedupWindowOfTen) {
            10
        } else {
            Seq::MAX
        }
    }
}
