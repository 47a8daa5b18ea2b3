//! Why a text cannot be posted.

use steadfast_client::Refusal;
use steadfast_shared::TextError;

use crate::compose::draft::Withheld;
use crate::compose::phrases::{ComposePhrases, DraftPhrases};
use crate::language::Language;

/// Why a text cannot be posted. It stays in the composer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ComposeTrouble {
    /// It has this many bytes too many.
    Over(usize),
    Text(TextError),
    Refused(Refusal),
    /// No room is open yet.
    NoRoom,
    /// The room it was written for is archived or gone, or no longer the open one.
    RoomClosed,
    /// The edited message has changed or is gone.
    Withheld(Withheld),
}

impl ComposeTrouble {
    pub(super) fn words(self, language: Language) -> String {
        match self {
            Self::Over(bytes) => (ComposePhrases::of(language).bytes_over)(bytes),
            Self::Text(error) => (ComposePhrases::of(language).message_refused)(error),
            Self::Refused(refusal) => (ComposePhrases::of(language).refusal)(refusal).to_owned(),
            Self::NoRoom => DraftPhrases::of(language).no_room_yet.to_owned(),
            Self::RoomClosed => DraftPhrases::of(language).room_closed.to_owned(),
            Self::Withheld(Withheld::Changed) => DraftPhrases::of(language).replace_it.to_owned(),
            Self::Withheld(Withheld::Gone) => DraftPhrases::of(language).gone_meanwhile.to_owned(),
        }
    }
}
