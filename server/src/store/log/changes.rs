//! Reads and prunes the change feed, in either database.

use steadfast_shared::Millis;

use crate::store::feed::{CHANGES_KEPT, CHANGES_KEPT_FOR, ChangeNumber, FeedChange};
use crate::store::number::{from_sql, to_sql};
use crate::store::query::{SqlConnection, as_lines, sql};
use crate::store::sql_store::{SqlStore, written};
use crate::store::{SessionId, StoreError};

/// The newest change's number.
pub(in crate::store) async fn head<C: SqlConnection>(connection: &mut C) -> Result<ChangeNumber, StoreError> {
    let head: i64 = sql!("select head from feed where one" [only_sqlite " = 1"])
        .scalar(connection)
        .await?;
    Ok(from_sql(head))
}

/// The changes that follow; `None` if some of them have been deleted. See [`crate::store::Snapshot::changes_after`].
pub(in crate::store) async fn after<C: SqlConnection>(
    connection: &mut C,
    number: ChangeNumber,
    limit: usize,
) -> Result<Option<Vec<FeedChange>>, StoreError> {
    let head = head(connection).await?;
    if number >= head {
        // A feed that ends before the last change read from it is a different one.
        return Ok((number == head).then(Vec::new));
    }
    let rows = sql!("select number, change from changes where number > $1 order by number limit $2")
        .bind(to_sql(number))
        .bind(to_sql(limit as u64))
        .all(connection)
        .await?;
    let mut changes = Vec::with_capacity(rows.len());
    for row in &rows {
        let number = from_sql(row.get("number")?);
        let written: &str = row.get("change")?;
        let kind = serde_json::from_str(written).map_err(|_| StoreError::Unreadable("change"))?;
        changes.push(FeedChange { number, kind });
    }
    let follows = changes.first().is_some_and(|first| first.number == number + 1);
    Ok(follows.then_some(changes))
}

/// Deletes old changes. See [`crate::store::Feed::prune_changes`].
pub(in crate::store) async fn prune<S: SqlStore>(store: &S, at: Millis) -> Result<(), StoreError> {
    written!(store, |transaction| async {
        sql!("delete from changes where number <= (select head from feed where one" [only_sqlite " = 1"] ") - $1")
            .bind(to_sql(CHANGES_KEPT))
            .execute(&mut *transaction)
            .await?;
        // The oldest go first, even if the clock went back, so that the rest stays contiguous.
        sql!("delete from changes where number <= (select max(number) from changes where at < $1)")
            .bind(to_sql(at.saturating_sub(CHANGES_KEPT_FOR)))
            .execute(&mut *transaction)
            .await?;
        Ok(())
    })
}

/// Those of these sessions that have ended. See [`crate::store::Snapshot::ended`].
pub(in crate::store) async fn ended<C: SqlConnection>(
    connection: &mut C,
    sessions: &[SessionId],
) -> Result<Vec<SessionId>, StoreError> {
    let sessions: Vec<_> = sessions.iter().map(|session| [session]).collect();
    sql!(
        "select " [line_number "0"] " from " [lines "$1"] " where not exists (
            select 1 from sessions join users on users.id = sessions." person "
            where sessions.id = " [line_number "0"] " and users.state = 'active')"
    )
    .bind(as_lines(&sessions)?)
    .scalars(connection)
    .await
}
