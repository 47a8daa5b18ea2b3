//! The fault panel's phrases.

mod counter;
mod mechanism;
mod scrubber;
mod snapshot;
mod switch;
mod trace;

pub use counter::CounterPhrases;
pub use mechanism::MechanismPhrases;
pub use scrubber::ScrubberPhrases;
pub use snapshot::SnapshotPhrases;
pub use switch::SwitchPhrases;
pub use trace::TracePhrases;

#[derive(Clone, Copy, Debug)]
pub struct NamedPhrase {
    pub name: &'static str,
    pub says: &'static str,
}
