//! Databases that went back in time with their epoch: a file copied back by hand, a disk snapshot.

use std::sync::Arc;

use serde_json::{Value, json};
use steadfast_server::config::Config;
use steadfast_server::store::Store;
use steadfast_shared::event::{Heads, Reply};
use steadfast_shared::{Cursor, EntryId, RoomId, Seq, event};
use uuid::Uuid;

use crate::support::database::{TestDatabase, conformance};
use crate::support::{Client, TestServer, message};

struct Fixture(TestDatabase);

impl Fixture {
    async fn sqlite() -> Self {
        Self(TestDatabase::sqlite())
    }

    async fn postgres() -> Self {
        Self(TestDatabase::postgres().await)
    }

    async fn serve(&self) -> (TestServer, Arc<dyn Store>) {
        let store = self.0.open().await;
        let folder = tempfile::tempdir().unwrap();
        let config = Config::new(folder.path().join("chat.db"));
        (TestServer::on_store(folder, config, store.clone()).await, store)
    }

    /// Sets a room back to the state at this head.
    async fn take_back(&self, room: RoomId, head: Seq) {
        let room = self.0.id(room.0);
        let statements = format!(
            "delete from entries where room = {room} and seq > {head};
             update rooms set head = {head} where id = {room};"
        );
        self.0.run(&statements).await;
    }
}

/// The cursors of a device at the end of a room.
async fn cursors_of(client: &mut Client, room: RoomId) -> Value {
    let Reply::Ok(page) = client
        .call::<event::Page>(event::HISTORY, json!({ "room": room }))
        .await
    else {
        panic!("no page");
    };
    json!({ room.to_string(): Cursor::from(page.entries.last().unwrap()) })
}

fn ids(missed: &event::Entries) -> Vec<EntryId> {
    missed.entries.iter().map(|entry| entry.id).collect()
}

async fn a_device_that_knows_more_than_the_database_starts_that_room_afresh(fixture: Fixture) {
    let (server, store) = fixture.serve().await;
    let session = server.sign_in("Mina").await;
    let mut mina = server.connect(&session, json!({})).await;
    let general = mina.room();
    let create = json!({ "id": Uuid::now_v7(), "kind": "private", "name": "Plans" });
    let Reply::Ok(plans) = mina.call::<event::Room>(event::CREATE_ROOM, create).await else {
        panic!("no room");
    };
    for _ in 0..9 {
        mina.send(&[message(general, "said")]).await;
    }
    let mut cursors = cursors_of(&mut mina, general).await;
    cursors[plans.id.to_string()] = cursors_of(&mut mina, plans.id).await[plans.id.to_string()].clone();
    let auth = json!({ "epoch": session.epoch, "cursors": cursors });
    let same = server.connect(&session, auth.clone()).await;
    assert!(same.opened().recovered && same.opened().reset.is_empty());
    server.stop().await;
    drop(store);

    fixture.take_back(general, 4).await;
    let (server, store) = fixture.serve().await;
    let mut back = server.connect(&session, auth.clone()).await;
    assert_eq!(back.opened().epoch, session.epoch);
    assert_eq!(back.opened().reset, [general], "and no other room");
    // Beyond the head, by its place alone.
    let bare =
        json!({ "epoch": session.epoch, "cursors": { general.to_string(): 9, plans.id.to_string(): 1 } });
    let old = server.connect(&session, bare).await;
    assert_eq!(old.opened().reset, [general]);
    // It grows again past the device's cursor: another entry is at that place.
    for _ in 0..8 {
        back.send(&[message(general, "since")]).await;
    }
    let again = server.connect(&session, auth).await;
    assert_eq!(again.opened().reset, [general]);
    let of_general = again.opened().missed.iter().find(|missed| missed.room == general);
    if let Some(missed) = of_general {
        assert_eq!(missed.from, 1, "from the beginning, for nothing is held");
        assert_eq!(ids(missed).len(), 12);
    }
    server.stop().await;
    drop(store);
}

async fn a_message_sent_again_at_the_same_place_after_others_is_told_by_its_time(fixture: Fixture) {
    let (server, store) = fixture.serve().await;
    let session = server.sign_in("Mina").await;
    let mut mina = server.connect(&session, json!({})).await;
    let general = mina.room();
    let last = message(general, "nobody heard the ack");
    mina.send(&[message(general, "lost")]).await;
    mina.send(std::slice::from_ref(&last)).await;
    let cursors = cursors_of(&mut mina, general).await;
    server.stop().await;
    drop(store);

    fixture.take_back(general, 0).await;
    let (server, store) = fixture.serve().await;
    let mut back = server.connect(&session, json!({})).await;
    back.send(&[message(general, "another one")]).await;
    assert_eq!(back.send(&[last]).await, [2]);
    let auth = json!({ "epoch": session.epoch, "cursors": cursors });
    let again = server.connect(&session, auth).await;
    assert_eq!(again.opened().reset, [general]);
    server.stop().await;
    drop(store);
}

async fn cursors_of_rooms_one_is_not_in_are_passed_over(fixture: Fixture) {
    let (server, store) = fixture.serve().await;
    let session = server.sign_in("Mina").await;
    let mut jun = server.join("Jun").await;
    let create = json!({ "id": Uuid::now_v7(), "kind": "private", "name": "Plans" });
    let Reply::Ok(plans) = jun.call::<event::Room>(event::CREATE_ROOM, create).await else {
        panic!("no room");
    };
    let guessed = json!({ plans.id.to_string(): [7, Uuid::now_v7()], Uuid::now_v7().to_string(): 3 });
    let auth = json!({ "epoch": session.epoch, "cursors": guessed });
    let mut mina = server.connect(&session, auth).await;
    assert!(mina.opened().reset.is_empty());
    // With an entry's id it can be compared at the head, too.
    let general = mina.room();
    let payload = json!({ general.to_string(): [0, Uuid::now_v7(), 5] });
    let Reply::Ok(heads) = mina.call::<Heads>(event::SYNC, payload).await else {
        panic!("refused");
    };
    assert_eq!(heads, [(general, 0)].into());
    server.stop().await;
    drop(store);
}

conformance!(
    a_device_that_knows_more_than_the_database_starts_that_room_afresh,
    a_message_sent_again_at_the_same_place_after_others_is_told_by_its_time,
    cursors_of_rooms_one_is_not_in_are_passed_over,
);
