//! The change feed in SQLite: appending, reading and pruning it.

use sqlx::{Row, SqliteConnection};
use steadfast_shared::Millis;

use super::{SqliteStore, from_sql, to_sql};
use crate::store::StoreError;
use crate::store::feed::{CHANGES_KEPT, CHANGES_KEPT_FOR, ChangeKind, ChangeNumber, FeedChange};

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

pub(super) async fn head(connection: &mut SqliteConnection) -> Result<ChangeNumber, StoreError> {
    let head: i64 = sqlx::query_scalar("select head from feed where one = 1")
        .fetch_one(connection)
        .await?;
    Ok(from_sql(head))
}

pub(super) async fn after(
    connection: &mut SqliteConnection,
    number: ChangeNumber,
    limit: usize,
) -> Result<Option<Vec<FeedChange>>, StoreError> {
    let head = head(connection).await?;
    if number >= head {
        // A feed that ends before the last change read from it is a different one.
        return Ok((number == head).then(Vec::new));
    }
    let rows = sqlx::query("select number, change from changes where number > ? order by number limit ?")
        .bind(to_sql(number))
        .bind(to_sql(limit as u64))
        .fetch_all(connection)
        .await?;
    let mut changes = Vec::with_capacity(rows.len());
    for row in &rows {
        let number = from_sql(row.try_get("number")?);
        let written: &str = row.try_get("change")?;
        let kind = serde_json::from_str(written).map_err(|_| StoreError::Unreadable("change"))?;
        changes.push(FeedChange { number, kind });
    }
    let follows = changes.first().is_some_and(|first| first.number == number + 1);
    Ok(follows.then_some(changes))
}

pub(super) async fn prune(store: &SqliteStore, at: Millis) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    for (query, limit) in [
        (
            "delete from changes where number <= (select head from feed where one = 1) - ?",
            CHANGES_KEPT,
        ),
        // The oldest go first, even if the clock went back, so that the rest stays contiguous.
        (
            "delete from changes where number <= (select max(number) from changes where at < ?)",
            at.saturating_sub(CHANGES_KEPT_FOR),
        ),
    ] {
        sqlx::query(query)
            .bind(to_sql(limit))
            .execute(&mut *transaction)
            .await?;
    }
    store.commit(transaction).await
}
