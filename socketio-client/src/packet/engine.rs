//! Engine.IO 4: the packets of a transport, one frame at a time.

use serde_json::Value;

use super::PacketError;
use crate::payload::json;

/// One message of a WebSocket: text, or bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Frame {
    /// A text message of a WebSocket, or a text packet of long-polling.
    Text(String),
    /// A binary message of a WebSocket, or base 64 of long-polling.
    Binary(Vec<u8>),
}

impl Frame {
    /// Its length in bytes.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The meaning of an Engine.IO frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EnginePacket {
    /// `0`: the server's handshake.
    Open(Handshake),
    /// `1`: the sender closes the connection.
    Close,
    /// `2`: a ping. With `probe` while upgrading.
    Ping(String),
    /// `3`: the answer to a ping, with its text.
    Pong(String),
    /// `4`, or a binary frame: a part of a Socket.IO packet.
    Message(Frame),
    /// `5`: the connection switches to the other transport.
    Upgrade,
    /// `6`: no content; it ends a pending poll.
    Noop,
}

/// The server's first packet. Times are in milliseconds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Handshake {
    /// The id of the Engine.IO session.
    pub sid: String,
    /// The transports to which this session may switch.
    pub upgrades: Vec<String>,
    /// How often the server pings.
    pub ping_interval: u64,
    /// How long after a missed ping the connection counts as dead.
    pub ping_timeout: u64,
    /// The longest payload, in bytes, that the server accepts by polling.
    pub max_payload: Option<u64>,
}

impl EnginePacket {
    /// Reads a WebSocket message.
    pub fn decode(frame: Frame) -> Result<Self, PacketError> {
        let text = match frame {
            Frame::Binary(_) => return Ok(Self::Message(frame)),
            Frame::Text(text) => text,
        };
        let Some(kind) = text.bytes().next() else {
            return Err(PacketError::Type);
        };
        match kind {
            b'0' => Handshake::read(&text[1..]).map(Self::Open),
            b'1' => Ok(Self::Close),
            b'2' => Ok(Self::Ping(text[1..].to_owned())),
            b'3' => Ok(Self::Pong(text[1..].to_owned())),
            b'4' => {
                let mut text = text;
                text.remove(0);
                Ok(Self::Message(Frame::Text(text)))
            }
            b'5' => Ok(Self::Upgrade),
            b'6' => Ok(Self::Noop),
            _ => Err(PacketError::Type),
        }
    }

    /// Writes a WebSocket message.
    pub fn encode(self) -> Frame {
        match self {
            #[cfg(feature = "machine")]
            Self::Open(handshake) => Frame::Text(format!("0{}", handshake.to_json())),
            // A client never sends one.
            #[cfg(not(feature = "machine"))]
            Self::Open(_) => Frame::Text(String::new()),
            Self::Close => Frame::Text("1".into()),
            Self::Ping(text) => Frame::Text(marked('2', &text)),
            Self::Pong(text) => Frame::Text(marked('3', &text)),
            Self::Message(Frame::Text(mut text)) => {
                text.insert(0, '4');
                Frame::Text(text)
            }
            Self::Message(binary) => binary,
            Self::Upgrade => Frame::Text("5".into()),
            Self::Noop => Frame::Text("6".into()),
        }
    }
}

impl Handshake {
    /// Written by hand: a derived reader would be the only one in the crate, and larger than this whole file.
    fn read(json: &str) -> Result<Self, PacketError> {
        if let Err(error) = serde_json::from_str::<Value>(json) {
            return Err(PacketError::Json(error.to_string()));
        }
        let json = json.trim_ascii();
        let field = |name| json::field(json, name);
        let mut names = field("upgrades").and_then(|list| json::between(list, '[', ']'));
        let mut upgrades = Vec::new();
        while let Some((name, rest)) = names.and_then(json::split_first) {
            upgrades.extend(json::text(name));
            names = Some(rest);
        }
        Ok(Self {
            sid: field("sid").and_then(json::text).ok_or(PacketError::Shape)?,
            upgrades,
            ping_interval: field("pingInterval").and_then(number).ok_or(PacketError::Shape)?,
            ping_timeout: field("pingTimeout").and_then(number).ok_or(PacketError::Shape)?,
            max_payload: field("maxPayload").and_then(number),
        })
    }

    #[cfg(feature = "machine")]
    fn to_json(&self) -> String {
        serde_json::json!({
            "sid": self.sid,
            "upgrades": self.upgrades,
            "pingInterval": self.ping_interval,
            "pingTimeout": self.ping_timeout,
            "maxPayload": self.max_payload,
        })
        .to_string()
    }
}

/// `25000.0` is a valid number, too; the cast saturates at the ends of the range.
fn number(json: &str) -> Option<u64> {
    let number: Value = serde_json::from_str(json).ok()?;
    number.as_u64().or_else(|| Some(number.as_f64()? as u64))
}

fn marked(mark: char, text: &str) -> String {
    let mut marked = String::from(mark);
    marked.push_str(text);
    marked
}
