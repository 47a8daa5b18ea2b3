//! The device's records, in a real browser's IndexedDB.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::cell::Cell;

use steadfast_client::link::Storage;
use steadfast_client::record::Disk;
use steadfast_client::{About, Identity, OutboxItem, RoomCache, StorageError, Write};
use steadfast_shared::{Body, Entry, EntryId, Epoch, MessageText, Person, RoomId, UserId};
use steadfast_web::storage::{DatabaseError, DeviceStorage, IndexedDatabase, ObjectStore, Operation};
use uuid::Uuid;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// A name no other test uses.
fn fresh() -> String {
    thread_local!(static NEXT: Cell<u32> = const { Cell::new(0) });
    let n = NEXT.replace(NEXT.get() + 1);
    format!("test-{n}-{}", js_sys::Math::random())
}

fn mina() -> Person {
    Person {
        id: UserId(Uuid::from_u128(7)),
        name: "Mina".into(),
    }
}

fn item(n: u128, order: u64) -> OutboxItem {
    let room = Uuid::from_u128(1);
    let json = serde_json::json!({
        "id": Uuid::from_u128(n), "room": room, "room_name": "general", "author": mina(),
        "text": format!("message {n}"), "at": 5, "order": order, "epoch": Uuid::from_u128(9),
    });
    serde_json::from_value(json).unwrap()
}

fn cache(room: u128, high: u64) -> RoomCache {
    let body = Body::message(MessageText::parse("hi").unwrap());
    let entry = |seq: u64| {
        Entry::new(
            seq,
            EntryId(Uuid::from_u128(u128::from(seq))),
            mina(),
            seq,
            body.clone(),
        )
    };
    RoomCache {
        about: About::default(),
        room: RoomId(Uuid::from_u128(room)),
        epoch: Epoch(Uuid::from_u128(9)),
        name: "general".into(),
        read: 0,
        high,
        entries: (1..=high).map(entry).collect(),
    }
}

#[wasm_bindgen_test]
async fn a_first_visit_finds_nothing() {
    let restored = DeviceStorage::new(fresh()).load().await.unwrap();
    assert_eq!(restored, steadfast_client::Restored::default());
}

#[wasm_bindgen_test]
async fn the_outbox_survives_reopening_and_keeps_its_order() {
    let name = fresh();
    let mut storage = DeviceStorage::new(&name);
    // Ids that sort the other way round: the order is the item's, not the key's.
    let written: Vec<Write> = (0..50_u64)
        .map(|n| Write::PutOutbox(item(100 - u128::from(n), n)))
        .collect();
    for writes in written.chunks(7) {
        storage.apply(writes.to_vec()).await.unwrap();
    }
    drop(storage);

    let mut outbox = DeviceStorage::new(&name).load().await.unwrap().outbox;
    outbox.sort_by_key(|item| (item.order, item.id));
    let texts: Vec<&str> = outbox
        .iter()
        .filter_map(|item| Some(item.body.text()?.as_str()))
        .collect();
    let expected: Vec<String> = (0..50).map(|n| format!("message {}", 100 - n)).collect();
    assert_eq!(texts, expected);
    assert!(outbox.iter().all(|item| item.disk == Disk::default()));
}

#[wasm_bindgen_test]
async fn writes_replace_remove_and_drop() {
    let name = fresh();
    let mut storage = DeviceStorage::new(&name);
    let identity = Identity {
        me: mina(),
        epoch: Epoch(Uuid::from_u128(9)),
    };
    let writes = vec![
        Write::PutIdentity(identity.clone()),
        Write::PutOutbox(item(1, 1)),
        Write::PutOutbox(item(2, 2)),
        Write::PutRoom(cache(1, 3)),
        Write::PutRoom(cache(2, 2)),
    ];
    storage.apply(writes).await.unwrap();
    let tried = OutboxItem {
        tries: 3,
        ..item(2, 2)
    };
    storage
        .apply(vec![
            Write::RemoveOutbox(item(1, 1).id),
            Write::PutOutbox(tried.clone()),
        ])
        .await
        .unwrap();
    storage
        .apply(vec![Write::DropRooms, Write::PutRoom(cache(3, 1))])
        .await
        .unwrap();
    assert_eq!(storage.identity().await, Ok(Some(identity)));

    let restored = DeviceStorage::new(&name).load().await.unwrap();
    assert_eq!(restored.outbox, [tried]);
    assert_eq!(restored.rooms, [cache(3, 1)]);
}

