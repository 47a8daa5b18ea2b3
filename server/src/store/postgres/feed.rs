//! The change feed in Postgres: appending to it, the snapshot read together with it, and the look at what is new.

mod glance;

use std::collections::HashMap;

use async_trait::async_trait;
use sqlx::PgConnection;
use steadfast_shared::{Cursors, Millis, Room, RoomId, Seq, UserId};

use super::transaction::Transaction;
use super::{PostgresStore, bounded, from_sql, to_sql};
use crate::store::feed::{ChangeKind, ChangeNumber, Feed, FeedChange, Profile, Snapshot};
use crate::store::log::changes::{self, head};
use crate::store::log::history;
use crate::store::people::person;
use crate::store::rooms::view;
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
        changes::prune(self, at).await
    }
}

/// A snapshot as of its first read. When it is dropped, its connection returns to the pool as soon as it answers.
struct PostgresSnapshot(Transaction);

#[async_trait]
impl Snapshot for PostgresSnapshot {
    async fn feed_head(&mut self) -> Result<ChangeNumber, StoreError> {
        bounded(head(&mut *self.0)).await
    }

    async fn changes_after(
        &mut self,
        number: ChangeNumber,
        limit: usize,
    ) -> Result<Option<Vec<FeedChange>>, StoreError> {
        bounded(changes::after(&mut *self.0, number, limit)).await
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
        bounded(changes::ended(&mut *self.0, sessions)).await
    }
}
