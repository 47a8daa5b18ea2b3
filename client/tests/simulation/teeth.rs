//! The checker bites: deliberate faults, in the client and in the server, each of which it must notice within a bounded
//! number of seeds, and call by the name of a rule that it breaks.

use steadfast_client::teeth::{Tooth, bite};

use crate::check::Rule;
use crate::run;
use crate::script::Script;
use crate::server::Flaw;

/// Within so many seeds each must be noticed.
const SEEDS: u64 = 500;

#[derive(Clone, Copy)]
enum Fault {
    Client(Tooth),
    Server(Flaw),
}

/// Tries seeds until one breaks a rule, which must be one of these.
fn caught(fault: Fault, rules: &[Rule]) {
    let (tooth, flaw) = match fault {
        Fault::Client(tooth) => (Some(tooth), None),
        Fault::Server(flaw) => (None, Some(flaw)),
    };
    bite(tooth);
    let broken = (0..SEEDS).find_map(|seed| {
        let script = Script {
            flaw,
            ..Script::of(seed)
        };
        Some((seed, run::run(&script, false).broken?))
    });
    bite(None);
    let Some((seed, broken)) = broken else {
        panic!("nothing is noticed in {SEEDS} seeds");
    };
    println!("noticed at seed {seed}: {broken}");
    assert!(
        rules.contains(&broken.rule),
        "noticed at seed {seed}, but as {broken}"
    );
}

/// A test for each fault: whose it is, and which rules show it.
macro_rules! teeth {
    ($($name:ident: $whose:ident($fault:expr) breaks $($rule:ident),+;)*) => {
        $(
            #[test]
            fn $name() {
                caught(Fault::$whose($fault), &[$(Rule::$rule),+]);
            }
        )*
    };
}

teeth! {
    tooth_ack_before_commit: Server(Flaw::AckBeforeCommit) breaks AckedIsStored, SavedIsStored, NothingDisappears, OneLog, LiveFollows;
    // What never was committed may stand, with no row of its own, where the log has an edit or a deletion.
    tooth_publish_before_commit: Server(Flaw::PublishBeforeCommit) breaks OneLog, Folded, ErasedIsGone, LiveFollows;
    tooth_dedup_window_of_ten: Server(Flaw::DedupWindowOfTen) breaks StoredOnce, OneRow;
    tooth_tail_off_by_one: Server(Flaw::TailOffByOne) breaks RecoveredIsWhole;
    tooth_batch_acked_in_part: Server(Flaw::BatchAckedInPart) breaks AckedIsStored;
    tooth_page_off_by_one: Server(Flaw::PageOffByOne) breaks Converges;
    tooth_publish_past_a_gap: Server(Flaw::PublishPastGap) breaks LiveFollows;
    tooth_page_not_checked_again: Server(Flaw::PageNotChecked) breaks LiveFollows;
    tooth_unknown_room_is_new: Server(Flaw::UnknownRoomIsNew) breaks LiveFollows;
    tooth_hint_is_truth: Server(Flaw::HintIsTruth) breaks LiveFollows, Converges;
    tooth_delete_not_erased_in_the_log: Server(Flaw::ErasedStays) breaks ErasedIsGone;
    tooth_ghosts_stay: Server(Flaw::GhostsStay) breaks EphemeraEnd;

    tooth_cursor_skips: Client(Tooth::CursorSkips) breaks OneLog;
    tooth_gap_applied: Client(Tooth::GapApplied) breaks OneLog;
    tooth_repeats_applied: Client(Tooth::RepeatsApplied) breaks OneLog, OneRow;
    tooth_order_by_time: Client(Tooth::OrderByTime) breaks OneLog;
    tooth_window_unbounded: Client(Tooth::WindowUnbounded) breaks Bounds;
    tooth_epoch_ignored: Client(Tooth::EpochIgnored) breaks OneLog, Converges;
    tooth_reset_ignored: Client(Tooth::ResetIgnored) breaks OneLog, Converges;
    tooth_retry_makes_new_id: Client(Tooth::RetryMakesNewId) breaks Converges, StoredOnce, OneLog;
    tooth_rejected_dropped: Client(Tooth::RejectedDropped) breaks NothingDisappears, OneOutbox;
    tooth_busy_is_final: Client(Tooth::BusyIsFinal) breaks RejectedForAReason;
    tooth_part_is_whole: Client(Tooth::PartIsWhole) breaks NothingDisappears, OneOutbox;
    tooth_removed_on_send: Client(Tooth::RemovedOnSend) breaks NothingDisappears, OneOutbox;
    tooth_outbox_forgotten: Client(Tooth::OutboxForgotten) breaks SavedIsStored, OneOutbox, AuthorsOrder;
    tooth_order_forgotten: Client(Tooth::OrderForgotten) breaks AuthorsOrder;
    tooth_saved_too_early: Client(Tooth::SavedTooEarly) breaks SavedIsOnDisk;
    tooth_removal_forgotten: Client(Tooth::RemovalForgotten) breaks OneOutbox;
    tooth_echo_beside_the_log: Client(Tooth::EchoBesideTheLog) breaks OneRow;
    tooth_sync_ignored: Client(Tooth::SyncIgnored) breaks Converges;
    tooth_first_edit_stays: Client(Tooth::FirstEditStays) breaks Folded;
    tooth_delete_not_erased: Client(Tooth::ErasedTextKept) breaks ErasedIsGone;
    tooth_typing_never_ends: Client(Tooth::TypingNeverEnds) breaks EphemeraEnd;
}
