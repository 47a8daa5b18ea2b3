//! The page in parts. Reading and writing is one module; dialogs, panels and administration are modules of their own, loaded
//! once the page is idle, or when they are opened.
//!
//! Built with the feature `split`, as `cargo xtask` does for a release. Without it everything is one module.
//!
//! - `phrases`: the words for a part that is not here
//! - `part`: which parts there are, and whether each is loaded
//! - `split`: the functions at which the module is cut
//! - `stand_in`: a dialog or a panel of a part, and its place until it is loaded

pub(crate) mod part;
pub(crate) mod phrases;
mod split;
pub(crate) mod stand_in;
