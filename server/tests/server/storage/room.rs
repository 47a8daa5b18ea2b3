//! Storage: a log that shrinks again, a disk that fills up, and one person's quota.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use steadfast_server::store::quota::DayUsage;
use steadfast_server::store::{self, EntryOutcome, NewCommand, Quota, Span, StorageLimits, StoreRefusal};
use steadfast_shared::event::{self, Page, Reply, SendItem, Sent};
use steadfast_shared::{Body, Emoji, EntryId, ErrorCode, RoomId};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::behind_its_back;
use super::small_disk::SmallDisk;
use crate::drain::terminate;
use crate::process::started;
use crate::store::Fixture;
use crate::support::client::PATIENCE;
use crate::support::database::conformance;
use crate::support::server::sign_in;
use crate::support::{Client, TestServer, message};

const DAY: u64 = 24 * 60 * 60 * 1_000;

/// Waits until a condition holds.
async fn until(what: &str, mut is: impl AsyncFnMut() -> bool) {
    let end = Instant::now() + PATIENCE * 2;
    while !is().await {
        assert!(Instant::now() < end, "{what}");
        sleep(Duration::from_millis(100)).await;
    }
}

/// The outcome of one entry.
async fn outcome(client: &mut Client, item: &SendItem) -> Result<(), ErrorCode> {
    match client.call::<Vec<Sent>>(event::SEND, [item]).await {
        Reply::Ok(sent) => match &sent[0] {
            Sent::Stored { .. } => Ok(()),
            Sent::Refused { error, .. } => Err(error.code),
        },
        Reply::Err(error) => Err(error.code),
    }
}

