//! Errands of which nobody knows whether they were done: whatever is stored, everybody's connections follow it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};
use steadfast_server::clock;
use steadfast_server::config::Config;
use steadfast_server::store::sqlite::SqliteStore;
use steadfast_shared::event::{self, Presence, Reply};
use steadfast_shared::room::RoomNews;
use steadfast_shared::{Body, ErrorCode, Person, Room, UserId};
use uuid::Uuid;

use crate::support::faulty::{Fault, Faulty};
use crate::support::{Client, TestServer, message};

async fn start() -> (TestServer, Arc<Faulty>) {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::new(folder.path().join("chat.db"));
    let sqlite = SqliteStore::open(
        config.database.file().unwrap(),
        Duration::from_secs(10),
        clock::now(),
    )
    .await
    .unwrap();
    let store = Arc::new(Faulty::new(Arc::new(sqlite), []));
    let server = TestServer::on_store(folder, config, store.clone()).await;
    (server, store)
}

async fn ok<T: serde::de::DeserializeOwned>(client: &mut Client, event: &str, asked: Value) -> T {
    match client.call(event, asked).await {
        Reply::Ok(done) => done,
        Reply::Err(error) => panic!("{event}: {error:?}"),
    }
}

fn me(client: &Client) -> UserId {
    client.opened().me.id
}

async fn news(client: &mut Client) -> Room {
    match client.next(event::ROOM).await {
        RoomNews::In { room } => *room,
        RoomNews::Out { room, .. } => panic!("out of {room}"),
    }
}

/// The next of a room's entries.
async fn heard(client: &mut Client, room: steadfast_shared::RoomId) -> Body {
    loop {
        let mut news: event::Entries = client.next(event::ENTRIES).await;
        if news.room == room {
            return news.entries.remove(0).body;
        }
    }
}

#[tokio::test]
async fn a_conversation_that_was_perhaps_made_is_heard_by_everybody_in_it() {
    for fault in [Fault::FailsAfterCommit, Fault::Panics] {
        let (server, store) = start().await;
        let mut mina = server.join("Mina").await;
        let mut jun = server.join("Jun").await;
        let asked = json!({ "with": [me(&jun)] });
        let panics = matches!(fault, Fault::Panics);
        store.errands.lock().unwrap().push_back(fault);
        if panics {
            mina.ask(event::DIRECT_ROOM, &asked).await;
        } else {
            let refused = mina.refusal(event::DIRECT_ROOM, &asked).await;
            assert_eq!(refused, ErrorCode::Unavailable);
        }
        let room: Room = ok(&mut mina, event::DIRECT_ROOM, asked).await;
        assert_eq!(news(&mut jun).await.id, room.id);
        assert!(matches!(heard(&mut jun, room.id).await, Body::Room { .. }));
        mina.send(&[message(room.id, "psst")]).await;
        assert!(matches!(heard(&mut jun, room.id).await, Body::Message { .. }));
    }
}

#[tokio::test]
async fn a_change_that_was_perhaps_made_is_told_to_everybody_in_the_room() {
    let (server, store) = start().await;
    let mut mina = server.join_as_owner("Mina").await;
    let mut jun = server.join("Jun").await;
    let general = mina.room();
    store.errands.lock().unwrap().push_back(Fault::FailsAfterCommit);
    let change = json!({ "room": general, "topic": "tea" });
    let refused = mina.refusal(event::CHANGE_ROOM, &change).await;
    assert_eq!(refused, ErrorCode::Unavailable);
    for client in [&mut mina, &mut jun] {
        assert_eq!(news(client).await.topic.as_str(), "tea");
        assert!(matches!(heard(client, general).await, Body::Room { .. }));
    }
    let changed: Room = ok(&mut mina, event::CHANGE_ROOM, change).await;
    assert_eq!(changed.head, 1, "the retry finds it done");
}

