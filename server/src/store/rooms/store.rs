//! Rooms over either database.

use std::collections::HashMap;

use async_trait::async_trait;
use steadfast_shared::room::{BrowseRooms, ListedRoom};
use steadfast_shared::{Person, Role, Room, RoomId, UserId};

use super::view;
use crate::store::people::{find, person};
use crate::store::sql_store::{SqlStore, read, read_snapshot};
use crate::store::{Log, PeoplePage, ReadMark, Rooms, StoreError};

#[async_trait]
impl<S: SqlStore + Log> Rooms for S {
    async fn rooms_of(&self, user: UserId) -> Result<Vec<Room>, StoreError> {
        read_snapshot!(self, |transaction| view::rooms_of(&mut *transaction, user))
    }

    async fn views(&self, room: RoomId, users: &[UserId]) -> Result<HashMap<UserId, Room>, StoreError> {
        read_snapshot!(self, |transaction| view::views(&mut *transaction, room, users))
    }

    async fn browse(&self, user: UserId, query: &BrowseRooms) -> Result<Vec<ListedRoom>, StoreError> {
        read!(self, |connection| view::browse(&mut *connection, user, query))
    }

    async fn members(&self, room: RoomId, page: &PeoplePage) -> Result<Vec<Person>, StoreError> {
        read!(self, |connection| find::members(&mut *connection, room, page))
    }

    async fn roles_in(&self, room: RoomId) -> Result<HashMap<UserId, Role>, StoreError> {
        read!(self, |connection| view::roles_in(&mut *connection, room))
    }

    async fn find_people(&self, page: &PeoplePage) -> Result<Vec<Person>, StoreError> {
        read!(self, |connection| find::find(&mut *connection, page))
    }

    async fn person(&self, user: UserId) -> Result<Option<Person>, StoreError> {
        let found = read!(self, |connection| person::named(&mut *connection, &[user]));
        Ok(found?.pop())
    }

    async fn mark_read(&self, marks: &[ReadMark]) -> Result<(), StoreError> {
        self.move_marks(marks).await
    }
}
