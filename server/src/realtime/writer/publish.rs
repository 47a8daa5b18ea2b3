//! Publishes committed work.

use async_trait::async_trait;
use steadfast_shared::{Room, RoomId, UserId};

use crate::store::{ChangeNumber, Grown, StoreError};

#[async_trait]
pub trait Publish: Send + Sync + 'static {
    /// Publishes logs that a commit has extended; the commit saw the change feed up to `feed`.
    async fn committed(&self, feed: ChangeNumber, logs: Vec<Grown>);

    /// Reports that a commit's outcome is unknown.
    fn uncertain(&self);

    /// Waits, within a time limit, until sockets follow the change feed up to this change.
    async fn follow(&self, feed: ChangeNumber) -> Result<(), StoreError>;

    /// A person's view of a room; `None` if they are not in it.
    async fn view(&self, room: RoomId, user: UserId) -> Result<Option<Room>, StoreError>;
}
