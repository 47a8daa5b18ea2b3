//! Actions on one node are visible on the other.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use steadfast_shared::Room;
use steadfast_shared::event::{self, ClosingReason, Read};
use steadfast_shared::room::RoomUpdate;
use uuid::Uuid;

use super::{By, Cluster, until_heard, with_each_adapter};
use crate::support::{heard, message, ok};

with_each_adapter!(
    what_is_said_on_two_nodes_is_heard_on_both_in_the_same_order,
    who_types_and_what_was_read_is_told_on_every_node,
    a_node_does_not_hear_its_own_hints,
    hints_that_are_garbled_or_lie_harm_nobody,
    a_tab_that_connects_to_another_node_replaces_its_older_connection,
    who_is_removed_and_who_is_signed_out_hears_nothing_more_on_any_node,
);

async fn what_is_said_on_two_nodes_is_heard_on_both_in_the_same_order(cluster: Cluster) {
    const EACH: usize = 30;
    let mut mina = cluster.one.join("Mina").await;
    let mut jun = cluster.other.join("Jun").await;
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
    assert_eq!(here.iter().collect::<BTreeSet<_>>().len(), 2 * EACH);
}

async fn who_types_and_what_was_read_is_told_on_every_node(cluster: Cluster) {
    let session = cluster.one.sign_in("Mina").await;
    let mut mina = cluster.one.connect(&session, json!({})).await;
    let mut tab = cluster.other.connect(&session, json!({})).await;
    let mut jun = cluster.other.join("Jun").await;
    until_heard(&mut mina, &mut jun).await;
    let room = mina.room();
    jun.send(&[message(room, "1"), message(room, "2")]).await;
    heard(&mut mina, room, 1, 2).await;
    heard(&mut tab, room, 1, 2).await;
    // A head beyond the log counts as the head of the log.
    for (seq, told) in [(1, 1), (77, 2)] {
        mina.emit(event::READ, json!({ "room": room, "seq": seq })).await;
        let read: Read = tab.next(event::READ).await;
        assert_eq!((read.room, read.seq), (room, told));
    }
    // Typing in a room that a person is not in stays invisible to them, as on one node.
    let asked = json!({ "id": Uuid::now_v7(), "kind": "private", "name": "Plans" });
    let plans: Room = ok(&mut mina, event::CREATE_ROOM, asked).await;
    mina.emit(event::TYPING, json!({ "room": plans.id })).await;
    mina.emit(event::TYPING, json!({ "room": room })).await;
    let typing: event::Typing = jun.next(event::TYPING).await;
    assert_eq!(typing.room, room);
}

async fn a_node_does_not_hear_its_own_hints(cluster: Cluster) {
    let mut mina = cluster.one.join("Mina").await;
    let mut beside = cluster.one.join("Kim").await;
    let mut jun = cluster.other.join("Jun").await;
    until_heard(&mut mina, &mut jun).await;
    let room = mina.room();
    mina.send(&[message(room, "from here on")]).await;
    heard(&mut beside, room, 1, 1).await;
    heard(&mut jun, room, 1, 1).await;
    for _ in 0..5 {
        mina.emit(event::TYPING, json!({ "room": room })).await;
        // The hint has reached the other node.
        let _: event::Typing = jun.next(event::TYPING).await;
    }
    jun.send(&[message(room, "up to here")]).await;
    let mut told = 0;
    loop {
        match beside.event().await.0.as_str() {
            event::TYPING => told += 1,
            event::ENTRIES => break,
            _ => {}
        }
    }
    assert_eq!(told, 5);
}

