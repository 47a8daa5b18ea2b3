//! People, and pages of them by name.
//!
//! - [`account`]: accounts and their devices; `accounts`: the same over either database
//! - [`nickname`]: the keys that compare names; `former`: reserved former nicknames; `rename`: changing a nickname
//! - `sign_up`, `invites`: new accounts; `devices`: signing in and out; `passphrase`: stored passphrases
//! - `person`: people by their ids; `find`: by name
//! - `block`: blocked people

pub mod account;
mod accounts;
pub(super) mod block;
pub(super) mod devices;
pub(super) mod find;
pub(super) mod former;
pub(super) mod invites;
pub(super) mod names;
pub mod nickname;
pub(super) mod passphrase;
pub(super) mod person;
pub(super) mod rename;
pub(super) mod sign_up;

use steadfast_shared::{UserId, limit};

/// Most people scanned for a name that contains the search in its middle, because no index finds these.
pub(super) const LOOKED_THROUGH: usize = 5_000;

/// Rooms with more members are paged by scanning all names; smaller ones are sorted.
pub(super) const SORTED: usize = 1_000;

/// A page of people by name, regardless of case, width and form.
///
/// Names that begin with the search come first and can be paged. A first page with room left is filled with names that contain it
/// elsewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PeoplePage {
    pub(super) search: String,
    pub(super) after: Option<(String, UserId)>,
    /// The most people on the page.
    pub limit: usize,
}

impl PeoplePage {
    /// The first `limit` people with this in their name, after the person of the given name and id.
    pub fn new(search: &str, after: Option<&(String, UserId)>, limit: usize) -> Self {
        Self {
            search: nickname::folded(search.trim()),
            after: after.map(|(name, id)| (nickname::folded(name), *id)),
            limit,
        }
    }

    pub fn first(search: &str) -> Self {
        Self::new(search, None, limit::LISTED)
    }

    /// The page that follows the one ending with the person of this name and id.
    pub fn following(&self, name: &str, id: UserId) -> Self {
        Self {
            after: Some((nickname::folded(name), id)),
            ..self.clone()
        }
    }

    /// The key of a name, by which pages are ordered.
    pub fn key(name: &str) -> String {
        nickname::folded(name)
    }

    /// Whether a person with this key and id is on this page or a following one.
    pub fn has(&self, key: &str, id: UserId) -> bool {
        (key, id) > self.start() && key.contains(&self.search)
    }

    /// The key after all names that begin with the search.
    pub(super) fn end(&self) -> String {
        format!("{}{}", self.search, char::MAX)
    }

    /// The key and id after which it begins.
    pub(super) fn start(&self) -> (&str, UserId) {
        let start = self.after.as_ref();
        start.map_or(("", UserId(uuid::Uuid::nil())), |(key, id)| (key.as_str(), *id))
    }

    /// How many more to look for in the middle of names, when this many begin with the search.
    pub(super) fn missing(&self, found: usize) -> Option<usize> {
        let left = self.limit.checked_sub(found).filter(|left| *left > 0);
        left.filter(|_| self.after.is_none() && !self.search.is_empty())
    }
}
