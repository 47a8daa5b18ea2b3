//! Counts attempts.

use std::time::Duration;

use async_trait::async_trait;
use steadfast_shared::Millis;

use super::{SqliteStore, from_sql, to_sql};
use crate::store::StoreError;
use crate::store::tries::{TRIES_KEPT, Tries, Try};

#[async_trait]
impl Tries for SqliteStore {
    async fn count_tries(&self, tries: &[Try], at: Millis) -> Result<Option<Duration>, StoreError> {
        let mut transaction = self.begin().await?;
        let mut wait = None;
        for tried in tries {
            let counted = sqlx::query(
                "insert into tries (key, until) values (?1, ?2 + ?3)
                 on conflict (key) do update set until = max(until, ?2) + ?3 where until - ?2 <= ?4",
            )
            .bind(tried.key.as_bytes())
            .bind(to_sql(at))
            .bind(to_sql(tried.every))
            .bind(to_sql(tried.allowed()))
            .execute(&mut *transaction)
            .await?;
            if counted.rows_affected() > 0 {
                continue;
            }
            // If the clock went back, an attempt must not block until the old time comes again.
            let until: i64 =
                sqlx::query_scalar("update tries set until = min(until, ?2) where key = ?1 returning until")
                    .bind(tried.key.as_bytes())
                    .bind(to_sql(at + tried.longest()))
                    .fetch_one(&mut *transaction)
                    .await?;
            wait = Some(tried.wait(from_sql(until), at));
            break;
        }
        self.commit(transaction).await?;
        Ok(wait)
    }

    async fn prune_tries(&self, at: Millis) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for (query, bound) in [
            ("delete from tries where until <= ?", at),
            (
                "delete from tries where key in (select key from tries order by until desc limit -1 offset ?)",
                TRIES_KEPT,
            ),
        ] {
            sqlx::query(query)
                .bind(to_sql(bound))
                .execute(&mut *transaction)
                .await?;
        }
        self.commit(transaction).await
    }
}
