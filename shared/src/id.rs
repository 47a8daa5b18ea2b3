//! Ids of people, rooms, entries and databases.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A place in a room's log: contiguous from 1. 0 stands before the first entry.
///
/// Stays below 2^53, so that JavaScript reads it exactly.
pub type Seq = u64;

/// Milliseconds since the Unix epoch, by the clock of whoever wrote it.
pub type Millis = u64;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(s: &str) -> Result<Self, Self::Err> {
                s.parse().map(Self)
            }
        }
    };
}

uuid_id!(
    /// A person, on whichever device.
    UserId
);
uuid_id!(
    /// A room, whatever it is called.
    RoomId
);
uuid_id!(
    /// An entry as its author's device named it: a UUIDv7 made at the keypress.
    ///
    /// Unique per author for ever; row key, event key and DOM key alike.
    EntryId
);
uuid_id!(
    /// The life of one database. Cursors are only meaningful within one epoch.
    Epoch
);

/// A person as others see them.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Person {
    pub id: UserId,
    /// The nickname, as it was when this was written.
    pub name: String,
}
