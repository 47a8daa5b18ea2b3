//! Writes a transaction's growth to the tables in one statement.

use sqlx::PgConnection;
use uuid::Uuid;

use super::super::{EntryRow, GrownLog, Growth};
use crate::store::number::{from_sql, to_sql};
use crate::store::{ChangeNumber, StoreError};

/// Every parameter is an array, one per column.
const GROW: &str = "with stored as (
        insert into entries (room, seq, author, id, at, body, kind, target)
        select * from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::uuid[], $5::bigint[], $6::text[], $7::text[],
                             $8::bigint[])),
         grown as (
        update rooms set head = given.head, last_at = given.last_at, messages = given.messages,
            active_at = greatest(rooms.active_at, given.active_at)
        from unnest($9::uuid[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[])
            as given (id, head, last_at, messages, active_at)
        where rooms.id = given.id),
         own as (
        select members.person, members.room, given.messages
        from unnest($14::uuid[], $15::uuid[], $16::bigint[]) as given (person, room, messages)
        join members on members.person = given.person and members.room = given.room
        order by members.person, members.room for no key update of members),
         seen as (
        update members set seen = members.seen + own.messages from own
        where members.person = own.person and members.room = own.room),
         used as (
        insert into usage (person, day, entries, bytes)
        select given.person, $17, given.entries, given.bytes
        from unnest($18::uuid[], $19::bigint[], $20::bigint[]) as given (person, entries, bytes) order by given.person
        on conflict (person) do update set day = excluded.day,
            entries = excluded.entries + case when usage.day = excluded.day then usage.entries else 0 end,
            bytes = excluded.bytes + case when usage.day = excluded.day then usage.bytes else 0 end)
         select head from feed where one";

/// Writes entries, the new ends of logs, authors' own counts, and the day's usage. Returns the change feed's head.
///
/// The rooms are locked. Members and usage rows are locked in the order of their people, as everywhere. A repeat fails the
/// transaction, because its place has already been assigned; the next attempt finds the first entry.
pub(super) async fn store(
    connection: &mut PgConnection,
    growth: &Growth<'_>,
) -> Result<ChangeNumber, StoreError> {
    let rows = growth.rows;
    let column = |of: fn(&EntryRow) -> Uuid| rows.iter().map(of).collect::<Vec<Uuid>>();
    let logs = &growth.logs;
    let number = |of: fn(&GrownLog) -> u64| logs.iter().map(|log| to_sql(of(log))).collect::<Vec<i64>>();
    let (mut own_people, mut own_rooms, mut own_messages) = (Vec::new(), Vec::new(), Vec::new());
    for ((user, room), messages) in growth.own {
        own_people.push(user.0);
        own_rooms.push(room.0);
        own_messages.push(to_sql(*messages));
    }
    let (mut writers, mut entries, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
    for (user, before, after) in growth.today.iter().flat_map(|today| today.grown()) {
        writers.push(user.0);
        entries.push(to_sql(after.entries - before.entries));
        bytes.push(to_sql(after.bytes - before.bytes));
    }
    let head: i64 = sqlx::query_scalar(GROW)
        .bind(column(|row| row.room.0))
        .bind(rows.iter().map(|row| to_sql(row.seq)).collect::<Vec<_>>())
        .bind(column(|row| row.author.0))
        .bind(column(|row| row.id.0))
        .bind(rows.iter().map(|row| to_sql(row.at)).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.body.as_str()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.kind).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.target.map(to_sql)).collect::<Vec<_>>())
        .bind(logs.iter().map(|log| log.room.0).collect::<Vec<_>>())
        .bind(number(|log| log.end.head))
        .bind(number(|log| log.end.last_at))
        .bind(number(|log| log.end.messages))
        .bind(number(|log| log.active_at))
        .bind(own_people)
        .bind(own_rooms)
        .bind(own_messages)
        .bind(growth.today.map_or(0, |today| today.day))
        .bind(writers)
        .bind(entries)
        .bind(bytes)
        .fetch_one(connection)
        .await?;
    Ok(from_sql(head))
}