fn item(room: RoomId, body: Body) -> SendItem {
    let id = EntryId(Uuid::now_v7());
    let message_id = None;
    SendItem {
        id,
        room,
        body,
        message_id,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_l06_the_log_is_given_back_after_its_peak() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    let log = folder.path().join("chat.db-wal");
    let (_server, address) = started(&database).await;
    let session = sign_in(&reqwest::Client::new(), address, "Mina").await;
    let mut mina = Client::open(address, &session, json!({})).await;
    // A reader keeps the log from being emptied, as a long backup does.
    let mut reader = behind_its_back(&database).await;
    sqlx::query("begin").execute(&mut reader).await.unwrap();
    sqlx::query("select * from epoch")
        .fetch_all(&mut reader)
        .await
        .unwrap();
    let text = "x".repeat(16_000);
    for _ in 0..120 {
        let items: Vec<SendItem> = (0..8).map(|_| message(mina.room(), &text)).collect();
        mina.send(&items).await;
    }
    let size = || std::fs::metadata(&log).unwrap().len();
    assert!(size() > 17_000_000, "{}", size());
    sqlx::query("rollback").execute(&mut reader).await.unwrap();
    until("the log stays at its peak", async || size() < 1_000_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_m07_a_disk_that_fills_is_told_and_what_is_refused_is_taken_once_there_is_room() {
    let Some(disk) = SmallDisk::mount() else {
        println!("skipped: a small disk takes the right to mount one");
        return;
    };
    let database = disk.path().join("chat.db");
    let (mut server, address) = started(&database).await;
    let http = reqwest::Client::new();
    let session = sign_in(&http, address, "Mina").await;
    let mut mina = Client::open(address, &session, json!({})).await;
    let room = mina.room();
    let ready = async |address: SocketAddr| {
        let answer = http.get(format!("http://{address}/readyz")).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(mina.send(&[message(room, "while there is room")]).await, [1]);
    assert_eq!(ready(address).await.0, 200);

    // Below the reserve, a twentieth of this disk, but not empty.
    disk.leave(600_000);
    assert_eq!(ready(address).await, (503, "the disk is full\n".to_owned()));
    let refused = message(room, "now there is none");
    assert_eq!(outcome(&mut mina, &refused).await, Err(ErrorCode::StorageFull));
    let edit = serde_json::from_value(json!({ "kind": "edit", "message": 1, "text": "longer" })).unwrap();
    assert_eq!(
        outcome(&mut mina, &item(room, edit)).await,
        Err(ErrorCode::StorageFull)
    );
    let taken = http
        .post(format!("http://{address}/api/session"))
        .json(&json!({ "nickname": "Jun" }))
        .send()
        .await
        .unwrap();
    assert_eq!(taken.status(), 507);
    assert_eq!(
        outcome(&mut mina, &item(room, Body::Delete { message: 1 })).await,
        Ok(()),
        "who deletes is heard"
    );

    // Down to the last block.
    disk.leave(0);
    assert_eq!(ready(address).await.0, 503);
    assert!(
        outcome(&mut mina, &refused)
            .await
            .is_err_and(ErrorCode::is_transient)
    );

    // A server that starts there serves readers, and refuses as before.
    terminate(&server).await;
    server.wait().await.unwrap();
    disk.leave(0);
    let (_server, address) = started(&database).await;
    assert_eq!(ready(address).await, (503, "the disk is full\n".to_owned()));
    let mut mina = Client::open(address, &session, json!({})).await;
    let page: Page = match mina.call(event::HISTORY, json!({ "room": room })).await {
        Reply::Ok(page) => page,
        Reply::Err(error) => panic!("{error}"),
    };
    assert_eq!(page.entries.len(), 2);
    assert_eq!(outcome(&mut mina, &refused).await, Err(ErrorCode::StorageFull));

    std::fs::remove_file(disk.ballast()).unwrap();
    until("it is ready again", async || ready(address).await.0 == 200).await;
    assert_eq!(mina.send(&[refused]).await, [3]);
}

#[tokio::test]
async fn fault_m08_a_person_writes_so_much_a_day_and_no_more() {
    let server = TestServer::with(|limits| {
        limits.data.daily_entries = 5;
        limits.data.daily_bytes = 1_000;
    })
    .await;
    let (mut mina, mut jun) = (server.join("Mina").await, server.join("Jun").await);
    let room = mina.room();
    let first = message(room, &"x".repeat(900));
    assert_eq!(outcome(&mut mina, &first).await, Ok(()));
    assert_eq!(
        outcome(&mut mina, &message(room, &"x".repeat(101))).await,
        Err(ErrorCode::OverQuota)
    );
    let emoji = Emoji::parse("👍").unwrap();
    for n in 0..4 {
        let react = Body::React {
            message: 1,
            emoji: emoji.clone(),
            on: n % 2 == 0,
        };
        assert_eq!(outcome(&mut mina, &item(room, react)).await, Ok(()));
    }
    assert_eq!(
        outcome(&mut mina, &message(room, "x")).await,
        Err(ErrorCode::OverQuota)
    );
    assert_eq!(
        outcome(&mut mina, &first).await,
        Ok(()),
        "what is stored stays acknowledged"
    );
    assert_eq!(
        outcome(&mut mina, &item(room, Body::Delete { message: 1 })).await,
        Ok(())
    );
    assert_eq!(outcome(&mut jun, &message(room, "somebody else")).await, Ok(()));
    // Another device and connection: the quota is the person's.
    let mut again = server.connect(&server.sign_in("Ann").await, json!({})).await;
    for _ in 0..5 {
        assert_eq!(outcome(&mut again, &message(room, "x")).await, Ok(()));
    }
    assert_eq!(
        outcome(&mut again, &message(room, "x")).await,
        Err(ErrorCode::OverQuota)
    );
}

async fn fault_m08_a_quota_is_counted_anew_each_day_outlives_the_process_and_can_be_lifted(fixture: Fixture) {
    fixture.store.close().await;
    let quota = Quota { entries: 3, bytes: 0 };
    let open = async || {
        let limits = StorageLimits { quota, min_free: 0 };
        fixture.database.open_limited(limits).await
    };
    let mina = fixture.mina.person.id;
    let write = async |store: &dyn store::Store, at: u64| {
        let entry = store::NewEntry {
            author: mina,
            id: EntryId(Uuid::now_v7()),
            room: fixture.general,
            body: crate::support::body("x"),
            message_id: None,
            address: None,
        };
        match store.append(&[entry], at).await.unwrap().outcomes[0] {
            EntryOutcome::Stored { .. } => Ok(()),
            EntryOutcome::Refused(refusal) => Err(refusal),
            repeat => panic!("{repeat:?}"),
        }
    };
    let store = &*open().await;
    for at in [DAY, DAY + 1] {
        assert_eq!(write(store, at).await, Ok(()));
    }
    store.close().await;
    let store = &*open().await;
    assert_eq!(write(store, 2 * DAY - 1).await, Ok(()));
    assert_eq!(write(store, 2 * DAY - 1).await, Err(StoreRefusal::OverQuota));
    assert_eq!(
        store.usage(mina, DAY).await.unwrap(),
        (DayUsage { entries: 3, bytes: 3 }, quota)
    );
    assert_eq!(write(store, 2 * DAY).await, Ok(()), "another day");
    assert_eq!(store.usage(mina, 2 * DAY).await.unwrap().0.entries, 1);

    assert!(store.set_quota(mina, Some(Quota::default())).await.unwrap());
    for _ in 0..10 {
        assert_eq!(write(store, 2 * DAY).await, Ok(()));
    }
    assert!(store.set_quota(mina, None).await.unwrap());
    assert_eq!(write(store, 2 * DAY).await, Err(StoreRefusal::OverQuota));
    let nobody = steadfast_shared::UserId(Uuid::now_v7());
    assert!(!store.set_quota(nobody, None).await.unwrap());
}

/// The entries that a command writes fill the disk as messages do.
async fn fault_m08_names_and_topics_count_as_messages_do(fixture: Fixture) {
    fixture.store.close().await;
    let quota = Quota { entries: 4, bytes: 0 };
    let store = fixture
        .database
        .open_limited(StorageLimits { quota, min_free: 0 })
        .await;
    let mina = fixture.mina.person.id;
    let rename = async |name: String| {
        let name = steadfast_shared::Nickname::parse(&name).unwrap();
        store
            .act(mina, None, &store::Command::Rename(name), DAY)
            .await
            .unwrap()
            .map(drop)
    };
    // One entry in each of two rooms.
    assert_eq!(rename("Mina 1".to_owned()).await, Ok(()));
    assert_eq!(store.usage(mina, DAY).await.unwrap().0.entries, 2);
    assert_eq!(rename("Mina 2".to_owned()).await, Ok(()));
    assert_eq!(rename("Mina 3".to_owned()).await, Err(StoreRefusal::OverQuota));
    assert_eq!(
        store.usage(mina, DAY).await.unwrap().0.entries,
        4,
        "a refusal counts nothing"
    );
    let page = store.page(fixture.general, Span::After(0), 100).await.unwrap();
    assert_eq!(page.entries.len(), 2);
    assert_eq!(
        store.usage(fixture.jun.person.id, DAY).await.unwrap().0.entries,
        0
    );
    // Refused together with others' work, it takes back its own part only.
    let jun = NewCommand {
        by: fixture.jun.person.id,
        address: None,
        act: store::Command::Rename(steadfast_shared::Nickname::parse("Juno").unwrap()),
    };
    let refused = NewCommand {
        by: mina,
        act: store::Command::Rename(steadfast_shared::Nickname::parse("Mina 4").unwrap()),
        ..jun.clone()
    };
    let done = store.commit(&[], &[refused, jun], DAY).await.unwrap();
    assert!(matches!(done.commands[..], [Err(StoreRefusal::OverQuota), Ok(_)]));
    assert_eq!(
        store.usage(fixture.jun.person.id, DAY).await.unwrap().0.entries,
        1
    );
}

conformance!(
    fault_m08_a_quota_is_counted_anew_each_day_outlives_the_process_and_can_be_lifted,
    fault_m08_names_and_topics_count_as_messages_do,
);
