//! Socket.IO 5: the packets inside Engine.IO messages, in the default JSON format.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value;

use super::skip::{Skipped, last_text, without_lone_surrogates};
use super::{Frame, PacketError, Parser};
use crate::Payload;
use crate::cut::cut;
use crate::payload::json::{self, between};

/// The type of a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `0`: requests or grants a namespace.
    Connect,
    /// `1`: leaves a namespace.
    Disconnect,
    /// `2`, or `5` with attachments: an event; the first argument is its name.
    Event,
    /// `3`, or `6` with attachments: the answer to an event.
    Ack,
    /// `4`: a namespace is refused.
    ConnectError,
}

/// One packet of Socket.IO, with its attachments.
#[derive(Clone, PartialEq, Debug)]
pub struct Packet {
    /// The type of the packet.
    pub kind: Kind,
    /// The namespace, with its leading slash.
    pub namespace: Cow<'static, str>,
    /// For an event: requests an ack with this number. For an ack: the event's number.
    pub id: Option<u64>,
    /// The arguments, an event's name first; of `Connect` and `ConnectError`, at most one object.
    pub payload: Payload,
}

impl Packet {
    /// A packet without a number.
    pub fn new(kind: Kind, namespace: &str, payload: Payload) -> Self {
        Self {
            kind,
            namespace: match namespace {
                "/" => Cow::Borrowed("/"),
                other => Cow::Owned(other.to_owned()),
            },
            id: None,
            payload,
        }
    }

    /// An event's name and its arguments.
    pub(crate) fn into_event(self) -> Option<(String, Payload)> {
        let mut payload = self.payload;
        let event = payload.take_name()?;
        Some((event, payload))
    }

    /// Writes the packet as JSON: one text frame, then one binary frame per attachment.
    pub fn encode(self) -> Vec<Frame> {
        let json = self.payload.json();
        let attachments = &self.payload.attachments;
        let binary = !attachments.is_empty();
        let mut text = String::with_capacity(json.len() + 32);
        text.push(match (self.kind, binary) {
            (Kind::Connect, _) => '0',
            (Kind::Disconnect, _) => '1',
            (Kind::Event, false) => '2',
            (Kind::Ack, false) => '3',
            (Kind::ConnectError, _) => '4',
            (Kind::Event, true) => '5',
            (Kind::Ack, true) => '6',
        });
        if binary {
            push_number(&mut text, attachments.len() as u64);
            text.push('-');
        }
        if self.namespace != "/" {
            text.push_str(&self.namespace);
            text.push(',');
        }
        if let Some(id) = self.id {
            push_number(&mut text, id);
        }
        match self.kind {
            Kind::Connect | Kind::ConnectError => text.push_str(json),
            Kind::Disconnect => {}
            Kind::Event | Kind::Ack => {
                text.push('[');
                text.push_str(json);
                text.push(']');
            }
        }
        let mut frames = Vec::with_capacity(1 + attachments.len());
        frames.push(Frame::Text(text));
        frames.extend(self.payload.attachments.into_iter().map(Frame::Binary));
        frames
    }
}

