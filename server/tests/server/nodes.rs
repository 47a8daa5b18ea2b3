//! Two nodes on one store: the sockets of one follow the actions on the other.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use steadfast_server::clock;
use steadfast_server::config::Config;
use steadfast_server::store::Store;
use steadfast_server::store::sqlite::SqliteStore;
use steadfast_shared::event::{self, ClosingReason};
use steadfast_shared::room::{MembershipUpdate, RoomUpdate};
use steadfast_shared::{Body, Room};
use uuid::Uuid;

use crate::support::faulty::Faulty;
use crate::support::{TestServer, heard, message, ok};

async fn node(store: &Arc<dyn Store>) -> TestServer {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::new(folder.path().join("chat.db"));
    TestServer::on_store(folder, config, store.clone()).await
}

async fn store_in(folder: &tempfile::TempDir) -> Arc<dyn Store> {
    let path = folder.path().join("chat.db");
    let store = SqliteStore::open(&path, Duration::from_secs(10), clock::now()).await;
    Arc::new(store.unwrap())
}

async fn two_nodes() -> (TestServer, TestServer, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(&folder).await;
    (node(&store).await, node(&store).await, folder)
}

#[tokio::test]
async fn what_is_said_on_two_nodes_is_heard_on_both_in_the_same_order() {
    const EACH: usize = 30;
    let (one, other, _folder) = two_nodes().await;
    let mut mina = one.join("Mina").await;
    let mut jun = other.join("Jun").await;
    let room = mina.room();
    for nth in 0..EACH {
        let (by_mina, by_jun) = ([message(room, "a")], [message(room, "b")]);
        if nth % 3 == 0 {
            tokio::join!(mina.send(&by_mina), jun.send(&by_jun));
        } else {
            mina.send(&by_mina).await;
            jun.send(&by_jun).await;
        }
    }
    let here = heard(&mut mina, room, 1, 2 * EACH).await;
    assert_eq!(here, heard(&mut jun, room, 1, 2 * EACH).await);
}

#[tokio::test]
async fn who_comes_and_goes_by_way_of_one_node_comes_and_goes_on_the_other() {
    let (one, other, _folder) = two_nodes().await;
    let mut mina = one.join("Mina").await;
    let mut jun = other.join("Jun").await;
    let asked = json!({ "id": Uuid::now_v7(), "kind": "private", "name": "Plans" });
    let room: Room = ok(&mut mina, event::CREATE_ROOM, asked).await;
    let invite = json!({ "room": room.id, "people": [jun.opened().me.id] });
    let _: Value = ok(&mut mina, event::INVITE, invite).await;
    let RoomUpdate::In { room: seen } = jun.next(event::ROOM).await else {
        panic!("out");
    };
    assert_eq!((seen.id, seen.head), (room.id, 1));
    mina.send(&[message(room.id, "hi")]).await;
    heard(&mut jun, room.id, 2, 1).await;
    jun.send(&[message(room.id, "hi yourself")]).await;
    heard(&mut mina, room.id, 1, 3).await;
    heard(&mut jun, room.id, 3, 1).await;

    let remove = json!({ "room": room.id, "person": jun.opened().me.id });
    let _: Value = ok(&mut mina, event::REMOVE_MEMBER, remove).await;
    mina.send(&[message(room.id, "secret"), message(mina.room(), "in general")])
        .await;
    let mut out = false;
    loop {
        let (name, args) = jun.event().await;
        out |= name == event::ROOM && args[0]["state"] == "out";
        if name == event::ENTRIES {
            assert_eq!(args[0]["room"], json!(jun.room()));
            break;
        }
    }
    assert!(out, "told before anything that was said after it");
}

