//! Who is in which room, and how far they have read.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use steadfast_shared::room::{BrowseRooms, ListedRoom};
use steadfast_shared::{Person, Role, Room, RoomId, RoomKind, Seq, UserId, limit};
use uuid::Uuid;

use super::person::{self, raw};
use super::transaction::{Transaction, written};
use super::{PostgresStore, from_sql, kind, people, to_sql};
use crate::store::nickname;
use crate::store::{PeoplePage, ReadMark, Rooms, StoreError, UNREAD_COUNTED, word};

#[async_trait]
impl Rooms for PostgresStore {
    async fn rooms_of(&self, user: UserId) -> Result<Vec<Room>, StoreError> {
        self.read(async {
            let mut transaction = Transaction::snapshot(&self.readers).await?;
            let rooms = rooms_of(&mut transaction, user).await?;
            transaction.rollback().await;
            Ok(rooms)
        })
        .await
    }

    async fn views(&self, room: RoomId, users: &[UserId]) -> Result<HashMap<UserId, Room>, StoreError> {
        self.read(async {
            let mut transaction = Transaction::snapshot(&self.readers).await?;
            let views = views(&mut transaction, room, users).await?;
            transaction.rollback().await;
            Ok(views)
        })
        .await
    }

    async fn browse(&self, user: UserId, asked: &BrowseRooms) -> Result<Vec<ListedRoom>, StoreError> {
        self.read(browse(self, user, asked)).await
    }

    async fn members(&self, room: RoomId, page: &PeoplePage) -> Result<Vec<Person>, StoreError> {
        self.read(async {
            let mut connection = self.readers.acquire().await?;
            people::members(&mut connection, room, page).await
        })
        .await
    }

    async fn roles_in(&self, room: RoomId) -> Result<HashMap<UserId, Role>, StoreError> {
        self.read(async {
            let rows: Vec<(Uuid, String)> = sqlx::query_as(
                "select users.id, users.role from members join users on users.id = members.person
                 where members.room = $1 and users.role in ('owner', 'moderator') and users.state = 'active'",
            )
            .bind(room.0)
            .fetch_all(&self.readers)
            .await?;
            let roles = rows.into_iter();
            roles
                .map(|(user, role)| Ok((UserId(user), word::role(&role)?)))
                .collect()
        })
        .await
    }

    async fn find_people(&self, page: &PeoplePage) -> Result<Vec<Person>, StoreError> {
        self.read(async {
            let mut connection = self.readers.acquire().await?;
            people::find(&mut connection, page).await
        })
        .await
    }

    async fn person(&self, user: UserId) -> Result<Option<Person>, StoreError> {
        self.read(async {
            let mut connection = self.readers.acquire().await?;
            Ok(person::named(&mut connection, &[user]).await?.pop())
        })
        .await
    }

    async fn mark_read(&self, marks: &[ReadMark]) -> Result<(), StoreError> {
        // In one order, as everybody takes them.
        let mut newest: BTreeMap<(Uuid, Uuid), Seq> = BTreeMap::new();
        for mark in marks {
            let seq = newest.entry((mark.user.0, mark.room.0)).or_default();
            *seq = (*seq).max(mark.seq);
        }
        let (mut people, mut rooms, mut seqs) = (Vec::new(), Vec::new(), Vec::new());
        for ((user, room), seq) in newest {
            people.push(user);
            rooms.push(room);
            seqs.push(to_sql(seq));
        }
        written!(self, writer, |transaction| mark_read(
            &mut transaction,
            &people,
            &rooms,
            &seqs
        ))
    }
}

/// A room as one of its members sees it: what is selected, and what follows after `where`.
macro_rules! seen {
    ($condition:literal) => {
        concat!(
            "select members.person, rooms.id, rooms.name, rooms.kind, rooms.topic, rooms.archived, rooms.head,
                    rooms.active_at, members.read,
                    rooms.kind <> 'direct' and (users.role in ('moderator', 'owner')
                        or rooms.creator is not distinct from members.person) as manage,
                    rooms.revision, coalesce(rooms.active_at <= members.hidden_at, false) as hidden,
                    bringers.id as bringer, bringers.name as bringer_name,
                    least(greatest(rooms.messages - members.seen, 0), $1) as unread,
                    (select count(*) from (select 1 from mentions
                      where mentions.person = members.person and mentions.room = rooms.id
                      and mentions.message > members.read limit $1) as news) as mentions
             from members join rooms on rooms.id = members.room join users on users.id = members.person
             left join users as bringers on bringers.id = members.brought_by
             where ",
            $condition
        )
    };
}

