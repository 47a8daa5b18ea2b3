//! The day's usage per person.

use async_trait::async_trait;
use sqlx::postgres::PgRow;
use steadfast_shared::{Millis, UserId};

use crate::store::StoreError;
use crate::store::append::StoredUsage;
use crate::store::postgres::{PostgresStore, to_sql};
use crate::store::quota::{DayUsage, DiskSpace, Quota, Quotas};
use crate::store::sql_store::written;
use crate::store::usage::day_of;

/// The usage of a day from a row with the columns of `usage`; zero if they are null.
fn read(row: &PgRow, day: i64, otherwise: Quota) -> Result<(DayUsage, Quota), StoreError> {
    Ok(StoredUsage::read(row)?.on(day, otherwise))
}

#[async_trait]
impl Quotas for PostgresStore {
    async fn set_quota(&self, user: UserId, quota: Option<Quota>) -> Result<bool, StoreError> {
        written!(self, |transaction| async {
            let done = sqlx::query(
                "insert into usage (person, max_entries, max_bytes) select id, $2, $3 from users where id = $1
                 on conflict (person) do update set max_entries = excluded.max_entries, max_bytes = excluded.max_bytes",
            )
            .bind(user.0)
            .bind(quota.map(|quota| to_sql(quota.entries)))
            .bind(quota.map(|quota| to_sql(quota.bytes)))
            .execute(&mut *transaction)
            .await?;
            Ok(done.rows_affected() == 1)
        })
    }

    /// Postgres watches its own disk, and refuses writes when it is full.
    fn disk(&self) -> DiskSpace {
        DiskSpace::Enough
    }

    async fn usage(&self, user: UserId, at: Millis) -> Result<(DayUsage, Quota), StoreError> {
        let row =
            sqlx::query("select day, entries, bytes, max_entries, max_bytes from usage where person = $1")
                .bind(user.0)
                .fetch_optional(&self.readers)
                .await?;
        match row {
            None => Ok((DayUsage::default(), self.limits.quota)),
            Some(row) => read(&row, day_of(at), self.limits.quota),
        }
    }
}
