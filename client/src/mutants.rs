//! Deliberate faults, by which tests show that the simulation catches such faults.
//!
//! Without the feature `mutants` none is ever wanted, and nothing of this is left in the program.

#[cfg_attr(
    not(feature = "mutants"),
    expect(unreachable_pub, reason = "nobody else has a say then")
)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutant {
    /// What is held of a log that is no more stays.
    ResetIgnored,
    /// The cursor moves over an entry that was not applied.
    CursorSkips,
    /// What comes after a gap is applied as if there were none.
    GapApplied,
    /// An entry that was applied already is applied again.
    RepeatsApplied,
    /// A window is in the order of the authors' clocks.
    OrderByTime,
    /// Windows grow without a bound.
    WindowUnbounded,
    /// Another life of the database changes nothing.
    EpochIgnored,
    /// A retry goes out under another id.
    RetryMakesNewId,
    /// What the server refuses goes without a word.
    RejectedDropped,
    /// A transient refusal is taken for a final one.
    BusyIsFinal,
    /// A batch of which some items are acknowledged is taken for acknowledged.
    PartIsWhole,
    /// An item leaves the outbox when it goes out.
    RemovedOnSend,
    /// What storage holds to be sent is not read.
    OutboxForgotten,
    /// The order in which things were typed is not kept.
    OrderForgotten,
    /// A row says that it is saved before it is.
    SavedTooEarly,
    /// A removal that storage refused is not tried again.
    RemovalForgotten,
    /// What came by itself from the log does not settle what waits, and both have a row.
    EchoBesideTheLog,
    /// What the server's periodic heads say is not heard.
    SyncIgnored,
    /// Who is writing is writing for ever.
    TypingNeverEnds,
    /// The first edit of a message is not overwritten by later ones.
    FirstEditStays,
    /// What was deleted keeps its text.
    ErasedTextKept,
}

#[cfg(all(feature = "mutants", not(debug_assertions)))]
compile_error!("the feature `mutants` is for tests alone: a release never has it");

#[cfg(feature = "mutants")]
mod activate {
    use std::cell::Cell;

    use super::Mutant;

    thread_local! {
        static BITING: Cell<Option<Mutant>> = const { Cell::new(None) };
    }

    /// Has this fault, or none, in this thread from here on.
    pub fn activate(mutant: Option<Mutant>) {
        BITING.set(mutant);
    }

    pub(crate) fn mutant_active(mutant: Mutant) -> bool {
        BITING.get() == Some(mutant)
    }
}

#[cfg(feature = "mutants")]
pub use activate::activate;
#[cfg(feature = "mutants")]
pub(crate) use activate::mutant_active;

/// Whether a fault is wanted here.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn mutant_active(_mutant: Mutant) -> bool {
    false
}
