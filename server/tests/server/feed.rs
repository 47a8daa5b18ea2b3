//! Sockets follow everything that is stored, in order, whether or not the commit's outcome was known.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};
use steadfast_server::clock;
use steadfast_server::config::Config;
use steadfast_server::store::sqlite::SqliteStore;
use steadfast_server::store::{Command, NewEntry};
use steadfast_shared::event::{self, Presence, Reply};
use steadfast_shared::room::{CreateRoom, RoomUpdate};
use steadfast_shared::{
    Body, Entry, EntryId, ErrorCode, Person, Room, RoomId, RoomKind, RoomName, Topic, UserId,
};
use uuid::Uuid;

use crate::support::faulty::{Fault, Faulty, Read};
use crate::support::{Client, TestServer, body, message, ok};

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

fn me(client: &Client) -> UserId {
    client.opened().me.id
}

async fn news(client: &mut Client) -> Room {
    match client.next(event::ROOM).await {
        RoomUpdate::In { room } => *room,
        RoomUpdate::Out { room, .. } => panic!("out of {room}"),
    }
}

/// The next of a room's entries.
async fn heard(client: &mut Client, room: RoomId) -> Body {
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
        store.command_faults.lock().unwrap().push_back(fault);
        if panics {
            mina.ask(event::DIRECT_ROOM, &asked).await;
            // Asked again before that, both would be in the commit that panics.
            while !store.command_faults.lock().unwrap().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
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
    store
        .command_faults
        .lock()
        .unwrap()
        .push_back(Fault::FailsAfterCommit);
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
    store
        .command_faults
        .lock()
        .unwrap()
        .push_back(Fault::FailsAfterCommit);
    let asked = json!({ "name": "Minerva" });
    let refused = mina.refusal(event::NICKNAME, &asked).await;
    assert_eq!(refused, ErrorCode::Unavailable);
    assert!(matches!(heard(&mut jun, general).await, Body::Nickname { .. }));
    let told: Presence = jun.next(event::PRESENCE).await;
    assert_eq!(told.person.name.as_str(), "Minerva");
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
    // Committed, but the members of the room cannot be read at first.
    store.blind.store(1, Ordering::Release);
    let invite = json!({ "room": room.id, "people": [me(&jun)] });
    let _: Value = ok(&mut mina, event::INVITE, invite).await;
    let seen = news(&mut jun).await;
    assert_eq!(seen.id, room.id);
    mina.send(&[message(room.id, "hi")]).await;
    assert!(matches!(heard(&mut jun, room.id).await, Body::Message { .. }));

    store
        .command_faults
        .lock()
        .unwrap()
        .push_back(Fault::FailsAfterCommit);
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
    store
        .command_faults
        .lock()
        .unwrap()
        .push_back(Fault::FailsAfterCommit);
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
    store.command_faults.lock().unwrap().push_back(Fault::Fails);
    let asked = json!({ "with": [me(&jun)] });
    let refused = mina.refusal(event::DIRECT_ROOM, asked).await;
    assert_eq!(refused, ErrorCode::Unavailable);
    // Longer than a round of the listener takes.
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

/// Whether a client has received nothing of a room beyond this `seq`: neither an event nor a head.
async fn knows_nothing_beyond(client: &mut Client, room: RoomId, seq: u64) {
    let asked = client.ask(event::SYNC, json!({})).await;
    let heads: event::Heads = match client.answer(asked).await {
        Reply::Ok(heads) => heads,
        Reply::Err(error) => panic!("{error:?}"),
    };
    assert_eq!(heads.get(&room), Some(&seq));
}

/// Waits until a reader of the feed is blocked.
async fn blocked(store: &Faulty) {
    let before = store.waiting.load(Ordering::Acquire);
    while store.waiting.load(Ordering::Acquire) == before {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn nothing_is_published_past_a_gap() {
    let (server, store) = start().await;
    let mut mina = server.join("Mina").await;
    let mut jun = server.join("Jun").await;
    let room = mina.room();
    store.close_the_feed();
    store.faults.lock().unwrap().push_back(Fault::FailsAfterCommit);
    let lost = message(room, "one");
    let refused = mina.refusal(event::SEND, json!([lost])).await;
    assert_eq!(refused, ErrorCode::Unavailable);
    assert_eq!(mina.send(&[message(room, "two")]).await, [2]);
    assert_eq!(mina.send(&[message(room, "three")]).await, [3]);
    knows_nothing_beyond(&mut jun, room, 0).await;
    store.open_the_feed();
    let mut heard = Vec::new();
    while heard.len() < 3 {
        heard.extend(jun.entries().await.iter().map(|entry| entry.seq));
    }
    assert_eq!(heard, [1, 2, 3]);
}

#[tokio::test]
async fn what_changed_before_an_entry_is_followed_before_it_is_published() {
    let (server, store) = start().await;
    let mut mina = server.join("Mina").await;
    let mut jun = server.join("Jun").await;
    let asked = json!({ "id": Uuid::now_v7(), "kind": "private", "name": "Plans" });
    let room: Room = ok(&mut mina, event::CREATE_ROOM, asked).await;
    let invite = json!({ "room": room.id, "people": [me(&jun)] });
    let _: Value = ok(&mut mina, event::INVITE, invite).await;
    assert_eq!(news(&mut jun).await.id, room.id);
    store.close_the_feed();
    store
        .command_faults
        .lock()
        .unwrap()
        .push_back(Fault::FailsAfterCommit);
    let remove = json!({ "room": room.id, "person": me(&jun) });
    let refused = mina.refusal(event::REMOVE_MEMBER, remove).await;
    assert_eq!(refused, ErrorCode::Unavailable);
    mina.send(&[message(room.id, "secret")]).await;
    mina.send(&[message(mina.room(), "in general")]).await;
    store.open_the_feed();
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
async fn a_room_that_is_not_known_is_taken_as_it_is_stored_and_not_for_a_new_one() {
    let (server, store) = start().await;
    let session = server.sign_in("Mina").await;
    let room = store.inner().rooms_of(session.me.id).await.unwrap()[0].id;
    let said: Vec<NewEntry> = (0..20)
        .map(|_| NewEntry {
            author: session.me.id,
            message_id: None,
            address: None,
            id: EntryId(Uuid::now_v7()),
            room,
            body: body("before anybody was here"),
        })
        .collect();
    store.inner().append(&said, 7).await.unwrap();
    let mut mina = server.connect(&session, json!({})).await;
    assert_eq!(mina.opened().rooms[0].head, 20);
    assert_eq!(mina.send(&[message(room, "hi")]).await, [21]);
    assert_eq!(mina.entries().await[0].seq, 21, "and nothing of what was before");
    // A room that a person joins.
    let tea = RoomId(Uuid::now_v7());
    let made = Command::Create(CreateRoom {
        id: tea,
        kind: RoomKind::Public,
        name: RoomName::parse("Tea").unwrap(),
        topic: Topic::default(),
    });
    let ada = server.sign_in("Ada").await.me.id;
    store.inner().act(ada, None, &made, 8).await.unwrap().unwrap();
    let said = said.into_iter().map(|entry| NewEntry {
        author: ada,
        room: tea,
        ..entry
    });
    store.inner().append(&Vec::from_iter(said), 9).await.unwrap();
    let joined: Room = ok(&mut mina, event::JOIN_ROOM, json!({ "room": tea })).await;
    assert_eq!((joined.id, joined.head), (tea, 21));
    assert_eq!(mina.send(&[message(tea, "hi")]).await, [22]);
    loop {
        let entries: event::Entries = mina.next(event::ENTRIES).await;
        if entries.room == tea {
            assert_eq!(entries.from, 22);
            break;
        }
    }
}

#[tokio::test]
async fn what_was_published_while_it_was_read_is_not_published_again() {
    let (server, store) = start().await;
    let mut mina = server.join("Mina").await;
    let mut jun = server.join("Jun").await;
    let room = mina.room();
    // The round has read the published state, but not the entries that follow.
    store.close_the_feed();
    blocked(&store).await;
    mina.send(&[message(room, "one")]).await;
    assert_eq!(jun.entries().await[0].seq, 1);
    store.open_the_feed();
    // The next round begins after that one.
    store.close_the_feed();
    blocked(&store).await;
    store.open_the_feed();
    mina.send(&[message(room, "two")]).await;
    assert_eq!(jun.entries().await[0].seq, 2);
}

#[tokio::test]
async fn whoever_is_taken_out_while_they_connect_does_not_come_in() {
    let (server, store) = start().await;
    let mut mina = server.join("Mina").await;
    let session = server.sign_in("Jun").await;
    let asked = json!({ "id": Uuid::now_v7(), "kind": "private", "name": "Plans" });
    let room: Room = ok(&mut mina, event::CREATE_ROOM, asked).await;
    let invite = json!({ "room": room.id, "people": [session.me.id] });
    let _: Value = ok(&mut mina, event::INVITE, invite).await;
    let (came, go) = store.hold(Read::Rooms);
    let connecting = server.connect(&session, json!({}));
    let removing = async {
        came.acquire().await.unwrap().forget();
        // Their rooms have been read, and their session is not open yet.
        let remove = json!({ "room": room.id, "person": session.me.id });
        let _: Value = ok(&mut mina, event::REMOVE_MEMBER, remove).await;
        let _: Value = ok(&mut mina, event::NICKNAME, json!({ "name": "Minerva" })).await;
        go.add_permits(1);
    };
    let (mut jun, ()) = tokio::join!(connecting, removing);
    assert!(jun.opened().rooms.iter().all(|known| known.id != room.id));
    mina.send(&[message(room.id, "secret"), message(mina.room(), "in general")])
        .await;
    loop {
        let entries: event::Entries = jun.next(event::ENTRIES).await;
        assert_eq!(entries.room, jun.room());
        let said = |entry: &Entry| matches!(entry.body, Body::Message { .. });
        if entries.entries.iter().any(said) {
            break;
        }
    }
}

#[tokio::test]
async fn what_was_forgotten_of_the_feed_is_read_as_a_whole() {
    let (server, store) = start().await;
    let mut mina = server.join("Mina").await;
    let mut jun = server.join("Jun").await;
    let asked = json!({ "id": Uuid::now_v7(), "kind": "private", "name": "Plans" });
    let room: Room = ok(&mut mina, event::CREATE_ROOM, asked).await;
    let invite = json!({ "room": room.id, "people": [me(&jun)] });
    let _: Value = ok(&mut mina, event::INVITE, invite).await;
    assert_eq!(news(&mut jun).await.id, room.id);
    store.close_the_feed();
    for (event, asked) in [
        (
            event::REMOVE_MEMBER,
            json!({ "room": room.id, "person": me(&jun) }),
        ),
        (event::NICKNAME, json!({ "name": "Minerva" })),
    ] {
        store
            .command_faults
            .lock()
            .unwrap()
            .push_back(Fault::FailsAfterCommit);
        assert_eq!(mina.refusal(event, asked).await, ErrorCode::Unavailable);
    }
    store.forgetful.store(1, Ordering::Release);
    store.open_the_feed();
    loop {
        let (name, args) = jun.event().await;
        if name == event::ROOM && args[0]["state"] == "out" {
            assert_eq!(args[0]["room"], json!(room.id));
            break;
        }
        assert_ne!(name, event::ENTRIES);
    }
    mina.send(&[message(room.id, "secret"), message(mina.room(), "in general")])
        .await;
    loop {
        let entries: event::Entries = jun.next(event::ENTRIES).await;
        assert_eq!(entries.room, jun.room());
        let said = |entry: &&Entry| matches!(entry.body, Body::Message { .. });
        if let Some(said) = entries.entries.iter().find(said) {
            assert_eq!(said.author.name, "Minerva");
            break;
        }
    }
}

#[tokio::test]
async fn a_server_that_cannot_see_what_is_stored_says_so_instead_of_that_nothing_is_missing() {
    let (server, store) = start().await;
    let mut mina = server.join("Mina").await;
    let ready = || async {
        server
            .http
            .get(server.url("/readyz"))
            .send()
            .await
            .unwrap()
            .status()
    };
    assert_eq!(ready().await, 200);
    let room = mina.room();
    knows_nothing_beyond(&mut mina, room, 0).await;
    store.close_the_feed();
    tokio::time::sleep(Duration::from_secs(7)).await;
    assert_eq!(mina.refusal(event::SYNC, json!({})).await, ErrorCode::Unavailable);
    assert_eq!(ready().await, 503);
    store.open_the_feed();
    while ready().await != 200 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    knows_nothing_beyond(&mut mina, room, 0).await;
}
