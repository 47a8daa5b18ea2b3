//! Presence across nodes.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use steadfast_server::config::AdapterChoice;
use steadfast_shared::event::{self, Availability, Reply, Watched};
use steadfast_shared::http::SessionInfo;
use steadfast_shared::room::Member;
use tokio::time::sleep;
use uuid::Uuid;

use super::{By, Cluster, node, with_each_adapter};
use crate::support::{Client, postgres};

/// Waits until a client receives exactly this state of a person, whatever it receives before.
pub(super) async fn sees(client: &mut Client, person: &SessionInfo, state: Availability) {
    loop {
        let told: Watched = client.next(event::WATCHED).await;
        if told
            .people
            .iter()
            .any(|one| one.person.id == person.me.id && one.state == state)
        {
            return;
        }
    }
}

pub(super) async fn watching(at: SocketAddr, session: &SessionInfo) -> Client {
    let first = Client::open(at, session, json!({})).await;
    let general = first.room();
    first.leave().await;
    Client::open(at, session, json!({ "watch": { "rooms": [general] } })).await
}

async fn a_person_is_there_on_any_node_and_away_only_on_all(cluster: Cluster) {
    let (one, other) = (&cluster.one, &cluster.other);
    let (jun, mina) = (one.sign_in("Jun").await, one.sign_in("Mina").await);
    let mut jun = watching(other.address, &jun).await;
    let mut desk = one.connect(&mina, json!({})).await;
    sees(&mut jun, &mina, Availability::Online).await;
    let mut phone = other.connect(&mina, json!({})).await;
    desk.emit(event::AWAY, json!({ "away": true })).await;
    phone.emit(event::AWAY, json!({ "away": true })).await;
    sees(&mut jun, &mina, Availability::Away).await;
    desk.emit(event::AWAY, json!({ "away": false })).await;
    sees(&mut jun, &mina, Availability::Online).await;

    // A person who connects here sees people elsewhere, also in the list of members.
    let asked = json!({ "room": jun.room(), "here": true });
    let Reply::Ok(members) = jun.call::<Vec<Member>>(event::LIST_MEMBERS, asked).await else {
        panic!("refused");
    };
    assert!(members.iter().any(|member| member.person.id == mina.me.id));
    phone.leave().await;
    // Longer than the grace period: she is still online elsewhere.
    sleep(Duration::from_millis(1_500)).await;
    let told: Reply<Watched> = jun.call(event::WATCH, json!({ "people": [mina.me.id] })).await;
    let Reply::Ok(told) = told else { panic!("refused") };
    assert_eq!(told.people[0].state, Availability::Online);
    desk.leave().await;
    sees(&mut jun, &mina, Availability::Offline).await;
}

async fn who_comes_into_a_room_elsewhere_is_told_there_and_here(cluster: Cluster) {
    let (one, other) = (&cluster.one, &cluster.other);
    let (jun, mina) = (one.sign_in("Jun").await, one.sign_in("Mina").await);
    let mut jun = other.connect(&jun, json!({ "watch": {} })).await;
    let mut mina_at_one = one.connect(&mina, json!({})).await;
    let room = Uuid::now_v7();
    let asked = json!({ "id": room, "kind": "public", "name": "tea" });
    assert!(matches!(
        jun.call::<serde_json::Value>(event::CREATE_ROOM, asked).await,
        Reply::Ok(_)
    ));
    let watch = json!({ "rooms": [room] });
    assert!(matches!(
        jun.call::<Watched>(event::WATCH, watch).await,
        Reply::Ok(_)
    ));
    let join = json!({ "room": room });
    assert!(matches!(
        mina_at_one
            .call::<serde_json::Value>(event::JOIN_ROOM, join)
            .await,
        Reply::Ok(_)
    ));
    sees(&mut jun, &mina, Availability::Online).await;
}

with_each_adapter!(
    a_person_is_there_on_any_node_and_away_only_on_all,
    who_comes_into_a_room_elsewhere_is_told_there_and_here,
);

#[tokio::test]
async fn without_an_adapter_presence_is_only_late() {
    let database = postgres::Database::new().await;
    let one = node(database.url(), Some(AdapterChoice::None)).await;
    let other = node(database.url(), Some(AdapterChoice::None)).await;
    let (jun, mina) = (one.sign_in("Jun").await, one.sign_in("Mina").await);
    let mut jun = watching(other.address, &jun).await;
    let desk = one.connect(&mina, json!({})).await;
    sees(&mut jun, &mina, Availability::Online).await;
    desk.leave().await;
    sees(&mut jun, &mina, Availability::Offline).await;
    drop((one, other));
    drop(database);
}

/// A crash of the database server empties the presence rows: each node writes its people again.
#[tokio::test]
async fn what_the_database_has_lost_is_written_again() {
    let cluster = Cluster::start(By::Postgres).await;
    let (jun, mina) = (
        cluster.one.sign_in("Jun").await,
        cluster.one.sign_in("Mina").await,
    );
    let mut jun = watching(cluster.other.address, &jun).await;
    let desk = cluster.one.connect(&mina, json!({})).await;
    sees(&mut jun, &mina, Availability::Online).await;
    let mut connection = cluster.database.connect().await;
    sqlx::raw_sql("truncate presence, presence_versions")
        .execute(&mut connection)
        .await
        .unwrap();
    let ada = cluster.one.sign_in("Ada").await;
    let _ada_at_one = cluster.one.connect(&ada, json!({})).await;
    sees(&mut jun, &ada, Availability::Online).await;
    // The crash must not make anybody appear offline.
    let told: Reply<Watched> = jun.call(event::WATCH, json!({ "people": [mina.me.id] })).await;
    let Reply::Ok(told) = told else { panic!("refused") };
    assert_eq!(told.people[0].state, Availability::Online);
    let rows: i64 = sqlx::query_scalar("select count(*) from presence")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert!(rows >= 2, "{rows}");
    drop(desk);
}

#[tokio::test]
async fn people_of_a_dead_node_go_with_its_lease() {
    let cluster = Cluster::start(By::Postgres).await;
    let (jun, kim) = (cluster.one.sign_in("Jun").await, cluster.one.sign_in("Kim").await);
    let mut jun = watching(cluster.one.address, &jun).await;
    let mut database = cluster.database.connect().await;
    let node = Uuid::now_v7();
    for statement in [
        "insert into nodes (id, expires_at) values ($1, clock_timestamp() + interval '3 s')",
        "insert into presence_versions (node, version) values ($1, 1)",
    ] {
        let done = sqlx::query(statement).bind(node).execute(&mut database).await;
        done.unwrap();
    }
    sqlx::query("insert into presence (node, person, away) values ($1, $2, false)")
        .bind(node)
        .bind(kim.me.id.0)
        .execute(&mut database)
        .await
        .unwrap();
    sees(&mut jun, &kim, Availability::Online).await;
    sees(&mut jun, &kim, Availability::Offline).await;
}
