//! The rules, by name, and the error of a broken one.

use std::fmt;

/// A rule that must hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Rule {
    AckedIsStored,
    StoredOnce,
    ChangesWhatWasSeen,
    RecoveredIsWhole,
    LiveFollows,
    OutsideHearsNothing,
    SavedIsOnDisk,
    SavedIsStored,
    OneLog,
    OneRow,
    Folded,
    ErasedIsGone,
    RowsStayPut,
    ChangesAreAnnounced,
    CursorGoesForward,
    AuthorsOrder,
    NothingDisappears,
    RejectedForAReason,
    EphemeraEnd,
    Bounds,
    OneOutbox,
    Converges,
    Manners,
    Machines,
}

impl Rule {
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::AckedIsStored => "what the server acknowledges is in its log, at that place",
            Self::StoredOnce => "nothing is stored twice, and nothing that nobody said",
            Self::ChangesWhatWasSeen => "a change is stored only for the message that its author saw",
            Self::RecoveredIsWhole => {
                "a session that is called recovered brings everything since the cursors"
            }
            Self::LiveFollows => {
                "what a node publishes follows what each session was told, without a gap or a repeat"
            }
            Self::OutsideHearsNothing => {
                "who was taken out of a room is sent nothing that was said there after"
            }
            Self::SavedIsOnDisk => "what a row shows as saved is on the device's disk",
            Self::SavedIsStored => {
                "what was shown as saved or sent is in the log, once the device has had a quiet connection, or was shown as rejected, or was thrown away by a person"
            }
            Self::OneLog => {
                "what a room shows is one contiguous, ordered piece of the log, the same for everybody"
            }
            Self::OneRow => "a message has one row",
            Self::Folded => "what a message shows is what the log's changes have made of it",
            Self::ErasedIsGone => "what was deleted is shown, quoted and sent nowhere",
            Self::ChangesAreAnnounced => {
                "a row that differs is among those that a view is told to read again"
            }
            Self::RowsStayPut => "a row that was shown as sent keeps its place",
            Self::CursorGoesForward => "within one life of the database a cursor never goes back",
            Self::AuthorsOrder => {
                "what one tab took in an order is in the log in that order, but for what was not saved when it ended, or could not be read"
            }
            Self::NothingDisappears => "no row disappears that nobody threw away",
            Self::RejectedForAReason => "only what the server refused for good is shown as rejected",
            Self::EphemeraEnd => "who has gone is not shown as there, nor as writing",
            Self::Bounds => "memory is bounded",
            Self::OneOutbox => "the tabs of a device and its disk hold the same outbox",
            Self::Converges => {
                "once every fault has ended, everybody shows the same and nothing waits, within the stated time"
            }
            Self::Manners => "the client keeps to the protocol and its limits",
            Self::Machines => "no machine panics or asks for what nobody can do",
        }
    }
}

/// A rule that did not hold, and how.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Broken {
    pub(crate) rule: Rule,
    pub(crate) what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, what } = self;
        write!(f, "{rule:?} ({}): {what}", rule.sentence())
    }
}

/// Ends a check with a broken rule where the condition does not hold.
macro_rules! hold {
    ($rule:ident, $holds:expr, $($what:tt)+) => {
        if !$holds {
            return Err($crate::checker::Broken { rule: $crate::checker::Rule::$rule, what: format!($($what)+) });
        }
    };
}
pub(crate) use hold;
