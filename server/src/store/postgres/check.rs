//! Checks a database: its rooms' logs and all references. Its pages are Postgres's own to check.

use sqlx::{Connection, PgConnection, Row};
use uuid::Uuid;

use super::from_sql;
use super::open::{Address, PostgresOpenError, newest_migration};
use crate::store::StoreError;
use crate::store::body::read;
use crate::store::report::{Check, REPORTED, Report};

const RESTORE: &str = "stop the servers, keep this database, and restore a backup: `pg_restore` a dump by `pg_dump`, or \
                       recover to a point in time. Then check Postgres's log, and run `pg_amcheck`";
const REPORT: &str = "no message is lost, but please report this with the lines above: no version of Steadfast \
                      writes it";

/// Entries checked in one statement.
const AT_ONCE: i64 = 1_000;

/// Rooms whose logs have a gap, or end elsewhere than their head.
const GAPS: &str =
    "select rooms.name || ': head ' || rooms.head || ', ' || count(entries.seq) || ' entries, from '
        || coalesce(min(entries.seq), 0) || ' to ' || coalesce(max(entries.seq), 0)
    from rooms left join entries on entries.room = rooms.id
    group by rooms.id
    having count(entries.seq) <> rooms.head or coalesce(max(entries.seq), 0) <> rooms.head
        or coalesce(min(entries.seq), 1) <> 1";

/// Gaps in the change feed, or an end elsewhere than its head.
const FEED_GAPS: &str = "select 'head ' || feed.head || ', ' || count(number) || ' changes, from ' || min(number) || ' to ' || max(number)
    from feed, changes group by feed.head
    having count(number) <> max(number) - min(number) + 1 or max(number) <> feed.head";

/// References to missing entries.
const DANGLING: [&str; 6] = [
    "select 'entry ' || seq || ' of room ' || room || ': there is no such room or no such author'
     from entries where not exists (select 1 from rooms where id = entries.room)
        or not exists (select 1 from users where id = entries.author)",
    "select rooms.name || ': entry ' || later.seq || ' changes entry ' || later.target || ', which is not there'
     from entries later join rooms on rooms.id = later.room
     where later.target is not null and not exists (
        select 1 from entries where entries.room = later.room and entries.seq = later.target and entries.seq < later.seq)",
    "select rooms.name || ': entry ' || changed.message || ' counts as changed, and is not there'
     from changed join rooms on rooms.id = changed.room
     where not exists (select 1 from entries where room = changed.room and seq = changed.message)
        or (edit is not null and not exists (select 1 from entries where room = changed.room and seq = changed.edit))",
    "select rooms.name || ': a reaction to entry ' || reactions.message || ', which is not there'
     from reactions join rooms on rooms.id = reactions.room
     where not exists (select 1 from entries where room = reactions.room and seq = reactions.message)",
    "select rooms.name || ': somebody is mentioned in entry ' || mentions.message || ', which is not there'
     from mentions join rooms on rooms.id = mentions.room
     where not exists (select 1 from entries where room = mentions.room and seq = mentions.message)",
    "select rooms.name || ': somebody has read up to ' || members.read || ', and its head is ' || rooms.head
     from members join rooms on rooms.id = members.room where members.read > rooms.head",
];

/// Members whose stored count of unread messages differs from the actual one.
const UNREAD: &str = "select rooms.name || ': ' || (rooms.messages - members.seen)
        || ' messages are kept as unread to somebody who has read up to ' || members.read || ', and ' || count(entries.seq)
        || ' are there'
     from members join rooms on rooms.id = members.room
     left join entries on entries.room = members.room and entries.seq > members.read and entries.kind = 'message'
        and entries.author <> members.person
     group by members.person, members.room, rooms.id
     having count(entries.seq) <> rooms.messages - members.seen";

/// Why a database could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum PostgresCheckError {
    #[error(transparent)]
    Open(#[from] PostgresOpenError),
    /// A later version has migrated it, which is no damage.
    #[error(
        "the database {name} was written by a newer version of Steadfast, which is no damage: run that version, and check it with that one"
    )]
    Newer { name: String },
    /// The database cannot be read.
    #[error("cannot read the database {name} ({source})")]
    Unreadable { name: String, source: StoreError },
}

