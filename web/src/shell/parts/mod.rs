//! The page in parts. Reading and writing messages is one module; dialogs, popups beside a row, panels
//! and administration are modules of their own, loaded when the page is idle, or when they are opened. The
//! fault panel loads only when it is opened.
//!
//! Built with the feature `split`, as `cargo xtask` does for a release. Without it everything is
//! one module.
//!
//! - `phrases`: the words for a part that is not loaded
//! - `part`: the parts, and the state of each
//! - `split`: the functions at which the module is cut
//! - `stand_in`: a dialog, popup or panel of a part, and its placeholder until the part is loaded

pub(crate) mod part;
pub(crate) mod phrases;
mod split;
pub(crate) mod stand_in;
