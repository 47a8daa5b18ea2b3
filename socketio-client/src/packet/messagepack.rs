//! Packets in the format of `socket.io-msgpack-parser`: one binary frame, a MessagePack map of `type`, `nsp`, `data` and
//! `id`.
//!
//! Bytes are MessagePack's own, and become attachments here as in the JSON format. Of the extensions of notepack.io, which
//! that package uses, `undefined` is omitted from maps and becomes `null` in lists, a date becomes its JSON text, and an `ArrayBuffer` is bytes.
//!
//! Source: <https://github.com/msgpack/msgpack/blob/master/spec.md>.

mod date;
mod reader;
mod writer;

use serde_json::{Map, Value};

use super::{Frame, Kind, Packet, PacketError};
use crate::Payload;
use reader::Reader;

/// Reads a packet from one binary frame.
pub(super) fn decode(frame: &Frame, max_attachments: usize) -> Result<Packet, PacketError> {
    let Frame::Binary(bytes) = frame else {
        return Err(PacketError::Type);
    };
    let (value, attachments) = Reader::new(bytes, max_attachments).document()?;
    let Value::Object(mut fields) = value else {
        return Err(PacketError::Shape);
    };
    let kind = match fields.get("type").and_then(Value::as_u64) {
        Some(0) => Kind::Connect,
        Some(1) => Kind::Disconnect,
        Some(2) => Kind::Event,
        Some(3) => Kind::Ack,
        Some(4) => Kind::ConnectError,
        _ => return Err(PacketError::Type),
    };
    let Some(Value::String(namespace)) = fields.remove("nsp") else {
        return Err(PacketError::Header);
    };
    let id = match fields.get("id") {
        None => None,
        Some(id) => Some(id.as_u64().ok_or(PacketError::Header)?),
    };
    if kind == Kind::Ack && id.is_none() {
        return Err(PacketError::Header);
    }
    let mut payload = Payload::from(arguments(kind, fields.remove("data"))?);
    payload.attachments = attachments;
    let mut packet = Packet::new(kind, &namespace, payload);
    packet.id = id;
    Ok(packet)
}

fn arguments(kind: Kind, data: Option<Value>) -> Result<Vec<Value>, PacketError> {
    match (kind, data) {
        (Kind::Connect | Kind::Disconnect, None) => Ok(Vec::new()),
        (Kind::Connect, Some(object @ Value::Object(_)))
        | (Kind::ConnectError, Some(object @ (Value::Object(_) | Value::String(_)))) => Ok(vec![object]),
        (Kind::Ack, Some(Value::Array(args))) => Ok(args),
        (Kind::Event, Some(Value::Array(args)))
            if matches!(args.first(), Some(Value::String(_) | Value::Number(_))) =>
        {
            Ok(args)
        }
        _ => Err(PacketError::Shape),
    }
}

/// Writes a packet as one binary frame.
pub(super) fn encode(packet: Packet) -> Frame {
    let Packet {
        kind,
        namespace,
        id,
        payload,
    } = packet;
    let number: u64 = match kind {
        Kind::Connect => 0,
        Kind::Disconnect => 1,
        Kind::Event => 2,
        Kind::Ack => 3,
        Kind::ConnectError => 4,
    };
    let mut fields = Map::new();
    fields.insert("type".to_owned(), number.into());
    fields.insert("nsp".to_owned(), namespace.into());
    let mut args = payload.args();
    let data = match kind {
        Kind::Connect | Kind::ConnectError if !args.is_empty() => Some(args.swap_remove(0)),
        Kind::Event | Kind::Ack => Some(Value::Array(args)),
        Kind::Connect | Kind::ConnectError | Kind::Disconnect => None,
    };
    fields.extend(data.map(|data| ("data".to_owned(), data)));
    fields.extend(id.map(|id| ("id".to_owned(), id.into())));
    Frame::Binary(writer::write(&Value::Object(fields), &payload.attachments))
}
