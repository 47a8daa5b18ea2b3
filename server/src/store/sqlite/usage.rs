//! How much people have written today.

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use steadfast_shared::{Body, Millis, UserId};

use super::{SqliteStore, from_sql, to_sql, told};
use crate::store::StoreError;
use crate::store::quota::{Quota, Quotas, Room, Usage};
use crate::store::usage::{Today, day_of};

/// No more than one row, of a person and of the day, or of their quota.
const OF: &str = "select day, entries, bytes, max_entries, max_bytes from usage where user = ?";

/// Reads what an author has written on a transaction's day, where that is not known yet.
pub(super) async fn learn(
    today: &mut Today,
    connection: &mut SqliteConnection,
    author: UserId,
    body: &Body,
) -> Result<(), StoreError> {
    if today.needs(author, body) {
        let (usage, quota) = read(connection, author, today.day, today.quota).await?;
        today.learn(author, usage, quota);
    }
    Ok(())
}

/// Stores the counts.
pub(super) async fn store(today: &Today, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    for (user, _, usage) in today.grown() {
        sqlx::query(
            "insert into usage (user, day, entries, bytes) values (?, ?, ?, ?)
             on conflict (user) do update set day = excluded.day, entries = excluded.entries, bytes = excluded.bytes",
        )
        .bind(user.0)
        .bind(today.day)
        .bind(to_sql(usage.entries))
        .bind(to_sql(usage.bytes))
        .execute(&mut *connection)
        .await
        .map_err(told)?;
    }
    Ok(())
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
        read(&mut connection, user, day_of(at), self.limits.quota).await
    }

    fn disk(&self) -> Room {
        self.room()
    }
}
