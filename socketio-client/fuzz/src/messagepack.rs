//! One MessagePack document from a server, decoded: no panic, no growth past the limits, and what was understood survives a round trip.
//!
//! The input is the document.

use socketio_anywhere::Parser;
use socketio_anywhere::packet::{Decoder, Frame, Packet, PacketError};

const ATTACHMENTS: usize = 8;
const BYTES: usize = 4096;

pub fn run(data: &[u8]) {
    let Ok(Some(packet)) = decode(data, BYTES) else {
        return;
    };
    assert!(packet.payload.attachments.len() <= ATTACHMENTS);
    let again = match decode(&encode(&packet), usize::MAX) {
        Ok(Some(again)) => again,
        // An extension becomes a list, one level more than it was.
        Err(PacketError::MessagePack(_)) => return,
        // A placeholder that the document spells out stands for bytes that another one stands for, too.
        Err(PacketError::Attachments) if spells_out_a_placeholder(data) => return,
        other => panic!("what was written is not read back: {other:?}"),
    };
    assert_eq!((again.kind, again.id), (packet.kind, packet.id));
    assert_eq!(again.namespace, packet.namespace);
    assert_eq!(again.payload.args().len(), packet.payload.args().len());
    if !spells_out_a_placeholder(data) {
        // Bytes that no argument holds, as of a name given twice, are gone: from here on nothing changes.
        let third = decode(&encode(&again), usize::MAX);
        assert_eq!(third, Ok(Some(again)));
    }
}

fn decode(bytes: &[u8], most: usize) -> Result<Option<Packet>, PacketError> {
    Decoder::new(ATTACHMENTS, most)
        .parser(Parser::MessagePack)
        .add(Frame::Binary(bytes.to_vec()))
}

fn encode(packet: &Packet) -> Vec<u8> {
    match Parser::MessagePack.encode(packet.clone()).pop() {
        Some(Frame::Binary(bytes)) => bytes,
        other => panic!("no document: {other:?}"),
    }
}

fn spells_out_a_placeholder(data: &[u8]) -> bool {
    let name = b"_placeholder";
    data.windows(name.len()).any(|window| window == name)
}
