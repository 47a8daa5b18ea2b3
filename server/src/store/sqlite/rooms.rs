//! Who is in which room, and how far they have read.

use async_trait::async_trait;
use sqlx::Row;
use steadfast_shared::{Room, RoomId, UserId};

use super::{SqliteStore, from_sql, to_sql, told};
use crate::store::{ReadMark, Rooms, StoreError, UNREAD_COUNTED};

#[async_trait]
impl Rooms for SqliteStore {
    async fn rooms_of(&self, user: UserId) -> Result<Vec<Room>, StoreError> {
        rooms_of(self, user).await
    }

    async fn mark_read(&self, marks: &[ReadMark]) -> Result<(), StoreError> {
        mark_read(self, marks).await
    }
}

/// See [`Rooms::rooms_of`].
async fn rooms_of(store: &SqliteStore, user: UserId) -> Result<Vec<Room>, StoreError> {
    let rows = sqlx::query(
        "select rooms.id, rooms.name, rooms.head, members.read,
                (select count(*) from (select 1 from entries
                  where entries.room = rooms.id and entries.seq > members.read and entries.author <> members.user
                  limit ?)) as unread
         from members join rooms on rooms.id = members.room where members.user = ? order by rooms.name",
    )
    .bind(UNREAD_COUNTED)
    .bind(user.0)
    .fetch_all(&store.readers)
    .await
    .map_err(told)?;
    rows.iter()
        .map(|row| {
            let (id, name): (_, String) = (
                row.try_get("id").map_err(told)?,
                row.try_get("name").map_err(told)?,
            );
            Ok(Room {
                head: from_sql(row.try_get("head").map_err(told)?),
                read: from_sql(row.try_get("read").map_err(told)?),
                unread: from_sql(row.try_get("unread").map_err(told)?),
                ..Room::new(RoomId(id), name)
            })
        })
        .collect()
}

/// See [`Rooms::mark_read`].
async fn mark_read(store: &SqliteStore, marks: &[ReadMark]) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    for mark in marks {
        sqlx::query(
            "update members set read = max(read, min(?, (select head from rooms where id = members.room)))
             where user = ? and room = ?",
        )
        .bind(to_sql(mark.seq))
        .bind(mark.user.0)
        .bind(mark.room.0)
        .execute(&mut *transaction)
        .await
        .map_err(told)?;
    }
    transaction.commit().await.map_err(told)
}
