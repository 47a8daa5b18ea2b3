//! Two chats through the death of the server, and into another database.

use steadfast_client::RowState;
use steadfast_client::link::{LinkState, MemoryStorage};
use steadfast_client::session::Input;
use steadfast_shared::HandshakeError;
use steadfast_shared::http::SessionInfo;

use crate::desk::{all_sent, online, post, room, rows, until};
use crate::process::{Server, free_address};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_chats_converge_through_the_death_of_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    let mut server = Server::start(&database, free_address()).await;
    let (ann_info, bob_info) = (server.sign_in("ann").await, server.sign_in("bob").await);
    let (ann_storage, bob_storage) = (MemoryStorage::default(), MemoryStorage::default());
    let ann = server.chat(&ann_info, &ann_storage);
    let bob = server.chat(&bob_info, &bob_storage);
    online(&ann).await;
    online(&bob).await;
    let general = room(&ann);

    let mut anns = Vec::new();
    let mut bobs = Vec::new();
    for n in 0..30 {
        anns.push(post(&ann, general, &format!("ann {n}")));
        bobs.push(post(&bob, general, &format!("bob {n}")));
    }
    until("everybody has everything", async || {
        all_sent(&ann, general, 60) && all_sent(&bob, general, 60)
    })
    .await;

    // Messages typed just before, while and after the server dies.
    for n in 30..60 {
        anns.push(post(&ann, general, &format!("ann {n}")));
        bobs.push(post(&bob, general, &format!("bob {n}")));
        if n == 40 {
            server.kill();
        }
    }
    until("ann's device has it all", async || {
        ann.with(|session| {
            let unsent = session.outbox().count();
            unsent > 0 && ann_storage.snapshot().outbox.len() == unsent
        })
    })
    .await;
    // A refresh, while the server is away.
    drop(ann);
    let ann = server.chat(&ann_info, &ann_storage);
    until("what was saved is shown", async || {
        ann.with(|session| session.timeline(general).echoes().count() > 0)
    })
    .await;
    assert!(
        ann.with(|session| session
            .timeline(general)
            .echoes()
            .all(|row| row.state == RowState::Saved)),
        "what comes from the disk is saved"
    );

    let address = server.address;
    drop(server);
    let server = Server::start(&database, address).await;
    ann.wake();
    bob.wake();
    until("everybody has everything again", async || {
        all_sent(&ann, general, 120) && all_sent(&bob, general, 120)
    })
    .await;
    let seen = rows(&ann, general);
    assert_eq!(seen, rows(&bob, general), "the same rows in the same order");
    let seqs: Vec<_> = seen.iter().filter_map(|(_, _, seq)| *seq).collect();
    assert_eq!(seqs, (1..=120).collect::<Vec<_>>(), "stored once, without a gap");
    for (person, posted) in [(&ann_info, anns), (&bob_info, bobs)] {
        let of_them = seen.iter().filter(|(author, ..)| *author == person.me.id);
        assert_eq!(
            of_them.map(|(_, id, _)| *id).collect::<Vec<_>>(),
            posted,
            "in the order typed"
        );
    }
    until("the outboxes are empty on disk too", async || {
        ann_storage.snapshot().outbox.is_empty() && bob_storage.snapshot().outbox.is_empty()
    })
    .await;
    drop(server);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_refused_until_signed_in_and_a_wiped_database_takes_the_outbox() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("first.db"), free_address()).await;
    let stranger = SessionInfo {
        token: Some("nobody's".into()),
        ..server.sign_in("somebody").await
    };
    let chat = server.chat(&stranger, &MemoryStorage::default());
    until("the handshake is refused", async || {
        chat.link() == LinkState::Refused(HandshakeError::Unauthorized)
    })
    .await;
    drop(chat);

    let storage = MemoryStorage::default();
    let ann_info = server.sign_in("ann").await;
    let ann = server.chat(&ann_info, &storage);
    online(&ann).await;
    let general = room(&ann);
    let before = post(&ann, general, "in the first database");
    until("it is stored", async || all_sent(&ann, general, 1)).await;
    ann.disconnect();
    let after = post(&ann, general, "typed offline");
    until("it is saved", async || storage.snapshot().outbox.len() == 1).await;
    drop(ann);

    // Another database at the same address. Its rooms have other ids.
    let address = server.address;
    drop(server);
    let server = Server::start(&folder.path().join("second.db"), address).await;
    let ann_info = server.sign_in("ann").await;
    let ann = server.chat(&ann_info, &storage);
    ann.input(Input::SignedIn(ann_info.clone()));
    online(&ann).await;
    let new_general = room(&ann);
    assert_ne!(general, new_general);
    until("what was saved is stored there", async || {
        all_sent(&ann, new_general, 1)
    })
    .await;
    let ids: Vec<_> = rows(&ann, new_general).into_iter().map(|(_, id, _)| id).collect();
    assert_eq!(ids, [after], "and nothing of {before}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn chats_that_start_on_a_busy_machine_all_come_to_know_that_they_are_connected() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("chat.db"), free_address()).await;
    let info = server.sign_in("ann").await;
    for _ in 0..10 {
        let chats: Vec<_> = (0..20)
            .map(|_| server.chat(&info, &MemoryStorage::default()))
            .collect();
        for chat in &chats {
            online(chat).await;
        }
    }
}
