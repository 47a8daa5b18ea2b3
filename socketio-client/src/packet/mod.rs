//! The two layers of packets: Engine.IO 4 frames, and the Socket.IO 5 packets they carry.
//!
//! Sources: <https://socket.io/docs/v4/engine-io-protocol/> and <https://socket.io/docs/v4/socket-io-protocol/>.

pub mod engine;
#[cfg(feature = "msgpack")]
mod messagepack;
pub mod payload;
mod skip;
pub mod socket;

pub use engine::{EnginePacket, Frame, Handshake};
pub use skip::Skipped;
pub(crate) use skip::last_text;
pub(crate) use socket::push_number;
pub use socket::{Decoder, Kind, Packet};

/// The form that Socket.IO packets take. Both sides must use the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum Parser {
    /// JSON, with bytes in messages of their own: the default of clients and servers.
    #[default]
    Json,
    /// One binary MessagePack document, as the npm package `socket.io-msgpack-parser` has it. Smaller where there are many numbers or bytes.
    #[cfg(feature = "msgpack")]
    MessagePack,
}

impl Parser {
    /// Writes a packet, as one frame or several.
    pub fn encode(self, packet: Packet) -> Vec<Frame> {
        match self {
            Self::Json => packet.encode(),
            #[cfg(feature = "msgpack")]
            Self::MessagePack => vec![messagepack::encode(packet)],
        }
    }
}

/// Why bytes from the server were not taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PacketError {
    /// The packet has no type, or one that does not exist.
    #[error("unknown packet type")]
    Type,
    /// A namespace, number or separator is not where it should be.
    #[error("malformed packet header")]
    Header,
    /// The JSON does not parse, or nests too deep.
    #[error("malformed JSON: {0}")]
    Json(String),
    /// The MessagePack does not parse, or nests too deep.
    #[cfg(feature = "msgpack")]
    #[error("malformed MessagePack: {0}")]
    MessagePack(String),
    /// The payload is well formed, and of a shape that this type of packet does not carry.
    #[error("payload of the wrong shape")]
    Shape,
    /// A binary attachment is missing, superfluous, or pointed at from nowhere.
    #[error("binary attachments do not match")]
    Attachments,
    /// The packet is longer than [`Limits::packet`](crate::Limits::packet).
    #[error("packet too large")]
    TooLarge,
}
