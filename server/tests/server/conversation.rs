//! Conversations: each message reaches the other people once, in order, whatever happens to their connections.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use steadfast_shared::event::{
    self, Availability, ClosingReason, Heads, Page, Presence, Reply, Sent, Session,
};
use steadfast_shared::{EntryId, ErrorCode, RoomId, Seq, limit};
use uuid::Uuid;

use crate::support::{Client, TestServer, body, message};

/// Reads as a client with nothing cached does: page after page up to the session's head.
async fn pull(client: &mut Client, mut cursor: Seq, head: Seq) -> Vec<(Seq, EntryId)> {
    let room = client.room();
    let mut pulled = Vec::new();
    while cursor < head {
        let request = json!({ "room": room, "after": cursor });
        let Reply::Ok(page) = client.call::<Page>(event::HISTORY, request).await else {
            panic!("refused");
        };
        pulled.extend(page.entries.iter().map(|entry| (entry.seq, entry.id)));
        cursor = pulled.last().expect("an entry below the head").0;
    }
    pulled
}

#[tokio::test]
async fn hole_09_the_ack_and_the_broadcast_tell_the_sender_the_same_place() {
    let server = TestServer::start().await;
    let mut mina = server.join("Mina").await;
    let mut jun = server.join("Jun").await;
    let items: Vec<_> = (0..limit::BATCH_ITEMS)
        .map(|n| message(mina.room(), &n.to_string()))
        .collect();
    let Reply::Ok(sent) = mina.call::<Vec<Sent>>(event::SEND, &items).await else {
        panic!("refused");
    };
    assert_eq!(sent.len(), items.len());
    for client in [&mut mina, &mut jun] {
        let entries = client.entries().await;
        assert_eq!(entries.len(), items.len());
        for ((item, sent), (entry, place)) in items.iter().zip(&sent).zip(entries.iter().zip(1..)) {
            assert!(
                matches!(*sent, Sent::Stored { id, seq, at } if id == item.id && seq == place && at == entry.at),
                "{sent:?}"
            );
            assert_eq!((entry.id, entry.seq), (item.id, place));
            assert_eq!(entry.author.name, "Mina");
            assert_eq!(entry.body, item.body);
        }
    }
}

#[tokio::test]
async fn a_retry_after_a_lost_ack_stores_once_and_publishes_once() {
    let server = TestServer::start().await;
    let mut mina = server.join("Mina").await;
    let item = message(mina.room(), "once");
    for _ in 0..3 {
        assert_eq!(mina.send(std::slice::from_ref(&item)).await, [1]);
    }
    let other = event::SendItem {
        body: body("twice"),
        ..item
    };
    let Reply::Ok(sent) = mina.call::<Vec<Sent>>(event::SEND, [&other]).await else {
        panic!("refused");
    };
    assert!(
        matches!(&sent[0], Sent::Refused { error, .. } if error.code == ErrorCode::Conflict),
        "{sent:?}"
    );
    assert_eq!(mina.send(&[message(mina.room(), "next")]).await, [2]);
    assert_eq!(mina.entries().await[0].seq, 1);
    assert_eq!(mina.entries().await[0].seq, 2);
}

#[tokio::test]
async fn a_batch_is_answered_item_by_item_and_keeps_its_order() {
    let server = TestServer::start().await;
    let mut mina = server.join("Mina").await;
    let room = mina.room();
    let items = [
        message(room, "1"),
        message(RoomId(Uuid::nil()), "lost"),
        message(room, "2"),
    ];
    let Reply::Ok(sent) = mina.call::<Vec<Sent>>(event::SEND, &items).await else {
        panic!("refused");
    };
    assert!(matches!(sent[0], Sent::Stored { seq: 1, .. }));
    assert!(
        matches!(&sent[1], Sent::Refused { id, error } if *id == items[1].id && error.code == ErrorCode::UnknownRoom)
    );
    assert!(matches!(sent[2], Sent::Stored { seq: 2, .. }));
}

