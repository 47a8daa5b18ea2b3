//! How long a commit on one node takes to the screens of another. These measure, and say nothing: `cargo xtask bench nodes`.

use std::time::Duration;

use steadfast_server::store::{Log, NewEntry};
use steadfast_shared::{EntryId, Seq};
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use super::{By, Cluster, until_heard};
use crate::support::client::PATIENCE;
use crate::support::{body, heard, message};

fn print(what: &str, mut took: Vec<Duration>) {
    took.sort();
    let at = |share: usize| took[(took.len() - 1) * share / 100];
    let (p50, p99, worst) = (at(50), at(99), at(100));
    println!("{what}: p50 {p50:.1?}, p99 {p99:.1?}, worst {worst:.1?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures: cargo xtask bench nodes"]
async fn from_commit_on_one_node_to_heard_on_the_other() {
    const TIMES: usize = 1_000;
    for by in [By::Postgres, By::Redis] {
        let cluster = Cluster::start(by).await;
        let mut mina = cluster.one.join("Mina").await;
        let mut jun = cluster.other.join("Jun").await;
        until_heard(&mut mina, &mut jun).await;
        let room = mina.room();
        let mut took = Vec::new();
        for nth in 0..TIMES {
            let said = [message(room, "now")];
            let send = async {
                mina.send(&said).await;
                Instant::now()
            };
            let hear = async {
                heard(&mut jun, room, nth as Seq + 1, 1).await;
                Instant::now()
            };
            let both = async { tokio::join!(send, hear) };
            let (acknowledged, heard) = timeout(PATIENCE, both).await.unwrap();
            took.push(heard.saturating_duration_since(acknowledged));
        }
        print(
            &format!("{by:?}: acknowledged on one node to heard on another"),
            took,
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures: cargo xtask bench nodes"]
async fn from_the_last_commit_of_a_node_that_dies_before_its_hint_to_heard_on_another() {
    const TIMES: u64 = 60;
    let cluster = Cluster::start(By::Postgres).await;
    let mut jun = cluster.one.join("Jun").await;
    let (room, author) = (jun.room(), jun.opened().me.id);
    // A store without a node commits, and nothing is hinted.
    let store = cluster.database.open_beside().await;
    let mut took = Vec::new();
    for nth in 0..TIMES {
        sleep(Duration::from_millis(nth * 137 % 1_000)).await;
        let entry = NewEntry {
            author,
            id: EntryId(Uuid::now_v7()),
            room,
            body: body("the last"),
            message_id: None,
            address: None,
        };
        store.commit(&[entry], &[], 7).await.unwrap();
        let committed = Instant::now();
        heard(&mut jun, room, nth + 1, 1).await;
        took.push(committed.elapsed());
    }
    print(
        "committed by a node that dies before its hint to heard on another",
        took,
    );
}
