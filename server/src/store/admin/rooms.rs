//! Rooms, as their managers see them: without messages.

use steadfast_shared::admin::{RoomInfo, RoomsQuery};
use steadfast_shared::{RoomId, limit};

use crate::store::StoreError;
use crate::store::nickname::folded;
use crate::store::number::{from_sql, to_sql};
use crate::store::people::person;
use crate::store::query::{SqlConnection, SqlRow, sql};
use crate::store::rooms::kind;

macro_rules! seen {
    ($($condition:tt)+) => {
        sql!(
            "select rooms.id, rooms.name, rooms.kind, rooms.topic, rooms.archived, rooms.lobby, rooms.head,
                    rooms.created_at, rooms.active_at, users.id as creator, users.name as creator_name,
                    (select count(*) from members where members.room = rooms.id) as members
             from rooms left join users on users.id = rooms.creator
             where rooms.kind <> 'direct' and rooms.deleted_at is null and " $($condition)+
        )
    };
}

pub(in crate::store) async fn list<C: SqlConnection>(
    connection: &mut C,
    query: &RoomsQuery,
    all: bool,
) -> Result<Vec<RoomInfo>, StoreError> {
    let rows = seen!("($1 or rooms.kind = 'public') and (rooms.id < $2 or $2 is null)
         and " [position "rooms.search" "$3"] " > 0
         order by rooms.id desc limit $4")
    .bind(all)
    .bind(query.before)
    .bind(folded(query.search.trim()))
    .bind(to_sql(limit::ADMIN_LISTED as u64))
    .all(connection)
    .await?;
    rows.iter().map(read).collect()
}

pub(in crate::store) async fn info<C: SqlConnection>(
    connection: &mut C,
    room: RoomId,
) -> Result<Option<RoomInfo>, StoreError> {
    let row = seen!("rooms.id = $1").bind(room).optional(connection).await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &SqlRow) -> Result<RoomInfo, StoreError> {
    let number = |column| row.get(column).map(from_sql);
    Ok(RoomInfo {
        id: RoomId(row.get("id")?),
        name: row.get("name")?,
        kind: kind::read(row.get("kind")?)?,
        topic: row.get("topic")?,
        archived: row.get("archived")?,
        lobby: row.get("lobby")?,
        members: u32::try_from(number("members")?).unwrap_or(u32::MAX),
        entries: number("head")?,
        creator: person::read_optional(row, "creator", "creator_name")?,
        created_at: number("created_at")?,
        active_at: number("active_at")?,
    })
}
