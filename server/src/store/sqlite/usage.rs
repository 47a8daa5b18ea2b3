//! The day's usage per person.

use async_trait::async_trait;
use sqlx::SqliteConnection;
use steadfast_shared::{Millis, UserId};

use super::{SqliteStore, to_sql};
use crate::store::StoreError;
use crate::store::append::StoredUsage;
use crate::store::quota::{DayUsage, DiskSpace, Quota, Quotas};
use crate::store::usage::day_of;

/// At most one row: a person's usage of the day, or their quota.
const OF: &str = "select day, entries, bytes, max_entries, max_bytes from usage where user = ?";

async fn read(
    connection: &mut SqliteConnection,
    user: UserId,
    day: i64,
    otherwise: Quota,
) -> Result<(DayUsage, Quota), StoreError> {
    let row = sqlx::query(OF).bind(user.0).fetch_optional(connection).await?;
    let Some(row) = row else {
        return Ok((DayUsage::default(), otherwise));
    };
    Ok(StoredUsage::read(&row)?.on(day, otherwise))
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
        .await?;
        self.commit(transaction).await?;
        Ok(done.rows_affected() == 1)
    }

    async fn usage(&self, user: UserId, at: Millis) -> Result<(DayUsage, Quota), StoreError> {
        let mut connection = self.readers.acquire().await?;
        read(&mut connection, user, day_of(at), self.limits.quota).await
    }

    fn disk(&self) -> DiskSpace {
        self.room()
    }
}
