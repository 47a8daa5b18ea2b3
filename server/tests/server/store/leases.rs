//! Nodes that serve one database, and tools that need it for themselves.

use std::collections::BTreeMap;
use std::time::Duration;

use steadfast_server::store::Store;
use steadfast_server::store::postgres::open::PostgresOpenError;
use steadfast_server::store::postgres::{CommitClock, PostgresStore};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::Fixture;
use super::traps::terminate;
use crate::support::postgres::Database;

/// The longest wait in these tests.
const PATIENCE: Duration = Duration::from_secs(10);

async fn alone(url: &str) -> Result<PostgresStore, PostgresOpenError> {
    PostgresStore::open_alone(url, PATIENCE, 1, CommitClock::Caller).await
}

/// The remaining lease of each node, by the database's clock, in seconds.
async fn leases(database: &Database) -> BTreeMap<Uuid, f64> {
    let rows =
        sqlx::query_as("select id, extract(epoch from expires_at - clock_timestamp())::float8 from nodes");
    let rows: Vec<(Uuid, f64)> = rows.fetch_all(&mut database.connect().await).await.unwrap();
    rows.into_iter().collect()
}

#[tokio::test]
async fn nodes_serve_a_database_together_and_a_tool_has_it_for_itself() {
    let fixture = Fixture::postgres().await;
    let url = fixture.in_postgres().url();
    let open = || PostgresStore::open(&url, PATIENCE, 1, CommitClock::Caller);
    let second = open().await.unwrap();
    assert_eq!(leases(fixture.in_postgres()).await.len(), 2);
    let refused = alone(&url).await.unwrap_err();
    assert!(matches!(refused, PostgresOpenError::InUse { .. }), "{refused}");
    assert!(
        refused.to_string().contains("another Steadfast process"),
        "{refused}"
    );
    second.close().await;
    // As when a process is killed: its connections end with it.
    drop(fixture.store);
    let tool = alone(&url).await.unwrap();
    let refused = open().await;
    assert!(matches!(refused, Err(PostgresOpenError::InUse { .. })));
    tool.close().await;
    open().await.unwrap().close().await;
}

#[tokio::test]
async fn a_lease_is_renewed_given_back_at_the_end_and_runs_out_where_a_node_is_killed() {
    let fixture = Fixture::postgres().await;
    let database = fixture.in_postgres();
    let (first, second) = (fixture.store.node().0, database.open().await);
    let (second, killed) = (second.node().0, second);
    sleep(Duration::from_secs(6)).await;
    let left = leases(database).await;
    assert!(left[&first] > 0.0 && left[&second] > 0.0, "{left:?}");
    drop(killed);
    let until = Instant::now() + PATIENCE;
    while leases(database).await[&second] > 0.0 {
        assert!(Instant::now() < until);
        sleep(Duration::from_millis(100)).await;
    }
    fixture.store.close().await;
    assert!(!leases(database).await.contains_key(&first));
}

#[tokio::test]
async fn a_lease_that_is_lost_with_its_connection_is_taken_again_and_nothing_waits_for_it() {
    let fixture = Fixture::postgres().await;
    let database = fixture.in_postgres();
    let mut connection = database.connect().await;
    terminate(&mut connection, false).await;
    // Being unlogged, it is empty after a crash of the server.
    sqlx::query("truncate nodes")
        .execute(&mut connection)
        .await
        .unwrap();
    fixture.store.append(&[fixture.entry("on")], 7).await.unwrap();
    let until = Instant::now() + PATIENCE;
    while leases(database).await.is_empty() {
        assert!(Instant::now() < until);
        sleep(Duration::from_millis(100)).await;
    }
    assert!(matches!(
        alone(&database.url()).await,
        Err(PostgresOpenError::InUse { .. })
    ));
}
