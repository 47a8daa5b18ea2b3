//! The checker detects each deliberate fault of the server. For those of the client see `client/mutants`.

use crate::check::Rule;
use crate::detect::caught;
use crate::server::Flaw;

/// A test for each fault, with the rules that reveal it.
macro_rules! flaws {
    ($($name:ident: $flaw:ident breaks $($rule:ident),+;)*) => {
        $(
            #[test]
            fn $name() {
                caught(Some(Flaw::$flaw), &[$(Rule::$rule),+]);
            }
        )*
    };
}

flaws! {
    mutant_ack_before_commit: AckBeforeCommit breaks AckedIsStored, SavedIsStored, NothingDisappears, OneLog, LiveFollows;
    // What never was committed may stand, with no row of its own, where the log has an edit or a deletion.
    mutant_publish_before_commit: PublishBeforeCommit breaks OneLog, Folded, ErasedIsGone, LiveFollows, OutsideHearsNothing;
    mutant_dedup_window_of_ten: DedupWindowOfTen breaks StoredOnce, OneRow, RowsStayPut;
    mutant_tail_off_by_one: TailOffByOne breaks RecoveredIsWhole;
    mutant_batch_acked_in_part: BatchAckedInPart breaks AckedIsStored;
    mutant_page_off_by_one: PageOffByOne breaks Converges;
    mutant_publish_past_a_gap: PublishPastGap breaks LiveFollows;
    mutant_page_not_checked_again: PageNotChecked breaks LiveFollows;
    mutant_unknown_room_is_new: UnknownRoomIsNew breaks LiveFollows;
    mutant_feed_after_room: FeedAfterRoom breaks OutsideHearsNothing;
    mutant_hint_is_truth: HintIsTruth breaks LiveFollows, Converges;
    mutant_delete_not_erased_in_the_log: ErasedStays breaks ErasedIsGone;
    mutant_ghosts_stay: GhostsStay breaks EphemeraEnd;
}
