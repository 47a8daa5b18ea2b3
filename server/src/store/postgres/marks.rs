//! Stores read markers.

use std::collections::BTreeMap;

use sqlx::PgConnection;
use steadfast_shared::Seq;
use uuid::Uuid;

use super::{PostgresStore, to_sql};
use crate::store::sql_store::written;
use crate::store::{ReadMark, StoreError};

pub(super) async fn mark_read(store: &PostgresStore, marks: &[ReadMark]) -> Result<(), StoreError> {
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
    written!(store, begin_write, |transaction| move_marks(
        &mut transaction,
        &people,
        &rooms,
        &seqs
    ))
}

async fn move_marks(
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
