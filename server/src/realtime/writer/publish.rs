//! The publishing of committed work.

use async_trait::async_trait;
use steadfast_shared::{Room, RoomId, UserId};

use crate::store::{ChangeNumber, Grown, StoreError};

#[async_trait]
pub trait Publish: Send + Sync + 'static {
    /// These logs have grown by a commit that saw the change feed up to `feed`.
    async fn committed(&self, feed: ChangeNumber, logs: Vec<Grown>);

    /// Something was committed or was not: nobody knows.
    fn uncertain(&self);

    /// Waits until sockets follow the change feed up to this change, within a bound.
    async fn follow(&self, feed: ChangeNumber) -> Result<(), StoreError>;

    /// A room as a person sees it; `None` where they are not in it.
    async fn view(&self, room: RoomId, user: UserId) -> Result<Option<Room>, StoreError>;
}
