//! Postgres's statements, and the attempts at a commit.

mod growth;
mod locks;

use std::collections::BTreeSet;

use sqlx::{PgConnection, Row};
use steadfast_shared::{Entry, Millis, RoomId, UserId};
use uuid::Uuid;

use super::change::{AllowedChange, postgres as change};
use super::{Append, First, Firsts, Growth, LogEnd, Membership, Memberships, Sql, Terms};
use crate::store::number::from_sql;
use crate::store::postgres::{CommitClock, PostgresStore, feed};
use crate::store::sql_store::{TransactionEnd, Wait, attempted};
use crate::store::{ChangeKind, ChangeNumber, Committed, NewCommand, NewEntry, StoreError};

/// A transaction that appends.
type PostgresAppend<'t> = Append<&'t mut PgConnection>;

/// See [`crate::store::Log::commit`].
///
/// If a connection ends in a commit of entries alone, the same is appended again: committed entries are repeats then.
pub(in crate::store) async fn commit(
    store: &PostgresStore,
    entries: &[NewEntry],
    commands: &[NewCommand],
    at: Millis,
) -> Result<Committed, StoreError> {
    let mut wait = Wait::new(store.patience);
    loop {
        let done = attempted!(store, begin_write, |transaction| done(
            store,
            &mut transaction,
            entries,
            commands,
            at
        ));
        match done {
            Err(unconfirmed @ StoreError::Unconfirmed(_)) if commands.is_empty() => {
                tracing::warn!(error = %unconfirmed, "appending again, to learn what was committed");
                wait.before_retry(unconfirmed).await?;
            }
            done => return done,
        }
    }
}

/// Everything except the commit. If everything was refused there is nothing to commit.
async fn done(
    store: &PostgresStore,
    connection: &mut PgConnection,
    entries: &[NewEntry],
    commands: &[NewCommand],
    at: Millis,
) -> Result<TransactionEnd<Committed>, StoreError> {
    let terms = Terms {
        at,
        database_time: store.clock == CommitClock::Database,
        quota: store.limits.quota,
        // Postgres watches its own disk.
        full: false,
    };
    let (done, _) = PostgresAppend::begin(connection, terms)
        .run(entries, commands)
        .await?;
    Ok(match done.is_refused() {
        true => TransactionEnd::RollBack(done),
        false => TransactionEnd::Commit(done),
    })
}

fn pairs(pairs: &BTreeSet<(UserId, RoomId)>) -> (Vec<Uuid>, Vec<Uuid>) {
    pairs.iter().map(|(user, room)| (user.0, room.0)).unzip()
}

impl Sql for &mut PgConnection {
    async fn lock_people(&mut self, people: &[UserId]) -> Result<(), StoreError> {
        locks::lock_people(self, people).await
    }

    async fn prepare(
        append: &mut Append<Self>,
        entries: &[NewEntry],
        commands: &[NewCommand],
    ) -> Result<(), StoreError> {
        let rooms = entries.iter().map(|entry| entry.room).collect();
        locks::lock(append, rooms, commands).await
    }

    async fn logs(&mut self, rooms: &BTreeSet<RoomId>) -> Result<Vec<(RoomId, LogEnd)>, StoreError> {
        let ids: Vec<Uuid> = rooms.iter().map(|room| room.0).collect();
        // `for update` would also block everybody whose row refers to the room.
        let found = sqlx::query(
            "select id, head, last_at, messages, archived from rooms where id = any($1) order by id for no key update",
        )
        .bind(ids)
        .fetch_all(&mut **self)
        .await?;
        found.iter().map(LogEnd::read).collect()
    }

    async fn memberships(
        &mut self,
        requested: &BTreeSet<(UserId, RoomId)>,
    ) -> Result<Memberships, StoreError> {
        let (people, rooms) = pairs(requested);
        let found = sqlx::query(
            "select requested.person, requested.room, members.person is not null as is_in,
                    users.name, users.role, users.state, members.brought_by is not null as brought,
                    rooms.kind = 'direct' and length(rooms.direct_key) = 32
                        and exists (select 1 from members as others
                                    join blocks on blocks.person = members.person and blocks.blocked = others.person
                                    where others.room = members.room) as blocks,
                    rooms.kind = 'direct' and length(rooms.direct_key) = 32
                        and exists (select 1 from members as others
                                    join blocks on blocks.person = others.person and blocks.blocked = members.person
                                    where others.room = members.room) as is_blocked,
                    exists (select 1 from deleted_members as gone
                            where gone.person = requested.person and gone.room = requested.room) as was_deleted,
                    usage.day, usage.entries, usage.bytes, usage.max_entries, usage.max_bytes,
                    (extract(epoch from clock_timestamp()) * 1000)::bigint as now
             from unnest($1::uuid[], $2::uuid[]) as requested (person, room)
             left join users on users.id = requested.person
             left join rooms on rooms.id = requested.room
             left join members on members.person = requested.person and members.room = requested.room
             left join usage on usage.person = requested.person",
        )
        .bind(people)
        .bind(rooms)
        .fetch_all(&mut **self)
        .await?;
        let mut memberships = Memberships::default();
        for row in &found {
            memberships.now = from_sql(row.try_get("now")?);
            let user = UserId(row.try_get("person")?);
            let room = RoomId(row.try_get("room")?);
            let membership = Membership::read(row, user)?;
            memberships.found.push(((user, room), membership));
        }
        Ok(memberships)
    }

    async fn now(&mut self) -> Result<Millis, StoreError> {
        sqlx::query_scalar("select (extract(epoch from clock_timestamp()) * 1000)::bigint")
            .fetch_one(&mut **self)
            .await
            .map(from_sql)
            .map_err(StoreError::from)
    }

    async fn firsts(&mut self, entries: &[&NewEntry]) -> Result<Firsts, StoreError> {
        let (authors, ids): (Vec<Uuid>, Vec<Uuid>) =
            entries.iter().map(|entry| (entry.author.0, entry.id.0)).unzip();
        let found = sqlx::query(
            "select entries.author, entries.id, entries.room, entries.seq, entries.at, entries.body
             from unnest($1::uuid[], $2::uuid[]) as requested (author, id)
             join entries on entries.author = requested.author and entries.id = requested.id",
        )
        .bind(authors)
        .bind(ids)
        .fetch_all(&mut **self)
        .await?;
        found.iter().map(First::read).collect()
    }

    async fn stay(&mut self, staying: &BTreeSet<(UserId, RoomId)>) -> Result<(), StoreError> {
        let (people, rooms) = pairs(staying);
        sqlx::query(
            "update members set brought_by = null from unnest($1::uuid[], $2::uuid[]) as given (person, room)
             where members.person = given.person and members.room = given.room",
        )
        .bind(people)
        .bind(rooms)
        .execute(&mut **self)
        .await?;
        Ok(())
    }

    async fn mention(&mut self, fresh: &[(RoomId, Entry)]) -> Result<(), StoreError> {
        change::mention(self, fresh).await
    }

    async fn apply_change(
        &mut self,
        change: AllowedChange,
        room: RoomId,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        change::apply(change, self, room, entry).await
    }

    async fn store(
        &mut self,
        growth: &Growth<'_>,
        changes: &[ChangeKind],
        at: Millis,
    ) -> Result<ChangeNumber, StoreError> {
        if growth.is_empty() {
            return feed::append(self, changes, at).await;
        }
        let head = growth::store(self, growth).await?;
        match changes {
            [] => Ok(head),
            changes => feed::append(self, changes, at).await,
        }
    }
}
