//! A database that fails over to a standby which lacks the last commits, while two nodes live on it and people speak at both.

use std::sync::{Arc, Mutex};

use steadfast_server::config::Config;
use steadfast_server::store::Store;
use steadfast_server::store::database::Database;
use steadfast_server::store::postgres::{CommitClock, PostgresStore};

use super::people::People;
use crate::support::TestServer;
use crate::support::client::PATIENCE;
use crate::support::standby::Pair;

/// Commits that may be under way while something is copied: one of each person.
const UNDER_WAY: u64 = 8;

async fn node(pair: &Pair) -> TestServer {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config {
        admin_socket: Some(folder.path().join("admin.sock")),
        ..Config::new(pair.database())
    };
    config.limits.device.event_burst = 100_000;
    config.limits.device.message_burst = 100_000;
    TestServer::on(folder, config).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_live_through_a_failover_that_loses_commits_and_everybody_is_told() {
    let mut pair = Pair::start().await;
    let (one, other) = (node(&pair).await, node(&pair).await);
    let nodes = Arc::new(Mutex::new(vec![one.address, other.address]));
    let mut people = People::start(4, &nodes).await;
    people.go_on("the start").await;
    let kept = people.newest();
    pair.copy().await;
    // None of these comes to the standby.
    people.see_beyond(people.newest() + UNDER_WAY).await;
    people.go_on("the copy").await;
    pair.fail_over().await;
    people.go_on("the failover").await;
    people.may_have_lost(kept);
    people.go_on("everybody was told").await;

    let Database::Postgres(url) = pair.database() else {
        panic!("a pair is of Postgres");
    };
    let store = PostgresStore::open_beside(&url, PATIENCE, 1, CommitClock::Caller);
    let store = store.await.unwrap();
    let (lost, resets) = people.check(&store).await;
    assert!(lost > 0, "the standby lacked the last commits");
    assert!(resets.iter().all(|resets| *resets > 0), "{resets:?}");
    store.close().await;
    let _ = (one.stop().await, other.stop().await);
}
