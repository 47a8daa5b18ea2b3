//! Who is in which room, and how far they have read.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use steadfast_shared::{Room, RoomId, RoomKind, UserId};

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
        "select rooms.id, rooms.name, rooms.kind, rooms.topic, rooms.archived, rooms.head, rooms.active_at, members.read,
                coalesce(rooms.kind <> 'direct' and rooms.creator = members.user, 0) as manage,
                (select count(*) from (select 1 from entries
                  where entries.room = rooms.id and entries.seq > members.read and entries.author <> members.user
                  and entries.kind = 'message' limit ?1)) as unread,
                (select count(*) from (select 1 from mentions
                  where mentions.user = members.user and mentions.room = rooms.id and mentions.message > members.read
                  limit ?1)) as mentions
         from members join rooms on rooms.id = members.room where members.user = ?2
         order by rooms.active_at desc, rooms.id",
    )
    .bind(UNREAD_COUNTED)
    .bind(user.0)
    .fetch_all(&store.readers)
    .await
    .map_err(told)?;
    rows.iter().map(room).collect()
}

fn room(row: &SqliteRow) -> Result<Room, StoreError> {
    let count = |column| row.try_get(column).map(from_sql).map_err(told);
    Ok(Room {
        id: RoomId(row.try_get("id").map_err(told)?),
        name: row.try_get("name").map_err(told)?,
        kind: kind(row.try_get("kind").map_err(told)?)?,
        topic: row.try_get("topic").map_err(told)?,
        archived: row.try_get("archived").map_err(told)?,
        manage: row.try_get("manage").map_err(told)?,
        with: Vec::new(),
        active_at: count("active_at")?,
        head: count("head")?,
        read: count("read")?,
        unread: count("unread")?,
        mentions: count("mentions")?,
    })
}

fn kind(written: &str) -> Result<RoomKind, StoreError> {
    match written {
        "public" => Ok(RoomKind::Public),
        "private" => Ok(RoomKind::Private),
        "direct" => Ok(RoomKind::Direct),
        _ => Err(StoreError::Unreadable("kind of room")),
    }
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
