//! Many clients at the same time: work that is expensive for everybody is done for a few at a time.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};
use steadfast_server::clock;
use steadfast_server::config::Config;
use steadfast_server::http::sign_ups::GROUP;
use steadfast_server::store::sqlite::{PATIENCE, SqliteStore};
use steadfast_server::turns::WAITING;
use steadfast_shared::event::{self, Reply};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::support::TestServer;
use crate::support::faulty::Faulty;

#[tokio::test]
async fn fault_m02_many_who_sign_up_are_written_in_groups_that_leave_half_of_the_time_to_messages() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("chat.db"));
    config.limits.rates.sign_ins_per_minute = 10_000;
    let sqlite = SqliteStore::open(config.database.file().unwrap(), PATIENCE, clock::now());
    let store = Arc::new(Faulty::new(Arc::new(sqlite.await.unwrap()), []));
    let server = TestServer::on_store(folder, config, store.clone()).await;
    let held = Arc::new(Semaphore::new(0));
    *store.sign_ups_held.lock().unwrap() = Some(held.clone());
    let mut signing_up = JoinSet::new();
    for n in 0..60 {
        let payload = json!({ "nickname": format!("stranger {n}") });
        let request = server.http.post(server.url("/api/session")).json(&payload);
        signing_up.spawn(async move { request.send().await.unwrap().status().as_u16() });
    }
    let places = GROUP + WAITING;
    for _ in 0..60 - places {
        assert_eq!(
            signing_up.join_next().await.unwrap().unwrap(),
            503,
            "the queue is full"
        );
    }
    held.add_permits(1_000);
    while let Some(status) = signing_up.join_next().await {
        assert_eq!(status.unwrap(), 201);
    }
    let groups = store.sign_ups.lock().unwrap();
    let sizes: Vec<_> = groups.iter().map(|group| group.sign_ups).collect();
    assert_eq!(sizes.iter().sum::<usize>(), places);
    assert!(sizes.iter().all(|size| *size <= GROUP), "{sizes:?}");
    // Those that had a turn while the first group was held.
    assert!(
        sizes[0] + sizes[1] >= GROUP,
        "what waits is written together: {sizes:?}"
    );
    for pair in groups.windows(2) {
        let (took, rest) = (pair[0].to - pair[0].from, pair[1].from - pair[0].to);
        assert!(
            rest >= took.min(Duration::from_secs(1)),
            "{rest:?} after {took:?}"
        );
    }
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
