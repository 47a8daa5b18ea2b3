//! How much people have written today.

use async_trait::async_trait;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use steadfast_shared::{Millis, UserId};

use super::transaction::written;
use super::{PostgresStore, from_sql, to_sql, told};
use crate::store::StoreError;
use crate::store::quota::{Quota, Quotas, Room, Usage};
use crate::store::usage::{Today, day_of};

/// What a row with the columns of `usage` says of a day: nothing where they are null.
pub(super) fn read(row: &PgRow, day: i64, otherwise: Quota) -> Result<(Usage, Quota), StoreError> {
    let count = |column| {
        row.try_get::<Option<i64>, _>(column)
            .map(|n| n.map(from_sql))
            .map_err(told)
    };
    let today = row.try_get::<Option<i64>, _>("day").map_err(told)? == Some(day);
    let used = |column| Ok::<u64, StoreError>(count(column)?.filter(|_| today).unwrap_or(0));
    Ok((
        Usage {
            entries: used("entries")?,
            bytes: used("bytes")?,
        },
        Quota {
            entries: count("max_entries")?.unwrap_or(otherwise.entries),
            bytes: count("max_bytes")?.unwrap_or(otherwise.bytes),
        },
    ))
}

/// Adds to the counts what was written. Another node may add to them at the same time, in another room.
pub(super) async fn store(today: &Today, connection: &mut PgConnection) -> Result<(), StoreError> {
    let mut grown: Vec<_> = today.grown().collect();
    if grown.is_empty() {
        return Ok(());
    }
    grown.sort_unstable_by_key(|(user, ..)| *user);
    let (mut people, mut entries, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
    for (user, before, after) in grown {
        people.push(user.0);
        entries.push(to_sql(after.entries - before.entries));
        bytes.push(to_sql(after.bytes - before.bytes));
    }
    sqlx::query(
        "insert into usage (person, day, entries, bytes)
         select given.person, $2, given.entries, given.bytes
         from unnest($1::uuid[], $3::bigint[], $4::bigint[]) as given (person, entries, bytes) order by given.person
         on conflict (person) do update set day = excluded.day,
            entries = excluded.entries + case when usage.day = excluded.day then usage.entries else 0 end,
            bytes = excluded.bytes + case when usage.day = excluded.day then usage.bytes else 0 end",
    )
    .bind(people)
    .bind(today.day)
    .bind(entries)
    .bind(bytes)
    .execute(connection)
    .await
    .map_err(told)?;
    Ok(())
}

#[async_trait]
impl Quotas for PostgresStore {
    async fn set_quota(&self, user: UserId, quota: Option<Quota>) -> Result<bool, StoreError> {
        written!(self, accounts, |transaction| async {
            let done = sqlx::query(
                "insert into usage (person, max_entries, max_bytes) select id, $2, $3 from users where id = $1
                 on conflict (person) do update set max_entries = excluded.max_entries, max_bytes = excluded.max_bytes",
            )
            .bind(user.0)
            .bind(quota.map(|quota| to_sql(quota.entries)))
            .bind(quota.map(|quota| to_sql(quota.bytes)))
            .execute(&mut *transaction)
            .await
            .map_err(told)?;
            Ok(done.rows_affected() == 1)
        })
    }

    /// The disk is Postgres' to watch: a full one refuses what is written.
    fn disk(&self) -> Room {
        Room::Enough
    }

    async fn usage(&self, user: UserId, at: Millis) -> Result<(Usage, Quota), StoreError> {
        let row =
            sqlx::query("select day, entries, bytes, max_entries, max_bytes from usage where person = $1")
                .bind(user.0)
                .fetch_optional(&self.readers)
                .await
                .map_err(told)?;
        match row {
            None => Ok((Usage::default(), self.limits.quota)),
            Some(row) => read(&row, day_of(at), self.limits.quota),
        }
    }
}