#[tokio::test]
async fn a_nickname_that_was_perhaps_taken_is_the_one_everybody_knows() {
    let (server, store) = start().await;
    let mut mina = server.join("Mina").await;
    let mut jun = server.join("Jun").await;
    let general = mina.room();
    store.errands.lock().unwrap().push_back(Fault::FailsAfterCommit);
    let asked = json!({ "name": "Minerva" });
    let refused = mina.refusal(event::NICKNAME, &asked).await;
    assert_eq!(refused, ErrorCode::Unavailable);
    let told: Presence = jun.next(event::PRESENCE).await;
    assert_eq!(told.person.name.as_str(), "Minerva");
    assert!(matches!(heard(&mut jun, general).await, Body::Nickname { .. }));
    mina.emit(event::TYPING, json!({ "room": general })).await;
    let typing: event::Typing = jun.next(event::TYPING).await;
    assert_eq!(typing.person.name.as_str(), "Minerva");
    let person: Person = ok(&mut mina, event::NICKNAME, asked).await;
    assert_eq!(person.name, "Minerva");
}

#[tokio::test]
async fn who_was_perhaps_taken_out_hears_nothing_more_and_who_was_invited_hears_all() {
    let (server, store) = start().await;
    let mut mina = server.join("Mina").await;
    let mut jun = server.join("Jun").await;
    let asked = json!({ "id": Uuid::now_v7(), "kind": "private", "name": "Plans" });
    let room: Room = ok(&mut mina, event::CREATE_ROOM, asked).await;

    let invite = json!({ "room": room.id, "people": [me(&jun), Uuid::now_v7()] });
    assert_eq!(mina.refusal(event::INVITE, invite).await, ErrorCode::Invalid);
    // Committed, and then it cannot be read who is in the room.
    store.blind.store(1, Ordering::Release);
    let invite = json!({ "room": room.id, "people": [me(&jun)] });
    assert_eq!(mina.refusal(event::INVITE, &invite).await, ErrorCode::Unavailable);
    let seen = news(&mut jun).await;
    assert_eq!(seen.id, room.id);
    mina.send(&[message(room.id, "hi")]).await;
    assert!(matches!(heard(&mut jun, room.id).await, Body::Message { .. }));

    store.errands.lock().unwrap().push_back(Fault::FailsAfterCommit);
    let remove = json!({ "room": room.id, "person": me(&jun) });
    let refused = mina.refusal(event::REMOVE_MEMBER, remove).await;
    assert_eq!(refused, ErrorCode::Unavailable);
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
    assert!(out, "told before anything else is");
}

#[tokio::test]
async fn whoever_connects_between_a_commit_and_its_news_is_told_each_entry_once() {
    let (server, store) = start().await;
    let session = server.sign_in("Mina").await;
    let mut mina = server.connect(&session, json!({})).await;
    store.errands.lock().unwrap().push_back(Fault::FailsAfterCommit);
    let id = Uuid::now_v7();
    let asked = json!({ "id": id, "kind": "private", "name": "Plans" });
    let refused = mina.refusal(event::CREATE_ROOM, &asked).await;
    assert_eq!(refused, ErrorCode::Unavailable);
    let mut tab = server.connect(&session, json!({})).await;
    let room = tab.opened().rooms.iter().find(|room| room.id.0 == id).unwrap();
    let (room, mut head) = (room.id, room.head);
    assert_eq!(mina.send(&[message(room, "hi")]).await, [2]);
    while head < 2 {
        let news: event::Entries = tab.next(event::ENTRIES).await;
        assert_eq!((news.room, news.from), (room, head + 1));
        head += news.entries.len() as u64;
    }
}

#[tokio::test]
async fn what_was_not_done_is_told_to_nobody() {
    let (server, store) = start().await;
    let mut mina = server.join("Mina").await;
    let mut jun = server.join("Jun").await;
    store.errands.lock().unwrap().push_back(Fault::Fails);
    let asked = json!({ "with": [me(&jun)] });
    let refused = mina.refusal(event::DIRECT_ROOM, asked).await;
    assert_eq!(refused, ErrorCode::Unavailable);
    // Longer than it takes to look what is stored.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    mina.send(&[message(mina.room(), "hi")]).await;
    for client in [&mut mina, &mut jun] {
        loop {
            let (name, _) = client.event().await;
            assert_ne!(name, event::ROOM);
            if name == event::ENTRIES {
                break;
            }
        }
    }
}
