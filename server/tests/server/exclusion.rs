//! A person is banned while they connect: no connection may survive.

use std::sync::Arc;

use serde_json::{Value, json};
use steadfast_server::clock;
use steadfast_server::config::Config;
use steadfast_server::store::sqlite::{PATIENCE, SqliteStore};
use tokio::time::timeout;

use crate::support::client::{Heard, PATIENCE as LONG};
use crate::support::faulty::{Faulty, Read};
use crate::support::{Client, TestServer};

async fn start() -> (TestServer, Arc<Faulty>) {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::new(folder.path().join("chat.db"));
    let sqlite = SqliteStore::open(config.database.file().unwrap(), PATIENCE, clock::now());
    let store = Arc::new(Faulty::new(Arc::new(sqlite.await.unwrap()), []));
    let server = TestServer::on_store(folder, config, store.clone()).await;
    (server, store)
}

/// Waits until the connection is refused or ended; fails if the server opens the session and leaves it open.
async fn until_ended(client: &mut Client) {
    let ended = async {
        while !matches!(
            client.hear().await,
            Heard::Refused(_) | Heard::Disconnected | Heard::Closed
        ) {}
    };
    timeout(LONG, ended).await.expect("it stays connected");
}

#[tokio::test]
async fn fault_h10_whoever_is_kept_out_while_they_connect_does_not_stay() {
    let (server, store) = start().await;
    let owner = server.own("Olga").await;
    let by = owner.token.as_deref().unwrap();
    let cases = [
        (Read::Device, json!({ "state": "banned" })),
        (Read::Rooms, json!({ "state": "banned" })),
        (Read::Device, json!({ "state": "deactivated" })),
        (Read::Rooms, Value::Null),
    ];
    for (nth, (read, done)) in cases.into_iter().enumerate() {
        let mallory = server.sign_in(&format!("Mallory {nth}")).await;
        let (came, go) = store.hold(read);
        let mut client = Client::dial(server.address, &[]).await;
        client
            .say(&format!("40{}", json!({ "token": mallory.token })))
            .await;
        timeout(LONG, came.acquire()).await.unwrap().unwrap().forget();
        // The data read for the person is outdated from here on.
        let path = format!("/api/admin/people/{}", mallory.me.id);
        let request = match done {
            Value::Null => server.http.delete(server.url(&format!("{path}/sessions"))),
            _ => server
                .http
                .put(server.url(&format!("{path}/exclusion")))
                .json(&done),
        };
        let answer = request.bearer_auth(by).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
        go.add_permits(1);
        until_ended(&mut client).await;
        let request = server.http.get(server.url("/api/admin/connections"));
        let connected: Value = request
            .bearer_auth(by)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(connected, json!([]), "{read:?} {done}");
    }
}
