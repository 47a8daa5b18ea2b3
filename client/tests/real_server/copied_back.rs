//! The database's file is copied back by hand, with its epoch, while the server is down.

use std::fs;
use std::path::Path;

use steadfast_client::link::{Chat, MemoryStorage};
use steadfast_shared::{EntryId, RoomId};

use crate::desk::{all_sent, online, post, room, rows, until};
use crate::process::{Server, chat_at, free_address};

/// The database's file and its log.
const FILES: [&str; 2] = ["chat.db", "chat.db-wal"];

/// Copies a database that nobody has open.
fn copy(from: &Path, to: &Path) {
    for name in FILES {
        let _ = fs::remove_file(to.join(name));
        if from.join(name).exists() {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}

fn ids(chat: &Chat, room: RoomId) -> Vec<(EntryId, Option<u64>)> {
    let rows = rows(chat, room).into_iter();
    rows.map(|(_, id, seq)| (id, seq)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_copied_back_by_hand_is_what_everybody_sees_and_what_waits_is_sent_once() {
    let (folder, copies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let database = folder.path().join("chat.db");
    let address = free_address();
    let mut server = Server::start(&database, address).await;
    let (mina, jun) = (server.sign_in("Mina").await, server.sign_in("Jun").await);
    let (on_minas_disk, on_juns_disk) = (MemoryStorage::default(), MemoryStorage::default());
    let minas = chat_at(address, &mina, &on_minas_disk);
    let juns = chat_at(address, &jun, &on_juns_disk);
    online(&minas).await;
    online(&juns).await;
    let general = room(&minas);
    let mut kept = Vec::new();
    for n in 0..4 {
        kept.push(post(&minas, general, &format!("kept {n}")));
    }
    until("all is stored", async || all_sent(&juns, general, 4)).await;
    server.kill();
    copy(folder.path(), copies.path());

    let mut server = Server::start(&database, address).await;
    online(&minas).await;
    for n in 0..5 {
        post(&minas, general, &format!("lost {n}"));
    }
    let both = [&minas, &juns];
    until("all is stored", async || {
        both.iter().all(|chat| all_sent(chat, general, 9))
    })
    .await;
    // A device that is away all the while, with its records on its disk.
    let away = MemoryStorage::default();
    let tablet = chat_at(address, &jun, &away);
    until("it has everything", async || all_sent(&tablet, general, 9)).await;
    until("it is on its disk", async || {
        let caches = away.snapshot().rooms;
        caches.iter().any(|cache| cache.high == 9)
    })
    .await;
    drop(tablet);

    server.kill();
    let waiting = post(&juns, general, "typed while the server was down");
    copy(copies.path(), folder.path());
    let server = Server::start(&database, address).await;
    until("what waited is sent", async || {
        both.iter().all(|chat| all_sent(chat, general, 5))
    })
    .await;
    let mut there: Vec<_> = kept.iter().copied().zip((1..).map(Some)).collect();
    there.push((waiting, Some(5)));
    for chat in both {
        assert_eq!(ids(chat, general), there, "exactly what the server has");
    }
    // It grows past the cursor of the device on the shelf, before that one comes back.
    for n in 0..6 {
        let id = post(&minas, general, &format!("since {n}"));
        there.push((id, Some(6 + n)));
    }
    until("all is stored", async || all_sent(&minas, general, 11)).await;
    let tablet = chat_at(server.address, &jun, &away);
    until("it sees what is there", async || ids(&tablet, general) == there).await;
}
