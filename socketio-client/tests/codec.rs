//! The codec: every packet written is read back, and no input makes it fail except by an error.

#![cfg(not(target_family = "wasm"))]

mod support_codec;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use socketio_anywhere::Payload;
use socketio_anywhere::packet::{Decoder, EnginePacket, Frame, Handshake, Kind, Packet, PacketError};

use support_codec::packet;

fn decoder() -> Decoder {
    Decoder::new(8, 1 << 20)
}

proptest! {
    #[test]
    fn a_packet_is_read_back_as_written(packet in packet()) {
        let mut decoder = decoder();
        let mut read = None;
        for frame in packet.clone().encode() {
            prop_assert!(read.is_none(), "complete too early");
            let frame = EnginePacket::Message(frame).encode();
            let Ok(EnginePacket::Message(frame)) = EnginePacket::decode(frame) else { panic!("a message") };
            read = decoder.add(frame).unwrap();
        }
        prop_assert_eq!(read, Some(packet));
    }

    #[test]
    fn nothing_that_arrives_panics(frames in vec(prop_oneof![
        "[0-9]{0,3}[-/,a-z0-9]{0,8}[\\[\\]{}\",:a-z0-9_]{0,20}".prop_map(Frame::Text),
        "\\PC{0,30}".prop_map(Frame::Text),
        vec(any::<u8>(), 0..20).prop_map(Frame::Binary),
    ], 0..8)) {
        let mut decoder = decoder();
        for frame in frames {
            let _ = EnginePacket::decode(frame.clone());
            let _ = decoder.add(frame);
        }
    }

    #[test]
    fn engine_packets_are_read_back_as_written(text in "\\PC{0,20}", interval: u64, upgrade: bool) {
        let handshake = Handshake {
            sid: text.clone(),
            upgrades: upgrade.then(|| "websocket".to_owned()).into_iter().collect(),
            ping_interval: interval,
            ping_timeout: 1,
            max_payload: upgrade.then_some(7),
        };
        for packet in [
            EnginePacket::Open(handshake),
            EnginePacket::Close,
            EnginePacket::Ping(text.clone()),
            EnginePacket::Pong(text.clone()),
            EnginePacket::Message(Frame::Text(text.clone())),
            EnginePacket::Message(Frame::Binary(text.into_bytes())),
            EnginePacket::Upgrade,
            EnginePacket::Noop,
        ] {
            prop_assert_eq!(EnginePacket::decode(packet.clone().encode()), Ok(packet));
        }
    }
}

/// The examples of the protocol's specification.
#[test]
fn the_wire_is_the_specifications() {
    let text = |packet: Packet| match packet.encode().swap_remove(0) {
        Frame::Text(text) => text,
        Frame::Binary(_) => panic!("text first"),
    };
    let event =
        |namespace: &str, args: &[Value]| Packet::new(Kind::Event, namespace, Payload::from(args.to_vec()));
    assert_eq!(text(Packet::new(Kind::Connect, "/", Payload::default())), "0");
    assert_eq!(
        text(Packet::new(
            Kind::Connect,
            "/admin",
            Payload::from(vec![json!({"token": "123"})])
        )),
        r#"0/admin,{"token":"123"}"#
    );
    assert_eq!(
        text(Packet::new(Kind::Disconnect, "/admin", Payload::default())),
        "1/admin,"
    );
    assert_eq!(text(event("/", &[json!("hello"), json!(1)])), r#"2["hello",1]"#);
    let mut ask = event("/admin", &[json!("project:delete"), json!(123)]);
    ask.id = Some(456);
    assert_eq!(text(ask), r#"2/admin,456["project:delete",123]"#);
    let mut ack = Packet::new(Kind::Ack, "/admin", Payload::from(vec![]));
    ack.id = Some(456);
    assert_eq!(text(ack), "3/admin,456[]");
    let mut binary = event(
        "/admin",
        &[json!("hello"), json!({"_placeholder": true, "num": 0})],
    );
    binary.payload.attachments.push(vec![1, 2, 3]);
    assert_eq!(
        binary.encode(),
        [
            Frame::Text(r#"51-/admin,["hello",{"_placeholder":true,"num":0}]"#.into()),
            Frame::Binary(vec![1, 2, 3])
        ]
    );
}

#[test]
fn what_is_not_a_packet_is_an_error() {
    let read = |text: &str| decoder().add(Frame::Text(text.into()));
    for (text, expected) in [
        ("", PacketError::Type),
        ("7", PacketError::Type),
        ("é", PacketError::Type),
        ("2{}", PacketError::Shape),
        ("2[]", PacketError::Shape),
        ("2[null]", PacketError::Shape),
        ("0[]", PacketError::Shape),
        ("1{}", PacketError::Shape),
        ("3[]", PacketError::Header),
        ("5[\"x\"]", PacketError::Header),
        ("5-[\"x\"]", PacketError::Header),
        ("299999999999999999999[\"x\"]", PacketError::Header),
        ("59-[\"x\"]", PacketError::Attachments),
        (
            r#"51-["x",{"_placeholder":true,"num":1}]"#,
            PacketError::Attachments,
        ),
        (
            r#"51-["x",{"_placeholder":true,"num":"0"}]"#,
            PacketError::Attachments,
        ),
        (r#"51-["x",{"_placeholder":true}]"#, PacketError::Attachments),
    ] {
        assert_eq!(read(text), Err(expected), "{text}");
    }
    assert!(matches!(read("2[oops"), Err(PacketError::Json(_))));
    assert!(matches!(
        read(&format!("2[\"x\",{}", "[".repeat(10_000))),
        Err(PacketError::Json(_))
    ));
    assert_eq!(
        decoder().add(Frame::Binary(vec![])),
        Err(PacketError::Attachments)
    );
    let mut decoder = Decoder::new(2, 100);
    assert_eq!(decoder.add(Frame::Text("52-[\"x\"]".into())), Ok(None));
    assert_eq!(
        decoder.add(Frame::Binary(vec![0; 99])),
        Err(PacketError::TooLarge)
    );
    assert!(decoder.take_skipped().is_some());
    assert_eq!(decoder.add(Frame::Binary(vec![0; 99])), Ok(None), "goes with it");
    assert!(matches!(decoder.add(Frame::Text("2[\"y\"]".into())), Ok(Some(_))));
}
