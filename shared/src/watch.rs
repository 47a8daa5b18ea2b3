//! The presence that a client shows, and its updates.

use serde::{Deserialize, Serialize};

use crate::{Person, RoomId, UserId, record, words};

/// `watch`: the rooms and people whose presence the client shows from here on, replacing the former ones.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Watch {
    /// The members of these rooms, at most [`crate::limit::WATCHED_ROOMS`]. Rooms this person is not in are ignored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rooms: Vec<RoomId>,
    /// These people, at most [`crate::limit::WATCHED_PEOPLE`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<UserId>,
}

/// `watched` from the server, and the answer to `watch`. The answer has every watched person who is online or away; an event
/// has the changes. At most one event in 250 ms.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Watched {
    /// The state of these people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Presence>,
    /// The numbers for rooms with too many people to report them one by one, and for rooms where this has just ended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rooms: Vec<Crowd>,
}

record!(Watched { people or_default, rooms or_default });

/// The number of present members of a room.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Crowd {
    pub room: RoomId,
    /// The number of its members who are online or away.
    pub here: u32,
    /// Whether there are more than [`crate::limit::CROWD`]: then only members watched by id are reported.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub crowd: bool,
}

record!(Crowd { room, here, crowd or_default });

/// A person's presence, over all their tabs and devices.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// They are at one of their devices at least.
    Online,
    /// They are connected, but at none of their devices.
    Away,
    Offline,
}

words!(Availability { "online" => Online, "away" => Away, "offline" => Offline });

/// `presence`: a person comes or goes. A connection that returns within the server's grace period is not reported.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Presence {
    pub person: Person,
    /// The person's state over all their connections.
    pub state: Availability,
}

record!(Presence { person, state });
