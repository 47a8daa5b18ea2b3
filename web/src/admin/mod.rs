//! Administration: the pages of owners and moderators, and how a person becomes an owner.
//!
//! Pure, with native tests:
//! - [`section`]: the lists, and the role each one requires
//! - [`query`]: an address with a query
//! - [`record`]: one line of a list
//! - [`consequences`]: the consequences of excluding a person
//! - [`phrases`]: its phrases
//!
//! In the browser only:
//! - `api`: requests to the server
//! - `place`: navigation within the administration
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
