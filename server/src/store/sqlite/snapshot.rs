//! Reads from one snapshot: one read transaction.

use std::collections::HashMap;

use async_trait::async_trait;
use sqlx::{Sqlite, Transaction};
use steadfast_shared::{Cursors, Room, RoomId, Seq, UserId};

use super::SqliteStore;
use crate::store::feed::{ChangeNumber, Feed, FeedChange, Profile, Snapshot};
use crate::store::log::changes;
use crate::store::log::history;
use crate::store::people::person;
use crate::store::rooms::view;
use crate::store::{Grown, SessionId, StoreError};

#[async_trait]
impl Feed for SqliteStore {
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        let transaction = self.readers.begin().await?;
        Ok(Box::new(SqliteSnapshot(transaction)))
    }

    async fn handshake_snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        let transaction = self.handshakes.begin().await?;
        Ok(Box::new(SqliteSnapshot(transaction)))
    }

    async fn prune_changes(&self, at: steadfast_shared::Millis) -> Result<(), StoreError> {
        changes::prune(self, at).await
    }
}

/// A snapshot as of its first read.
struct SqliteSnapshot(Transaction<'static, Sqlite>);

#[async_trait]
impl Snapshot for SqliteSnapshot {
    async fn feed_head(&mut self) -> Result<ChangeNumber, StoreError> {
        changes::head(&mut *self.0).await
    }

    async fn changes_after(
        &mut self,
        number: ChangeNumber,
        limit: usize,
    ) -> Result<Option<Vec<FeedChange>>, StoreError> {
        changes::after(&mut *self.0, number, limit).await
    }

    async fn grown(&mut self, rooms: &[(RoomId, Seq)], limit: usize) -> Result<Vec<Grown>, StoreError> {
        history::grown(&mut *self.0, rooms, limit).await
    }

    async fn rooms_of(&mut self, user: UserId) -> Result<Vec<Room>, StoreError> {
        view::rooms_of(&mut *self.0, user).await
    }

    async fn views(&mut self, room: RoomId, users: &[UserId]) -> Result<HashMap<UserId, Room>, StoreError> {
        view::views(&mut *self.0, room, users).await
    }

    async fn profile(&mut self, user: UserId) -> Result<Option<Profile>, StoreError> {
        person::profile(&mut *self.0, user).await
    }

    async fn mismatched(&mut self, cursors: &Cursors) -> Result<Vec<RoomId>, StoreError> {
        history::mismatched(&mut *self.0, cursors).await
    }

    async fn ended(&mut self, sessions: &[SessionId]) -> Result<Vec<SessionId>, StoreError> {
        changes::ended(&mut *self.0, sessions).await
    }
}