/// See [`Rooms::rooms_of`].
pub(super) async fn rooms_of(connection: &mut PgConnection, user: UserId) -> Result<Vec<Room>, StoreError> {
    let rows = sqlx::query(seen!(
        "members.person = $2 order by rooms.active_at desc, rooms.id"
    ))
    .bind(i64::from(UNREAD_COUNTED))
    .bind(user.0)
    .fetch_all(&mut *connection)
    .await?;
    let mut rooms: Vec<Room> = rows.iter().map(room).collect::<Result<_, _>>()?;
    if rooms.iter().any(|room| room.kind == RoomKind::Direct) {
        let rows = sqlx::query(
            "select others.room, users.id, users.name
             from members join rooms on rooms.id = members.room and rooms.kind = 'direct'
             join members as others on others.room = rooms.id and others.person <> members.person
             join users on users.id = others.person
             where members.person = $1 order by lower(users.name), users.id",
        )
        .bind(user.0)
        .fetch_all(connection)
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
    connection: &mut PgConnection,
    id: RoomId,
    users: &[UserId],
) -> Result<HashMap<UserId, Room>, StoreError> {
    let rows = sqlx::query(seen!("members.room = $2 and members.person = any($3)"))
        .bind(i64::from(UNREAD_COUNTED))
        .bind(id.0)
        .bind(raw(users))
        .fetch_all(&mut *connection)
        .await?;
    let mut views = HashMap::with_capacity(rows.len());
    for row in &rows {
        let user = UserId(row.try_get("person")?);
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
    store: &PostgresStore,
    user: UserId,
    asked: &BrowseRooms,
) -> Result<Vec<ListedRoom>, StoreError> {
    let (name, id) = match &asked.after {
        None => (String::new(), RoomId(Uuid::nil())),
        Some((name, id)) => (nickname::folded(name), *id),
    };
    let rows = sqlx::query(
        "select id, name, topic, archived,
                (select count(*) from members where members.room = rooms.id) as members,
                exists (select 1 from members where members.room = rooms.id and members.person = $1) as joined
         from rooms where kind = 'public' and (name_key, id) > ($2, $3) and strpos(search, $4) > 0
         order by name_key, id limit $5",
    )
    .bind(user.0)
    .bind(name)
    .bind(id.0)
    .bind(nickname::folded(asked.search.trim()))
    .bind(to_sql(limit::LISTED as u64))
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

fn room(row: &PgRow) -> Result<Room, StoreError> {
    let count = |column| row.try_get(column).map(from_sql).map_err(StoreError::from);
    Ok(Room {
        id: RoomId(row.try_get("id")?),
        name: row.try_get("name")?,
        kind: kind::read(row.try_get("kind")?)?,
        topic: row.try_get("topic")?,
        archived: row.try_get("archived")?,
        manage: row.try_get("manage")?,
        hidden: row.try_get("hidden")?,
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

async fn mark_read(
    connection: &mut PgConnection,
    people: &[Uuid],
    rooms: &[Uuid],
    seqs: &[i64],
) -> Result<(), StoreError> {
    sqlx::query(
        "select 1 from members where (person, room) in (select * from unnest($1::uuid[], $2::uuid[]))
         order by person, room for no key update",
    )
    .bind(people)
    .bind(rooms)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        // Who has read everything has seen every message. Otherwise those are counted that are read by this.
        "update members set read = least(given.seq, rooms.head),
            seen = case when given.seq >= rooms.head then rooms.messages else members.seen + (
                select count(*) from entries
                where entries.room = members.room and entries.seq > members.read and entries.seq <= given.seq
                and entries.kind = 'message' and entries.author <> members.person) end
         from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as given (person, room, seq)
         join rooms on rooms.id = given.room
         where members.person = given.person and members.room = given.room
         and members.read < least(given.seq, rooms.head)",
    )
    .bind(people)
    .bind(rooms)
    .bind(seqs)
    .execute(connection)
    .await?;
    Ok(())
}
