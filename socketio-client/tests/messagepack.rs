//! The MessagePack form of packets, alone and beside another implementation of the format.

#![cfg(all(feature = "msgpack", not(target_family = "wasm")))]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod support_codec;

use proptest::prelude::*;
use serde_json::{Value, json};
use socketio_anywhere::Payload;
use socketio_anywhere::packet::{Decoder, Frame, Kind, Packet, PacketError, Parser};
use support_codec::{packet as any_packet, value as any_value};

fn decode(bytes: &[u8]) -> Result<Packet, PacketError> {
    let mut decoder = Decoder::new(4, 1 << 20).parser(Parser::MessagePack);
    Ok(decoder
        .add(Frame::Binary(bytes.to_vec()))?
        .expect("a whole packet"))
}

fn encode(packet: Packet) -> Vec<u8> {
    match Parser::MessagePack.encode(packet).pop() {
        Some(Frame::Binary(bytes)) => bytes,
        other => unreachable!("{other:?}"),
    }
}

fn event(args: Vec<Value>) -> Packet {
    Packet::new(Kind::Event, "/", Payload::from(args))
}

#[test]
fn every_kind_is_read_back_as_written() {
    let object = vec![json!({"sid": "x"})];
    for (kind, id, args) in [
        (Kind::Connect, None, vec![]),
        (Kind::Connect, None, object.clone()),
        (Kind::Disconnect, None, vec![]),
        (Kind::Event, None, vec![json!("e"), json!(-1.5)]),
        (Kind::Event, Some(300), vec![json!("e")]),
        (Kind::Ack, Some(0), vec![]),
        (Kind::ConnectError, None, object),
        (Kind::ConnectError, None, vec![json!("no")]),
    ] {
        let mut packet = Packet::new(kind, "/admin", Payload::from(args));
        packet.id = id;
        assert_eq!(decode(&encode(packet.clone())), Ok(packet));
    }
}

#[test]
fn bytes_are_part_of_the_document() {
    let placeholder = |number: usize| json!({"_placeholder": true, "num": number});
    for length in [0, 255, 256, 70_000] {
        let mut packet = event(vec![json!("e"), placeholder(0), json!([placeholder(1)])]);
        packet.payload.attachments = vec![vec![7; length], vec![8]];
        assert_eq!(decode(&encode(packet.clone())), Ok(packet));
    }
}

#[test]
fn what_javascript_has_and_json_has_not_is_read_as_in_json() {
    // {type: 2, nsp: "/", id: undefined, data: ["e", undefined, {a: undefined}, NaN, new Date(1), an extension of type 5]}
    let mut bytes =
        b"\x84\xa4type\x02\xa3nsp\xa1/\xa2id\xd4\0\0\xa4data\x96\xa1e\xd4\0\0\x81\xa1a\xd4\0\0".to_vec();
    bytes.extend(b"\xcb\x7f\xf8\0\0\0\0\0\0\xd7\0\0\0\0\0\0\0\0\x01\xd4\x05\x2a");
    let packet = decode(&bytes).unwrap();
    assert_eq!(packet.id, None);
    assert_eq!(
        packet.payload.args(),
        [
            json!("e"),
            json!(null),
            json!({}),
            json!(null),
            json!("1970-01-01T00:00:00.001Z"),
            json!([5, {"_placeholder": true, "num": 0}])
        ]
    );
    assert_eq!(packet.payload.attachments, [[42]]);
}

