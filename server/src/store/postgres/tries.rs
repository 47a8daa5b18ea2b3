//! Counts attempts for all nodes together.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::PgConnection;
use steadfast_shared::Millis;

use super::transaction::Transaction;
use super::{CommitClock, PostgresStore, from_sql, to_sql};
use crate::store::StoreError;
use crate::store::sql_store::written;
use crate::store::tries::{TRIES_KEPT, Tries, Try};

#[async_trait]
impl Tries for PostgresStore {
    async fn count_tries(&self, tries: &[Try], at: Millis) -> Result<Option<Duration>, StoreError> {
        written!(self, |transaction| async {
            let now = now(&mut transaction, self.clock, at).await?;
            for tried in tries {
                if let Some(wait) = count(&mut transaction, tried, now).await? {
                    return Ok(Some(wait));
                }
            }
            Ok(None)
        })
    }

    async fn prune_tries(&self, at: Millis) -> Result<(), StoreError> {
        written!(self, |transaction| async {
            let now = now(&mut transaction, self.clock, at).await?;
            for (query, bound) in [
                (r#"delete from tries where "until" <= $1"#, now),
                (
                    r#"delete from tries where key in (select key from tries order by "until" desc offset $1)"#,
                    TRIES_KEPT,
                ),
            ] {
                sqlx::query(query)
                    .bind(to_sql(bound))
                    .execute(&mut *transaction)
                    .await?;
            }
            Ok(())
        })
    }
}

async fn now(transaction: &mut Transaction, clock: CommitClock, at: Millis) -> Result<Millis, StoreError> {
    if clock == CommitClock::Caller {
        return Ok(at);
    }
    let now: i64 = sqlx::query_scalar("select (extract(epoch from clock_timestamp()) * 1000)::bigint")
        .fetch_one(&mut **transaction)
        .await?;
    Ok(from_sql(now))
}

/// Counts one attempt if there is one left. Otherwise returns the time to wait.
async fn count(
    connection: &mut PgConnection,
    tried: &Try,
    now: Millis,
) -> Result<Option<Duration>, StoreError> {
    let counted = sqlx::query(
        r#"insert into tries as known (key, "until") values ($1, $2::bigint + $3::bigint)
           on conflict (key) do update set "until" = greatest(known."until", $2) + $3 where known."until" - $2 <= $4"#,
    )
    .bind(tried.key.as_bytes())
    .bind(to_sql(now))
    .bind(to_sql(tried.every))
    .bind(to_sql(tried.allowed()))
    .execute(&mut *connection)
    .await?;
    if counted.rows_affected() > 0 {
        return Ok(None);
    }
    // If the clock went back, an attempt must not block until the old time comes again.
    let until: i64 = sqlx::query_scalar(
        r#"update tries set "until" = least("until", $2) where key = $1 returning "until""#,
    )
    .bind(tried.key.as_bytes())
    .bind(to_sql(now + tried.longest()))
    .fetch_one(connection)
    .await?;
    Ok(Some(tried.wait(from_sql(until), now)))
}
