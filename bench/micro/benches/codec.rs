//! A Socket.IO packet of one message, written and read; and the argument of `send`, read as the server reads it and by serde's derive.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use serde::Deserialize;
use socketio_anywhere::Payload;
use socketio_anywhere::packet::engine::{EnginePacket, Frame};
use socketio_anywhere::packet::socket::{Decoder, Kind, Packet};
use steadfast_micro::{ROOM, messages, text};
use steadfast_shared::event::SendItem;
use steadfast_shared::{Body, EntryId, MessageText, Seq, TextError};
use uuid::Uuid;

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

/// The same record by derive, which a page would be too large with.
#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read")]
struct DerivedItem {
    id: Uuid,
    room: Uuid,
    body: DerivedBody,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(dead_code, reason = "it is only read")]
enum DerivedBody {
    Message {
        text: DerivedText,
        #[serde(default)]
        reply_to: Option<Seq>,
    },
    Edit {
        message: Seq,
        text: DerivedText,
    },
    Delete {
        message: Seq,
    },
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
#[expect(dead_code, reason = "it is only read")]
struct DerivedText(MessageText);

impl TryFrom<String> for DerivedText {
    type Error = TextError;

    fn try_from(typed: String) -> Result<Self, TextError> {
        MessageText::parse(&typed).map(Self)
    }
}

#[expect(clippy::unwrap_used, reason = "items that are valid")]
fn send(criterion: &mut Criterion) {
    let item = |nth: u128| SendItem {
        id: EntryId(Uuid::from_u128(nth)),
        room: ROOM,
        body: Body::message(text()),
        message_id: None,
    };
    for count in [1, 64] {
        let json = serde_json::to_string(&(0..count).map(item).collect::<Vec<_>>()).unwrap();
        let mut group = criterion.benchmark_group(format!("codec/send of {count}"));
        group.bench_function("by fields", |bencher| {
            bencher.iter(|| black_box(serde_json::from_str::<Vec<SendItem>>(&json).unwrap()));
        });
        group.bench_function("by derive", |bencher| {
            bencher.iter(|| black_box(serde_json::from_str::<Vec<DerivedItem>>(&json).unwrap()));
        });
        group.finish();
    }
}

criterion_group!(benches, codec, send);
criterion_main!(benches);
