//! Reads the log.

use futures::TryStreamExt;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use steadfast_shared::{Cursors, Entry, EntryId, Person, RoomId, Seq, UserId, event, limit};
use uuid::Uuid;

use crate::store::log::since::first_since;
use crate::store::page::{at_the_end, cut};
use crate::store::sqlite::body::{masked, read};
use crate::store::sqlite::{SqliteStore, from_sql, now, to_sql};
use crate::store::{Grown, Span, StoreError, word};

/// See [`crate::store::Log::page`].
///
/// All reads are from one snapshot.
pub(in crate::store::sqlite) async fn page(
    store: &SqliteStore,
    room: RoomId,
    span: Span,
    limit: usize,
) -> Result<event::Page, StoreError> {
    let mut transaction = store.readers.begin().await?;
    let connection = &mut *transaction;
    let head: Option<i64> = sqlx::query_scalar("select head from rooms where id = ?")
        .bind(room.0)
        .fetch_optional(&mut *connection)
        .await?;
    let head = head.map_or(0, from_sql);
    let around = match span {
        Span::Around(seq) => Some(seq),
        Span::Since(at) => first_since(connection, room, head, at).await?,
        _ => None,
    };
    let log = SqliteReading { room, limit };
    let (mut entries, nearest) = match (span, around) {
        (Span::After(seq), _) => (log.following(connection, seq, limit, limit::PAGE_BYTES).await?, 0),
        (Span::Before(seq), _) => at_the_end(log.preceding(connection, seq, limit, limit::PAGE_BYTES).await?),
        (_, Some(seq)) => log.around(connection, seq.clamp(1, head.max(1))).await?,
        (_, None) => at_the_end(
            log.preceding(connection, Seq::MAX, limit, limit::PAGE_BYTES)
                .await?,
        ),
    };
    now::complete(connection, room, head, &mut entries).await?;
    transaction.commit().await?;
    cut(&mut entries, nearest);
    Ok(event::Page { room, entries, head })
}

/// The read of one page.
struct SqliteReading {
    room: RoomId,
    limit: usize,
}

impl SqliteReading {
    /// An entry with half of the page before it, and its index among them.
    async fn around(
        &self,
        connection: &mut SqliteConnection,
        seq: Seq,
    ) -> Result<(Vec<Entry>, usize), StoreError> {
        let half = self.limit / 2;
        let mut entries = match half {
            0 => Vec::new(),
            half => {
                self.preceding(connection, seq, half, limit::PAGE_BYTES / 2)
                    .await?
            }
        };
        let nearest = entries.len();
        let left = self.limit - nearest;
        entries.extend(
            self.following(connection, seq - 1, left, limit::PAGE_BYTES)
                .await?,
        );
        Ok((entries, nearest))
    }

    async fn following(
        &self,
        connection: &mut SqliteConnection,
        seq: Seq,
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let query =
            "select entries.seq, entries.id, entries.at, entries.body, users.id as author, users.name,
                    iif(entries.at <= users.masked_at, users.messages, 'kept') as messages
             from entries join users on users.id = entries.author
             where entries.room = ? and entries.seq > ? order by entries.seq limit ?";
        self.rows(connection, query, seq, limit, bytes).await
    }

    async fn preceding(
        &self,
        connection: &mut SqliteConnection,
        seq: Seq,
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let query =
            "select entries.seq, entries.id, entries.at, entries.body, users.id as author, users.name,
                    iif(entries.at <= users.masked_at, users.messages, 'kept') as messages
             from entries join users on users.id = entries.author
             where entries.room = ? and entries.seq < ? order by entries.seq desc limit ?";
        let mut entries = self.rows(connection, query, seq, limit, bytes).await?;
        entries.reverse();
        Ok(entries)
    }

