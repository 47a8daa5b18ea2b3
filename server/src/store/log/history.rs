//! Reads the log.

use steadfast_shared::{Cursors, Entry, EntryId, Person, RoomId, Seq, UserId, event, limit};

use super::now;
use super::since::first_since;
use crate::store::body::{masked, read};
use crate::store::number::{from_sql, to_sql};
use crate::store::page::{at_the_end, cut};
use crate::store::query::{Columns, SqlConnection, Statement, as_hex, as_lines, sql};
use crate::store::sql_store::{SqlStore, read, read_snapshot};
use crate::store::{Grown, Span, StoreError, word};

/// See [`crate::store::Log::page`].
///
/// All reads are from one snapshot.
pub(in crate::store) async fn page<S: SqlStore>(
    store: &S,
    room: RoomId,
    span: Span,
    limit: usize,
) -> Result<event::Page, StoreError> {
    let log = LogReading { room, limit };
    let (mut page, nearest) = read_snapshot!(store, |transaction| log.page(&mut *transaction, span))?;
    cut(&mut page.entries, nearest);
    Ok(page)
}

/// The reading of a part of a room's log, of so many entries at most.
struct LogReading {
    room: RoomId,
    limit: usize,
}

impl LogReading {
    /// A page, and the index of its requested entry.
    async fn page<C: SqlConnection>(
        &self,
        connection: &mut C,
        span: Span,
    ) -> Result<(event::Page, usize), StoreError> {
        let Self { room, limit } = *self;
        let head: Option<i64> = sql!("select head from rooms where id = $1")
            .bind(room)
            .optional_scalar(connection)
            .await?;
        let head = head.map_or(0, from_sql);
        let around = match span {
            Span::Around(seq) => Some(seq),
            Span::Since(at) => first_since(connection, room, head, at).await?,
            _ => None,
        };
        let (mut entries, nearest) = match (span, around) {
            (Span::After(seq), _) => (
                self.following(connection, seq, limit, limit::PAGE_BYTES).await?,
                0,
            ),
            (Span::Before(seq), _) => {
                at_the_end(self.preceding(connection, seq, limit, limit::PAGE_BYTES).await?)
            }
            (_, Some(seq)) => self.around(connection, seq.clamp(1, head.max(1))).await?,
            (_, None) => at_the_end(
                self.preceding(connection, Seq::MAX, limit, limit::PAGE_BYTES)
                    .await?,
            ),
        };
        now::complete(connection, room, head, &mut entries).await?;
        Ok((event::Page { room, entries, head }, nearest))
    }

