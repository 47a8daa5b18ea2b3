//! A Postgres failover to its standby: with every commit, and without the last ones.

use std::time::Duration;

use serde_json::{Value, json};
use steadfast_server::config::Config;
use steadfast_server::store::StorageLimits;
use steadfast_shared::event::{self, ClosingReason, Entries, Reply, Sent};
use steadfast_shared::{Cursor, RoomId};
use uuid::Uuid;

use crate::support::standby::Pair;
use crate::support::{Client, TestServer, message};

async fn node(pair: &Pair) -> TestServer {
    let folder = tempfile::tempdir().unwrap();
    let config = Config {
        admin_socket: Some(folder.path().join("admin.sock")),
        ..Config::new(pair.database())
    };
    TestServer::on(folder, config).await
}

/// Waits until the node can use its database again.
async fn ready(node: &TestServer) {
    for _ in 0..300 {
        let answer = node.http.get(node.url("/readyz")).send().await.unwrap();
        if answer.status() == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the node does not come back");
}

/// The cursor of a device at the end of a room.
async fn cursor(client: &mut Client, room: RoomId) -> Cursor {
    let Reply::Ok(page) = client
        .call::<event::Page>(event::HISTORY, json!({ "room": room }))
        .await
    else {
        panic!("no page");
    };
    page.entries.last().unwrap().into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failover_that_lost_commits_starts_afresh_what_was_lost_and_nothing_else() {
    let mut pair = Pair::start().await;
    let server = node(&pair).await;
    let session = server.sign_in("Mina").await;
    let mut mina = server.connect(&session, json!({})).await;
    let general = mina.room();
    let create = json!({ "id": Uuid::now_v7(), "kind": "private", "name": "Plans" });
    let Reply::Ok(plans) = mina.call::<event::Room>(event::CREATE_ROOM, create).await else {
        panic!("no room");
    };
    for _ in 0..4 {
        mina.send(&[message(general, "kept")]).await;
    }
    pair.copy().await;
    for _ in 0..5 {
        mina.send(&[message(general, "acknowledged, and lost")]).await;
    }
    let cursors = json!({
        general.to_string(): cursor(&mut mina, general).await,
        plans.id.to_string(): cursor(&mut mina, plans.id).await,
    });
    pair.fail_over().await;
    assert_eq!(
        mina.closing().await,
        Some(ClosingReason::Shutdown),
        "whoever is connected resumes"
    );
    ready(&server).await;

    let auth = json!({ "epoch": session.epoch, "cursors": cursors });
    let mut back = server.connect(&session, auth).await;
    assert_eq!(back.opened().epoch, session.epoch, "this node knew what is wrong");
    assert_eq!(back.opened().reset, [general]);
    let heads: Vec<_> = back
        .opened()
        .rooms
        .iter()
        .map(|room| (room.id, room.head))
        .collect();
    assert!(
        heads.contains(&(general, 4)) && heads.contains(&(plans.id, 1)),
        "{heads:?}"
    );
    let mut jun = server.join("Jun").await;
    assert_eq!(back.send(&[message(general, "on we go")]).await, [5]);
    let news: Entries = jun.next(event::ENTRIES).await;
    assert_eq!((news.room, news.from), (general, 5), "and is heard live");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failover_that_lost_nothing_ends_no_connection() {
    let mut pair = Pair::start().await;
    let server = node(&pair).await;
    let mut mina = server.join("Mina").await;
    let mut jun = server.join("Jun").await;
    let general = mina.room();
    for _ in 0..4 {
        mina.send(&[message(general, "kept")]).await;
    }
    pair.copy().await;
    pair.fail_over().await;
    // Retried until it is stored, as a client does.
    let items = [message(general, "after it")];
    let mut tries = 0;
    let sent = loop {
        match mina.call::<Vec<Sent>>(event::SEND, &items).await {
            Reply::Ok(sent) if matches!(sent[0], Sent::Stored { .. }) => break sent,
            refused => assert!(tries < 100, "{refused:?}"),
        }
        tries += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert!(matches!(sent[0], Sent::Stored { seq: 5, .. }), "{sent:?}");
    loop {
        let news: Entries = jun.next(event::ENTRIES).await;
        if news.from == 5 {
            break;
        }
    }
    // They are still connected after a round of the listener.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let Reply::Ok(_) = mina.call::<Value>(event::SYNC, json!({})).await else {
        panic!("it does not see what is stored");
    };
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_opened_elsewhere_than_before_has_a_new_epoch_once() {
    let mut pair = Pair::start().await;
    let open = async |pair: &Pair| {
        let store = pair.database().open(StorageLimits::default(), 1).await.unwrap();
        let epoch = store.epoch();
        store.close().await;
        epoch
    };
    let before = open(&pair).await;
    assert_eq!(open(&pair).await, before);
    pair.copy().await;
    pair.fail_over().await;
    let after = open(&pair).await;
    assert_ne!(after, before, "no node was there to say whether all is there");
    assert_eq!(open(&pair).await, after);
}
