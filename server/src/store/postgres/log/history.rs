//! Reads the log.

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use steadfast_shared::{Cursors, Emoji, Entry, EntryId, Person, RoomId, Seq, UserId, event, limit};
use uuid::Uuid;

use crate::store::log::since::first_since;
use crate::store::page::{self, PageChanges, at_the_end, cut};
use crate::store::people::person;
use crate::store::postgres::body::{masked, read};
use crate::store::postgres::transaction::Transaction;
use crate::store::postgres::{PostgresStore, from_sql, quote, to_sql};
use crate::store::{Grown, Span, StoreError, word};

/// See [`crate::store::Log::page`].
///
/// All reads are from one snapshot.
pub(in crate::store::postgres) async fn page(
    store: &PostgresStore,
    room: RoomId,
    span: Span,
    limit: usize,
) -> Result<event::Page, StoreError> {
    let mut transaction = Transaction::snapshot(&store.readers).await?;
    let connection = &mut *transaction;
    let head: Option<i64> = sqlx::query_scalar("select head from rooms where id = $1")
        .bind(room.0)
        .fetch_optional(&mut *connection)
        .await?;
    let head = head.map_or(0, from_sql);
    let around = match span {
        Span::Around(seq) => Some(seq),
        Span::Since(at) => first_since(connection, room, head, at).await?,
        _ => None,
    };
    let log = PostgresReading { room, limit };
    let (mut entries, nearest) = match (span, around) {
        (Span::After(seq), _) => (log.following(connection, seq, limit, limit::PAGE_BYTES).await?, 0),
        (Span::Before(seq), _) => at_the_end(log.preceding(connection, seq, limit, limit::PAGE_BYTES).await?),
        (_, Some(seq)) => log.around(connection, seq.clamp(1, head.max(1))).await?,
        (_, None) => at_the_end(
            log.preceding(connection, Seq::MAX, limit, limit::PAGE_BYTES)
                .await?,
        ),
    };
    complete(connection, room, head, &mut entries).await?;
    // The transaction has written nothing.
    transaction.rollback().await;
    cut(&mut entries, nearest);
    Ok(event::Page { room, entries, head })
}

/// The read of one page.
struct PostgresReading {
    room: RoomId,
    limit: usize,
}

impl PostgresReading {
    /// An entry with half of the page before it, and its index among them.
    async fn around(
        &self,
        connection: &mut PgConnection,
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
        connection: &mut PgConnection,
        seq: Seq,
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let query = "select seq, id, at, body, author, name, messages from (
                select entries.seq, entries.id, entries.at, entries.body, users.id as author, users.name,
                       case when entries.at <= users.masked_at then users.messages else 'kept' end as messages,
                       sum(octet_length(entries.body)) over (order by entries.seq) - octet_length(entries.body) as before
                from (select * from entries where room = $1 and seq > $2 order by seq limit $3) as entries
                join users on users.id = entries.author
            ) as page where before <= $4 order by seq";
        self.rows(connection, query, seq, limit, bytes).await
    }

    async fn preceding(
        &self,
        connection: &mut PgConnection,
        seq: Seq,
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let query = "select seq, id, at, body, author, name, messages from (
                select entries.seq, entries.id, entries.at, entries.body, users.id as author, users.name,
                       case when entries.at <= users.masked_at then users.messages else 'kept' end as messages,
                       sum(octet_length(entries.body)) over (order by entries.seq desc) - octet_length(entries.body) as before
                from (select * from entries where room = $1 and seq < $2 order by seq desc limit $3) as entries
                join users on users.id = entries.author
            ) as page where before <= $4 order by seq desc";
        let mut entries = self.rows(connection, query, seq, limit, bytes).await?;
        entries.reverse();
        Ok(entries)
    }

    /// Entries whose texts fit into this many bytes, but at least one. The query skips those that cannot fit, by the bytes of
    /// their rows.
    async fn rows(
        &self,
        connection: &mut PgConnection,
        query: &'static str,
        from: Seq,
        limit: usize,
        most: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let rows = sqlx::query(query)
            .bind(self.room.0)
            .bind(to_sql(from))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .bind(row_bytes(limit, most))
            .fetch_all(connection)
            .await?;
        let mut entries = Vec::with_capacity(rows.len());
        let mut bytes = 0;
        for row in &rows {
            let entry = entry(row)?;
            bytes += entry.body.text_bytes();
            if bytes > most && !entries.is_empty() {
                break;
            }
            entries.push(entry);
        }
        Ok(entries)
    }
}

/// Completes consecutive entries of a room with their state at its head.
async fn complete(
    connection: &mut PgConnection,
    room: RoomId,
    head: Seq,
    entries: &mut [Entry],
) -> Result<(), StoreError> {
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
        return Ok(());
    };
    let changes = changes(connection, room, (first.seq, last.seq), head).await?;
    let replies: Vec<_> = page::replied_to(entries)
        .into_iter()
        .map(|seq| (room, seq))
        .collect();
    let quoted = quote::quoted(connection, &replies).await?;
    page::complete(entries, changes, quoted.into_values().collect());
    let people = person::named(connection, &page::everybody_mentioned(entries)).await?;
    page::name_mentioned(entries, people);
    Ok(())
}

