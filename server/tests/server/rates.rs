//! Rate limits: by event, by device, and the cost of each event. A person who exceeds them waits, and nobody else does.

use std::time::Duration;

use serde_json::{Value, json};
use steadfast_server::clock;
use steadfast_server::config::Limits;
use steadfast_shared::event::{self, ClosingReason, Page, Reply, SendItem, Sent};
use steadfast_shared::{ErrorCode, RoomId, WireError};
use uuid::Uuid;

use crate::support::{Client, TestServer, message, ok};

const BURST: u32 = 64;
const PER_SECOND: u32 = 10;
/// The cost of a change to rooms or people, and of a list of them.
const COMMAND: u32 = 4;

/// The argument of a request, made of a room and a person in it.
type Payload = fn(RoomId, Value) -> Value;

/// Every request but `send` and `nickname`, and its cost.
const EVENTS: [(&str, Payload, u32); 16] = [
    (event::HISTORY, |room, _| json!({ "room": room }), 1),
    (event::SYNC, |_, _| json!({}), 1),
    (event::BROWSE_ROOMS, |_, _| json!({}), COMMAND),
    (event::LIST_MEMBERS, |room, _| json!({ "room": room }), COMMAND),
    (event::FIND_PEOPLE, |_, _| json!({}), COMMAND),
    (event::JOIN_ROOM, |room, _| json!({ "room": room }), COMMAND),
    (
        event::LEAVE_ROOM,
        |_, _| json!({ "room": Uuid::now_v7() }),
        COMMAND,
    ),
    (
        event::DIRECT_ROOM,
        |_, person| json!({ "with": [person] }),
        COMMAND,
    ),
    (
        event::INVITE,
        |room, person| json!({ "room": room, "people": [person] }),
        COMMAND,
    ),
    (
        event::REMOVE_MEMBER,
        |room, person| json!({ "room": room, "person": person }),
        COMMAND,
    ),
    (
        event::CHANGE_ROOM,
        |room, _| json!({ "room": room, "topic": "x" }),
        COMMAND,
    ),
    (
        event::CREATE_ROOM,
        |_, _| json!({ "id": Uuid::now_v7(), "kind": "private", "name": "x" }),
        COMMAND,
    ),
    (
        event::HIDE_ROOM,
        |room, _| json!({ "room": room, "hidden": true }),
        COMMAND,
    ),
    (
        event::BLOCK,
        |_, person| json!({ "person": person, "blocked": true }),
        COMMAND,
    ),
    (event::WATCH, |_, _| json!({}), 1),
    ("no such event", |_, _| json!({}), 1),
];

fn few_events(limits: &mut Limits) {
    limits.device.event_burst = BURST;
    limits.device.events_per_second = PER_SECOND;
    limits.rates.rooms_per_minute = 10_000;
}

fn few_messages(limits: &mut Limits) {
    limits.device.message_burst = BURST;
    limits.device.messages_per_second = PER_SECOND;
    limits.rates.rooms_per_minute = 10_000;
}

/// Sends this many requests at once. Returns the first refusal.
///
/// Fails unless as many were let in as the allowance has for this cost, including its refill in the meantime.
async fn exhaust(
    client: &mut Client,
    event: &str,
    payload: impl Fn() -> Value,
    times: u32,
    cost: u32,
) -> WireError {
    let begun = clock::instant();
    let mut asked = Vec::new();
    for _ in 0..times {
        asked.push(client.ask(event, payload()).await);
    }
    let mut let_in = 0;
    let mut refused = None;
    for id in asked {
        match client.answer::<Value>(id).await {
            Reply::Err(error) if error.code == ErrorCode::RateLimited => {
                refused.get_or_insert(error);
            }
            _ => let_in += 1,
        }
    }
    let regained = begun.elapsed().as_secs_f64() * f64::from(PER_SECOND);
    let most = (f64::from(BURST) + regained) / f64::from(cost) + 1.0;
    assert!(
        let_in >= BURST / cost && f64::from(let_in) <= most,
        "{event}: {let_in} at the cost of {cost}"
    );
    let refused = refused.unwrap_or_else(|| panic!("{event} is never refused"));
    let longest = u64::from(1_000 * cost / PER_SECOND) + 1;
    let wait = refused.retry_after_ms.unwrap();
    assert!((1..=longest).contains(&wait), "{event}: {wait} ms");
    refused
}

