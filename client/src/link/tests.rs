use std::sync::atomic::{AtomicBool, Ordering};

use futures::StreamExt;
use steadfast_shared::http::SessionInfo;
use steadfast_shared::{EntryId, Epoch, MessageText, Person, RoomId, UserId};
use uuid::Uuid;

use super::*;
use crate::record::{StorageError, Write};

const ROOM: RoomId = RoomId(Uuid::from_u128(1));

fn offline() -> ChatOptions {
    ChatOptions {
        url: "http://127.0.0.1:9".into(),
        stay_offline: true,
        ..ChatOptions::default()
    }
}

fn signed_in() -> Input {
    Input::SignedIn(SessionInfo::new(
        Person {
            id: UserId(Uuid::from_u128(2)),
            name: "ann".into(),
        },
        Epoch(Uuid::from_u128(3)),
    ))
}

fn post(n: u128) -> Input {
    Input::Post {
        room: ROOM,
        id: EntryId(Uuid::from_u128(n)),
        text: MessageText::parse("hi").unwrap(),
        reply_to: None,
        at: 1,
    }
}

async fn until(chat: &Chat, done: impl Fn(&Session) -> bool) {
    let mut changes = chat.changes();
    while !chat.with(&done) {
        tokio::time::timeout(Duration::from_secs(10), changes.next())
            .await
            .unwrap();
    }
}

/// Reads for as long as it is told to, and then still works.
struct Slow(MemoryStorage, Arc<AtomicBool>);

impl Storage for Slow {
    fn load(&mut self) -> Task<'_, Result<Restored, StorageError>> {
        Box::pin(async {
            while self.1.load(Ordering::Relaxed) {
                sleep(Duration::from_millis(10)).await;
            }
            self.0.load().await
        })
    }

    fn apply(&mut self, writes: Vec<Write>) -> Task<'_, Result<(), StorageError>> {
        self.0.apply(writes)
    }
}

#[tokio::test]
async fn what_is_said_before_storage_answers_is_not_lost() {
    let storage = MemoryStorage::default();
    let chat = Chat::start(offline(), storage.clone(), SoloPeers).unwrap();
    chat.input(signed_in());
    chat.input(post(10));
    chat.input(post(11));
    until(&chat, |session| session.timeline(ROOM).rows().count() == 2).await;
    until(&chat, |session| {
        session.outbox().all(|item| item.disk == crate::Disk::Written)
    })
    .await;
    assert_eq!(storage.snapshot().outbox.len(), 2);
    assert!(chat.with(Session::is_leader), "alone, a chat sends for itself");
}

/// A storage that holds one message, which an earlier chat could not send.
async fn with_one_message() -> MemoryStorage {
    let storage = MemoryStorage::default();
    let before = Chat::start(offline(), storage.clone(), SoloPeers).unwrap();
    before.input(signed_in());
    before.input(post(10));
    until(&before, |session| {
        session.outbox().any(|item| item.disk == crate::Disk::Written)
    })
    .await;
    storage
}

#[tokio::test]
async fn storage_that_hangs_keeps_nobody_from_chatting_and_comes_in_late() {
    let storage = with_one_message().await;

    let hangs = Arc::new(AtomicBool::new(true));
    let chat = Chat::start(offline(), Slow(storage, hangs.clone()), SoloPeers).unwrap();
    chat.input(signed_in());
    chat.input(post(11));
    until(&chat, |session| session.timeline(ROOM).rows().count() == 1).await;
    hangs.store(false, Ordering::Relaxed);
    until(&chat, |session| session.timeline(ROOM).rows().count() == 2).await;
}

/// Cannot be read for as long as it is told so.
struct Unreadable(MemoryStorage, Arc<AtomicBool>);

impl Storage for Unreadable {
    fn load(&mut self) -> Task<'_, Result<Restored, StorageError>> {
        if self.1.load(Ordering::Relaxed) {
            return Box::pin(async { Err(StorageError::Failed("unreadable".into())) });
        }
        self.0.load()
    }

    fn apply(&mut self, writes: Vec<Write>) -> Task<'_, Result<(), StorageError>> {
        self.0.apply(writes)
    }
}

#[tokio::test]
async fn storage_that_could_not_be_read_is_read_again_and_what_it_holds_comes_in() {
    let storage = with_one_message().await;

    let unreadable = Arc::new(AtomicBool::new(true));
    let chat = Chat::start(offline(), Unreadable(storage, unreadable.clone()), SoloPeers).unwrap();
    chat.input(signed_in());
    until(&chat, Session::is_leader).await;
    assert_eq!(chat.with(|session| session.timeline(ROOM).rows().count()), 0);
    unreadable.store(false, Ordering::Relaxed);
    until(&chat, |session| session.timeline(ROOM).rows().count() == 1).await;
}

#[tokio::test]
async fn the_changes_end_with_the_chat() {
    let chat = Chat::start(offline(), MemoryStorage::default(), SoloPeers).unwrap();
    let mut changes = chat.changes();
    drop(chat);
    let ended = async { while changes.next().await.is_some() {} };
    tokio::time::timeout(Duration::from_secs(10), ended)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_is_dialled_again_and_a_wish_for_quiet_is_kept() {
    let chat = Chat::start(offline(), MemoryStorage::default(), SoloPeers).unwrap();
    assert_eq!(chat.link(), LinkState::Disconnected { by_person: false });
    let mut changes = chat.changes();
    chat.connect();
    while !matches!(chat.link(), LinkState::Waiting { .. }) {
        tokio::time::timeout(Duration::from_secs(10), changes.next())
            .await
            .unwrap();
    }
    chat.disconnect();
    assert!(
        matches!(chat.link(), LinkState::Disconnected { .. }),
        "{:?}",
        chat.link()
    );
    chat.wake();
    assert!(matches!(chat.link(), LinkState::Disconnected { .. }));
}
