//! The checker catches mutants: deliberate faults in the client and the server. It must detect each within a bounded number
//! of seeds, and name a rule that the fault breaks.

use steadfast_client::mutants::{Mutant, activate};

use crate::check::Rule;
use crate::run;
use crate::script::Script;
use crate::server::Flaw;

/// The most seeds before a fault must be detected.
const SEEDS: u64 = 500;

#[derive(Clone, Copy)]
enum Fault {
    Client(Mutant),
    Server(Flaw),
}

/// Runs seeds until one breaks a rule, which must be one of these.
fn caught(fault: Fault, rules: &[Rule]) {
    let (mutant, flaw) = match fault {
        Fault::Client(mutant) => (Some(mutant), None),
        Fault::Server(flaw) => (None, Some(flaw)),
    };
    activate(mutant);
    let broken = (0..SEEDS).find_map(|seed| {
        let script = Script {
            flaw,
            ..Script::of(seed)
        };
        Some((seed, run::run(&script, false).broken?))
    });
    activate(None);
    let Some((seed, broken)) = broken else {
        panic!("nothing is noticed in {SEEDS} seeds");
    };
    println!("noticed at seed {seed}: {broken}");
    assert!(
        rules.contains(&broken.rule),
        "noticed at seed {seed}, but as {broken}"
    );
}

/// A test for each fault: its place, and the rules that reveal it.
macro_rules! mutants {
    ($($name:ident: $whose:ident($fault:expr) breaks $($rule:ident),+;)*) => {
        $(
            #[test]
            fn $name() {
                caught(Fault::$whose($fault), &[$(Rule::$rule),+]);
            }
        )*
    };
}

mutants! {
    mutant_ack_before_commit: Server(Flaw::AckBeforeCommit) breaks AckedIsStored, SavedIsStored, NothingDisappears, OneLog, LiveFollows;
    // What never was committed may stand, with no row of its own, where the log has an edit or a deletion.
    mutant_publish_before_commit: Server(Flaw::PublishBeforeCommit) breaks OneLog, Folded, ErasedIsGone, LiveFollows, OutsideHearsNothing;
    mutant_dedup_window_of_ten: Server(Flaw::DedupWindowOfTen) breaks StoredOnce, OneRow, RowsStayPut;
    mutant_tail_off_by_one: Server(Flaw::TailOffByOne) breaks RecoveredIsWhole;
    mutant_batch_acked_in_part: Server(Flaw::BatchAckedInPart) breaks AckedIsStored;
    mutant_page_off_by_one: Server(Flaw::PageOffByOne) breaks Converges;
    mutant_publish_past_a_gap: Server(Flaw::PublishPastGap) breaks LiveFollows;
    mutant_page_not_checked_again: Server(Flaw::PageNotChecked) breaks LiveFollows;
    mutant_unknown_room_is_new: Server(Flaw::UnknownRoomIsNew) breaks LiveFollows;
    mutant_feed_after_room: Server(Flaw::FeedAfterRoom) breaks OutsideHearsNothing;
    mutant_hint_is_truth: Server(Flaw::HintIsTruth) breaks LiveFollows, Converges;
    mutant_delete_not_erased_in_the_log: Server(Flaw::ErasedStays) breaks ErasedIsGone;
    mutant_ghosts_stay: Server(Flaw::GhostsStay) breaks EphemeraEnd;

    mutant_cursor_skips: Client(Mutant::CursorSkips) breaks OneLog;
    mutant_gap_applied: Client(Mutant::GapApplied) breaks OneLog;
    mutant_repeats_applied: Client(Mutant::RepeatsApplied) breaks OneLog, OneRow;
    mutant_order_by_time: Client(Mutant::OrderByTime) breaks OneLog;
    mutant_window_unbounded: Client(Mutant::WindowUnbounded) breaks Bounds;
    mutant_epoch_ignored: Client(Mutant::EpochIgnored) breaks OneLog, Converges;
    mutant_reset_ignored: Client(Mutant::ResetIgnored) breaks OneLog, OneRow, Converges;
    mutant_retry_makes_new_id: Client(Mutant::RetryMakesNewId) breaks Converges, StoredOnce, OneLog;
    mutant_rejected_dropped: Client(Mutant::RejectedDropped) breaks NothingDisappears, OneOutbox;
    mutant_busy_is_final: Client(Mutant::BusyIsFinal) breaks RejectedForAReason;
    mutant_part_is_whole: Client(Mutant::PartIsWhole) breaks NothingDisappears, OneOutbox;
    mutant_removed_on_send: Client(Mutant::RemovedOnSend) breaks NothingDisappears, OneOutbox;
    mutant_outbox_forgotten: Client(Mutant::OutboxForgotten) breaks SavedIsStored, OneOutbox, AuthorsOrder;
    mutant_order_forgotten: Client(Mutant::OrderForgotten) breaks AuthorsOrder;
    mutant_saved_too_early: Client(Mutant::SavedTooEarly) breaks SavedIsOnDisk;
    mutant_removal_forgotten: Client(Mutant::RemovalForgotten) breaks OneOutbox;
    mutant_echo_beside_the_log: Client(Mutant::EchoBesideTheLog) breaks OneRow;
    mutant_sync_ignored: Client(Mutant::SyncIgnored) breaks Converges;
    mutant_first_edit_stays: Client(Mutant::FirstEditStays) breaks Folded;
    mutant_delete_not_erased: Client(Mutant::ErasedTextKept) breaks ErasedIsGone;
    mutant_typing_never_ends: Client(Mutant::TypingNeverEnds) breaks EphemeraEnd;
}
