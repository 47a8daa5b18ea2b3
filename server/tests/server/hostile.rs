//! Clients that violate the protocol: they get typed refusals, the server survives, and other clients notice nothing.

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use steadfast_shared::event::{self, Reply, Sent};
use steadfast_shared::{Body, ErrorCode, limit};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use crate::support::client::{PATIENCE, Socket, upgrade};
use crate::support::{Client, TestServer, body, message};

/// The events of a conversation, malformed in many ways; `R` stands for a room. Requests about rooms and people: `e2e/wire/fuzz.test.mjs`.
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
    let longest = [
        longest,
        "가".repeat(limit::MESSAGE_BYTES / 3),
        "👋".repeat(limit::MESSAGE_BYTES / 4),
    ];
    let texts: Vec<&String> = longest.iter().cycle().take(9).collect();
    let batch: Vec<Value> = texts.iter().map(|text| item(text)).collect();
    assert_eq!(hostile.refusal(event::SEND, &batch).await, ErrorCode::TooLarge);
    let Reply::Ok(sent) = hostile.call::<Vec<Sent>>(event::SEND, &batch[..8]).await else {
        panic!("as much as the limits allow was refused");
    };
    assert_eq!(sent.len(), 8);
    let stored: Vec<Body> = bystander
        .entries()
        .await
        .into_iter()
        .map(|entry| entry.body)
        .collect();
    let expected: Vec<Body> = texts[..8].iter().map(|text| body(text)).collect();
    assert_eq!(stored, expected, "as they were typed");

    // An oversized packet ends the connection.
    hostile
        .try_say(&format!("42[\"send\",\"{}\"]", "x".repeat(limit::PACKET_BYTES)))
        .await;
    hostile.await_close().await;
    assert_eq!(bystander.send(&[message(room, "fine")]).await, [9]);
}

/// The packets that a socket receives until one of them has this text.
async fn packets_until(socket: &mut Socket, text: &str) -> Vec<String> {
    let mut packets: Vec<String> = Vec::new();
    while packets.last().is_none_or(|last| !last.contains(text)) {
        let next = timeout(PATIENCE, socket.next()).await.expect(text);
        packets.push(next.unwrap().unwrap().to_text().unwrap().to_owned());
    }
    packets
}

#[tokio::test]
async fn a_person_is_who_the_server_knows_not_who_a_payload_names() {
    let server = TestServer::start().await;
    let mut bystander = server.join("Mina").await;
    let victim = server.sign_in("Jun").await;
    let stream = TcpStream::connect(server.address).await.unwrap();
    let mut socket = upgrade(stream, server.address, &[]).await;
    let connect = format!("40{}", json!({ "token": victim.token }));
    socket.send(Message::text(connect)).await.unwrap();
    let connected = packets_until(&mut socket, "40{").await.pop().unwrap();
    let connected: Value = serde_json::from_str(&connected[2..]).unwrap();
    let socket_id = connected["sid"].as_str().unwrap();

    let mut hostile = server.join("Eve").await;
    let (room, eve) = (hostile.room(), hostile.opened().me.clone());
    let forged = json!([{
        "id": Uuid::now_v7(), "room": room, "body": { "kind": "message", "text": "I am Jun" },
        "author": &victim.me, "by": victim.me.id, "token": victim.token,
    }]);
    assert!(matches!(
        hostile.call::<Value>(event::SEND, forged).await,
        Reply::Ok(_)
    ));
    for (event, payload) in [
        (event::TYPING, json!({ "room": room, "person": &victim.me })),
        (
            event::READ,
            json!({ "room": room, "seq": 1, "person": victim.me.id, "user": victim.me.id }),
        ),
        (
            event::PRESENCE,
            json!({ "person": &victim.me, "state": "offline" }),
        ),
        (event::ENTRIES, json!({ "room": room, "from": 1, "entries": [] })),
    ] {
        hostile.emit(event, payload).await;
    }
    hostile.send(&[message(room, "the end")]).await;

    let packets = packets_until(&mut socket, "the end").await;
    assert!(
        packets.iter().all(|packet| !packet.starts_with("42[\"read\"")),
        "{packets:?}"
    );
    for told in [&mut bystander, &mut hostile] {
        let mut authors = Vec::new();
        while authors.len() < 2 {
            let (name, args) = told.event().await;
            assert!(
                !json!(args).to_string().contains(socket_id),
                "{name} shows the id of a socket"
            );
            match name.as_str() {
                event::ENTRIES => {
                    let news: event::Entries = serde_json::from_value(args[0].clone()).unwrap();
                    authors.extend(news.entries.into_iter().map(|entry| entry.author));
                }
                event::TYPING => assert_eq!(args[0]["person"], json!(eve)),
                event::PRESENCE => assert_ne!(args[0]["state"], "offline", "{args:?}"),
                _ => {}
            }
        }
        assert_eq!(authors, [eve.clone(), eve.clone()]);
    }
    let token = victim.token.as_deref().unwrap();
    for guess in [
        &victim.me.id.to_string(),
        socket_id,
        &victim.epoch.to_string(),
        &Uuid::now_v7().to_string(),
        &format!("{token}x"),
    ] {
        let auth = json!({ "token": guess }).to_string();
        assert_eq!(
            Client::refused(server.address, &auth, &[]).await,
            "unauthorized",
            "{guess}"
        );
    }
}
