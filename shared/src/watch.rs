//! Whose presence a client shows, and the updates it gets.

use serde::{Deserialize, Serialize};

use crate::{Person, RoomId, UserId};

/// `watch`: whose presence the client shows from here on. It replaces the former watch.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Watch {
    /// The members of these rooms, at most [`crate::limit::WATCHED_ROOMS`]. Of rooms this person is not in, nothing is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rooms: Vec<RoomId>,
    /// These people, at most [`crate::limit::WATCHED_PEOPLE`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<UserId>,
}

/// `watched` from the server, and the answer to `watch`. The answer has everybody watched who is online or away; an event has
/// the changes. At most one event in 250 ms.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Watched {
    /// Whether these people are there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Presence>,
    /// How many are there of rooms in which they are too many to be told one by one, and of rooms where they were so until
    /// a moment ago.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rooms: Vec<Crowd>,
}

/// How many of a room's members are there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Crowd {
    pub room: RoomId,
    /// How many of its members are online or away.
    pub here: u32,
    /// Whether they are more than [`crate::limit::CROWD`]: then only those watched by themselves are told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub crowd: bool,
}

/// Whether somebody is there, over all their tabs and devices.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// At one of their devices at least.
    Online,
    /// Connected, and at none of their devices.
    Away,
    Offline,
}

/// `presence`: somebody comes or goes. A connection that is back within the server's grace says nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Presence {
    pub person: Person,
    /// Whether they are there.
    pub state: Availability,
}
