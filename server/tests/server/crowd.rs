//! Many clients at the same time: work that is expensive for everybody is done for a few at a time.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};
use steadfast_server::clock;
use steadfast_server::config::Config;
use steadfast_server::store::sqlite::{PATIENCE, SqliteStore};
use steadfast_shared::event::{self, Reply};
use tokio::sync::Semaphore;

use crate::support::TestServer;
use crate::support::faulty::Faulty;

#[tokio::test]
async fn fault_m02_of_many_who_sign_up_one_is_written_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("chat.db"));
    config.limits.rates.sign_ins_per_minute = 10_000;
    let sqlite = SqliteStore::open(config.database.file().unwrap(), PATIENCE, clock::now());
    let store = Arc::new(Faulty::new(Arc::new(sqlite.await.unwrap()), []));
    let server = TestServer::on_store(folder, config, store.clone()).await;
    let signing_up: Vec<_> = (0..60)
        .map(|n| {
            let payload = json!({ "nickname": format!("stranger {n}") });
            let request = server.http.post(server.url("/api/session")).json(&payload);
            tokio::spawn(async move { request.send().await.unwrap().status().as_u16() })
        })
        .collect();
    let mut signed_up = 0;
    for one in signing_up {
        let status = one.await.unwrap();
        assert!(status == 201 || status == 503, "{status}");
        signed_up += usize::from(status == 201);
    }
    assert!(signed_up > 30, "{signed_up}");
    assert_eq!(store.sign_ups_at_once.load(Ordering::Acquire), 1);
}

#[tokio::test]
async fn of_one_person_with_many_connections_few_pages_are_read_at_a_time() {
    /// As `READS_OF_A_PERSON` has it.
    const AT_A_TIME: usize = 2;
    let folder = tempfile::tempdir().unwrap();
    let config = Config::new(folder.path().join("chat.db"));
    let sqlite = SqliteStore::open(config.database.file().unwrap(), PATIENCE, clock::now());
    let store = Arc::new(Faulty::new(Arc::new(sqlite.await.unwrap()), []));
    let server = TestServer::on_store(folder, config, store.clone()).await;
    let mina = server.sign_in("Mina").await;
    let held = Arc::new(Semaphore::new(0));
    *store.pages_held.lock().unwrap() = Some(held.clone());
    let mut tabs = Vec::new();
    for _ in 0..8 {
        let mut tab = server.connect(&mina, json!({})).await;
        let asked = tab.ask(event::HISTORY, json!({ "room": tab.room() })).await;
        tabs.push((tab, asked));
    }
    let reading = || store.pages_reading.load(Ordering::Acquire);
    let others_come = async |others: usize| {
        while reading() < others {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    others_come(AT_A_TIME).await;
    // Asked before somebody else's page, whose request is answered no sooner than theirs could have been begun.
    let mut jun = server.join("Jun").await;
    let asked = jun.ask(event::HISTORY, json!({ "room": jun.room() })).await;
    others_come(AT_A_TIME + 1).await;
    for (tab, _) in &mut tabs {
        tab.call::<Value>(event::SYNC, json!({})).await;
    }
    assert_eq!(reading(), AT_A_TIME + 1, "the others wait for their turn");
    held.add_permits(100);
    assert!(matches!(jun.answer::<Value>(asked).await, Reply::Ok(_)));
    for (tab, asked) in &mut tabs {
        assert!(matches!(tab.answer::<Value>(*asked).await, Reply::Ok(_)));
    }
    assert_eq!(reading(), 0);
}