/// Appends a number in digits: the formatting of the standard library is larger.
pub(crate) fn push_number(text: &mut String, number: u64) {
    if number > 9 {
        push_number(text, number / 10);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

/// Assembles packets from messages. A packet with attachments takes several.
#[derive(Debug)]
pub struct Decoder {
    parser: Parser,
    pending: Option<PartialPacket>,
    /// The number of attachments still to come for a packet that was skipped.
    to_skip: usize,
    skipped: Option<Skipped>,
    max_attachments: usize,
    max_bytes: usize,
}

#[derive(Debug)]
struct PartialPacket {
    packet: Packet,
    wanted: usize,
    bytes: usize,
}

impl Decoder {
    /// A decoder that refuses packets with more attachments, or with more bytes over all their messages.
    pub fn new(max_attachments: usize, max_bytes: usize) -> Self {
        Self {
            parser: Parser::Json,
            pending: None,
            to_skip: 0,
            skipped: None,
            max_attachments,
            max_bytes,
        }
    }

    /// The decoder for packets of another format.
    #[must_use]
    pub fn parser(mut self, parser: Parser) -> Self {
        self.parser = parser;
        self
    }

    /// Discards an incomplete packet.
    pub fn reset(&mut self) {
        self.pending = None;
        self.to_skip = 0;
        self.skipped = None;
    }

    /// After an error: the packet, if the error concerns only that packet and the decoder can continue with the next
    /// message. `None` if the other side does not speak the protocol.
    pub fn take_skipped(&mut self) -> Option<Skipped> {
        self.skipped.take()
    }

    /// Adds a message; returns the packet that it completes. After an error see [`take_skipped`](Self::take_skipped).
    pub fn add(&mut self, frame: Frame) -> Result<Option<Packet>, PacketError> {
        if frame.len() > self.max_bytes {
            return Err(PacketError::TooLarge);
        }
        match self.parser {
            Parser::Json => self.add_json(frame),
            #[cfg(feature = "msgpack")]
            Parser::MessagePack => match super::messagepack::decode(&frame, self.max_attachments) {
                Ok(packet) => Ok(Some(packet)),
                Err(PacketError::Type) => Err(PacketError::Type),
                Err(error) => {
                    self.skipped = Some(Skipped {
                        namespace: None,
                        last: None,
                        error: error.clone(),
                    });
                    Err(error)
                }
            },
        }
    }

    fn add_json(&mut self, frame: Frame) -> Result<Option<Packet>, PacketError> {
        match (frame, self.pending.take()) {
            (Frame::Binary(_), None) if self.to_skip > 0 => {
                self.to_skip -= 1;
                Ok(None)
            }
            (Frame::Text(text), None) => self.add_text(text),
            (Frame::Binary(bytes), Some(pending)) => self.add_attachment(bytes, pending),
            (Frame::Text(_), Some(_)) | (Frame::Binary(_), None) => Err(PacketError::Attachments),
        }
    }

    /// Reads a packet, which may have to wait for its attachments.
    fn add_text(&mut self, text: String) -> Result<Option<Packet>, PacketError> {
        self.to_skip = 0;
        let header = Header::read(&text)?;
        let (wanted, bytes) = (header.wanted, text.len());
        match header.packet(self.max_attachments) {
            Ok((mut packet, arguments)) => {
                let before = bytes - header.json.len();
                packet.payload = arguments.into_payload(text, before);
                if wanted == 0 {
                    return Ok(Some(packet));
                }
                self.pending = Some(PartialPacket {
                    packet,
                    wanted,
                    bytes,
                });
                Ok(None)
            }
            Err(error) => {
                self.to_skip = wanted;
                self.skipped = Some(Skipped::new(header.namespace, header.json, error.clone()));
                Err(error)
            }
        }
    }

    /// Adds an attachment to the packet that waits for it.
    fn add_attachment(
        &mut self,
        bytes: Vec<u8>,
        mut pending: PartialPacket,
    ) -> Result<Option<Packet>, PacketError> {
        pending.bytes = pending.bytes.saturating_add(bytes.len());
        pending.packet.payload.attachments.push(bytes);
        let left = pending.wanted - pending.packet.payload.attachments.len();
        if pending.bytes > self.max_bytes {
            self.to_skip = left;
            let last = last_text(pending.packet.payload.json());
            self.skipped = Some(Skipped {
                last: last.map(str::to_owned),
                namespace: Some(pending.packet.namespace.into_owned()),
                error: PacketError::TooLarge,
            });
            return Err(PacketError::TooLarge);
        }
        if left == 0 {
            return Ok(Some(pending.packet));
        }
        self.pending = Some(pending);
        Ok(None)
    }
}

/// The part of a packet before its JSON.
struct Header<'a> {
    kind: Kind,
    binary: bool,
    /// The number of attachments that follow.
    wanted: usize,
    namespace: &'a str,
    /// Its digits; empty if there are none.
    id: &'a str,
    json: &'a str,
}

impl<'a> Header<'a> {
    /// Fails if the text is not a packet, or the number of its attachments is unclear.
    fn read(text: &'a str) -> Result<Self, PacketError> {
        let (kind, binary) = match text.bytes().next() {
            Some(b'0') => (Kind::Connect, false),
            Some(b'1') => (Kind::Disconnect, false),
            Some(b'2') => (Kind::Event, false),
            Some(b'3') => (Kind::Ack, false),
            Some(b'4') => (Kind::ConnectError, false),
            Some(b'5') => (Kind::Event, true),
            Some(b'6') => (Kind::Ack, true),
            _ => return Err(PacketError::Type),
        };
        let mut rest = &text[1..];
        let mut wanted = 0;
        if binary {
            let (digits, after) = digits(rest);
            rest = after.strip_prefix('-').ok_or(PacketError::Header)?;
            wanted = number(digits)
                .and_then(|number| usize::try_from(number).ok())
                .ok_or(PacketError::Header)?;
        }
        let mut namespace = "/";
        if rest.starts_with('/') {
            (namespace, rest) = cut(rest, b',').unwrap_or((rest, ""));
            // `/admin?token=…`: the query is not part of the name.
            namespace = cut(namespace, b'?').map_or(namespace, |(name, _)| name);
        }
        let (id, json) = digits(rest);
        Ok(Self {
            kind,
            binary,
            wanted,
            namespace,
            id,
            json,
        })
    }

    /// The packet, still without its payload.
    fn packet(&self, max_attachments: usize) -> Result<(Packet, Arguments), PacketError> {
        if self.wanted > max_attachments {
            return Err(PacketError::Attachments);
        }
        let id = match self.id {
            "" if self.kind == Kind::Ack => return Err(PacketError::Header),
            "" => None,
            id => Some(number(id).ok_or(PacketError::Header)?),
        };
        let arguments = Arguments::find(self.kind, self.json)?;
        if self.binary {
            let payload = arguments.clone().into_payload(self.json.to_owned(), 0);
            if !payload.args().iter().all(|arg| points_within(arg, self.wanted)) {
                return Err(PacketError::Attachments);
            }
        }
        let mut packet = Packet::new(self.kind, self.namespace, Payload::default());
        packet.id = id;
        Ok((packet, arguments))
    }
}

/// The position of the arguments in a packet's JSON.
#[derive(Clone)]
struct Arguments {
    at: Range<usize>,
    /// The JSON without lone surrogates, if there were any.
    mended: Option<String>,
}

/// The value of digits.
fn number(digits: &str) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.bytes().try_fold(0_u64, |number, digit| {
        number
            .checked_mul(10)?
            .checked_add(u64::from(digit.wrapping_sub(b'0')))
    })
}