    /// An entry with half of the page before it, and its index among them.
    async fn around<C: SqlConnection>(
        &self,
        connection: &mut C,
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

    async fn following<C: SqlConnection>(
        &self,
        connection: &mut C,
        seq: Seq,
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let query = sql!(
            [only_sqlite "select entries.seq, entries.id, entries.at, entries.body, users.id as author, users.name,
                    iif(entries.at <= users.masked_at, users.messages, 'kept') as messages
             from entries join users on users.id = entries.author
             where entries.room = $1 and entries.seq > $2 and $4 > 0 order by entries.seq limit $3"]
            [only_postgres "select seq, id, at, body, author, name, messages from (
                select entries.seq, entries.id, entries.at, entries.body, users.id as author, users.name,
                       case when entries.at <= users.masked_at then users.messages else 'kept' end as messages,
                       sum(octet_length(entries.body)) over (order by entries.seq) - octet_length(entries.body) as before
                from (select * from entries where room = $1 and seq > $2 order by seq limit $3) as entries
                join users on users.id = entries.author
            ) as page where before <= $4 order by seq"]
        );
        self.rows(connection, query, seq, limit, bytes).await
    }

    async fn preceding<C: SqlConnection>(
        &self,
        connection: &mut C,
        seq: Seq,
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let query = sql!(
            [only_sqlite "select entries.seq, entries.id, entries.at, entries.body, users.id as author, users.name,
                    iif(entries.at <= users.masked_at, users.messages, 'kept') as messages
             from entries join users on users.id = entries.author
             where entries.room = $1 and entries.seq < $2 and $4 > 0 order by entries.seq desc limit $3"]
            [only_postgres "select seq, id, at, body, author, name, messages from (
                select entries.seq, entries.id, entries.at, entries.body, users.id as author, users.name,
                       case when entries.at <= users.masked_at then users.messages else 'kept' end as messages,
                       sum(octet_length(entries.body)) over (order by entries.seq desc) - octet_length(entries.body) as before
                from (select * from entries where room = $1 and seq < $2 order by seq desc limit $3) as entries
                join users on users.id = entries.author
            ) as page where before <= $4 order by seq desc"]
        );
        let mut entries = self.rows(connection, query, seq, limit, bytes).await?;
        entries.reverse();
        Ok(entries)
    }

    /// Entries whose texts fit into this many bytes, but at least one. In Postgres the query skips those that cannot fit, by the
    /// bytes of their rows, because every byte crosses a network. SQLite reads a page in a quarter of the time without that.
    async fn rows<C: SqlConnection>(
        &self,
        connection: &mut C,
        query: Statement<'static>,
        from: Seq,
        limit: usize,
        most: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let rows = query
            .bind(self.room)
            .bind(to_sql(from))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .bind(row_bytes(limit, most))
            .all(connection)
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

pub(in crate::store) async fn grown<C: SqlConnection>(
    connection: &mut C,
    rooms: &[(RoomId, Seq)],
    limit: usize,
) -> Result<Vec<Grown>, StoreError> {
    let known: Vec<_> = rooms
        .iter()
        .map(|(room, seq)| (as_hex(room.0.as_bytes()), to_sql(*seq)))
        .collect();
    let rows = sql!(
        "select rooms.id, rooms.head, " [line_number "1"] " as known from " [lines "$1"]
        " join rooms on rooms.id = " [line_id "0"]
        " where rooms.head > " [line_number "1"] " and rooms.deleted_at is null"
    )
    .bind(as_lines(&known)?)
    .all(connection)
    .await?;
    let mut grown = Vec::with_capacity(rows.len());
    for row in &rows {
        let room = RoomId(row.get("id")?);
        let known = from_sql(row.get("known")?);
        let log = LogReading { room, limit };
        let mut fresh = log.following(connection, known, limit, limit::PAGE_BYTES).await?;
        let head = from_sql(row.get("head")?);
        now::complete(connection, room, head, &mut fresh).await?;
        // Later changes follow as entries of their own.
        fresh.iter_mut().for_each(|entry| entry.now = None);
        grown.push(Grown { room, head, fresh });
    }
    Ok(grown)
}

/// The rooms whose logs do not have the entry that a cursor names.
pub(in crate::store) async fn mismatched<C: SqlConnection>(
    connection: &mut C,
    cursors: &Cursors,
) -> Result<Vec<RoomId>, StoreError> {
    let requested: Vec<_> = cursors
        .iter()
        .filter(|(_, cursor)| cursor.seq > 0)
        .map(|(room, cursor)| {
            let id = cursor.id.map(|id| as_hex(id.0.as_bytes()));
            (
                as_hex(room.0.as_bytes()),
                to_sql(cursor.seq),
                id,
                cursor.at.map(to_sql),
            )
        })
        .collect();
    if requested.is_empty() {
        return Ok(Vec::new());
    }
    let rooms = sql!(
        "select " [line_id "0"] " from " [lines "$1"]
        " left join entries on entries.room = " [line_id "0"] " and entries.seq = " [line_number "1"]
        " where entries.id is null or entries.id <> coalesce(" [line_id "2"] ", entries.id)
            or entries.at <> coalesce(" [line_number "3"] ", entries.at)"
    )
    .bind(as_lines(&requested)?)
    .scalars(connection)
    .await?;
    Ok(rooms.into_iter().map(RoomId).collect())
}

pub(in crate::store) async fn heads<S: SqlStore>(store: &S) -> Result<event::Heads, StoreError> {
    let rows = read!(store, |connection| {
        sql!("select id, head from rooms where deleted_at is null").all(&mut *connection)
    })?;
    rows.iter()
        .map(|row| Ok((RoomId(row.get("id")?), from_sql(row.get("head")?))))
        .collect()
}

/// Most bytes of the rows of so many entries whose texts have so many bytes.
pub(in crate::store) fn row_bytes(limit: usize, text_bytes: usize) -> i64 {
    /// A row's body is its text in JSON: six bytes for one at most,
    const JSON: usize = 6;
    /// and so many around it.
    const AROUND: usize = 256;
    let bound = text_bytes.saturating_mul(JSON) + limit.saturating_mul(AROUND);
    i64::try_from(bound).unwrap_or(i64::MAX)
}

pub(in crate::store) fn entry(row: &impl Columns) -> Result<Entry, StoreError> {
    let author = Person {
        id: UserId(row.column("author")?),
        name: row.column("name")?,
    };
    Ok(Entry::new(
        from_sql(row.column("seq")?),
        EntryId(row.column("id")?),
        author,
        from_sql(row.column("at")?),
        masked(
            read(row.column("body")?)?,
            word::messages(row.column("messages")?)?,
        ),
    ))
}
