//! Who is in which room, and how far they have read.

use std::collections::HashMap;

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use steadfast_shared::room::{BrowseRooms, ListedRoom};
use steadfast_shared::{Person, Role, Room, RoomId, RoomKind, UserId, limit};
use uuid::Uuid;

use super::person::{self, as_json};
use super::{SqliteStore, from_sql, kind, people, to_sql};
use crate::store::nickname;
use crate::store::word;
use crate::store::{PeoplePage, ReadMark, Rooms, StoreError, UNREAD_COUNTED};

#[async_trait]
impl Rooms for SqliteStore {
    async fn rooms_of(&self, user: UserId) -> Result<Vec<Room>, StoreError> {
        let mut transaction = self.readers.begin().await?;
        rooms_of(&mut transaction, user).await
    }

    async fn views(&self, room: RoomId, users: &[UserId]) -> Result<HashMap<UserId, Room>, StoreError> {
        let mut transaction = self.readers.begin().await?;
        views(&mut transaction, room, users).await
    }

    async fn browse(&self, user: UserId, asked: &BrowseRooms) -> Result<Vec<ListedRoom>, StoreError> {
        browse(self, user, asked).await
    }

    async fn members(&self, room: RoomId, page: &PeoplePage) -> Result<Vec<Person>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        people::members(&mut connection, room, page).await
    }

    async fn roles_in(&self, room: RoomId) -> Result<HashMap<UserId, Role>, StoreError> {
        let rows: Vec<(Uuid, String)> = sqlx::query_as(
            "select users.id, users.role from members join users on users.id = members.user
             where members.room = ? and users.role in ('owner', 'moderator') and users.state = 'active'",
        )
        .bind(room.0)
        .fetch_all(&self.readers)
        .await?;
        let roles = rows.into_iter();
        roles
            .map(|(user, role)| Ok((UserId(user), word::role(&role)?)))
            .collect()
    }

    async fn find_people(&self, page: &PeoplePage) -> Result<Vec<Person>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        people::find(&mut connection, page).await
    }

    async fn person(&self, user: UserId) -> Result<Option<Person>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        Ok(person::named(&mut connection, &[user]).await?.pop())
    }

    async fn mark_read(&self, marks: &[ReadMark]) -> Result<(), StoreError> {
        mark_read(self, marks).await
    }
}

/// A room as one of its members sees it: what is selected, and what follows after `where`.
macro_rules! seen {
    ($condition:literal) => {
        concat!(
            "select members.user, rooms.id, rooms.name, rooms.kind, rooms.topic, rooms.archived, rooms.head,
                    rooms.active_at, members.read,
                    rooms.kind <> 'direct' and (users.role in ('moderator', 'owner') or rooms.creator is members.user) as manage,
                    rooms.revision, coalesce(rooms.active_at <= members.hidden_at, 0) as hidden,
                    bringers.id as bringer, bringers.name as bringer_name,
                    min(max(rooms.messages - members.seen, 0), ?1) as unread,
                    (select count(*) from (select 1 from mentions
                      where mentions.user = members.user and mentions.room = rooms.id
                      and mentions.message > members.read limit ?1)) as mentions
             from members join rooms on rooms.id = members.room join users on users.id = members.user
             left join users as bringers on bringers.id = members.brought_by
             where ",
            $condition
        )
    };
}

/// See [`Rooms::rooms_of`].
pub(super) async fn rooms_of(
    connection: &mut SqliteConnection,
    user: UserId,
) -> Result<Vec<Room>, StoreError> {
    let rows = sqlx::query(seen!("members.user = ?2 order by rooms.active_at desc, rooms.id"))
        .bind(UNREAD_COUNTED)
        .bind(user.0)
        .fetch_all(&mut *connection)
        .await?;
    let mut rooms: Vec<Room> = rows.iter().map(room).collect::<Result<_, _>>()?;
    if rooms.iter().any(|room| room.kind == RoomKind::Direct) {
        let rows = sqlx::query(
            "select others.room, users.id, users.name
             from members join rooms on rooms.id = members.room and rooms.kind = 'direct'
             join members as others on others.room = rooms.id and others.user <> members.user
             join users on users.id = others.user
             where members.user = ? order by users.name collate nocase, users.id",
        )
        .bind(user.0)
        .fetch_all(&mut *connection)
        .await?;
        let mut with: HashMap<RoomId, Vec<Person>> = HashMap::new();
        for row in &rows {
            let room = RoomId(row.try_get("room")?);
            with.entry(room).or_default().push(person::read(row)?);
        }
        for room in &mut rooms {
            room.with = with.remove(&room.id).unwrap_or_default();
        }
    }
    Ok(rooms)
}

