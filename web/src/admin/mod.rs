//! Administration: the pages of owners and moderators, and how a person becomes an owner.
//!
//! Pure, and tested natively:
//! - [`section`]: which lists there are, and for whom
//! - [`query`]: how a list is asked for
//! - [`record`]: one line of a list
//! - [`consequences`]: consequences of keeping a person out
//! - [`phrases`]: its phrases
//!
//! In the browser only:
//! - `api`: requests to the server
//! - `place`: where in the administration one is
//! - `listing`: a list that is loaded page by page
//! - `views`: its components

pub mod consequences;
pub mod phrases;
pub mod query;
pub mod record;
pub mod section;

#[cfg(target_arch = "wasm32")]
mod api;
#[cfg(target_arch = "wasm32")]
mod listing;
#[cfg(target_arch = "wasm32")]
mod place;
#[cfg(target_arch = "wasm32")]
mod views;

#[cfg(target_arch = "wasm32")]
pub(crate) use views::{Administration, ClaimDialog};