#[tokio::test]
async fn names_newcomers_and_ended_sessions_hold_on_every_node() {
    let (one, other, _folder) = two_nodes().await;
    let session = other.sign_in("Jun").await;
    let mut jun = other.connect(&session, json!({})).await;
    let mut tab = one.connect(&session, json!({})).await;
    let room = jun.room();
    one.sign_in("Ada").await;
    let ada: MembershipUpdate = jun.next(event::MEMBERS).await;
    assert!(ada.joined && ada.person.name == "Ada");

    let _: Value = ok(&mut tab, event::NICKNAME, json!({ "name": "June" })).await;
    let news: event::Entries = jun.next(event::ENTRIES).await;
    assert!(matches!(news.entries[0].body, Body::Nickname { .. }));
    jun.send(&[message(room, "it is me")]).await;
    let mut mina = other.join("Mina").await;
    jun.emit(event::TYPING, json!({ "room": room })).await;
    let typing: event::Typing = mina.next(event::TYPING).await;
    assert_eq!(typing.person.name, "June");

    let signed_out = one
        .http
        .delete(one.url("/api/session"))
        .bearer_auth(session.token.as_deref().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(signed_out.status(), 204);
    for client in [&mut jun, &mut tab] {
        assert_eq!(client.closing().await, Some(ClosingReason::SignedOut));
    }
}

#[tokio::test]
async fn what_is_deleted_by_way_of_one_node_is_not_in_the_others_memory() {
    let (one, other, _folder) = two_nodes().await;
    let mut mina = one.join("Mina").await;
    let session = other.sign_in("Jun").await;
    let mut jun = other.connect(&session, json!({})).await;
    let room = mina.room();
    mina.send(&[message(room, "xyzzy")]).await;
    heard(&mut jun, room, 1, 1).await;
    let delete = json!([{ "id": Uuid::now_v7(), "room": room, "body": { "kind": "delete", "message": 1 } }]);
    let _: Value = ok(&mut mina, event::SEND, delete).await;
    heard(&mut jun, room, 2, 1).await;
    let epoch = jun.opened().epoch;
    let tab = other
        .connect(
            &session,
            json!({ "epoch": epoch, "cursors": { room.to_string(): 0 } }),
        )
        .await;
    let opened = tab.opened();
    assert!(opened.recovered, "from memory");
    let json = serde_json::to_string(&opened.missed).unwrap();
    assert!(!json.contains("xyzzy"), "{json}");
    assert_eq!(opened.missed[0].entries.len(), 2);
}

#[tokio::test]
async fn a_device_that_heard_more_on_another_node_is_of_the_same_database_and_hears_what_follows() {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(&folder).await;
    let behind = Arc::new(Faulty::new(store.clone(), []));
    let stored: Arc<dyn Store> = behind.clone();
    let (one, other) = (node(&store).await, node(&stored).await);
    let session = one.sign_in("Mina").await;
    let mut mina = one.connect(&session, json!({})).await;
    let mut jun = other.join("Jun").await;
    let room = mina.room();
    mina.send(&[message(room, "one")]).await;
    heard(&mut jun, room, 1, 1).await;
    // Its listener is in the middle of a round.
    let round = behind.block_one_read().await;
    assert_eq!(mina.send(&[message(room, "two")]).await, [2]);
    assert_eq!(mina.send(&[message(room, "three")]).await, [3]);
    // The other node has not seen these two.
    let auth = json!({ "epoch": session.epoch, "cursors": { room.to_string(): 3 } });
    let mut moved = other.connect(&session, auth).await;
    let opened = moved.opened();
    assert!(opened.recovered && opened.reset.is_empty(), "{opened:?}");
    assert_eq!(opened.epoch, session.epoch);
    let mut head = opened.rooms.iter().find(|known| known.id == room).unwrap().head;
    round.add_permits(1);
    assert_eq!(mina.send(&[message(room, "four")]).await, [4]);
    while head < 4 {
        let news: event::Entries = moved.next(event::ENTRIES).await;
        assert_eq!((news.room, news.from), (room, head + 1));
        head += news.entries.len() as u64;
    }
}
