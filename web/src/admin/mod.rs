//! Administration: what owners and moderators see and do, and how somebody becomes an owner.
//!
//! Pure, and tested natively:
//! - [`section`]: which lists there are, and for whom
//! - [`query`]: how a list is asked for
//! - [`record`]: what one line of a list shows
//! - [`consequences`]: what follows from keeping somebody out
//! - [`phrases`]: what is said about all this
//!
//! In the browser only:
//! - `api`: what is asked of the server
//! - `place`: where in the administration one is
//! - `listing`: a list that is loaded page by page
//! - `views`: what is seen

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
