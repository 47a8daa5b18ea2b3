//! Passphrase guesses: counted by all nodes together, without delaying sign-ins.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;
use steadfast_server::config::Config;
use steadfast_server::store::Store;
use tokio::time::timeout;

use crate::support::TestServer;
use crate::support::database::TestDatabase;
use crate::support::faulty::Faulty;

const PASSPHRASE: &str = "correct horse";

async fn node(store: Arc<dyn Store>) -> TestServer {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("chat.db"));
    config.limits.rates.sign_ins_per_minute = 1_000;
    TestServer::on_store(folder, config, store).await
}

/// Tries to sign in as Mina. Returns the status.
async fn tries(node: &TestServer, passphrase: &str) -> StatusCode {
    let payload = json!({ "nickname": "Mina", "passphrase": passphrase });
    let request = node.http.post(node.url("/api/session")).json(&payload);
    request.send().await.unwrap().status()
}

#[tokio::test]
async fn guesses_at_one_node_count_at_the_others() {
    let database = TestDatabase::chosen().await;
    let store = database.open().await;
    let (one, other) = (node(store.clone()).await, node(store).await);
    assert_eq!(tries(&one, PASSPHRASE).await, StatusCode::CREATED);
    let mut wrong = 0;
    for _ in 0..10 {
        for node in [&one, &other] {
            wrong += usize::from(tries(node, "wrong horse").await == StatusCode::UNAUTHORIZED);
        }
    }
    assert!(
        (9..=11).contains(&wrong),
        "ten at once, of both together: {wrong}"
    );
    // A node that starts later knows the counts as well.
    assert_eq!(tries(&other, PASSPHRASE).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(tries(&one, PASSPHRASE).await, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_restart_gives_nobody_their_guesses_back() {
    let database = TestDatabase::chosen().await;
    let store = database.open().await;
    let before = node(store.clone()).await;
    assert_eq!(tries(&before, PASSPHRASE).await, StatusCode::CREATED);
    while tries(&before, "wrong horse").await != StatusCode::TOO_MANY_REQUESTS {}
    before.stop().await;
    drop(store);
    let after = node(database.open().await).await;
    assert_eq!(tries(&after, PASSPHRASE).await, StatusCode::TOO_MANY_REQUESTS);
    after.stop().await;
}

#[tokio::test]
async fn who_signs_in_waits_for_no_database_that_counts_no_guesses() {
    let database = TestDatabase::chosen().await;
    let store = Arc::new(Faulty::new(database.open().await, []));
    let server = node(store.clone()).await;
    assert_eq!(tries(&server, PASSPHRASE).await, StatusCode::CREATED);
    store.counts_nothing.store(true, Ordering::Relaxed);
    // More than can be counted at the same time. Each still counts on this node.
    let mut statuses = Vec::new();
    for _ in 0..12 {
        let status = timeout(Duration::from_secs(30), tries(&server, PASSPHRASE)).await;
        statuses.push(status.expect("it does not wait"));
    }
    assert_eq!(statuses[..8], [StatusCode::CREATED; 8]);
    assert_eq!(statuses[11], StatusCode::TOO_MANY_REQUESTS);
}
