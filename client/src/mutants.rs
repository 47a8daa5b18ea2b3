//! Deliberate faults, by which tests show that the simulation catches such faults.
//!
//! Without the feature `mutants` none is ever wanted, and nothing of this is left in the program.

#[cfg_attr(
    not(feature = "mutants"),
    expect(unreachable_pub, reason = "nobody else has a say then")
)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutant {
    /// Entries from a log that no longer exists stay cached.
    ResetIgnored,
    /// The cursor moves over an entry that was not applied.
    CursorSkips,
    /// An entry after a gap is applied as if there were none.
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
    /// An item that the server refuses goes without a word.
    RejectedDropped,
    /// A transient refusal is taken for a final one.
    BusyIsFinal,
    /// A batch of which some items are acknowledged is taken for acknowledged.
    PartIsWhole,
    /// An item leaves the outbox when it goes out.
    RemovedOnSend,
    /// The stored outbox is not read.
    OutboxForgotten,
    /// The order in which things were typed is not kept.
    OrderForgotten,
    /// A row says that it is saved before it is.
    SavedTooEarly,
    /// A removal that storage refused is not tried again.
    RemovalForgotten,
    /// An entry from the log does not settle its outbox item, and both have a row.
    EchoBesideTheLog,
    /// The server's periodic heads are ignored.
    SyncIgnored,
    /// Who is writing is writing for ever.
    TypingNeverEnds,
    /// The first edit of a message is not overwritten by later ones.
    FirstEditStays,
    /// A deleted message keeps its text.
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
