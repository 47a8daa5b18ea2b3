//! The listener's look at what is new: the feed's head and the entries of the logs that have grown, by one statement and so as of one
//! moment. It is most of what a node asks about the others' commits, and the time it takes is the time until their people see them.

use std::time::Duration;

use sqlx::Row;
use sqlx::postgres::PgRow;
use steadfast_shared::{Entry, RoomId, Seq, limit};
use tokio::time::timeout;
use uuid::Uuid;

use crate::store::log::history::{entry, row_bytes};
use crate::store::page::{mentioned, replied_to};
use crate::store::postgres::follower::Follower;
use crate::store::postgres::{from_sql, to_sql};
use crate::store::{ChangeNumber, Grown, StoreError};

/// How long it may take before a snapshot is read in its place, over another connection.
const LOOK: Duration = Duration::from_millis(500);

/// The rows of a room follow one another. A feed without grown rooms is one row without an entry.
const GROWN: &str = "select feed.head as feed, grown.room, grown.head, page.seq, page.id, page.at, page.body, page.author, page.name,
                   page.messages
            from feed left join (
                    select rooms.id as room, rooms.head, asked.known from unnest($1::uuid[], $2::bigint[]) as asked (id, known)
                    join rooms on rooms.id = asked.id where rooms.head > asked.known and rooms.deleted_at is null
                ) as grown on feed.head = $3
            left join lateral (
                    select entries.seq, entries.id, entries.at, entries.body, users.id as author, users.name,
                           case when entries.at <= users.masked_at then users.messages else 'kept' end as messages,
                           sum(octet_length(entries.body)) over (order by entries.seq) - octet_length(entries.body) as before
                    from (select * from entries where room = grown.room and seq > grown.known order by seq limit $4) as entries
                    join users on users.id = entries.author
                ) as page on page.before <= $5
            where feed.one order by grown.room, page.seq";

/// Everything is of one moment, for it is one statement. `None` also after half a second without an answer: a snapshot says why.
pub(super) async fn glance(
    follower: &Follower,
    applied: ChangeNumber,
    rooms: &[(RoomId, Seq)],
    most: usize,
) -> Result<Option<Vec<Grown>>, StoreError> {
    let (ids, known): (Vec<Uuid>, Vec<i64>) = rooms.iter().map(|(room, seq)| (room.0, to_sql(*seq))).unzip();
    let query = sqlx::query(GROWN)
        .bind(ids)
        .bind(known)
        .bind(to_sql(applied))
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .bind(row_bytes(most, limit::PAGE_BYTES));
    let Ok(Ok(rows)) = timeout(LOOK, follower.fetch(query)).await else {
        return Ok(None);
    };
    let feed: Option<i64> = rows.first().map(|row| row.try_get("feed")).transpose()?;
    if feed.map(from_sql) != Some(applied) {
        return Ok(None);
    }
    let mut grown = Vec::new();
    for row in &rows {
        let Some(room) = row.try_get::<Option<Uuid>, _>("room")?.map(RoomId) else {
            continue;
        };
        if grown.last().is_none_or(|last: &Grown| last.room != room) {
            let head = from_sql(row.try_get("head")?);
            let fresh = Vec::new();
            grown.push(Grown { room, head, fresh });
        }
        if let Some(log) = grown.last_mut() {
            log.fresh.extend(read(row)?);
        }
    }
    for log in &mut grown {
        cut(&mut log.fresh);
    }
    let needs_more = |log: &Grown| !replied_to(&log.fresh).is_empty() || log.fresh.iter().any(has_mentions);
    Ok((!grown.iter().any(needs_more)).then_some(grown))
}

/// `None` for a log of which no entry was read.
fn read(row: &PgRow) -> Result<Option<Entry>, StoreError> {
    match row.try_get::<Option<i64>, _>("seq")? {
        Some(_) => entry(row).map(Some),
        None => Ok(None),
    }
}

/// Leaves what fits into a page: one entry at least.
fn cut(entries: &mut Vec<Entry>) {
    let mut bytes = 0;
    let fits = |entry: &&Entry| {
        bytes += entry.body.text_bytes();
        bytes <= limit::PAGE_BYTES
    };
    let fitting = entries.iter().take_while(fits).count();
    entries.truncate(fitting.max(1));
}

fn has_mentions(entry: &Entry) -> bool {
    !mentioned(entry).is_empty()
}
