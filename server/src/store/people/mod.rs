//! People: pages of them by name, from a key on.
//!
//! - [`account`]: accounts and their devices
//! - [`nickname`]: the keys of names; `former`: nicknames that were given up; `rename`: one takes another's place
//! - `sign_up`, `invites`: somebody comes; `devices`: they sign in and out; `passphrase`: and show who they are
//! - `person`: people by their ids; `find`: by name
//! - `block`: whom people have blocked

pub mod account;
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

/// Most people looked through for a name that has the search in its middle: no index finds these.
pub(super) const LOOKED_THROUGH: usize = 5_000;

/// Rooms of more members are paged along everybody's names, smaller ones are sorted.
pub(super) const SORTED: usize = 1_000;

/// Which of the people to read. They come by name: without regard to case, width and form.
///
/// Those whose name begins with the search come first, and can be paged. A first page that is not full is filled up with others
/// whose name has it elsewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PeoplePage {
    pub(super) search: String,
    pub(super) after: Option<(String, UserId)>,
    /// At most so many.
    pub limit: usize,
}

impl PeoplePage {
    /// The people with this in their name who come after somebody of this name and id; at most so many.
    pub fn new(search: &str, after: Option<&(String, UserId)>, limit: usize) -> Self {
        Self {
            search: nickname::folded(search.trim()),
            after: after.map(|(name, id)| (nickname::folded(name), *id)),
            limit,
        }
    }

    /// The first of them.
    pub fn first(search: &str) -> Self {
        Self::new(search, None, limit::LISTED)
    }

    /// The page that follows one which ended with somebody of this name and id.
    pub fn going_on(&self, name: &str, id: UserId) -> Self {
        Self {
            after: Some((nickname::folded(name), id)),
            ..self.clone()
        }
    }

    /// The key of a name, by which pages are ordered.
    pub fn key(name: &str) -> String {
        nickname::folded(name)
    }

    /// Whether somebody of this key and id is on this page or one of those that follow it.
    pub fn has(&self, key: &str, id: UserId) -> bool {
        (key, id) > self.start() && key.contains(&self.search)
    }

    /// The key that no name of the search reaches.
    pub(super) fn end(&self) -> String {
        format!("{}{}", self.search, char::MAX)
    }

    /// The key and id after which it begins.
    pub(super) fn start(&self) -> (&str, UserId) {
        let start = self.after.as_ref();
        start.map_or(("", UserId(uuid::Uuid::nil())), |(key, id)| (key.as_str(), *id))
    }

    /// How many more are to be looked for in the middle of names, where so many begin with the search.
    pub(super) fn missing(&self, found: usize) -> Option<usize> {
        let left = self.limit.checked_sub(found).filter(|left| *left > 0);
        left.filter(|_| self.after.is_none() && !self.search.is_empty())
    }
}