async fn hints_that_are_garbled_or_lie_harm_nobody(cluster: Cluster) {
    let session = cluster.one.sign_in("Mina").await;
    let tab = Uuid::now_v7();
    let mut mina = cluster.one.connect(&session, json!({ "tab": tab })).await;
    let mut jun = cluster.other.join("Jun").await;
    until_heard(&mut mina, &mut jun).await;
    let (room, me) = (mina.room(), mina.opened().me.id);
    let devices = cluster.one.http.get(cluster.one.url("/api/devices"));
    let devices = devices
        .bearer_auth(session.token.as_deref().unwrap())
        .send()
        .await;
    let devices: Value = devices.unwrap().json().await.unwrap();
    let device = devices[0]["id"].as_u64().unwrap();
    mina.send(&[message(room, "1")]).await;
    heard(&mut mina, room, 1, 1).await;
    heard(&mut jun, room, 1, 1).await;
    let lies = json!([
        "everything",
        { "room": { "room": room, "head": u64::MAX } },
        { "room": { "room": Uuid::now_v7(), "head": 1 } },
        { "feed": u64::MAX },
        { "feed": "later" },
        { "read": { "person": me, "room": room, "seq": u64::MAX } },
        { "read": { "person": me, "room": Uuid::now_v7(), "seq": 1 } },
        // From another device, and older than this connection.
        { "tab": { "person": me, "session": device + 1, "tab": tab, "since": u64::MAX } },
        { "tab": { "person": me, "session": device, "tab": tab, "since": 1 } },
        { "presence": { "whatever": [1, 2, 3] } },
        { "newer": "than this program" },
        7,
    ]);
    let said = json!({ "from": Uuid::now_v7(), "hints": lies }).to_string();
    for text in [said, "{".to_owned(), "\u{1F98A}".repeat(100), String::new()] {
        cluster.say(&mina.opened().epoch.0.to_string(), &text).await;
    }
    let read: Read = mina.next(event::READ).await;
    assert_eq!((read.room, read.seq), (room, 1), "no further than there is");
    jun.send(&[message(room, "2")]).await;
    mina.send(&[message(room, "3")]).await;
    heard(&mut mina, room, 2, 2).await;
    heard(&mut jun, room, 2, 2).await;
    until_heard(&mut jun, &mut mina).await;
}

async fn a_tab_that_connects_to_another_node_replaces_its_older_connection(cluster: Cluster) {
    let session = cluster.one.sign_in("Mina").await;
    let tab = Uuid::now_v7();
    let mut former = cluster.one.connect(&session, json!({ "tab": tab })).await;
    let mut beside = cluster
        .one
        .connect(&session, json!({ "tab": Uuid::now_v7() }))
        .await;
    let mut jun = cluster.other.join("Jun").await;
    until_heard(&mut jun, &mut beside).await;
    let mut latter = cluster.other.connect(&session, json!({ "tab": tab })).await;
    assert_eq!(former.closing().await, Some(ClosingReason::Replaced));
    let room = jun.room();
    jun.send(&[message(room, "still there?")]).await;
    heard(&mut latter, room, 1, 1).await;
    heard(&mut beside, room, 1, 1).await;
}

async fn who_is_removed_and_who_is_signed_out_hears_nothing_more_on_any_node(cluster: Cluster) {
    let mut mina = cluster.one.join("Mina").await;
    let session = cluster.other.sign_in("Jun").await;
    let mut jun = cluster.other.connect(&session, json!({})).await;
    let asked = json!({ "id": Uuid::now_v7(), "kind": "private", "name": "Plans" });
    let room: Room = ok(&mut mina, event::CREATE_ROOM, asked).await;
    let invite = json!({ "room": room.id, "people": [jun.opened().me.id] });
    let _: Value = ok(&mut mina, event::INVITE, invite).await;
    let RoomUpdate::In { room: seen } = jun.next(event::ROOM).await else {
        panic!("out");
    };
    assert_eq!(seen.id, room.id);
    let remove = json!({ "room": room.id, "person": jun.opened().me.id });
    let _: Value = ok(&mut mina, event::REMOVE_MEMBER, remove).await;
    mina.send(&[message(room.id, "secret"), message(mina.room(), "in general")])
        .await;
    let mut out = false;
    loop {
        let (name, args) = jun.event().await;
        out |= name == event::ROOM && args[0]["state"] == "out";
        if name == event::ENTRIES && args[0]["room"] == json!(jun.room()) {
            break;
        }
        assert!(!(out && name == event::ENTRIES), "heard after leaving: {args:?}");
        assert!(!json!(args).to_string().contains("secret"));
    }
    assert!(out, "told before anything that was said after it");

    let signed_out = cluster
        .one
        .http
        .delete(cluster.one.url("/api/session"))
        .bearer_auth(session.token.as_deref().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(signed_out.status(), 204);
    mina.send(&[message(mina.room(), "is Jun gone?")]).await;
    assert_eq!(jun.closing().await, Some(ClosingReason::SignedOut));
}
