//! Presence rows: written by each node for its own people, read by the others.

use async_trait::async_trait;
use steadfast_shared::{Person, RoomId, UserId};

use super::{NodeId, StoreError};

/// The version of a node's rows.
pub type PresenceVersion = u64;

/// A person connected to a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Present {
    /// The person, by their current name.
    pub person: Person,
    /// Whether they are away from all of their devices there.
    pub away: bool,
}

/// A person's new state at a node: away or not, or gone.
pub type PresenceChange = (UserId, Option<bool>);

/// Presence shared between nodes. A store for a single process has none.
#[async_trait]
pub trait PresenceRows {
    /// Whether other nodes may serve the database too.
    fn is_shared(&self) -> bool {
        false
    }

    /// Writes changes of this node's people. `None` if its former rows are missing: then all must be written again.
    async fn write_presence(
        &self,
        _changes: &[PresenceChange],
    ) -> Result<Option<PresenceVersion>, StoreError> {
        Ok(Some(0))
    }

    /// Replaces all of this node's rows. The new version is above the given one.
    async fn rewrite_presence(
        &self,
        _people: &[(UserId, bool)],
        _after: PresenceVersion,
    ) -> Result<PresenceVersion, StoreError> {
        Ok(0)
    }

    /// The nodes with a valid lease, including this one, and the versions of their rows if they have any.
    async fn nodes_alive(&self) -> Result<Vec<(NodeId, Option<PresenceVersion>)>, StoreError> {
        Ok(Vec::new())
    }

    /// A node's people, and the version of its rows. `None` if it has no rows.
    async fn present_at(&self, _node: NodeId) -> Result<Option<(PresenceVersion, Vec<Present>)>, StoreError> {
        Ok(None)
    }

    /// The rooms of these people.
    async fn rooms_of_people(&self, _people: &[UserId]) -> Result<Vec<(UserId, RoomId)>, StoreError> {
        Ok(Vec::new())
    }

    /// Deletes the rows of dead nodes.
    async fn tidy_presence(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
