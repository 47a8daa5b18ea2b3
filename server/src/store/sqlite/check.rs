//! Checks a database: its pages, its rooms' logs, and all references.

use std::path::Path;

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Row};
use uuid::Uuid;

use super::copy::reading;
use super::{from_sql, open};
use crate::store::report::{Check, REPORTED, Report};
use crate::store::{StoreError, files};

const RESTORE: &str = "stop the server, keep this file, and restore the newest backup that `steadfast check` calls sound: \
                       `steadfast restore BACKUP`. Then check the disk";
const REPORT: &str = "no message is lost, but please report this with the lines above: no version of Steadfast \
                      writes it. A backup that `steadfast check` calls sound can be restored with `steadfast restore BACKUP`";

/// The counts, from tables that exist since the first version.
const COUNTS: [&str; 3] = [
    "select count(*) from users",
    "select count(*) from rooms",
    "select count(*) from entries",
];

/// Rooms whose logs have a gap, or end elsewhere than their head.
pub(super) const GAPS: &str =
    "select rooms.name || ': head ' || rooms.head || ', ' || count(entries.seq) || ' entries, from '
        || coalesce(min(entries.seq), 0) || ' to ' || coalesce(max(entries.seq), 0) as finding
    from rooms left join entries on entries.room = rooms.id
    group by rooms.id
    having count(entries.seq) <> rooms.head or coalesce(max(entries.seq), 0) <> rooms.head
        or coalesce(min(entries.seq), 1) <> 1";

/// References to missing entries, from the second migration on.
const DANGLING: [&str; 6] = [
    "select rooms.name || ': entry ' || later.seq || ' changes entry ' || later.target || ', which is not there' as finding
     from entries later join rooms on rooms.id = later.room
     where later.target is not null and not exists (
        select 1 from entries where entries.room = later.room and entries.seq = later.target and entries.seq < later.seq)",
    "select rooms.name || ': entry ' || later.seq || ' replies to entry ' || json_extract(later.body, '$.reply_to')
        || ', which is not there' as finding
     from entries later join rooms on rooms.id = later.room
     where json_valid(later.body) and json_extract(later.body, '$.reply_to') is not null and not exists (
        select 1 from entries where entries.room = later.room
            and entries.seq = json_extract(later.body, '$.reply_to') and entries.seq < later.seq)",
    "select rooms.name || ': entry ' || changed.message || ' counts as changed, and is not there' as finding
     from changed join rooms on rooms.id = changed.room
     where not exists (select 1 from entries where room = changed.room and seq = changed.message)
        or (edit is not null and not exists (select 1 from entries where room = changed.room and seq = changed.edit))",
    "select rooms.name || ': a reaction to entry ' || reactions.message || ', which is not there' as finding
     from reactions join rooms on rooms.id = reactions.room
     where not exists (select 1 from entries where room = reactions.room and seq = reactions.message)",
    "select rooms.name || ': somebody is mentioned in entry ' || mentions.message || ', which is not there' as finding
     from mentions join rooms on rooms.id = mentions.room
     where not exists (select 1 from entries where room = mentions.room and seq = mentions.message)",
    "select rooms.name || ': somebody has read up to ' || members.read || ', and its head is ' || rooms.head as finding
     from members join rooms on rooms.id = members.room where members.read > rooms.head",
];

/// Members whose stored count of unread messages differs from the actual one, from the tenth migration on.
const UNREAD: &str =
    "select rooms.name || ': ' || (rooms.messages - members.seen) || ' messages are kept as unread to somebody who has read up to '
        || members.read || ', and ' || count(entries.seq) || ' are there' as finding
     from members join rooms on rooms.id = members.room
     left join entries on entries.room = members.room and entries.seq > members.read and entries.kind = 'message'
        and entries.author <> members.user
     group by members.user, members.room
     having count(entries.seq) <> rooms.messages - members.seen";

/// Entries whose bodies cannot be read.
const NO_JSON: &str = "select rooms.name || ': entry ' || seq as finding
     from entries join rooms on rooms.id = entries.room where not json_valid(body)";

/// The finding about an incomplete copy.
pub const CUT_OFF: &str = "the file ends in the middle of a page: it was not copied to its end";

/// Checks a whole database in one snapshot, whether or not a server runs on it. Changes nothing.
///
/// `alone` is for a file that no process writes and that has no write-ahead log, such as a backup. An error means that the file
/// is not readable as a database at all.
pub async fn check(database: &Path, alone: bool) -> Result<Report, StoreError> {
    let mut connection = reading(database, alone).await?;
    let report = examine(database, &mut connection).await?;
    connection.close().await?;
    Ok(report)
}

