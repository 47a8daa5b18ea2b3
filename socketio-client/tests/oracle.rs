//! The codec beside another implementation of the same protocol: socketioxide's. What ours writes it reads, and what it writes
//! of that, ours reads back as it was.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support_codec;

use proptest::prelude::*;
use serde_json::json;
use socketio_anywhere::packet::{Decoder, Frame, Kind, Packet};
use socketioxide_core::Value;
use socketioxide_core::packet::Packet as TheirPacket;
use socketioxide_core::parser::{Parse, ParseConfig, ParseError, ParserState};
use socketioxide_parser_common::CommonParser;
use support_codec::packet;

/// Read by the oracle.
fn theirs(frames: Vec<Frame>) -> Result<TheirPacket, ParseError> {
    let (config, state) = (ParseConfig::default(), ParserState::default());
    let mut read = Err(ParseError::NeedsMoreBinaryData);
    for frame in frames {
        read = match frame {
            Frame::Text(text) => CommonParser.decode_str(&config, &state, text.into()),
            Frame::Binary(bytes) => CommonParser.decode_bin(&config, &state, bytes.into()),
        };
    }
    read
}

/// Written by the oracle.
fn their_frames(packet: TheirPacket) -> Vec<Frame> {
    match CommonParser.encode(packet) {
        Value::Str(text, attachments) => std::iter::once(Frame::Text(text.to_string()))
            .chain(
                attachments
                    .into_iter()
                    .flatten()
                    .map(|bytes| Frame::Binary(bytes.to_vec())),
            )
            .collect(),
        Value::Bytes(bytes) => vec![Frame::Binary(bytes.to_vec())],
    }
}

/// Read by ours.
fn ours(frames: Vec<Frame>) -> Option<Packet> {
    let mut decoder = Decoder::new(8, 1 << 20);
    let mut read = None;
    for frame in frames {
        assert!(read.is_none(), "complete too early");
        read = decoder.add(frame).unwrap();
    }
    read
}

proptest! {
    #[test]
    fn a_packet_survives_the_other_implementation(packet in packet()) {
        let mut packet = packet;
        // They count acks in `i64`, and a server reads no refusal.
        packet.id = packet.id.map(|id| id >> 1);
        prop_assume!(packet.kind != Kind::ConnectError);
        let read = theirs(packet.clone().encode());
        prop_assert!(read.is_ok(), "{read:?}");
        prop_assert_eq!(ours(their_frames(read.unwrap())), Some(packet));
    }

    #[test]
    fn their_refusals_are_read(namespace in "/[a-z]{1,8}", message in "\\PC{0,20}") {
        let packet = ours(their_frames(TheirPacket::connect_error(namespace.clone(), message.clone()))).unwrap();
        prop_assert_eq!(packet.kind, Kind::ConnectError);
        prop_assert_eq!(packet.namespace, namespace);
        prop_assert_eq!(packet.payload.args(), vec![json!({"message": message})]);
    }
}