#[test]
fn an_array_buffer_is_bytes_whatever_its_length() {
    for length in [0, 1, 2, 8, 255, 256, 70_000] {
        // As notepack.io writes it: with a length of 1, 2 or 4 bytes, also where an extension of that length has a marker of its own.
        let head = match length {
            0..256 => vec![0xc7, length as u8],
            256..65_536 => [&[0xc8], &(length as u16).to_be_bytes()[..]].concat(),
            _ => [&[0xc9], &(length as u32).to_be_bytes()[..]].concat(),
        };
        let mut bytes = b"\x83\xa4type\x02\xa3nsp\xa1/\xa4data\x92\xa1e".to_vec();
        bytes.extend(head);
        bytes.push(0);
        bytes.extend(vec![7; length]);
        let packet = decode(&bytes).unwrap();
        assert_eq!(
            packet.payload.args(),
            [json!("e"), json!({"_placeholder": true, "num": 0})]
        );
        assert_eq!(packet.payload.attachments, [vec![7; length]]);
    }
}

#[test]
fn what_is_no_packet_is_refused() {
    let of = |value: Value| decode(&rmp_serde::to_vec(&value).unwrap());
    assert_eq!(of(json!({"type": 5, "nsp": "/"})), Err(PacketError::Type));
    assert_eq!(of(json!({"type": "2", "nsp": "/"})), Err(PacketError::Type));
    assert_eq!(of(json!({"type": 1})), Err(PacketError::Header));
    assert_eq!(
        of(json!({"type": 3, "nsp": "/", "data": []})),
        Err(PacketError::Header)
    );
    assert_eq!(
        of(json!({"type": 2, "nsp": "/", "id": -1, "data": ["e"]})),
        Err(PacketError::Header)
    );
    for wrong in [
        json!([]),
        json!({"type": 0, "nsp": "/", "data": []}),
        json!({"type": 1, "nsp": "/", "data": {}}),
        json!({"type": 2, "nsp": "/"}),
        json!({"type": 2, "nsp": "/", "data": [null]}),
        json!({"type": 4, "nsp": "/"}),
    ] {
        assert_eq!(of(wrong.clone()), Err(PacketError::Shape), "{wrong}");
    }
    let text = Decoder::new(4, 100)
        .parser(Parser::MessagePack)
        .add(Frame::Text("0".into()));
    assert_eq!(text, Err(PacketError::Type));
}

#[test]
fn hostile_documents_cost_nothing() {
    for wrong in [
        vec![0x91; 100_000],
        vec![0x81; 100_000],
        b"\xdd\xff\xff\xff\xff".to_vec(),
        b"\xdf\xff\xff\xff\xff".to_vec(),
        b"\xc6\xff\xff\xff\xff".to_vec(),
        b"\xdb\xff\xff\xff\xff".to_vec(),
        b"\x81\x01\x01".to_vec(),
        b"\xa1\xff".to_vec(),
        b"\xc1".to_vec(),
        b"\xc0\xc0".to_vec(),
        vec![],
    ] {
        assert!(matches!(decode(&wrong), Err(PacketError::MessagePack(_))));
    }
    let placeholders = (0..5).map(|number| json!({"_placeholder": true, "num": number}));
    let mut packet = event([json!("e")].into_iter().chain(placeholders).collect());
    packet.payload.attachments = vec![vec![]; 5];
    assert_eq!(decode(&encode(packet)), Err(PacketError::Attachments));
}

proptest! {
    #[test]
    fn any_packet_is_read_back_as_written(packet in any_packet()) {
        prop_assert_eq!(decode(&encode(packet.clone())), Ok(packet));
    }

    #[test]
    fn another_implementation_reads_what_is_written(value in any_value()) {
        let bytes = encode(event(vec![json!("e"), value.clone()]));
        let read: Value = rmp_serde::from_slice(&bytes).unwrap();
        prop_assert_eq!(read, json!({"type": 2, "nsp": "/", "data": ["e", value]}));
    }

    #[test]
    fn what_another_implementation_writes_is_read(value in any_value()) {
        let packet = json!({"type": 2, "nsp": "/", "data": ["e", value]});
        let read = decode(&rmp_serde::to_vec(&packet).unwrap()).unwrap();
        prop_assert_eq!(&read.payload.args()[1], &value);
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn no_damaged_packet_panics(value in any_value(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = encode(event(vec![json!("e"), value]));
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = decode(&bytes);
    }
}
