//! Who there is, on which devices, in which rooms.

use sqlx::Row;
use steadfast_shared::{Millis, Nickname, Person, RoomId, UserId, event};
use uuid::Uuid;

use super::{SqliteStore, from_sql, to_sql, told};
use crate::store::{Device, ReadMark, SessionId, SignUpError, StoreError, TokenHash, UNREAD_COUNTED};

/// See [`crate::store::Store::sign_up`].
pub(super) async fn sign_up(
    store: &SqliteStore,
    name: &Nickname,
    token: TokenHash,
    at: Millis,
) -> Result<Device, SignUpError> {
    let user = UserId(Uuid::now_v7());
    let mut transaction = store.begin().await?;
    let taken = sqlx::query(
        "insert into users (id, name, name_key, created_at) values (?, ?, ?, ?) on conflict (name_key) do nothing",
    )
    .bind(user.0)
    .bind(name.as_str())
    .bind(name.key())
    .bind(to_sql(at))
    .execute(&mut *transaction)
    .await
    .map_err(told)?
    .rows_affected();
    if taken == 0 {
        return Err(SignUpError::NicknameTaken);
    }
    let session: SessionId = sqlx::query_scalar(
        "insert into sessions (token_hash, user, created_at) values (?, ?, ?) returning id",
    )
    .bind(token.as_bytes())
    .bind(user.0)
    .bind(to_sql(at))
    .fetch_one(&mut *transaction)
    .await
    .map_err(told)?;
    sqlx::query(
        "insert into members (user, room, joined_at) select ?, id, ? from rooms where name = 'general'",
    )
    .bind(user.0)
    .bind(to_sql(at))
    .execute(&mut *transaction)
    .await
    .map_err(told)?;
    transaction.commit().await.map_err(told)?;
    Ok(Device {
        session,
        person: Person {
            id: user,
            name: name.as_str().to_owned(),
        },
    })
}

/// See [`crate::store::Store::device`].
pub(super) async fn device(store: &SqliteStore, token: TokenHash) -> Result<Option<Device>, StoreError> {
    let row = sqlx::query(
        "select sessions.id as session, users.id, users.name
         from sessions join users on users.id = sessions.user where sessions.token_hash = ?",
    )
    .bind(token.as_bytes())
    .fetch_optional(&store.readers)
    .await
    .map_err(told)?;
    row.map(|row| {
        Ok(Device {
            session: row.try_get("session").map_err(told)?,
            person: Person {
                id: UserId(row.try_get("id").map_err(told)?),
                name: row.try_get("name").map_err(told)?,
            },
        })
    })
    .transpose()
}

/// See [`crate::store::Store::sign_out`].
pub(super) async fn sign_out(store: &SqliteStore, token: TokenHash) -> Result<Option<SessionId>, StoreError> {
    let mut transaction = store.begin().await?;
    let ended = sqlx::query_scalar("delete from sessions where token_hash = ? returning id")
        .bind(token.as_bytes())
        .fetch_optional(&mut *transaction)
        .await
        .map_err(told)?;
    transaction.commit().await.map_err(told)?;
    Ok(ended)
}

/// See [`crate::store::Store::rooms_of`].
pub(super) async fn rooms_of(store: &SqliteStore, user: UserId) -> Result<Vec<event::Room>, StoreError> {
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
            Ok(event::Room {
                head: from_sql(row.try_get("head").map_err(told)?),
                read: from_sql(row.try_get("read").map_err(told)?),
                unread: from_sql(row.try_get("unread").map_err(told)?),
                ..event::Room::new(RoomId(id), name)
            })
        })
        .collect()
}

/// See [`crate::store::Store::mark_read`].
pub(super) async fn mark_read(store: &SqliteStore, marks: &[ReadMark]) -> Result<(), StoreError> {
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