async fn wait_as_told(refused: &WireError) {
    tokio::time::sleep(Duration::from_millis(refused.retry_after_ms.unwrap() + 20)).await;
}

async fn head(client: &mut Client) -> u64 {
    let request = json!({ "room": client.room() });
    ok::<Page>(client, event::HISTORY, request).await.head
}

#[tokio::test]
async fn hole_20_each_event_has_a_cost_and_a_refusal_says_how_long_to_wait() {
    let server = TestServer::with(few_events).await;
    let mut bystander = server.join("Mina").await;
    let (room, person) = (bystander.room(), bystander.opened().me.id);
    for (n, (event, payload, cost)) in EVENTS.into_iter().enumerate() {
        let mut hasty = server.join(&format!("Hasty {n}")).await;
        let payload = || payload(room, json!(person));
        let refused = exhaust(&mut hasty, event, payload, 3 * BURST / cost, cost).await;
        head(&mut bystander).await;
        wait_as_told(&refused).await;
        if let Reply::Err(error) = hasty.call::<Value>(event, payload()).await {
            assert_ne!(error.code, ErrorCode::RateLimited, "{event}, after the wait");
        }
    }
}

#[tokio::test]
async fn hole_20_events_without_an_answer_count_and_are_dropped_beyond_the_limit() {
    let server = TestServer::with(few_events).await;
    let mut bystander = server.join("Mina").await;
    let room = bystander.room();
    for (event, payload) in [
        (event::TYPING, json!({ "room": room })),
        (event::READ, json!({ "room": room, "seq": 1 })),
        (event::AWAY, json!({ "away": true })),
    ] {
        let session = server.sign_in(&format!("hasty in {event}")).await;
        let mut hasty = server.connect(&session, json!({})).await;
        let mut other_tab = server.connect(&session, json!({})).await;
        for _ in 0..3 * BURST {
            hasty.emit(event, &payload).await;
        }
        assert_eq!(
            hasty.refusal(event::SYNC, json!({})).await,
            ErrorCode::RateLimited,
            "after {event}"
        );
        assert_eq!(
            other_tab
                .refusal(
                    event::CREATE_ROOM,
                    json!({ "id": Uuid::now_v7(), "kind": "private", "name": "x" })
                )
                .await,
            ErrorCode::RateLimited,
            "the tabs of a device share its allowance"
        );
        hasty.send(&[message(room, "the end")]).await;
        let mut told = 0;
        loop {
            match bystander.event().await.0.as_str() {
                event::TYPING => told += 1,
                event::ENTRIES => break,
                _ => {}
            }
        }
        assert!(told < 2 * BURST, "{told} of {event}");
        ok::<Value>(&mut bystander, event::SYNC, json!({})).await;
    }
}

#[tokio::test]
async fn hole_20_messages_have_their_own_allowance_and_a_batch_is_refused_as_a_whole() {
    const SIZE: u32 = 16;
    let server = TestServer::with(|limits| {
        few_messages(limits);
        limits.device.event_burst = BURST;
        limits.device.events_per_second = PER_SECOND;
    })
    .await;
    let mut bystander = server.join("Mina").await;
    let mut hasty = server.join("Eve").await;
    let room = hasty.room();
    exhaust(&mut hasty, event::SYNC, || json!({}), 3 * BURST, 1).await;
    let batch = || {
        (0..SIZE)
            .map(|_| message(room, "much"))
            .collect::<Vec<SendItem>>()
    };
    let refused = exhaust(&mut hasty, event::SEND, || json!(batch()), 20, SIZE).await;
    let before = head(&mut bystander).await;
    assert_eq!(before % u64::from(SIZE), 0, "whole batches are stored");
    wait_as_told(&refused).await;
    hasty.send(&batch()).await;
    assert_eq!(head(&mut bystander).await, before + u64::from(SIZE));
}

