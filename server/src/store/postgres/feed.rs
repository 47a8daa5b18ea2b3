//! The change feed in Postgres: appending, reading and pruning it; and the snapshot read together with it.

use std::collections::HashMap;

use async_trait::async_trait;
use sqlx::{PgConnection, Row};
use steadfast_shared::{Cursors, Millis, Room, RoomId, Seq, UserId};

use super::transaction::Transaction;
use super::{PostgresStore, bounded, from_sql, glance, to_sql};
use crate::store::feed::{
    CHANGES_KEPT, CHANGES_KEPT_FOR, ChangeKind, ChangeNumber, Feed, FeedChange, Profile, Snapshot,
};
use crate::store::log::history;
use crate::store::people::person;
use crate::store::rooms::view;
use crate::store::sql_store::written;
use crate::store::{Grown, SessionId, StoreError};

/// Appends changes within the transaction that makes them, as its last step, because all writers need the feed's row. Returns the
/// new head.
pub(in crate::store) async fn append(
    connection: &mut PgConnection,
    changes: &[ChangeKind],
    at: Millis,
) -> Result<ChangeNumber, StoreError> {
    if changes.is_empty() {
        return head(connection).await;
    }
    let written = changes
        .iter()
        .map(|change| serde_json::to_string(change).map_err(|_| StoreError::Unreadable("change")))
        .collect::<Result<Vec<_>, _>>()?;
    let head: i64 = sqlx::query_scalar(
        "with given as (select change, ordinality from unnest($1::text[]) with ordinality as given (change, ordinality)),
              grown as (update feed set head = head + (select count(*) from given) where one returning head),
              stored as (insert into changes (number, at, change)
                         select grown.head - (select count(*) from given) + given.ordinality, $2, given.change
                         from given, grown)
         select head from grown",
    )
    .bind(written)
    .bind(to_sql(at))
    .fetch_one(connection)
    .await?;
    Ok(from_sql(head))
}

async fn head(connection: &mut PgConnection) -> Result<ChangeNumber, StoreError> {
    let head: i64 = sqlx::query_scalar("select head from feed where one")
        .fetch_one(connection)
        .await?;
    Ok(from_sql(head))
}

#[async_trait]
impl Feed for PostgresStore {
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        let transaction = self.read(Transaction::snapshot(&self.readers)).await?;
        Ok(Box::new(PostgresSnapshot(transaction)))
    }

    async fn handshake_snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        let transaction = self.read(Transaction::snapshot(&self.handshakes)).await?;
        Ok(Box::new(PostgresSnapshot(transaction)))
    }

    async fn glance(
        &self,
        applied: ChangeNumber,
        rooms: &[(RoomId, Seq)],
        limit: usize,
    ) -> Result<Option<Vec<Grown>>, StoreError> {
        glance::glance(&self.follower, applied, rooms, limit).await
    }

    async fn prune_changes(&self, at: Millis) -> Result<(), StoreError> {
        written!(self, |transaction| async {
            for (query, limit) in [
                (
                    "delete from changes where number <= (select head from feed where one) - $1",
                    CHANGES_KEPT,
                ),
                // The oldest go first, even if the clock went back, so that the rest stays contiguous.
                (
                    "delete from changes where number <= (select max(number) from changes where at < $1)",
                    at.saturating_sub(CHANGES_KEPT_FOR),
                ),
            ] {
                sqlx::query(query)
                    .bind(to_sql(limit))
                    .execute(&mut *transaction)
                    .await?;
            }
            Ok(())
        })
    }
}

/// A snapshot as of its first read. When it is dropped, its connection returns to the pool as soon as it answers.
struct PostgresSnapshot(Transaction);

#[async_trait]
impl Snapshot for PostgresSnapshot {
    async fn feed_head(&mut self) -> Result<ChangeNumber, StoreError> {
        bounded(head(&mut self.0)).await
    }

    async fn changes_after(
        &mut self,
        number: ChangeNumber,
        limit: usize,
    ) -> Result<Option<Vec<FeedChange>>, StoreError> {
        bounded(changes_after(&mut self.0, number, limit)).await
    }

    async fn grown(&mut self, rooms: &[(RoomId, Seq)], limit: usize) -> Result<Vec<Grown>, StoreError> {
        bounded(history::grown(&mut *self.0, rooms, limit)).await
    }

    async fn rooms_of(&mut self, user: UserId) -> Result<Vec<Room>, StoreError> {
        bounded(view::rooms_of(&mut *self.0, user)).await
    }

    async fn views(&mut self, room: RoomId, users: &[UserId]) -> Result<HashMap<UserId, Room>, StoreError> {
        bounded(view::views(&mut *self.0, room, users)).await
    }

    async fn profile(&mut self, user: UserId) -> Result<Option<Profile>, StoreError> {
        bounded(person::profile(&mut *self.0, user)).await
    }

    async fn mismatched(&mut self, cursors: &Cursors) -> Result<Vec<RoomId>, StoreError> {
        bounded(history::mismatched(&mut *self.0, cursors)).await
    }

    async fn ended(&mut self, sessions: &[SessionId]) -> Result<Vec<SessionId>, StoreError> {
        bounded(ended(&mut self.0, sessions)).await
    }
}

async fn changes_after(
    connection: &mut PgConnection,
    number: ChangeNumber,
    limit: usize,
) -> Result<Option<Vec<FeedChange>>, StoreError> {
    let head = head(connection).await?;
    if number >= head {
        // A feed that ends before the last change read from it is a different one.
        return Ok((number == head).then(Vec::new));
    }
    let rows = sqlx::query("select number, change from changes where number > $1 order by number limit $2")
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

async fn ended(connection: &mut PgConnection, sessions: &[SessionId]) -> Result<Vec<SessionId>, StoreError> {
    sqlx::query_scalar(
        "select requested.session from unnest($1::bigint[]) as requested (session) where not exists (
            select 1 from sessions join users on users.id = sessions.person
            where sessions.id = requested.session and users.state = 'active')",
    )
    .bind(sessions)
    .fetch_all(connection)
    .await
    .map_err(StoreError::from)
}
