//! Ids of people, rooms, entries and databases.

use std::fmt;

use serde::Serialize;
use uuid::Uuid;

use crate::fields::{Field, FieldError, FromField};
use crate::{read_by_fields, record};

/// A place in a room's log: contiguous from 1. 0 means before the first entry.
///
/// Stays below 2^53, so that JavaScript reads it exactly.
pub type Seq = u64;

/// Milliseconds since the Unix epoch, by the clock of the writer.
pub type Millis = u64;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
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

        impl FromField for $name {
            fn from_field(field: Field) -> Result<Self, FieldError> {
                Uuid::from_field(field).map(Self)
            }
        }

        read_by_fields!($name);
    };
}

uuid_id!(
    /// A person's id, on all devices.
    UserId
);
uuid_id!(
    /// A room's id, whatever its name.
    RoomId
);
uuid_id!(
    /// An entry's id: a UUIDv7 that its author's device makes at the keypress.
    ///
    /// Unique per author for ever; row key, event key and DOM key alike.
    EntryId
);
uuid_id!(
    /// A database's id. Cursors are valid only within one epoch.
    Epoch
);

/// A person as others see them.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct Person {
    pub id: UserId,
    /// The nickname at the time this was written.
    pub name: String,
}

record!(Person { id, name });
