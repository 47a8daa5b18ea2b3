//! Rooms, as those who manage them see them: never what is said in them.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use steadfast_shared::admin::{RoomInfo, RoomsQuery};
use steadfast_shared::{Person, RoomId, UserId, limit};
use uuid::Uuid;

use super::super::{SqliteStore, from_sql, kind, to_sql};
use crate::store::StoreError;

macro_rules! seen {
    ($condition:literal) => {
        concat!(
            "select rooms.id, rooms.name, rooms.kind, rooms.topic, rooms.archived, rooms.lobby, rooms.head,
                    rooms.created_at, rooms.active_at, users.id as creator, users.name as creator_name,
                    (select count(*) from members where members.room = rooms.id) as members
             from rooms left join users on users.id = rooms.creator
             where rooms.kind <> 'direct' and rooms.deleted_at is null and ",
            $condition
        )
    };
}

/// See [`crate::store::admin::Administration::rooms_info`].
pub(super) async fn list(
    store: &SqliteStore,
    asked: &RoomsQuery,
    all: bool,
) -> Result<Vec<RoomInfo>, StoreError> {
    let rows = sqlx::query(seen!(
        "(?1 or rooms.kind = 'public') and (?2 is null or rooms.id < ?2) and instr(rooms.search, ?3) > 0
         order by rooms.id desc limit ?4"
    ))
    .bind(all)
    .bind(asked.before.map(|room| room.0))
    .bind(asked.search.trim().to_lowercase())
    .bind(to_sql(limit::ADMIN_LISTED as u64))
    .fetch_all(&store.readers)
    .await?;
    rows.iter().map(read).collect()
}

/// See [`crate::store::admin::Administration::room_info`].
pub(super) async fn info(store: &SqliteStore, room: RoomId) -> Result<Option<RoomInfo>, StoreError> {
    let row = sqlx::query(seen!("rooms.id = ?"))
        .bind(room.0)
        .fetch_optional(&store.readers)
        .await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &SqliteRow) -> Result<RoomInfo, StoreError> {
    let creator: Option<Uuid> = row.try_get("creator")?;
    let number = |column| row.try_get(column).map(from_sql).map_err(StoreError::from);
    Ok(RoomInfo {
        id: RoomId(row.try_get("id")?),
        name: row.try_get("name")?,
        kind: kind::read(row.try_get("kind")?)?,
        topic: row.try_get("topic")?,
        archived: row.try_get("archived")?,
        lobby: row.try_get("lobby")?,
        members: u32::try_from(number("members")?).unwrap_or(u32::MAX),
        entries: number("head")?,
        creator: match creator {
            None => None,
            Some(id) => Some(Person {
                id: UserId(id),
                name: row.try_get("creator_name")?,
            }),
        },
        created_at: number("created_at")?,
        active_at: number("active_at")?,
    })
}