#[wasm_bindgen_test]
async fn a_record_of_another_version_is_passed_over() {
    let name = fresh();
    let database = IndexedDatabase::open(&name).await.unwrap();
    let strange = Operation::Put(ObjectStore::Outbox, "x".into(), r#"{"from":"the future"}"#.into());
    database.write(&[strange]).await.unwrap();
    drop(database);

    let mut storage = DeviceStorage::new(&name);
    storage.apply(vec![Write::PutOutbox(item(1, 1))]).await.unwrap();
    assert_eq!(storage.load().await.unwrap().outbox, [item(1, 1)]);
}

#[wasm_bindgen_test]
async fn a_database_cleared_under_an_open_page_is_made_again() {
    let name = fresh();
    let mut storage = DeviceStorage::new(&name);
    storage.apply(vec![Write::PutOutbox(item(1, 1))]).await.unwrap();
    // The open connection lets go by itself, so this is not blocked.
    IndexedDatabase::delete(&name).await.unwrap();
    storage.apply(vec![Write::PutOutbox(item(2, 2))]).await.unwrap();
    assert_eq!(storage.load().await.unwrap().outbox, [item(2, 2)]);
}

#[wasm_bindgen_test]
async fn a_database_of_a_newer_page_is_refused_as_such() {
    let name = fresh();
    raw_open(&name, 99).await.close();
    assert_eq!(
        IndexedDatabase::open(&name).await.unwrap_err(),
        DatabaseError::Newer
    );
    let error = DeviceStorage::new(&name).load().await.unwrap_err();
    assert!(matches!(error, StorageError::Failed(_)), "{error:?}");
}

#[wasm_bindgen_test]
async fn a_blocked_database_is_an_error_and_not_a_wait_without_end() {
    let name = fresh();
    // A connection that does not let go, as an older page's might not.
    let stubborn = raw_open(&name, 1).await;
    assert_eq!(IndexedDatabase::delete(&name).await, Err(DatabaseError::Blocked));
    stubborn.close();
}

#[wasm_bindgen_test]
async fn without_indexed_db_the_error_is_unavailable() {
    let (global, name) = (js_sys::global(), JsValue::from("indexedDB"));
    let real = js_sys::Object::get_own_property_descriptor(&global, &name);
    let hidden = js_sys::Object::new();
    js_sys::Reflect::set(&hidden, &"value".into(), &JsValue::UNDEFINED).unwrap();
    js_sys::Reflect::set(&hidden, &"configurable".into(), &true.into()).unwrap();
    js_sys::Object::define_property(&global, &name, &hidden);
    let loaded = DeviceStorage::new(fresh()).load().await;
    let applied = DeviceStorage::new(fresh()).apply(vec![Write::DropRooms]).await;
    js_sys::Object::define_property(&global, &name, &real.unchecked_into());

    assert_eq!(loaded, Err(StorageError::Unavailable));
    assert_eq!(applied, Err(StorageError::Unavailable));
}

/// A connection without the page's manners.
async fn raw_open(name: &str, version: u32) -> web_sys::IdbDatabase {
    let factory: web_sys::IdbFactory = js_sys::Reflect::get(&js_sys::global(), &"indexedDB".into())
        .unwrap()
        .unchecked_into();
    let request = factory.open_with_u32(name, version).unwrap();
    let opened = js_sys::Promise::new(&mut |resolve, _| {
        let done = Closure::once_into_js(move || resolve.call0(&JsValue::UNDEFINED).map(drop));
        request.set_onsuccess(Some(done.unchecked_ref()));
    });
    wasm_bindgen_futures::JsFuture::from(opened).await.unwrap();
    request.result().unwrap().unchecked_into()
}