async fn examine(database: &Path, connection: &mut SqliteConnection) -> Result<Report, StoreError> {
    // All reads are from one snapshot.
    let mut snapshot = connection.begin().await?;
    let schema = schema(&mut snapshot).await?;
    let epoch = sqlx::query_scalar::<_, Uuid>("select id from epoch")
        .fetch_optional(&mut *snapshot)
        .await?;
    let mut counts = [0; COUNTS.len()];
    for (count, query) in counts.iter_mut().zip(COUNTS) {
        *count = sqlx::query_scalar(query)
            .fetch_one(&mut *snapshot)
            .await
            .map(from_sql)?;
    }
    let mut checks = vec![
        Check::epoch(epoch, RESTORE),
        Check::pages(damaged(&mut snapshot, database).await?, RESTORE),
        Check::rooms(findings(&mut snapshot, GAPS).await?, RESTORE),
        Check::references(dangling(&mut snapshot, schema).await?, REPORT),
    ];
    if schema >= 10 {
        checks.push(Check::unread(findings(&mut snapshot, UNREAD).await?, REPORT));
    }
    checks.push(Check::texts(findings(&mut snapshot, NO_JSON).await?, RESTORE));
    snapshot.rollback().await?;
    let [mut people, rooms, entries] = counts;
    if schema >= 5 {
        // One of them is the server's own account.
        people = people.saturating_sub(1);
    }
    Ok(Report {
        database: database.to_owned(),
        sound: checks.iter().all(|check| check.findings.is_empty()),
        epoch,
        schema,
        bytes: files::size(database),
        wal_bytes: files::wal_size(database),
        people,
        rooms,
        entries,
        checks,
    })
}

/// Damaged pages and indexes.
async fn damaged(connection: &mut SqliteConnection, database: &Path) -> Result<Vec<String>, StoreError> {
    let mut found = sqlx::query_scalar::<_, String>("pragma integrity_check(20)")
        .fetch_all(connection)
        .await?;
    found.retain(|line| line != "ok");
    if files::is_cut_off(database) {
        found.push(CUT_OFF.to_owned());
    }
    Ok(found)
}

/// References to rows and entries that do not exist.
async fn dangling(connection: &mut SqliteConnection, schema: i64) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query("pragma foreign_key_check")
        .fetch_all(&mut *connection)
        .await?;
    let rows = rows.iter().take(REPORTED).map(|row| {
        let (table, parent): (String, String) = (row.get(0), row.get(2));
        format!("a row of {table} refers to a missing row of {parent}")
    });
    let mut found: Vec<String> = rows.collect();
    if schema >= 2 {
        for query in DANGLING {
            found.extend(findings(connection, query).await?);
        }
    }
    Ok(found)
}

/// The newest migration of a database.
async fn schema(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    let schema: Option<i64> = sqlx::query_scalar("select max(version) from _sqlx_migrations where success")
        .fetch_one(connection)
        .await
        .map_err(|error| match StoreError::from(error) {
            error if error.is_out_of_reach() => error,
            _ => StoreError::Unreadable("schema: this is not a Steadfast database"),
        })?;
    match schema {
        Some(schema) if schema <= open::newest_migration() => Ok(schema),
        Some(_) => Err(StoreError::Newer),
        None => Err(StoreError::Unreadable("schema: it has none")),
    }
}

async fn findings(connection: &mut SqliteConnection, query: &'static str) -> Result<Vec<String>, StoreError> {
    let query = format!("{query} limit {REPORTED}");
    let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
        .fetch_all(connection)
        .await;
    match rows {
        Ok(rows) => Ok(rows),
        // The check of the pages reports damaged pages; the other checks continue.
        Err(error) => match StoreError::from(error) {
            StoreError::Failed(error) => Ok(vec![format!("could not be checked ({error})")]),
            other => Err(other),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

    use super::*;

    async fn opened(file: &Path) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        SqliteConnection::connect_with(&options.busy_timeout(Duration::ZERO))
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn a_database_that_is_locked_is_told_from_one_that_is_not_ours() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("chat.db");
        let mut other = opened(&file).await;
        sqlx::query("create table theirs (a)")
            .execute(&mut other)
            .await
            .unwrap();
        let mut connection = opened(&file).await;
        let foreign = schema(&mut connection).await.unwrap_err();
        assert!(
            foreign.to_string().contains("not a Steadfast database"),
            "{foreign}"
        );
        // A connection that has read nothing yet.
        let mut connection = opened(&file).await;
        sqlx::query("begin exclusive").execute(&mut other).await.unwrap();
        let locked = schema(&mut connection).await.unwrap_err();
        assert!(matches!(locked, StoreError::Locked), "{locked}");
        let nowhere = reading(&folder.path().join("nowhere.db"), false)
            .await
            .unwrap_err();
        assert!(
            nowhere.is_out_of_reach() && !foreign.is_out_of_reach(),
            "{nowhere}"
        );
    }
}
