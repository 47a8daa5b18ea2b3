//! The transport of hints fails: messages arrive anyway, sessions are told, and it recovers.

use serde_json::json;
use sqlx::Executor;
use steadfast_server::config::AdapterChoice;
use steadfast_shared::ErrorCode;
use steadfast_shared::event::{self, Nodes, Page, Reply};

use super::{By, Cluster, node, until_heard};
use crate::support::postgres::Database;
use crate::support::proxy::{Proxy, Silent};
use crate::support::{Client, heard, message};

/// Waits until a session is told whether other nodes are connected.
async fn until_degraded(client: &mut Client, degraded: bool) {
    loop {
        let told: Nodes = client.next(event::NODES).await;
        if told.degraded == degraded {
            return;
        }
    }
}

/// Both send a message, and both receive it.
async fn both_speak(mina: &mut Client, jun: &mut Client, from: u64) {
    let room = mina.room();
    mina.send(&[message(room, "a")]).await;
    jun.send(&[message(room, "b")]).await;
    let here = heard(mina, room, from, 2).await;
    assert_eq!(here, heard(jun, room, from, 2).await);
}

#[tokio::test]
async fn while_redis_is_away_messages_come_by_the_timer_and_sessions_are_told_until_it_is_back() {
    let mut cluster = Cluster::start(By::Redis).await;
    let mut mina = cluster.one.join("Mina").await;
    let mut jun = cluster.other.join("Jun").await;
    until_heard(&mut mina, &mut jun).await;
    let redis = cluster.redis.as_mut().unwrap();
    redis.kill();
    until_degraded(&mut mina, true).await;
    until_degraded(&mut jun, true).await;
    both_speak(&mut mina, &mut jun, 1).await;
    // A client that connects during the outage is told, too.
    let mut ada = cluster.one.join("Ada").await;
    until_degraded(&mut ada, true).await;
    both_speak(&mut mina, &mut jun, 3).await;

    redis.restart().await;
    for client in [&mut mina, &mut jun, &mut ada] {
        until_degraded(client, false).await;
    }
    until_heard(&mut mina, &mut jun).await;
    until_heard(&mut jun, &mut mina).await;
    both_speak(&mut mina, &mut jun, 5).await;
}

#[tokio::test]
async fn without_an_adapter_messages_come_by_the_timer_and_nobody_is_told_of_an_outage() {
    let database = Database::new().await;
    let one = node(database.url(), Some(AdapterChoice::None)).await;
    let other = node(database.url(), Some(AdapterChoice::None)).await;
    let mut mina = one.join("Mina").await;
    let mut jun = other.join("Jun").await;
    let room = mina.room();
    for from in [1, 3, 5] {
        both_speak(&mut mina, &mut jun, from).await;
    }
    mina.send(&[message(room, "last")]).await;
    loop {
        let (name, args) = jun.event().await;
        assert_ne!(name, event::NODES);
        if name == event::ENTRIES && args[0]["from"] == 7 {
            break;
        }
    }
}

#[tokio::test]
async fn nodes_whose_backends_are_terminated_hear_each_other_again() {
    let cluster = Cluster::start(By::Postgres).await;
    let mut mina = cluster.one.join("Mina").await;
    let mut jun = cluster.other.join("Jun").await;
    until_heard(&mut mina, &mut jun).await;
    let mut connection = cluster.database.connect().await;
    for nth in 0..3 {
        let statement = "select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and application_name in ('steadfast listener', 'steadfast notifier')";
        let terminated = connection.fetch_all(statement).await.unwrap();
        assert!(terminated.len() > 1 || nth > 0, "{}", terminated.len());
        both_speak(&mut mina, &mut jun, 1 + 2 * nth).await;
    }
    until_heard(&mut mina, &mut jun).await;
    until_heard(&mut jun, &mut mina).await;
}

#[tokio::test]
async fn a_listening_connection_that_falls_silent_is_noticed_told_and_replaced() {
    let database = Database::new().await;
    let network = Proxy::start(database.socket()).await;
    let near = node(database.url(), None).await;
    let far = node(database.url_by(network.port), None).await;
    let mut mina = near.join("Mina").await;
    let mut jun = far.join("Jun").await;
    until_heard(&mut mina, &mut jun).await;
    network.silence(Silent::Listeners);
    both_speak(&mut mina, &mut jun, 1).await;
    until_degraded(&mut jun, true).await;
    both_speak(&mut mina, &mut jun, 3).await;
    // The link is up again.
    mina.emit(event::TYPING, json!({ "room": mina.room() })).await;
    network.silence(Silent::Nothing);
    until_degraded(&mut jun, false).await;
    until_heard(&mut mina, &mut jun).await;
    both_speak(&mut mina, &mut jun, 5).await;
    let _ = (near.stop().await, far.stop().await);
}

/// Postgres' error for a full disk.
const FULL: &str = "create function full_disk() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
    create trigger full_disk before insert on entries execute function full_disk()";

#[tokio::test]
async fn while_the_databases_disk_is_full_senders_are_told_so_and_everybody_reads_on() {
    let database = Database::new().await;
    let server = node(database.url(), None).await;
    let mut mina = server.join("Mina").await;
    let room = mina.room();
    mina.send(&[message(room, "before")]).await;
    let mut connection = database.connect().await;
    connection.execute(FULL).await.unwrap();
    assert_eq!(
        mina.refusal(event::SEND, [message(room, "no room for it")]).await,
        ErrorCode::StorageFull
    );
    let page: Reply<Page> = mina.call(event::HISTORY, json!({ "room": room })).await;
    assert!(
        matches!(&page, Reply::Ok(page) if page.entries.len() == 1),
        "{page:?}"
    );
    connection
        .execute("drop trigger full_disk on entries")
        .await
        .unwrap();
    assert_eq!(mina.send(&[message(room, "after")]).await, [2]);
}
