//! Several nodes on one Postgres, with each adapter.

mod chat;
mod failover;
mod latency;
mod outage;
mod people;
mod person;
mod presence;
mod processes;
mod tls;

use std::time::Duration;

use serde_json::json;
use steadfast_server::config::AdapterChoice;
use steadfast_server::config::Config;
use steadfast_server::store::database::Database;
use steadfast_shared::event;
use tokio::time::{Instant, timeout};

use crate::support::client::PATIENCE;
use crate::support::redis::Redis;
use crate::support::{Client, TestServer, postgres};

/// The transport of hints.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum By {
    Postgres,
    Redis,
}

/// Two nodes, which are stopped before their database.
struct Cluster {
    one: TestServer,
    other: TestServer,
    redis: Option<Redis>,
    database: postgres::Database,
}

impl Cluster {
    async fn start(by: By) -> Self {
        let database = postgres::Database::new().await;
        let redis = match by {
            By::Postgres => None,
            By::Redis => Some(Redis::start().await),
        };
        let adapter = redis.as_ref().map(|redis| AdapterChoice::Redis(redis.url()));
        Self {
            one: node(database.url(), adapter.clone()).await,
            other: node(database.url(), adapter).await,
            redis,
            database,
        }
    }
}

impl Cluster {
    /// Sends a message on the nodes' channel that no node has sent.
    async fn say(&self, epoch: &str, text: &str) {
        if let Some(redis) = &self.redis {
            redis.publish(&format!("steadfast:{epoch}"), text).await;
        } else {
            let notify = sqlx::query("select pg_notify('steadfast', $1)").bind(text);
            notify.execute(&mut self.database.connect().await).await.unwrap();
        }
    }
}

/// A node on a Postgres database, with its default adapter if none is named.
async fn node(url: String, adapter: Option<AdapterChoice>) -> TestServer {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config {
        adapter,
        admin_socket: Some(folder.path().join("admin.sock")),
        ..Config::new(Database::Postgres(url))
    };
    config.limits.device.event_burst = 100_000;
    config.limits.device.message_burst = 100_000;
    TestServer::on(folder, config).await
}

/// Types until a client on another node sees it, which shows that hints travel.
async fn until_heard(from: &mut Client, to: &mut Client) {
    let until = Instant::now() + PATIENCE;
    let person = from.opened().me.id;
    while Instant::now() < until {
        from.emit(event::TYPING, json!({ "room": from.room() })).await;
        let end = Instant::now() + Duration::from_millis(100);
        while let Ok((name, args)) = timeout(end - Instant::now(), to.event()).await {
            if name == event::TYPING && args[0]["person"]["id"] == json!(person) {
                return;
            }
        }
    }
    panic!("nobody hears that somebody is writing");
}

/// Runs tests with each adapter.
macro_rules! with_each_adapter {
    ($($test:ident),+ $(,)?) => {
        mod by_postgres {
            $(
                #[tokio::test]
                async fn $test() {
                    super::$test(super::Cluster::start(super::By::Postgres).await).await;
                }
            )+
        }

        mod by_redis {
            $(
                #[tokio::test]
                async fn $test() {
                    super::$test(super::Cluster::start(super::By::Redis).await).await;
                }
            )+
        }
    };
}
use with_each_adapter;
