//! Reads rooms over Postgres's reader connections within a time limit, and stores read markers.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use sqlx::PgConnection;
use steadfast_shared::room::{BrowseRooms, ListedRoom};
use steadfast_shared::{Person, Role, Room, RoomId, Seq, UserId};
use uuid::Uuid;

use super::transaction::{Transaction, written};
use super::{PostgresStore, to_sql};
use crate::store::people::{find, person};
use crate::store::rooms::view;
use crate::store::{PeoplePage, ReadMark, Rooms, StoreError};

#[async_trait]
impl Rooms for PostgresStore {
    async fn rooms_of(&self, user: UserId) -> Result<Vec<Room>, StoreError> {
        self.read(async {
            let mut transaction = Transaction::snapshot(&self.readers).await?;
            let rooms = view::rooms_of(&mut *transaction, user).await?;
            transaction.rollback().await;
            Ok(rooms)
        })
        .await
    }

    async fn views(&self, room: RoomId, users: &[UserId]) -> Result<HashMap<UserId, Room>, StoreError> {
        self.read(async {
            let mut transaction = Transaction::snapshot(&self.readers).await?;
            let views = view::views(&mut *transaction, room, users).await?;
            transaction.rollback().await;
            Ok(views)
        })
        .await
    }

    async fn browse(&self, user: UserId, query: &BrowseRooms) -> Result<Vec<ListedRoom>, StoreError> {
        self.read(async {
            let mut connection = self.readers.acquire().await?;
            view::browse(&mut *connection, user, query).await
        })
        .await
    }

    async fn members(&self, room: RoomId, page: &PeoplePage) -> Result<Vec<Person>, StoreError> {
        self.read(async {
            let mut connection = self.readers.acquire().await?;
            find::members(&mut *connection, room, page).await
        })
        .await
    }

    async fn roles_in(&self, room: RoomId) -> Result<HashMap<UserId, Role>, StoreError> {
        self.read(async {
            let mut connection = self.readers.acquire().await?;
            view::roles_in(&mut *connection, room).await
        })
        .await
    }

    async fn find_people(&self, page: &PeoplePage) -> Result<Vec<Person>, StoreError> {
        self.read(async {
            let mut connection = self.readers.acquire().await?;
            find::find(&mut *connection, page).await
        })
        .await
    }

    async fn person(&self, user: UserId) -> Result<Option<Person>, StoreError> {
        self.read(async {
            let mut connection = self.readers.acquire().await?;
            Ok(person::named(&mut *connection, &[user]).await?.pop())
        })
        .await
    }

    async fn mark_read(&self, marks: &[ReadMark]) -> Result<(), StoreError> {
        // Locks are taken in one order everywhere.
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
        // At the head every message counts as seen. Otherwise the newly read messages are counted.
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