#[tokio::test]
async fn a_nickname_costs_as_many_messages_as_it_writes() {
    const ROOMS: u32 = 16;
    let server = TestServer::with(few_messages).await;
    let mut hasty = server.join("Eve").await;
    for _ in 1..ROOMS {
        let room = json!({ "id": Uuid::now_v7(), "kind": "private", "name": "x" });
        ok::<Value>(&mut hasty, event::CREATE_ROOM, room).await;
    }
    // Each room has cost a message.
    tokio::time::sleep(Duration::from_millis(u64::from(1_000 * ROOMS / PER_SECOND))).await;
    let name = || json!({ "name": format!("Eve {}", &Uuid::new_v4().simple().to_string()[..12]) });
    exhaust(&mut hasty, event::NICKNAME, name, 12, ROOMS).await;
}

#[tokio::test]
async fn hole_20_a_device_above_its_rate_is_told_to_wait_and_others_are_not() {
    let server = TestServer::with(|limits| {
        limits.device.message_burst = 64;
        limits.device.messages_per_second = 1;
    })
    .await;
    let mut bystander = server.join("Mina").await;
    let session = server.sign_in("Eve").await;
    let mut hostile = server.connect(&session, json!({})).await;
    let room = hostile.room();
    let mut acks = Vec::new();
    for n in 0..200 {
        acks.push(hostile.ask(event::SEND, [message(room, &n.to_string())]).await);
    }
    let (mut stored, mut refused) = (0, 0);
    for id in acks {
        match hostile.answer::<Vec<Sent>>(id).await {
            Reply::Ok(_) => stored += 1,
            Reply::Err(error) => {
                assert_eq!(error.code, ErrorCode::RateLimited);
                assert!(error.retry_after_ms.is_some_and(|wait| wait > 0));
                refused += 1;
            }
        }
    }
    assert!(stored >= 64, "{stored}");
    assert!(refused > 100, "{refused}");
    // Another connection of the same device shares its allowance; another person does not.
    let mut second = server.connect(&session, json!({})).await;
    let batch: Vec<_> = (0..64).map(|n| message(room, &n.to_string())).collect();
    assert_eq!(second.refusal(event::SEND, &batch).await, ErrorCode::RateLimited);
    bystander.send(&[message(room, "fine")]).await;
}

#[tokio::test]
async fn a_person_makes_so_many_rooms_a_minute_on_all_devices_and_is_told_how_long_to_wait() {
    let server = TestServer::with(|limits| limits.rates.rooms_per_minute = 5).await;
    let mut bystander = server.join("Mina").await;
    let mut made = server.join("Eve").await;
    let mut refused = 0;
    for n in 0..8 {
        let room = json!({ "id": Uuid::now_v7(), "kind": "public", "name": format!("room-{n}") });
        if let Reply::Err(error) = made.call::<Value>(event::CREATE_ROOM, &room).await {
            assert_eq!(error.code, ErrorCode::RateLimited, "{error:?}");
            assert!(
                error
                    .retry_after_ms
                    .is_some_and(|wait| (1..=12_001).contains(&wait)),
                "{error:?}"
            );
            refused += 1;
        }
    }
    assert_eq!(refused, 3);
    let room = json!({ "id": Uuid::now_v7(), "kind": "public", "name": "another" });
    assert!(matches!(
        bystander.call::<Value>(event::CREATE_ROOM, &room).await,
        Reply::Ok(_)
    ));
    made.send(&[message(made.room(), "still here")]).await;
}

#[tokio::test]
async fn hole_20_a_flooding_device_is_disconnected_with_a_reason() {
    let server = TestServer::with(|limits| {
        limits.device.event_burst = 64;
        limits.device.events_per_second = 1;
    })
    .await;
    let mut bystander = server.join("Mina").await;
    let session = server.sign_in("Eve").await;
    let mut hostile = server.connect(&session, json!({})).await;
    let room = hostile.room();
    for _ in 0..10_000 {
        if !hostile
            .try_say(&format!("42[\"typing\",{{\"room\":\"{room}\"}}]"))
            .await
        {
            break;
        }
    }
    assert_eq!(hostile.closing().await, Some(ClosingReason::Flooding));
    bystander.send(&[message(room, "fine")]).await;
    let back = server.connect(&session, json!({})).await;
    assert_eq!(back.opened().last_closed, Some(ClosingReason::Flooding));
}
