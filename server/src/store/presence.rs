//! Who is connected to which node: written by each node of its own people, read by the others.

use async_trait::async_trait;
use steadfast_shared::{Person, RoomId, UserId};

use super::{NodeId, StoreError};

/// How far a node's rows of its people have changed.
pub type PresenceVersion = u64;

/// Somebody at a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Present {
    /// By the name they have.
    pub person: Person,
    /// Whether they sit at none of their devices there.
    pub away: bool,
}

/// A person's new state at a node: away or not, or gone.
pub type PresenceChange = (UserId, Option<bool>);

/// Presence as nodes share it. A store that one process has for itself keeps none of it.
#[async_trait]
pub trait PresenceRows {
    /// Whether other nodes serve the database, too.
    fn is_shared(&self) -> bool {
        false
    }

    /// Writes changes of this node's people. `None` where its former rows are gone: then all are to be written.
    async fn write_presence(
        &self,
        _changes: &[PresenceChange],
    ) -> Result<Option<PresenceVersion>, StoreError> {
        Ok(Some(0))
    }

    /// Writes all of this node's people, in place of its former rows. Its version comes after the one given.
    async fn rewrite_presence(
        &self,
        _people: &[(UserId, bool)],
        _after: PresenceVersion,
    ) -> Result<PresenceVersion, StoreError> {
        Ok(0)
    }

    /// The nodes whose lease has not expired, with the versions of their rows, where they have any. This one too.
    async fn nodes_alive(&self) -> Result<Vec<(NodeId, Option<PresenceVersion>)>, StoreError> {
        Ok(Vec::new())
    }

    /// A node's people, and the version that they are of. `None` where nothing of it is there.
    async fn present_at(&self, _node: NodeId) -> Result<Option<(PresenceVersion, Vec<Present>)>, StoreError> {
        Ok(None)
    }

    /// In which rooms people are.
    async fn rooms_of_people(&self, _people: &[UserId]) -> Result<Vec<(UserId, RoomId)>, StoreError> {
        Ok(Vec::new())
    }

    /// Forgets the rows of nodes that are gone.
    async fn tidy_presence(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
