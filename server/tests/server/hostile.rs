//! Clients that violate the protocol: they get typed refusals, the server survives, and other clients notice nothing.

use serde_json::{Value, json};
use steadfast_shared::event::{self, ClosingReason, Reply, Sent};
use steadfast_shared::{ErrorCode, limit};
use uuid::Uuid;

use crate::support::{Client, TestServer, message};

/// Every event, malformed in many ways; `R` stands for a room.
fn malformed() -> Vec<String> {
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let mut shapes: Vec<String> = [
        "",
        ",null",
        ",true",
        ",5",
        ",-1.5e300",
        r#","text""#,
        ",[]",
        ",{}",
        ",[null]",
        ",[[]]",
        ",[5]",
        ",[{}]",
        r#",{"room":null}"#,
        r#",{"room":"general"}"#,
        r#",{"room":5,"seq":1}"#,
        r#",{"room":"R","seq":-1}"#,
        r#",{"room":"R","seq":1e400}"#,
        r#",{"room":"R","after":"x"}"#,
        r#",{"room":"R"},{"room":"R"}"#,
        r#",[],[]"#,
        r#",[{"id":"x","room":"R","body":{"kind":"message","text":"hi"}}]"#,
        r#",[{"id":"I","room":"R","body":null}]"#,
        r#",[{"id":"I","room":"R","body":{"kind":"message","text":null}}]"#,
        r#",[{"id":"I","room":"R","body":{"kind":"message","text":""}}]"#,
        r#",[{"id":"I","room":"R","body":{"kind":"message","text":" \n\t "}}]"#,
        r#",[{"id":"I","room":"R","body":{"kind":"message","text":"a\u001b[31mb"}}]"#,
        r#",[{"id":"I","room":"R","body":{"kind":"message","text":7}}]"#,
        r#",[{"id":"I","room":"R","body":{"kind":"message"}}]"#,
        r#",[{"id":"I","room":"R","body":{"kind":"message","text":"a\u0000b"}}]"#,
        r#",[{"id":"I","room":"R","body":{"kind":"message","text":"\ud800"}}]"#,
        r#",[{"id":"I","room":"R","body":{"kind":"poll"}}]"#,
        r#",[{"id":"I","room":"R","body":{"kind":5}}]"#,
        r#",{"__proto__":{"a":1}}"#,
        r#",{"_placeholder":true,"num":0}"#,
    ]
    .map(str::to_owned)
    .to_vec();
    shapes.push(format!(",{deep}"));
    shapes.push(format!(
        r#",[{{"id":"I","room":"R","body":{{"kind":"message","text":{deep}}}}}]"#
    ));
    let events = [
        event::SEND,
        event::HISTORY,
        event::SYNC,
        event::TYPING,
        event::READ,
        "session",
        "nonsense",
        "",
    ];
    let mut packets = Vec::new();
    for event in events {
        for shape in &shapes {
            packets.push(format!(r#"["{event}"{shape}]"#));
        }
    }
    packets
}

#[tokio::test]
async fn hole_02_malformed_events_get_typed_errors_and_harm_nobody() {
    let server = TestServer::with(|limits| limits.device.event_burst = 10_000).await;
    let mut bystander = server.join("Mina").await;
    let mut hostile = server.join("Eve").await;
    let room = hostile.room();
    let mut id = 1_000;
    for packet in malformed() {
        let packet = packet
            .replace('R', &room.to_string())
            .replace('I', &Uuid::new_v4().to_string());
        // Without an ack there is no response; with one there is.
        hostile.say(&format!("42{packet}")).await;
        id += 1;
        hostile.say(&format!("42{id}{packet}")).await;
        match hostile.answer::<Value>(id).await {
            Reply::Err(error) => assert!(!error.message.is_empty(), "{packet}"),
            Reply::Ok(done) => assert!(is_harmless(&packet), "{packet} was taken: {done}"),
        }
    }
    assert_eq!(
        bystander.send(&[message(room, "fine")]).await,
        [1],
        "nothing malformed was stored"
    );
    assert_eq!(hostile.entries().await.len(), 1);
}

/// Unusual but documented requests: an empty batch, empty cursors, a room's newest page, typing in it.
fn is_harmless(packet: &str) -> bool {
    let empty_batch = packet.starts_with(r#"["send",[]"#);
    let no_cursors = packet.starts_with(r#"["sync",{}"#);
    // Unknown members are ignored.
    let known = packet.starts_with(r#"["typing",{"room":""#) || packet.starts_with(r#"["history",{"room":""#);
    empty_batch || no_cursors || known
}

/// Packets that no client library would write.
fn unreadable() -> Vec<String> {
    let short = [
        "42",
        "42{}",
        "42[]",
        "42[null]",
        "42[5,5]",
        "42[",
        "42{\"a\":1}",
        "42[\"send\",]",
        "42[\"send\",{]",
        "421[\"send\"",
        "42-1[\"send\",[]]",
        "40/admin,",
        "40{\"token\":",
        "41/admin,",
        "43",
        "431[]",
        "43999[\"x\"]",
        "44",
        "451-[\"send\",{\"_placeholder\":true,\"num\":7}]",
        "4599999999-[\"send\"]",
        "461-[]",
        "4x",
        "\u{0}",
        "",
        "42[\"send\"",
        "42\u{1F600}",
        "47",
        "4",
        "9",
        "49[1]",
        "451-",
        "45x-[\"send\"]",
        "452-[\"send\",{\"_placeholder\":true,\"num\":9}]",
        "40{}",
        "41",
        "44{}",
        "43[1]",
        "4399[]",
        "4399[null]",
        "42/admin,[\"send\"]",
        "40/admin,{}",
        "4299999999999999999999[\"send\",[]]",
        "5",
        "6",
        "1",
        "0{}",
        "3",
        "2probe",
    ];
    let mut packets: Vec<String> = short.map(str::to_owned).to_vec();
    packets.push(format!("42[\"send\",{}{}]", "[".repeat(5_000), "]".repeat(5_000)));
    packets.push(format!("42[\"send\",{}", "[".repeat(200_000)));
    packets.push(format!("42[\"{}\",1]", "x".repeat(100_000)));
    packets
}

#[tokio::test]
async fn hole_02_unreadable_packets_end_only_the_connection_they_came_over() {
    let server = TestServer::start().await;
    let mut bystander = server.join("Mina").await;
    let session = server.sign_in("Eve").await;
    for packet in unreadable() {
        let mut early = Client::dial(server.address, &[]).await;
        let mut late = Client::connected(server.address, &session, json!({})).await;
        for hostile in [&mut early, &mut late] {
            hostile.try_say(&packet).await;
            hostile.try_say("42[\"typing\",{}]").await;
        }
        early.leave().await;
        late.leave().await;
    }
    for bytes in [&[0, 159, 146, 150][..], &[4, 50, 91], &[], &[255; 1_000]] {
        let mut binary = Client::connected(server.address, &session, json!({})).await;
        binary.say_binary(bytes).await;
    }
    let mut attached = Client::open(server.address, &session, json!({})).await;
    attached
        .say("451-7[\"send\",{\"_placeholder\":true,\"num\":0}]")
        .await;
    attached.say_binary(&[1, 2, 3]).await;
    let Reply::Err(error) = attached.answer::<Value>(7).await else {
        panic!("taken");
    };
    assert_eq!(error.code, ErrorCode::Invalid);
    let room = bystander.room();
    assert_eq!(bystander.send(&[message(room, "fine")]).await, [1]);
}

#[tokio::test]
async fn hole_20_what_is_too_large_is_refused() {
    let server = TestServer::with(|limits| limits.device.message_burst = 10_000).await;
    let mut bystander = server.join("Mina").await;
    let mut hostile = server.join("Eve").await;
    let room = hostile.room();
    let item = |text: &str| json!({ "id": Uuid::new_v4(), "room": room, "body": { "kind": "message", "text": text } });
    let longest = "x".repeat(limit::MESSAGE_BYTES);
    assert_eq!(
        hostile.refusal(event::SEND, [item(&"x".repeat(900_000))]).await,
        ErrorCode::TooLarge
    );
    assert_eq!(
        hostile.refusal(event::SEND, [item(&format!("{longest}x"))]).await,
        ErrorCode::TooLarge
    );
    assert_eq!(
        hostile
            .refusal(event::SEND, vec![item("x"); limit::BATCH_ITEMS + 1])
            .await,
        ErrorCode::TooLarge
    );
    let batch: Vec<Value> = (0..9).map(|_| item(&longest)).collect();
    assert_eq!(hostile.refusal(event::SEND, &batch).await, ErrorCode::TooLarge);
    let Reply::Ok(sent) = hostile.call::<Vec<Sent>>(event::SEND, &batch[..8]).await else {
        panic!("as much as the limits allow was refused");
    };
    assert_eq!(sent.len(), 8);

    // An oversized packet ends the connection.
    hostile
        .try_say(&format!("42[\"send\",\"{}\"]", "x".repeat(limit::PACKET_BYTES)))
        .await;
    hostile.await_close().await;
    assert_eq!(bystander.send(&[message(room, "fine")]).await, [9]);
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
