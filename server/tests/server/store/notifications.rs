//! Connections that listen for notifications.

use std::time::Duration;

use sqlx::Executor;
use steadfast_server::store::postgres::notification::{NOTIFICATION_BYTES, Notifications};
use tokio::runtime::Builder;

use crate::support::postgres::Database;
use crate::support::proxy::{Proxy, Silent};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_listening_connection_that_has_fallen_silent_nothing_is_left() {
    let database = Database::new().await;
    let network = Proxy::start(database.socket()).await;
    let url = database.url_by(network.port);
    let (connected, silence) = (tokio::sync::oneshot::channel(), tokio::sync::oneshot::channel());
    let listening = tokio::task::spawn_blocking(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut listener = Notifications::of(&url).unwrap().listener().await.unwrap();
            let before = runtime.metrics().num_alive_tasks();
            connected.0.send(()).unwrap();
            silence.1.await.unwrap();
            assert!(listener.ping().await.is_err());
            drop(listener);
            let ended = async {
                while runtime.metrics().num_alive_tasks() > before {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            };
            let ended = tokio::time::timeout(Duration::from_secs(3), ended).await;
            assert!(ended.is_ok(), "a task waits for the server");
        });
    });
    connected.1.await.unwrap();
    network.silence(Silent::Everything);
    silence.0.send(()).unwrap();
    listening.await.unwrap();
}

#[tokio::test]
async fn a_listener_that_hangs_shows_in_the_usage_of_the_queue() {
    let database = Database::new().await;
    let mut hanging = database.connect().await;
    hanging.execute("listen steadfast").await.unwrap();
    hanging.execute("begin").await.unwrap();
    let mut sender = Notifications::of(&database.url())
        .unwrap()
        .caller()
        .await
        .unwrap();
    // Several pages of the queue.
    for _ in 0..5 {
        sender.call(&"x".repeat(NOTIFICATION_BYTES)).await.unwrap();
    }
    assert!(sender.queue_usage().await.unwrap() > 0.0);
    sender.ping().await.unwrap();
    // The missed notification is on its way to it, which the driver does not expect.
    drop(hanging);
}