/// See [`Rooms::views`].
pub(super) async fn views(
    connection: &mut SqliteConnection,
    id: RoomId,
    users: &[UserId],
) -> Result<HashMap<UserId, Room>, StoreError> {
    let rows = sqlx::query(seen!(
        "members.room = ?2 and members.user in (select unhex(value) from json_each(?3))"
    ))
    .bind(UNREAD_COUNTED)
    .bind(id.0)
    .bind(as_json(users))
    .fetch_all(&mut *connection)
    .await?;
    let mut views = HashMap::with_capacity(rows.len());
    for row in &rows {
        let user = UserId(row.try_get("user")?);
        views.insert(user, room(row)?);
    }
    if views.values().any(|room| room.kind == RoomKind::Direct) {
        let people = people::all_members(connection, id).await?;
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

/// See [`Rooms::browse`].
async fn browse(
    store: &SqliteStore,
    user: UserId,
    asked: &BrowseRooms,
) -> Result<Vec<ListedRoom>, StoreError> {
    let (name, id) = asked
        .after
        .as_ref()
        .map_or((String::new(), RoomId(Uuid::nil())), |(name, id)| {
            (nickname::folded(name), *id)
        });
    let rows = sqlx::query(
        "select id, name, topic, archived,
                (select count(*) from members where members.room = rooms.id) as members,
                exists (select 1 from members where members.room = rooms.id and members.user = ?1) as joined
         from rooms where kind = 'public' and (name_key, id) > (?2, ?3) and instr(search, ?4) > 0
         order by name_key, id limit ?5",
    )
    .bind(user.0)
    .bind(name)
    .bind(id.0)
    .bind(nickname::folded(asked.search.trim()))
    .bind(i64::try_from(limit::LISTED).unwrap_or(i64::MAX))
    .fetch_all(&store.readers)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(ListedRoom {
                id: RoomId(row.try_get("id")?),
                name: row.try_get("name")?,
                topic: row.try_get("topic")?,
                members: from_sql(row.try_get("members")?),
                joined: row.try_get("joined")?,
                archived: row.try_get("archived")?,
            })
        })
        .collect()
}

fn room(row: &SqliteRow) -> Result<Room, StoreError> {
    let count = |column| row.try_get(column).map(from_sql).map_err(StoreError::from);
    let bringer: Option<Uuid> = row.try_get("bringer")?;
    let brought_by = match bringer {
        None => None,
        Some(id) => Some(Person {
            id: UserId(id),
            name: row.try_get("bringer_name")?,
        }),
    };
    Ok(Room {
        id: RoomId(row.try_get("id")?),
        name: row.try_get("name")?,
        kind: kind::read(row.try_get("kind")?)?,
        topic: row.try_get("topic")?,
        archived: row.try_get("archived")?,
        manage: row.try_get("manage")?,
        hidden: row.try_get("hidden")?,
        brought_by,
        revision: count("revision")?,
        with: Vec::new(),
        active_at: count("active_at")?,
        head: count("head")?,
        read: count("read")?,
        unread: count("unread")?,
        mentions: count("mentions")?,
    })
}

/// See [`Rooms::mark_read`].
async fn mark_read(store: &SqliteStore, marks: &[ReadMark]) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    for mark in marks {
        // Who has read everything has seen every message. Otherwise those are counted that are read by this.
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
