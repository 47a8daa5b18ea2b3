//! Rooms as their members see them, and public rooms.

use std::collections::HashMap;

use steadfast_shared::room::{BrowseRooms, ListedRoom};
use steadfast_shared::{Person, Role, Room, RoomId, RoomKind, UserId, limit};
use uuid::Uuid;

use super::{UNREAD_COUNTED, kind};
use crate::store::number::{from_sql, to_sql};
use crate::store::people::{find, person};
use crate::store::query::{SqlConnection, SqlRow, sql};
use crate::store::{StoreError, nickname, word};

/// A room as a member sees it: the columns, and the condition after `where`.
macro_rules! seen {
    ($($condition:tt)+) => {
        sql!(
            "select members." person " as person, rooms.id, rooms.name, rooms.kind, rooms.topic, rooms.archived, rooms.head,
                    rooms.active_at, members.read,
                    rooms.kind <> 'direct' and (users.role in ('moderator', 'owner')
                        or rooms.creator is not distinct from members." person ") as manage,
                    rooms.revision, coalesce(rooms.active_at <= members.hidden_at, false) as hidden,
                    bringers.id as bringer, bringers.name as bringer_name,
                    " least "(" greatest "(rooms.messages - members.seen, 0), $1) as unread,
                    (select count(*) from (select 1 from mentions
                      where mentions." person " = members." person " and mentions.room = rooms.id
                      and mentions.message > members.read limit $1)" [only_postgres " as news"] ") as mentions
             from members join rooms on rooms.id = members.room join users on users.id = members." person "
             left join users as bringers on bringers.id = members.brought_by
             where " $($condition)+
        )
    };
}

pub(in crate::store) async fn rooms_of<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
) -> Result<Vec<Room>, StoreError> {
    let rows = seen!("members." person " = $2 order by rooms.active_at desc, rooms.id")
        .bind(i64::from(UNREAD_COUNTED))
        .bind(user)
        .all(connection)
        .await?;
    let mut rooms: Vec<Room> = rows.iter().map(room).collect::<Result<_, _>>()?;
    if rooms.iter().any(|room| room.kind == RoomKind::Direct) {
        let rows = sql!("select others.room, users.id, users.name
             from members join rooms on rooms.id = members.room and rooms.kind = 'direct'
             join members as others on others.room = rooms.id and others." person " <> members." person "
             join users on users.id = others." person "
             where members." person " = $1 order by " [by_name "users.name"] ", users.id")
        .bind(user)
        .all(connection)
        .await?;
        let mut with: HashMap<RoomId, Vec<Person>> = HashMap::new();
        for row in &rows {
            let room = RoomId(row.get("room")?);
            with.entry(room).or_default().push(person::read(row)?);
        }
        for room in &mut rooms {
            room.with = with.remove(&room.id).unwrap_or_default();
        }
    }
    Ok(rooms)
}

pub(in crate::store) async fn views<C: SqlConnection>(
    connection: &mut C,
    id: RoomId,
    users: &[UserId],
) -> Result<HashMap<UserId, Room>, StoreError> {
    let rows = seen!("members.room = $2 and members." person " " [any "$3"])
        .bind(i64::from(UNREAD_COUNTED))
        .bind(id)
        .bind(users)
        .all(connection)
        .await?;
    let mut views = HashMap::with_capacity(rows.len());
    for row in &rows {
        let user = UserId(row.get("person")?);
        views.insert(user, room(row)?);
    }
    if views.values().any(|room| room.kind == RoomKind::Direct) {
        let people = find::all_members(connection, id).await?;
        for (user, room) in &mut views {
            room.with = people
                .iter()
                .filter(|person| person.id != *user)
                .cloned()
                .collect();
        }
    }
    Ok(views)
}

pub(in crate::store) async fn browse<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    query: &BrowseRooms,
) -> Result<Vec<ListedRoom>, StoreError> {
    let (name, id) = match &query.after {
        None => (String::new(), RoomId(Uuid::nil())),
        Some((name, id)) => (nickname::folded(name), *id),
    };
    let rows = sql!("select id, name, topic, archived,
                (select count(*) from members where members.room = rooms.id) as members,
                exists (select 1 from members where members.room = rooms.id and members." person " = $1) as joined
         from rooms where kind = 'public' and (name_key, id) > ($2, $3) and " [position "search" "$4"] " > 0
         order by name_key, id limit $5")
    .bind(user)
    .bind(name)
    .bind(id)
    .bind(nickname::folded(query.search.trim()))
    .bind(to_sql(limit::LISTED as u64))
    .all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(ListedRoom {
                id: RoomId(row.get("id")?),
                name: row.get("name")?,
                topic: row.get("topic")?,
                members: from_sql(row.get("members")?),
                joined: row.get("joined")?,
                archived: row.get("archived")?,
            })
        })
        .collect()
}

pub(in crate::store) async fn roles_in<C: SqlConnection>(
    connection: &mut C,
    room: RoomId,
) -> Result<HashMap<UserId, Role>, StoreError> {
    let rows = sql!("select users.id, users.role from members join users on users.id = members." person "
         where members.room = $1 and users.role in ('owner', 'moderator') and users.state = 'active'")
    .bind(room)
    .all(connection)
    .await?;
    let roles = rows.iter();
    roles
        .map(|row| Ok((UserId(row.get("id")?), word::role(row.get("role")?)?)))
        .collect()
}

fn room(row: &SqlRow) -> Result<Room, StoreError> {
    let count = |column| row.get(column).map(from_sql);
    Ok(Room {
        id: RoomId(row.get("id")?),
        name: row.get("name")?,
        kind: kind::read(row.get("kind")?)?,
        topic: row.get("topic")?,
        archived: row.get("archived")?,
        manage: row.get("manage")?,
        hidden: row.get("hidden")?,
        brought_by: person::read_optional(row, "bringer", "bringer_name")?,
        revision: count("revision")?,
        with: Vec::new(),
        active_at: count("active_at")?,
        head: count("head")?,
        read: count("read")?,
        unread: count("unread")?,
        mentions: count("mentions")?,
    })
}