fn digits(text: &str) -> (&str, &str) {
    let end = text
        .bytes()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at(end)
}

impl Arguments {
    fn find(kind: Kind, json: &str) -> Result<Self, PacketError> {
        let text = json.trim_ascii_start();
        let blank = json.len() - text.len();
        let text = text.trim_ascii_end();
        match kind {
            Kind::Connect | Kind::Disconnect if text.is_empty() => {
                return Ok(Self {
                    at: 0..0,
                    mended: None,
                });
            }
            Kind::Disconnect => return Err(PacketError::Shape),
            _ => {}
        }
        // Like a JavaScript client, which accepts lone surrogates.
        let mended = match json::check(text) {
            Some(true) => without_lone_surrogates(text),
            Some(false) => None,
            None => {
                let told = serde_json::from_str::<Value>(text).err();
                return Err(PacketError::Json(
                    told.map(|error| error.to_string()).unwrap_or_default(),
                ));
            }
        };
        let text = mended.as_deref().unwrap_or(text);
        let start = if mended.is_none() { blank } else { 0 };
        let list = |args: &str| start + 1..start + 1 + args.len();
        let at = match (kind, text.bytes().next()) {
            // A server of the 2.x line refuses with a bare string.
            (Kind::Connect | Kind::ConnectError, Some(b'{')) | (Kind::ConnectError, Some(b'"')) => {
                Some(start..start + text.len())
            }
            (Kind::Ack, _) => between(text, '[', ']').map(list),
            (Kind::Event, _) => between(text, '[', ']').filter(|args| has_name(args)).map(list),
            _ => None,
        };
        let at = at.ok_or(PacketError::Shape)?;
        Ok(Self { at, mended })
    }

    /// The arguments within a text that has `before` bytes before the JSON.
    fn into_payload(self, text: String, before: usize) -> Payload {
        match self.mended {
            Some(mended) => Payload::within(mended, self.at),
            None => Payload::within(text, before + self.at.start..before + self.at.end),
        }
    }
}

/// Whether the first argument is a name. JavaScript accepts a number.
fn has_name(args: &str) -> bool {
    matches!(
        args.trim_ascii_start().bytes().next(),
        Some(b'"' | b'-' | b'0'..=b'9')
    )
}

/// Whether every placeholder names an attachment that follows.
fn points_within(value: &Value, attachments: usize) -> bool {
    match value {
        Value::Array(items) => items.iter().all(|item| points_within(item, attachments)),
        Value::Object(fields) => match crate::payload::placeholder(value) {
            Some(number) => number < attachments,
            None => {
                fields.get("_placeholder") != Some(&Value::Bool(true))
                    && fields.values().all(|field| points_within(field, attachments))
            }
        },
        _ => true,
    }
}
