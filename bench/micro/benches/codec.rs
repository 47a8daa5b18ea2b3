//! A Socket.IO packet of one message, written and read.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use socketio_anywhere::Payload;
use socketio_anywhere::packet::engine::{EnginePacket, Frame};
use socketio_anywhere::packet::socket::{Decoder, Kind, Packet};
use steadfast_micro::messages;

#[expect(clippy::unwrap_used, reason = "a packet that is valid")]
fn codec(criterion: &mut Criterion) {
    let entries = messages(1..2);
    let write = || {
        let payload = Payload::from_serialize(&("entries", &entries)).unwrap();
        let frames = Packet::new(Kind::Event, "/", payload).encode();
        frames.into_iter().next().unwrap()
    };
    criterion.bench_function("codec/write", |bencher| bencher.iter(|| black_box(write())));
    let Frame::Text(text) = write() else {
        return;
    };
    let frame = format!("4{text}");
    let mut decoder = Decoder::new(16, 1 << 20);
    criterion.bench_function("codec/read", |bencher| {
        bencher.iter(|| {
            let packet = EnginePacket::decode(Frame::Text(frame.clone())).unwrap();
            let EnginePacket::Message(message) = packet else {
                return None;
            };
            black_box(decoder.add(message).unwrap())
        });
    });
}

criterion_group!(benches, codec);
criterion_main!(benches);
