//! Rooms: who is in which, and how far they have read.

use async_trait::async_trait;
use steadfast_shared::{Room, RoomId, Seq, UserId};

use super::StoreError;

/// How far unread entries are counted.
pub const UNREAD_COUNTED: u32 = 1_000;

/// How far a person has read a room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadMark {
    /// Who.
    pub user: UserId,
    /// Which room.
    pub room: RoomId,
    /// The newest entry seen.
    pub seq: Seq,
}

/// The rooms and their members.
#[async_trait]
pub trait Rooms {
    /// The rooms this person is in, the most active first. `unread` and `mentions` count no further than [`UNREAD_COUNTED`].
    async fn rooms_of(&self, user: UserId) -> Result<Vec<Room>, StoreError>;

    /// Moves read marks forward, never back and never past the head.
    async fn mark_read(&self, marks: &[ReadMark]) -> Result<(), StoreError>;
}