/// The current state of messages that the log up to `head` has changed.
async fn changes(
    connection: &mut PgConnection,
    room: RoomId,
    (first, last): (Seq, Seq),
    head: Seq,
) -> Result<PageChanges, StoreError> {
    let rows = sqlx::query(
        "select changed.message, edits.body, edits.at from changed
         left join entries as edits on edits.room = changed.room and edits.seq = changed.edit
         where changed.room = $1 and changed.message between $2 and $3",
    )
    .bind(room.0)
    .bind(to_sql(first))
    .bind(to_sql(last))
    .fetch_all(&mut *connection)
    .await?;
    let mut changes = PageChanges::default();
    for row in &rows {
        let body: Option<&str> = row.try_get("body")?;
        let at: Option<i64> = row.try_get("at")?;
        let edit = body.map(read).transpose()?.zip(at.map(from_sql));
        changes.changed(from_sql(row.try_get("message")?), head, edit);
    }
    if changes.is_empty() {
        return Ok(changes);
    }
    let rows = sqlx::query(
        "select reactions.message, reactions.emoji, users.id, users.name
         from reactions join users on users.id = reactions.person
         where reactions.room = $1 and reactions.message between $2 and $3
         order by reactions.message, reactions.since, reactions.seq",
    )
    .bind(room.0)
    .bind(to_sql(first))
    .bind(to_sql(last))
    .fetch_all(connection)
    .await?;
    for row in &rows {
        let emoji = Emoji::parse(row.try_get("emoji")?).map_err(|_| StoreError::Unreadable("emoji"))?;
        let message = from_sql(row.try_get("message")?);
        changes.reacted(message, emoji, person::read(row)?);
    }
    Ok(changes)
}

pub(in crate::store::postgres) async fn mismatched(
    connection: &mut PgConnection,
    cursors: &Cursors,
) -> Result<Vec<RoomId>, StoreError> {
    let requested = cursors.iter().filter(|(_, cursor)| cursor.seq > 0);
    let (mut rooms, mut seqs, mut ids, mut times) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (room, cursor) in requested {
        rooms.push(room.0);
        seqs.push(to_sql(cursor.seq));
        ids.push(cursor.id.map(|id| id.0));
        times.push(cursor.at.map(to_sql));
    }
    if rooms.is_empty() {
        return Ok(Vec::new());
    }
    let rooms: Vec<Uuid> = sqlx::query_scalar(
        "select requested.room from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::bigint[]) as requested (room, seq, id, at)
         left join entries on entries.room = requested.room and entries.seq = requested.seq
         where entries.id is null or entries.id <> coalesce(requested.id, entries.id)
            or entries.at <> coalesce(requested.at, entries.at)",
    )
    .bind(rooms)
    .bind(seqs)
    .bind(ids)
    .bind(times)
    .fetch_all(connection)
    .await?;
    Ok(rooms.into_iter().map(RoomId).collect())
}

pub(in crate::store::postgres) async fn heads(store: &PostgresStore) -> Result<event::Heads, StoreError> {
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

pub(in crate::store::postgres) async fn grown(
    connection: &mut PgConnection,
    rooms: &[(RoomId, Seq)],
    limit: usize,
) -> Result<Vec<Grown>, StoreError> {
    let (ids, known): (Vec<Uuid>, Vec<i64>) = rooms.iter().map(|(room, seq)| (room.0, to_sql(*seq))).unzip();
    let rows = sqlx::query(
        "select rooms.id, rooms.head, requested.known from unnest($1::uuid[], $2::bigint[]) as requested (id, known)
         join rooms on rooms.id = requested.id where rooms.head > requested.known and rooms.deleted_at is null",
    )
    .bind(ids)
    .bind(known)
    .fetch_all(&mut *connection)
    .await?;
    let mut grown = Vec::with_capacity(rows.len());
    for row in &rows {
        let room = RoomId(row.try_get("id")?);
        let known = from_sql(row.try_get("known")?);
        let log = PostgresReading { room, limit };
        let mut fresh = log.following(connection, known, limit, limit::PAGE_BYTES).await?;
        let head = from_sql(row.try_get("head")?);
        complete(connection, room, head, &mut fresh).await?;
        // Later changes follow as entries of their own.
        fresh.iter_mut().for_each(|entry| entry.now = None);
        grown.push(Grown { room, head, fresh });
    }
    Ok(grown)
}

/// Most bytes of the rows of so many entries whose texts have so many bytes.
pub(super) fn row_bytes(limit: usize, text_bytes: usize) -> i64 {
    /// A row's body is its text in JSON: six bytes for one at most,
    const JSON: usize = 6;
    /// and so many around it.
    const AROUND: usize = 256;
    let bound = text_bytes.saturating_mul(JSON) + limit.saturating_mul(AROUND);
    i64::try_from(bound).unwrap_or(i64::MAX)
}

pub(super) fn entry(row: &PgRow) -> Result<Entry, StoreError> {
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
