//! Detects a pooler between this node and Postgres that takes sessions apart. Behind one, settings, locks and `LISTEN` would be lost
//! without an error.

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row};
use uuid::Uuid;

use crate::store::postgres::connections::SETTINGS;

/// The settings that must arrive: without the time limits one node that hangs would block the others. Those of TCP do not show on a
/// local socket.
const MUST_ARRIVE: [&str; 4] = [
    "plan_cache_mode",
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
];

/// A mark that only one session of the server has.
const MARK: &str = "select current_setting('steadfast.session', true) as value";

/// PgBouncer's error for settings that it does not pass on.
const REFUSED: &str = "unsupported startup parameter";

/// Whether a pooler refuses the settings of a connection.
pub(super) fn refuses_settings(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(|error| error.message().contains(REFUSED))
}

/// Whether settings of this connection were dropped on the way.
pub(super) async fn drops_settings(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    for (name, wanted) in SETTINGS.iter().filter(|(name, _)| MUST_ARRIVE.contains(name)) {
        let query = format!("select current_setting('{name}') as value");
        if value(connection, &query).await?.as_deref() != Some(*wanted) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether two connections share sessions of the server, as behind a pooler in transaction mode.
///
/// The statements are unprepared, because such a pooler may refuse prepared ones.
pub(super) async fn shares_sessions(
    one: &mut PgConnection,
    mut other: PgConnection,
) -> Result<bool, sqlx::Error> {
    let mark = Uuid::now_v7().to_string();
    let set = format!("select set_config('steadfast.session', '{mark}', false) as value");
    value(one, &set).await?;
    // It keeps the session that it gets until it ends its transaction.
    sqlx::raw_sql("begin").execute(&mut other).await?;
    let here = value(&mut other, MARK).await?;
    let there = value(one, MARK).await?;
    sqlx::raw_sql("rollback").execute(&mut other).await?;
    other.close().await?;
    Ok(here.as_deref() == Some(&mark) || there.as_deref() != Some(&mark))
}

async fn value(connection: &mut PgConnection, query: &str) -> Result<Option<String>, sqlx::Error> {
    let query = sqlx::raw_sql(sqlx::AssertSqlSafe(query.to_owned()));
    query.fetch_one(connection).await?.try_get("value")
}
