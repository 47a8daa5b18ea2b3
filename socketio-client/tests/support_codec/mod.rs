//! Packets of every kind, for the tests of the codec.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Value, json};
use socketio_anywhere::Payload;
use socketio_anywhere::packet::{Kind, Packet};

pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map("[a-z_]{0,8}", inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn namespace() -> impl Strategy<Value = String> {
    prop_oneof![Just("/".to_owned()), "/[a-z0-9/_-]{1,12}"]
}

pub(crate) fn packet() -> impl Strategy<Value = Packet> {
    let attachments = vec(vec(any::<u8>(), 0..20), 0..4);
    let args = vec(value(), 0..5);
    let kind = prop_oneof![
        Just(Kind::Connect),
        Just(Kind::Disconnect),
        Just(Kind::Event),
        Just(Kind::Ack),
        Just(Kind::ConnectError),
    ];
    (kind, namespace(), any::<u64>(), any::<bool>(), args, attachments).prop_map(
        |(kind, namespace, id, with_id, mut args, attachments)| {
            let mut payload = Payload::default();
            let mut number = None;
            match kind {
                Kind::Connect | Kind::ConnectError => payload = Payload::from(vec![json!({"message": args})]),
                Kind::Disconnect => {}
                Kind::Event | Kind::Ack => {
                    if kind == Kind::Event {
                        args.insert(0, json!("event"));
                    }
                    for at in 0..attachments.len() {
                        args.push(json!({"_placeholder": true, "num": at}));
                    }
                    number = (with_id || kind == Kind::Ack).then_some(id);
                    payload = Payload::from(args);
                    payload.attachments = attachments;
                }
            }
            let mut packet = Packet::new(kind, &namespace, payload);
            packet.id = number;
            packet
        },
    )
}