    /// Entries whose texts fit into this many bytes, but at least one.
    async fn rows(
        &self,
        connection: &mut SqliteConnection,
        query: &'static str,
        from: Seq,
        limit: usize,
        most: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let mut rows = sqlx::query(query)
            .bind(self.room.0)
            .bind(to_sql(from))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch(connection);
        let mut entries = Vec::new();
        let mut bytes = 0;
        while let Some(row) = rows.try_next().await? {
            let entry = entry(&row)?;
            bytes += entry.body.text_bytes();
            if bytes > most && !entries.is_empty() {
                break;
            }
            entries.push(entry);
        }
        Ok(entries)
    }
}

pub(in crate::store::sqlite) async fn grown(
    connection: &mut SqliteConnection,
    rooms: &[(RoomId, Seq)],
    limit: usize,
) -> Result<Vec<Grown>, StoreError> {
    let known: Vec<(String, Seq)> = rooms
        .iter()
        .map(|(room, seq)| (room.0.simple().to_string(), *seq))
        .collect();
    let known = serde_json::to_string(&known).map_err(|_| StoreError::Unreadable("room"))?;
    let rows = sqlx::query(
        "select rooms.id, rooms.head, json_each.value ->> 1 as known from json_each(?)
         join rooms on rooms.id = unhex(json_each.value ->> 0)
         where rooms.head > json_each.value ->> 1 and rooms.deleted_at is null",
    )
    .bind(known)
    .fetch_all(&mut *connection)
    .await?;
    let mut grown = Vec::with_capacity(rows.len());
    for row in &rows {
        let room = RoomId(row.try_get("id")?);
        let known = from_sql(row.try_get("known")?);
        let log = SqliteReading { room, limit };
        let mut fresh = log.following(connection, known, limit, limit::PAGE_BYTES).await?;
        let head = from_sql(row.try_get("head")?);
        now::complete(connection, room, head, &mut fresh).await?;
        // Later changes follow as entries of their own.
        fresh.iter_mut().for_each(|entry| entry.now = None);
        grown.push(Grown { room, head, fresh });
    }
    Ok(grown)
}

pub(in crate::store::sqlite) async fn mismatched(
    connection: &mut SqliteConnection,
    cursors: &Cursors,
) -> Result<Vec<RoomId>, StoreError> {
    let requested: Vec<_> = cursors
        .iter()
        .filter(|(_, cursor)| cursor.seq > 0)
        .map(|(room, cursor)| {
            let id = cursor.id.map(|id| id.0.simple().to_string());
            let at = cursor.at.map(to_sql);
            (room.0.simple().to_string(), to_sql(cursor.seq), id, at)
        })
        .collect();
    if requested.is_empty() {
        return Ok(Vec::new());
    }
    let requested = serde_json::to_string(&requested).map_err(|_| StoreError::Unreadable("cursor"))?;
    let rooms: Vec<Uuid> = sqlx::query_scalar(
        "select unhex(requested.value ->> 0) from json_each(?) as requested
         left join entries on entries.room = unhex(requested.value ->> 0) and entries.seq = requested.value ->> 1
         where entries.id is null or entries.id <> coalesce(unhex(requested.value ->> 2), entries.id)
            or entries.at <> coalesce(requested.value ->> 3, entries.at)",
    )
    .bind(requested)
    .fetch_all(connection)
    .await?;
    Ok(rooms.into_iter().map(RoomId).collect())
}

pub(in crate::store::sqlite) async fn heads(store: &SqliteStore) -> Result<event::Heads, StoreError> {
    let rows = sqlx::query("select id, head from rooms where deleted_at is null")
        .fetch_all(&store.readers)
        .await?;
    rows.iter()
        .map(|row| {
            let room = RoomId(row.try_get("id")?);
            Ok((room, from_sql(row.try_get("head")?)))
        })
        .collect()
}

fn entry(row: &SqliteRow) -> Result<Entry, StoreError> {
    let author = Person {
        id: UserId(row.try_get("author")?),
        name: row.try_get("name")?,
    };
    Ok(Entry::new(
        from_sql(row.try_get("seq")?),
        EntryId(row.try_get("id")?),
        author,
        from_sql(row.try_get("at")?),
        masked(
            read(row.try_get("body")?)?,
            word::messages(row.try_get("messages")?)?,
        ),
    ))
}
