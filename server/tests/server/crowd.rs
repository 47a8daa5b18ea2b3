//! Many clients at the same time: work that is expensive for everybody is done for a few at a time.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::json;
use steadfast_server::clock;
use steadfast_server::config::Config;
use steadfast_server::store::sqlite::{PATIENCE, SqliteStore};

use crate::support::TestServer;
use crate::support::faulty::Faulty;

#[tokio::test]
async fn fault_m02_of_many_who_sign_up_one_is_written_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("chat.db"));
    config.limits.sign_ins_per_minute = 10_000;
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
