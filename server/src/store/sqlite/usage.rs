//! How much people have written today.

use std::collections::HashMap;

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use steadfast_shared::{Body, Millis, UserId};

use super::{SqliteStore, from_sql, to_sql, told};
use crate::store::quota::{Quota, Quotas, Usage};
use crate::store::{Refusal, StoreError};

const DAY: Millis = 24 * 60 * 60 * 1_000;
/// No more than one row, of a person and of the day, or of their quota.
const OF: &str = "select day, entries, bytes, max_entries, max_bytes from usage where user = ?";

/// What the authors of one transaction have written on its day.
pub(super) struct Today {
    day: i64,
    quota: Quota,
    people: HashMap<UserId, Author>,
}

#[derive(Clone, Copy)]
struct Author {
    usage: Usage,
    quota: Quota,
    /// Whether there is something to store.
    grown: bool,
    near: bool,
}

impl Today {
    pub(super) fn at(at: Millis, quota: Quota) -> Self {
        Self {
            day: to_sql(at / DAY),
            quota,
            people: HashMap::new(),
        }
    }

    /// Refuses what its author may not write any more today.
    pub(super) async fn check(
        &mut self,
        connection: &mut SqliteConnection,
        author: UserId,
        body: &Body,
    ) -> Result<Result<(), Refusal>, StoreError> {
        if !grows(body) {
            return Ok(Ok(()));
        }
        let known = match self.people.get(&author) {
            Some(known) => *known,
            None => {
                let (usage, quota) = read(connection, author, self.day, self.quota).await?;
                let near = quota.is_near(usage);
                let known = Author {
                    usage,
                    quota,
                    near,
                    grown: false,
                };
                self.people.insert(author, known);
                known
            }
        };
        let fits = known.quota.allows(known.usage, body.text_bytes() as u64);
        Ok(if fits { Ok(()) } else { Err(Refusal::OverQuota) })
    }

    /// Counts what was stored.
    pub(super) fn count(&mut self, author: UserId, body: &Body) {
        if let Some(author) = self.people.get_mut(&author).filter(|_| grows(body)) {
            author.usage.entries += 1;
            author.usage.bytes += body.text_bytes() as u64;
            author.grown = true;
        }
    }

    /// Stores the counts.
    pub(super) async fn store(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        for (user, author) in self.people.iter().filter(|(_, author)| author.grown) {
            sqlx::query(
                "insert into usage (user, day, entries, bytes) values (?, ?, ?, ?)
                 on conflict (user) do update set day = excluded.day, entries = excluded.entries, bytes = excluded.bytes",
            )
            .bind(user.0)
            .bind(self.day)
            .bind(to_sql(author.usage.entries))
            .bind(to_sql(author.usage.bytes))
            .execute(&mut *connection)
            .await
            .map_err(told)?;
        }
        Ok(())
    }

    /// Tells the operator of people who have come near their quota by this transaction.
    pub(super) fn warn(&self) {
        for (person, author) in &self.people {
            if !author.near && author.quota.is_near(author.usage) {
                let (Usage { entries, bytes }, most) = (author.usage, author.quota);
                tracing::warn!(
                    %person, entries, bytes, max_entries = most.entries, max_bytes = most.bytes,
                    "somebody has written nearly as much as one person may in a day"
                );
            }
        }
    }
}

/// Whether this makes the database larger for good. Who deletes is never kept from it.
pub(super) fn grows(body: &Body) -> bool {
    !matches!(body, Body::Delete { .. })
}

async fn read(
    connection: &mut SqliteConnection,
    user: UserId,
    day: i64,
    otherwise: Quota,
) -> Result<(Usage, Quota), StoreError> {
    let row = sqlx::query(OF)
        .bind(user.0)
        .fetch_optional(connection)
        .await
        .map_err(told)?;
    let Some(row) = row else {
        return Ok((Usage::default(), otherwise));
    };
    let count = |row: &SqliteRow, column| {
        row.try_get::<Option<i64>, _>(column)
            .map(|n| n.map(from_sql))
            .map_err(told)
    };
    let today = row.try_get::<i64, _>("day").map_err(told)? == day;
    let used = |column| Ok::<u64, StoreError>(count(&row, column)?.filter(|_| today).unwrap_or(0));
    Ok((
        Usage {
            entries: used("entries")?,
            bytes: used("bytes")?,
        },
        Quota {
            entries: count(&row, "max_entries")?.unwrap_or(otherwise.entries),
            bytes: count(&row, "max_bytes")?.unwrap_or(otherwise.bytes),
        },
    ))
}

#[async_trait]
impl Quotas for SqliteStore {
    async fn set_quota(&self, user: UserId, quota: Option<Quota>) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "insert into usage (user, max_entries, max_bytes) select id, ?2, ?3 from users where id = ?1
             on conflict (user) do update set max_entries = excluded.max_entries, max_bytes = excluded.max_bytes",
        )
        .bind(user.0)
        .bind(quota.map(|quota| to_sql(quota.entries)))
        .bind(quota.map(|quota| to_sql(quota.bytes)))
        .execute(&mut *transaction)
        .await
        .map_err(told)?;
        self.commit(transaction).await?;
        Ok(done.rows_affected() == 1)
    }

    async fn usage(&self, user: UserId, at: Millis) -> Result<(Usage, Quota), StoreError> {
        let mut connection = self.readers.acquire().await.map_err(told)?;
        read(&mut connection, user, to_sql(at / DAY), self.limits.quota).await
    }
}