#[tokio::test]
async fn batches_sent_without_waiting_are_stored_in_the_order_sent() {
    let server = TestServer::start().await;
    let mut mina = server.join("Mina").await;
    let room = mina.room();
    let batches: Vec<_> = (0..60)
        .map(|n| [message(room, &format!("{n} a")), message(room, &format!("{n} b"))])
        .collect();
    let mut acks = Vec::new();
    for batch in &batches {
        acks.push(mina.ask(event::SEND, batch).await);
    }
    for id in acks {
        assert!(matches!(mina.answer::<Value>(id).await, Reply::Ok(_)));
    }
    let request = json!({ "room": room, "after": 0, "limit": 100_000 });
    let Reply::Ok(page) = mina.call::<Page>(event::HISTORY, request).await else {
        panic!("refused");
    };
    assert_eq!(
        page.entries.len(),
        limit::PAGE_ENTRIES,
        "however many are requested"
    );
    let stored: Vec<EntryId> = pull(&mut mina, 0, 120)
        .await
        .into_iter()
        .map(|(_, id)| id)
        .collect();
    let expected: Vec<EntryId> = batches.iter().flatten().map(|item| item.id).collect();
    assert_eq!(stored, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hole_06_joining_under_load_shows_no_repeat_no_disorder_and_no_gap() {
    const MESSAGES: usize = 600;
    const JOINERS: usize = 12;
    let server = TestServer::with(|limits| {
        limits.device.message_burst = 100_000;
        limits.data.recovered_entries = 50;
    })
    .await;
    let mut mina = server.join("Mina").await;
    let room = mina.room();
    let epoch = mina.opened().epoch;
    let sessions: Vec<_> = futures::future::join_all((0..JOINERS).map(|n| {
        let server = &server;
        async move { server.sign_in(&format!("Joiner {n}")).await }
    }))
    .await;

    let talk = tokio::spawn(async move {
        for n in 0..MESSAGES {
            mina.send(&[message(room, &n.to_string())]).await;
        }
        mina
    });
    let address = server.address;
    let joiners = sessions.into_iter().enumerate().map(|(n, session)| {
        tokio::spawn(async move {
            // Half of them come with a cursor, and may be served from the tail.
            let auth = if n % 2 == 0 {
                json!({ "epoch": epoch, "cursors": {} })
            } else {
                json!({})
            };
            tokio::time::sleep(std::time::Duration::from_millis(20 * n as u64)).await;
            let mut client = Client::connected(address, &session, auth).await;
            // The session must come before any other event.
            let (name, mut args) = client.event().await;
            assert_eq!(name, event::SESSION);
            let Session::Open(opened) = serde_json::from_value(args.remove(0)).unwrap() else {
                panic!("closing");
            };
            let head = opened.rooms[0].head;
            let mut seen: Vec<(Seq, EntryId)> = match opened.recovered {
                true => opened
                    .missed
                    .iter()
                    .flat_map(|part| &part.entries)
                    .map(|e| (e.seq, e.id))
                    .collect(),
                false => Vec::new(),
            };
            client.opened = Some(opened);
            if seen.is_empty() {
                seen = pull(&mut client, 0, head).await;
                // A page may reach beyond the session's head; live entries then repeat its end.
                seen.truncate(usize::try_from(head).unwrap());
            }
            assert_eq!(seen.len() as u64, head, "what was missed reaches the head");
            while seen.len() < MESSAGES {
                let live = client.entries().await;
                assert_eq!(
                    live[0].seq,
                    seen.len() as u64 + 1,
                    "live entries follow the session's head"
                );
                seen.extend(live.iter().map(|entry| (entry.seq, entry.id)));
            }
            seen
        })
    });
    let seen = futures::future::join_all(joiners).await;
    let mut mina = talk.await.unwrap();
    let log = pull(&mut mina, 0, MESSAGES as u64).await;
    assert_eq!(
        log.iter().map(|(_, id)| id).collect::<BTreeSet<_>>().len(),
        MESSAGES
    );
    for seen in seen {
        assert_eq!(seen.unwrap(), log);
    }
}

#[tokio::test]
async fn hole_12_who_comes_back_gets_exactly_what_was_missed() {
    let server = TestServer::start().await;
    let session = server.sign_in("Mina").await;
    let mut mina = server.connect(&session, json!({})).await;
    let mut jun = server.join("Jun").await;
    let room = jun.room();
    jun.send(&[message(room, "1"), message(room, "2")]).await;
    assert_eq!(mina.entries().await.len(), 2);
    let epoch = mina.opened().epoch;
    mina.leave().await;
    jun.send(&[message(room, "3"), message(room, "4")]).await;

    let back = server
        .connect(
            &session,
            json!({ "epoch": epoch, "cursors": { (room.to_string()): 2 } }),
        )
        .await;
    let opened = back.opened();
    assert!(opened.recovered);
    assert_eq!(opened.missed.len(), 1);
    assert_eq!(opened.missed[0].from, 3);
    assert_eq!(
        opened.missed[0]
            .entries
            .iter()
            .map(|entry| entry.seq)
            .collect::<Vec<_>>(),
        [3, 4]
    );
    assert_eq!((opened.rooms[0].head, opened.rooms[0].unread), (4, 4));
}

#[tokio::test]
async fn who_missed_nothing_is_recovered_with_nothing() {
    let server = TestServer::start().await;
    let session = server.sign_in("Mina").await;
    let mut mina = server.connect(&session, json!({})).await;
    let room = mina.room();
    mina.send(&[message(room, "1")]).await;
    let cursors = json!({ "epoch": session.epoch, "cursors": { (room.to_string()): 1 } });
    let back = server.connect(&session, cursors).await;
    assert!(back.opened().recovered);
    assert!(back.opened().missed.is_empty());
}

#[tokio::test]
async fn a_gap_the_tail_does_not_cover_is_left_to_the_client() {
    let server = TestServer::with(|limits| limits.data.recovered_entries = 10).await;
    let session = server.sign_in("Mina").await;
    let mut mina = server.connect(&session, json!({})).await;
    let room = mina.room();
    let items: Vec<_> = (0..11).map(|n| message(room, &n.to_string())).collect();
    mina.send(&items).await;
    let with_cursor =
        |cursor: u64| json!({ "epoch": session.epoch, "cursors": { (room.to_string()): cursor } });
    let far = server.connect(&session, with_cursor(0)).await;
    assert!(!far.opened().recovered);
    assert!(far.opened().missed.is_empty());
    let near = server.connect(&session, with_cursor(1)).await;
    assert!(near.opened().recovered);
    let stranger = json!({ "epoch": Uuid::nil(), "cursors": { (room.to_string()): 5 } });
    let stranger = server.connect(&session, stranger).await;
    assert!(
        !stranger.opened().recovered,
        "cursors of another epoch count for nothing"
    );
}

#[tokio::test]
async fn a_restarted_server_goes_on_where_it_stopped() {
    let server = TestServer::start().await;
    let session = server.sign_in("Mina").await;
    let mut mina = server.connect(&session, json!({})).await;
    let room = mina.room();
    mina.send(&[message(room, "before")]).await;
    let stopped = server.stop().await;
    assert_eq!(mina.closing().await, Some(ClosingReason::Shutdown));

    let config = stopped.config();
    let server = TestServer::again(stopped, config).await;
    let cursors = json!({ "epoch": session.epoch, "cursors": { (room.to_string()): 0 } });
    let mut mina = server.connect(&session, cursors).await;
    assert!(!mina.opened().recovered, "the tail is empty, the database is not");
    assert_eq!(mina.opened().rooms[0].head, 1);
    assert_eq!(
        mina.opened().epoch,
        session.epoch,
        "it lives as long as the database"
    );
    assert_eq!(pull(&mut mina, 0, 1).await.len(), 1);
    assert_eq!(mina.send(&[message(room, "after")]).await, [2]);
}

#[tokio::test]
async fn history_is_asked_for_after_before_or_newest() {
    let server = TestServer::start().await;
    let mut mina = server.join("Mina").await;
    let room = mina.room();
    let items: Vec<_> = (0..10).map(|n| message(room, &n.to_string())).collect();
    mina.send(&items).await;
    for (request, expected) in [
        (json!({ "room": room, "after": 7 }), vec![8, 9, 10]),
        (json!({ "room": room, "before": 4, "limit": 2 }), vec![2, 3]),
        (json!({ "room": room, "limit": 1 }), vec![10]),
        (json!({ "room": room, "after": 10 }), vec![]),
        (json!({ "room": room, "after": 1_000 }), vec![]),
        (json!({ "room": room, "before": 1 }), vec![]),
        (json!({ "room": room, "before": 0 }), vec![]),
        (
            json!({ "room": room, "limit": 1_000_000, "before": 3 }),
            vec![1, 2],
        ),
    ] {
        let Reply::Ok(page) = mina.call::<Page>(event::HISTORY, request).await else {
            panic!("refused");
        };
        assert_eq!(
            page.entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(),
            expected
        );
        assert_eq!((page.room, page.head), (room, 10));
    }
    for (request, code) in [
        (
            json!({ "room": room, "after": 1, "before": 3 }),
            ErrorCode::Invalid,
        ),
        (
            json!({ "room": room, "after": 1, "around": 1 }),
            ErrorCode::Invalid,
        ),
        (
            json!({ "room": room, "around": 1, "since": 1 }),
            ErrorCode::Invalid,
        ),
        (
            json!({ "room": room, "before": 1, "since": 1 }),
            ErrorCode::Invalid,
        ),
        (json!({ "room": room, "limit": 0 }), ErrorCode::Invalid),
        (json!({ "room": room, "after": -1 }), ErrorCode::Invalid),
        (json!({ "room": room, "after": 1.5 }), ErrorCode::Invalid),
        (json!({ "room": room, "after": "1" }), ErrorCode::Invalid),
        (json!({ "room": room, "after": 1e300 }), ErrorCode::Invalid),
        (json!({ "room": Uuid::nil() }), ErrorCode::UnknownRoom),
    ] {
        assert_eq!(mina.refusal(event::HISTORY, request).await, code);
    }
}

#[tokio::test]
async fn sync_tells_the_heads() {
    let server = TestServer::start().await;
    let mut mina = server.join("Mina").await;
    let room = mina.room();
    mina.send(&[message(room, "1")]).await;
    mina.entries().await;
    let Reply::Ok(heads) = mina
        .call::<Heads>(event::SYNC, json!({ (room.to_string()): 0 }))
        .await
    else {
        panic!("refused");
    };
    assert_eq!(heads, Heads::from([(room, 1)]));
    let many: serde_json::Map<String, Value> = (0..=limit::CURSORS)
        .map(|_| (Uuid::new_v4().to_string(), json!(1)))
        .collect();
    assert_eq!(mina.refusal(event::SYNC, many).await, ErrorCode::TooLarge);
}

#[tokio::test]
async fn hole_10_typing_reaches_the_others_alone_and_takes_no_place() {
    let server = TestServer::start().await;
    let session = server.sign_in("Mina").await;
    let mut phone = server.connect(&session, json!({})).await;
    let mut laptop = server.connect(&session, json!({})).await;
    let mut jun = server.join("Jun").await;
    let room = jun.room();
    phone.emit(event::TYPING, json!({ "room": room })).await;
    let typing: Value = jun.next(event::TYPING).await;
    assert_eq!(
        typing,
        json!({ "room": room, "person": &session.me }),
        "no cursor"
    );
    assert_eq!(phone.send(&[message(room, "x")]).await, [1]);
    assert_eq!(jun.entries().await[0].seq, 1);
    loop {
        let (name, _) = laptop.event().await;
        assert_ne!(name, event::TYPING);
        if name == event::ENTRIES {
            break;
        }
    }
}

#[tokio::test]
async fn reading_on_one_device_is_known_on_the_others_and_lasts() {
    let server = TestServer::start().await;
    let session = server.sign_in("Mina").await;
    let mut phone = server.connect(&session, json!({})).await;
    let mut laptop = server.connect(&session, json!({})).await;
    let mut jun = server.join("Jun").await;
    let room = jun.room();
    let mention = steadfast_shared::mention::written(session.me.id);
    jun.send(&[message(room, "1"), message(room, &mention), message(room, "3")])
        .await;
    phone.emit(event::READ, json!({ "room": room, "seq": 2 })).await;
    let read: event::Read = laptop.next(event::READ).await;
    assert_eq!((read.room, read.seq), (room, 2));
    let again = server.connect(&session, json!({})).await;
    let seen = &again.opened().rooms[0];
    assert_eq!((seen.read, seen.unread, seen.mentions), (2, 1, 0));
    phone
        .emit(event::READ, json!({ "room": room, "seq": 1_000 }))
        .await;
    let read: event::Read = laptop.next(event::READ).await;
    assert_eq!(read.seq, 3, "not past the head");
    let again = server.connect(&session, json!({})).await;
    assert_eq!(again.opened().rooms[0].read, 3);
    phone.emit(event::TYPING, json!({ "room": room })).await;
    while let (name, _) = jun.event().await
        && name != event::TYPING
    {
        assert_ne!(name, event::READ, "nobody else is told");
    }
    let stopped = server.stop().await;
    let config = stopped.config();
    let server = TestServer::again(stopped, config).await;
    let again = server.connect(&session, json!({})).await;
    assert_eq!(
        (again.opened().rooms[0].read, again.opened().rooms[0].unread),
        (3, 0)
    );
}

#[tokio::test]
async fn a_person_is_present_as_long_as_one_of_their_sockets_is() {
    let server = TestServer::start().await;
    let mut jun = server.join("Jun").await;
    let session = server.sign_in("Mina").await;
    let phone = server.connect(&session, json!({})).await;
    let came: Presence = jun.next(event::PRESENCE).await;
    assert_eq!(
        (came.person.name.as_str(), came.state),
        ("Mina", Availability::Online)
    );
    let laptop = server.connect(&session, json!({})).await;
    let online: BTreeSet<&str> = laptop
        .opened()
        .online
        .iter()
        .map(|presence| presence.person.name.as_str())
        .collect();
    assert_eq!(online, BTreeSet::from(["Jun", "Mina"]));
    phone.leave().await;
    laptop.leave().await;
    let went: Presence = jun.next(event::PRESENCE).await;
    assert_eq!(
        (went.person.name.as_str(), went.state),
        ("Mina", Availability::Offline)
    );
}
