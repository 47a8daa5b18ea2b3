//! Being left alone: conversations hidden, people blocked, rooms others brought one into.

mod block;
mod brought;
mod hide;
mod veil;

pub(crate) use self::block::YouBlocked;
pub(super) use self::block::{BlockDialog, block_choice};
pub(crate) use self::brought::Brought;
pub(super) use self::hide::{HideDialog, direct_choices};
pub(super) use self::veil::Veil;
