//! The two layers of packets: Engine.IO 4 frames, and the Socket.IO 5 packets they carry.
//!
//! Sources: <https://socket.io/docs/v4/engine-io-protocol/> and <https://socket.io/docs/v4/socket-io-protocol/>.

pub mod engine;
pub mod payload;
pub mod socket;

pub use engine::{EnginePacket, Frame, Handshake};
pub use socket::{Decoder, Kind, Packet};

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
    /// The JSON is well formed and not what this type of packet carries.
    #[error("payload of the wrong shape")]
    Shape,
    /// A binary attachment is missing, superfluous, or pointed at from nowhere.
    #[error("binary attachments do not match")]
    Attachments,
    /// Longer than [`Limits::packet`](crate::Limits::packet).
    #[error("packet too large")]
    TooLarge,
}
