//! Frames from a server, decoded: no panic, no growth past the limits, and what was understood survives a round trip.
//!
//! The input is frames, one per line; a line that begins with `b` is a binary frame, any other that is UTF-8 a text frame.

use socketio_anywhere::packet::{Decoder, EnginePacket, Frame, Packet};

const ATTACHMENTS: usize = 8;
const BYTES: usize = 4096;

pub fn run(data: &[u8]) {
    let mut decoder = Decoder::new(ATTACHMENTS, BYTES);
    for line in data.split(|byte| *byte == b'\n') {
        let frame = match (line.strip_prefix(b"b"), std::str::from_utf8(line)) {
            (Some(bytes), _) => Frame::Binary(bytes.to_vec()),
            (None, Ok(text)) => Frame::Text(text.to_owned()),
            (None, Err(_)) => continue,
        };
        let Ok(packet) = EnginePacket::decode(frame) else {
            continue;
        };
        let again = EnginePacket::decode(packet.clone().encode());
        assert_eq!(
            again.as_ref(),
            Ok(&packet),
            "an Engine.IO packet is read back as written"
        );
        let EnginePacket::Message(frame) = packet else {
            continue;
        };
        match decoder.add(frame) {
            Ok(None) => {}
            Ok(Some(packet)) => is_read_back(&packet),
            Err(_) => decoder.reset(),
        }
    }
}

/// Not `==` all the way down: JSON numbers lose their last digits on the way through an `f64`.
fn is_read_back(packet: &Packet) {
    assert!(packet.payload.attachments.len() <= ATTACHMENTS);
    let mut decoder = Decoder::new(ATTACHMENTS, usize::MAX);
    let mut frames = packet.clone().encode().into_iter().peekable();
    while let Some(frame) = frames.next() {
        match decoder.add(frame).expect("what was written is read back") {
            None => assert!(frames.peek().is_some(), "a packet ends with its last frame"),
            Some(again) => {
                assert!(
                    frames.peek().is_none(),
                    "a packet does not end before its last frame"
                );
                assert_eq!((again.kind, again.id), (packet.kind, packet.id));
                assert_eq!(again.namespace, packet.namespace);
                assert_eq!(again.payload.args().len(), packet.payload.args().len());
                assert_eq!(again.payload.attachments, packet.payload.attachments);
            }
        }
    }
}
