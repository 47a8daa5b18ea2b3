//! Who hears of what was committed.

use async_trait::async_trait;
use steadfast_shared::{Entry, Room, RoomId, Seq, UserId};

use crate::store::{Act, Acted, StoreError};

/// Who hears of what was committed.
#[async_trait]
pub trait Publish: Send + Sync + 'static {
    /// A room's log has grown to `head`; `fresh` are the newest entries of it, where they are at hand.
    ///
    /// Called in `seq` order per room. An error means that it has to be told again.
    async fn publish(&self, room: RoomId, head: Seq, fresh: Vec<Entry>) -> Result<(), StoreError>;

    /// Brings connections, and what is known of people, in line with what an errand did. Answers the room as who asked sees it.
    async fn settle(&self, by: UserId, acted: &Acted) -> Result<Option<Room>, StoreError>;

    /// Notes that this may have been done, and that nobody followed it.
    fn doubt(&self, by: UserId, act: &Act);

    /// Brings everything that is in doubt in line with what is stored.
    async fn realign(&self);
}
