//! The messages between the tabs of one device.

use serde::{Deserialize, Serialize};
use steadfast_shared::{EntryId, Epoch, Millis, Person, RoomId, Seq};

use crate::record::{OutboxItem, Rejection, Unsent};

/// One message between tabs. Each tab's arrive in the order sent; a tab that starts later finds the rest in storage.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TabMessage {
    /// These wait to be sent: typed, retried or edited in the sending tab, or broadcast again for a new leader.
    Posted {
        /// The items, as the telling tab holds them.
        items: Vec<OutboxItem>,
    },
    /// These are durable on this device.
    Saved { ids: Vec<EntryId> },
    /// The server has acknowledged these.
    Sent {
        /// In which life of the database.
        epoch: Epoch,
        /// The items stored, and their places.
        stored: Vec<Stored>,
    },
    /// This one will not go out until a person decides.
    Rejected { id: EntryId, rejection: Rejection },
    /// A person threw this one away.
    Discarded { id: EntryId },
    /// Another person, or the same one in another epoch, is signed in on this device.
    SignedIn {
        me: Person,
        /// In which life of the database.
        epoch: Epoch,
    },
    /// The person signed in was signed out of this device.
    SignedOut {
        /// The treatment of their unsent items.
        unsent: Unsent,
    },
    /// The sending tab has started, and asks the others for their items.
    Started,
    /// The sending tab drains the outbox from here on, and asks the others for their items.
    Elected,
}

/// One acknowledged item, as broadcast to the other tabs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Stored {
    pub id: EntryId,
    pub room: RoomId,
    /// Its place in the room's log.
    pub seq: Seq,
    /// When it was committed.
    pub at: Millis,
}
