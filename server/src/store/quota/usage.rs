//! How much the authors of one transaction have written on its day.

use std::collections::HashMap;

use steadfast_shared::{Body, Millis, UserId};

use crate::store::StoreRefusal;
use crate::store::quota::{DAY, DayUsage, Quota};

/// The day of a time: days since 1970-01-01, UTC.
pub(in crate::store) fn day_of(at: Millis) -> i64 {
    i64::try_from(at / DAY).unwrap_or(i64::MAX)
}

/// The usage of one transaction's authors on its day.
#[derive(Clone)]
pub(in crate::store) struct Today {
    pub(in crate::store) day: i64,
    /// The quota of authors who have none of their own.
    pub(in crate::store) quota: Quota,
    authors: HashMap<UserId, Author>,
}

#[derive(Clone, Copy)]
struct Author {
    before: DayUsage,
    usage: DayUsage,
    quota: Quota,
}

impl Today {
    pub(in crate::store) fn at(at: Millis, quota: Quota) -> Self {
        Self {
            day: day_of(at),
            quota,
            authors: HashMap::new(),
        }
    }

    /// Adds an author's usage of the day before the transaction.
    pub(in crate::store) fn learn(&mut self, author: UserId, usage: DayUsage, quota: Quota) {
        self.authors.entry(author).or_insert(Author {
            before: usage,
            usage,
            quota,
        });
    }

    /// Refuses an entry beyond its author's quota. An author whose usage was not read counts as having written nothing.
    pub(in crate::store) fn check(&self, author: UserId, body: &Body) -> Result<(), StoreRefusal> {
        match self.authors.get(&author).filter(|_| grows(body)) {
            Some(author) if !author.quota.allows(author.usage, body.text_bytes() as u64) => {
                Err(StoreRefusal::OverQuota)
            }
            _ => Ok(()),
        }
    }

    /// Counts a stored entry.
    pub(in crate::store) fn count(&mut self, author: UserId, body: &Body) {
        if let Some(author) = self.authors.get_mut(&author).filter(|_| grows(body)) {
            author.usage.entries += 1;
            author.usage.bytes += body.text_bytes() as u64;
        }
    }

    /// The authors who have written, with their usage before and after.
    pub(in crate::store) fn grown(&self) -> impl Iterator<Item = (UserId, DayUsage, DayUsage)> {
        self.authors
            .iter()
            .filter(|(_, author)| author.usage != author.before)
            .map(|(user, author)| (*user, author.before, author.usage))
    }

    /// Warns the operator of people who came near their quota in this transaction.
    pub(in crate::store) fn warn(&self) {
        for (person, author) in &self.authors {
            let (DayUsage { entries, bytes }, most) = (author.usage, author.quota);
            if !most.is_near(author.before) && most.is_near(author.usage) {
                tracing::warn!(
                    %person, entries, bytes, max_entries = most.entries, max_bytes = most.bytes,
                    "a person is near their daily quota"
                );
            }
        }
    }
}

/// Whether an entry makes the database grow for good. Deleting is always allowed.
pub(in crate::store) fn grows(body: &Body) -> bool {
    !matches!(body, Body::Delete { .. })
}
