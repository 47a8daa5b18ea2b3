//! Reads rooms over SQLite's reader connections, and stores read markers.

use std::collections::HashMap;

use async_trait::async_trait;
use steadfast_shared::room::{BrowseRooms, ListedRoom};
use steadfast_shared::{Person, Role, Room, RoomId, UserId};

use super::{SqliteStore, to_sql};
use crate::store::people::{find, person};
use crate::store::rooms::view;
use crate::store::{PeoplePage, ReadMark, Rooms, StoreError};

#[async_trait]
impl Rooms for SqliteStore {
    async fn rooms_of(&self, user: UserId) -> Result<Vec<Room>, StoreError> {
        let mut transaction = self.readers.begin().await?;
        view::rooms_of(&mut *transaction, user).await
    }

    async fn views(&self, room: RoomId, users: &[UserId]) -> Result<HashMap<UserId, Room>, StoreError> {
        let mut transaction = self.readers.begin().await?;
        view::views(&mut *transaction, room, users).await
    }

    async fn browse(&self, user: UserId, query: &BrowseRooms) -> Result<Vec<ListedRoom>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        view::browse(&mut *connection, user, query).await
    }

    async fn members(&self, room: RoomId, page: &PeoplePage) -> Result<Vec<Person>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        find::members(&mut *connection, room, page).await
    }

    async fn roles_in(&self, room: RoomId) -> Result<HashMap<UserId, Role>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        view::roles_in(&mut *connection, room).await
    }

    async fn find_people(&self, page: &PeoplePage) -> Result<Vec<Person>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        find::find(&mut *connection, page).await
    }

    async fn person(&self, user: UserId) -> Result<Option<Person>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        Ok(person::named(&mut *connection, &[user]).await?.pop())
    }

    async fn mark_read(&self, marks: &[ReadMark]) -> Result<(), StoreError> {
        mark_read(self, marks).await
    }
}

async fn mark_read(store: &SqliteStore, marks: &[ReadMark]) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    for mark in marks {
        // At the head every message counts as seen. Otherwise the newly read messages are counted.
        sqlx::query(
            "update members set read = min(?1, rooms.head),
                seen = iif(?1 >= rooms.head, rooms.messages, seen + (
                    select count(*) from entries
                    where entries.room = members.room and entries.seq > members.read and entries.seq <= ?1
                    and entries.kind = 'message' and entries.author <> members.user))
             from rooms where rooms.id = members.room and members.read < min(?1, rooms.head)
             and members.user = ?2 and members.room = ?3",
        )
        .bind(to_sql(mark.seq))
        .bind(mark.user.0)
        .bind(mark.room.0)
        .execute(&mut *transaction)
        .await?;
    }
    store.commit(transaction).await
}