/// Checks a whole database in one snapshot, whether or not servers run on it. Changes nothing.
pub async fn check(url: &str) -> Result<Report, PostgresCheckError> {
    let address = Address::parse(url)?;
    let mut connection = address.connect().await?;
    let done = inspect(&address.name, &mut connection).await;
    let name = address.name;
    done.map_err(|source| match source {
        StoreError::Newer => PostgresCheckError::Newer { name },
        source => PostgresCheckError::Unreadable { name, source },
    })
}

async fn inspect(name: &str, connection: &mut PgConnection) -> Result<Report, StoreError> {
    // All reads are from one snapshot.
    let mut snapshot = connection
        .begin_with("begin isolation level repeatable read read only")
        .await?;
    let schema = schema(&mut snapshot).await?;
    let epoch: Option<Uuid> = sqlx::query_scalar("select id from epoch")
        .fetch_optional(&mut *snapshot)
        .await?;
    let row = sqlx::query(
        "select (select count(*) from users where role <> 'server') as people, (select count(*) from rooms) as rooms,
                (select count(*) from entries) as entries, pg_database_size(current_database()) as bytes",
    )
    .fetch_one(&mut *snapshot)
    .await?;
    let count = |column| row.try_get(column).map(from_sql).map_err(StoreError::from);
    let checks = checks(&mut snapshot, schema, epoch).await?;
    let report = Report {
        database: name.into(),
        sound: checks.iter().all(|check| check.findings.is_empty()),
        epoch,
        schema,
        bytes: count("bytes")?,
        wal_bytes: 0,
        people: count("people")?,
        rooms: count("rooms")?,
        entries: count("entries")?,
        checks,
    };
    snapshot.rollback().await?;
    Ok(report)
}

async fn checks(
    connection: &mut PgConnection,
    schema: i64,
    epoch: Option<Uuid>,
) -> Result<Vec<Check>, StoreError> {
    let mut dangling = Vec::new();
    for query in DANGLING {
        dangling.extend(findings(connection, query).await?);
    }
    let unread = match schema {
        8.. => findings(connection, UNREAD).await?,
        _ => Vec::new(),
    };
    Ok(vec![
        Check::epoch(epoch, RESTORE),
        Check::rooms(findings(connection, GAPS).await?, RESTORE),
        Check::changes(findings(connection, FEED_GAPS).await?, RESTORE),
        Check::references(dangling, REPORT),
        Check::unread(unread, REPORT),
        Check::texts(unreadable(connection).await?, RESTORE),
    ])
}

/// The newest migration of a database.
async fn schema(connection: &mut PgConnection) -> Result<i64, StoreError> {
    let schema: Option<i64> = sqlx::query_scalar("select max(version) from _sqlx_migrations where success")
        .fetch_one(connection)
        .await
        .map_err(|error| match StoreError::from(error) {
            error if error.is_out_of_reach() => error,
            _ => StoreError::Unreadable("schema: this is not a Steadfast database"),
        })?;
    match schema {
        Some(schema) if schema <= newest_migration() => Ok(schema),
        Some(_) => Err(StoreError::Newer),
        None => Err(StoreError::Unreadable("schema: it has none")),
    }
}

async fn findings(connection: &mut PgConnection, query: &'static str) -> Result<Vec<String>, StoreError> {
    let query = format!("{query} limit {REPORTED}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(query))
        .fetch_all(connection)
        .await
        .map_err(StoreError::from)
}

/// Entries whose bodies cannot be read, and replies to missing entries.
async fn unreadable(connection: &mut PgConnection) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    let mut from = (Uuid::nil(), 0_i64);
    loop {
        let rows = sqlx::query(
            "select room, seq, body from entries where (room, seq) > ($1, $2) order by room, seq limit $3",
        )
        .bind(from.0)
        .bind(from.1)
        .bind(AT_ONCE)
        .fetch_all(&mut *connection)
        .await?;
        let Some(last) = rows.last() else { return Ok(found) };
        from = (last.try_get("room")?, last.try_get("seq")?);
        for row in &rows {
            if read(row.try_get("body")?).is_err() && found.len() < REPORTED {
                let (room, seq): (Uuid, i64) = (row.try_get("room")?, row.try_get("seq")?);
                found.push(format!("entry {seq} of room {room}"));
            }
        }
    }
}
