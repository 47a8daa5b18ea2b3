//! Appends to the change feed in SQLite.

use sqlx::SqliteConnection;
use steadfast_shared::Millis;

use super::{from_sql, to_sql};
use crate::store::StoreError;
use crate::store::feed::{ChangeKind, ChangeNumber};
use crate::store::log::changes::head;

/// Appends changes within the transaction that makes them, as its last step. Returns the new head.
pub(in crate::store) async fn append(
    connection: &mut SqliteConnection,
    changes: &[ChangeKind],
    at: Millis,
) -> Result<ChangeNumber, StoreError> {
    if changes.is_empty() {
        return head(connection).await;
    }
    let head: i64 = sqlx::query_scalar("update feed set head = head + ? where one = 1 returning head")
        .bind(to_sql(changes.len() as u64))
        .fetch_one(&mut *connection)
        .await?;
    let head = from_sql(head);
    let written = changes
        .iter()
        .map(serde_json::to_string)
        .collect::<Result<Vec<_>, _>>();
    let written = written.and_then(|changes| serde_json::to_string(&changes));
    sqlx::query(
        "insert into changes (number, at, change) select ?1 + key, ?2, value from json_each(?3) order by key",
    )
    .bind(to_sql(head + 1 - changes.len() as u64))
    .bind(to_sql(at))
    .bind(written.map_err(|_| StoreError::Unreadable("change"))?)
    .execute(&mut *connection)
    .await?;
    Ok(head)
}
