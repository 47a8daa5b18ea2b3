//! What a server may do wrong on purpose, so that the checker can be seen to notice.

use steadfast_shared::Seq;

/// One deliberate fault of the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(
    not(feature = "mutants"),
    expect(dead_code, reason = "only tests of the checker have a flaw")
)]
pub(crate) enum Flaw {
    /// Acknowledged first, committed then, where the node still lives.
    AckBeforeCommit,
    /// Published first, committed then.
    PublishBeforeCommit,
    /// Whether something is a repeat is known of the ten newest entries of a room alone.
    DedupWindowOfTen,
    /// What a tail gives of what was missed lacks the first.
    TailOffByOne,
    /// Of a batch stored in part everything is acknowledged.
    BatchAckedInPart,
    /// A page after some place leaves the first entry out.
    PageOffByOne,
    /// What was deleted keeps its text in the log.
    ErasedStays,
    /// What comes after a gap is published.
    PublishPastGap,
    /// A page is published as it was read, whatever was published meanwhile.
    PageNotChecked,
    /// A room that a node does not know is taken for one in which nothing was said.
    UnknownRoomIsNew,
    /// A room's entries are published before the changes of the feed that came before them.
    FeedAfterRoom,
    /// What a hint says of a room is taken for what was published.
    HintIsTruth,
    /// Who has gone is there for ever.
    GhostsStay,
}

impl Flaw {
    /// Of how many entries of a room it is known whether something repeats them.
    pub(super) fn remembers(this: Option<Self>) -> Seq {
        if this == Some(Self::DedupWindowOfTen) {
            10
        } else {
            Seq::MAX
        }
    }
}
