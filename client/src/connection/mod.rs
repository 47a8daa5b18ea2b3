//! The connection to the server: who dials, when and why.
//!
//! - [`Connection`]: its state, as everybody reads it
//! - `dialer`: the machine that moves from one state to the next, and says when to dial and when to hang up
//!
//! The socket below does neither by itself: its own reconnection is turned off.

mod dialer;

use std::collections::VecDeque;
use std::time::Duration;

use steadfast_shared::HandshakeError;
use steadfast_shared::event::{ClosingReason, Entries};
use steadfast_shared::room::RoomUpdate;

pub(crate) use dialer::{Dialer, DialerOutput};

use crate::record::Identity;

/// Most `entries`, and most events about rooms, kept that overtake the opening of their session; the rest is pulled.
pub(crate) const EARLY: usize = 256;

/// The state of a device's connection to the server.
#[derive(Clone, PartialEq, Debug)]
pub enum Connection {
    /// Down, until a person wants it up.
    Off {
        /// Whether a person wanted it down; otherwise nobody has asked for it yet.
        by_person: bool,
    },
    /// Down, until the next attempt.
    Waiting {
        /// When that is, on the session's clock.
        retry_at: Duration,
        /// Its number, from 1.
        attempt: u32,
        /// Why the server closed the last link, where it said so.
        closed: Option<ClosingReason>,
    },
    /// The socket is being connected.
    Dialing {
        /// Which attempt to come back this is; 0 for one that follows no failure.
        attempt: u32,
        closed: Option<ClosingReason>,
    },
    /// The socket is connected; the server's `session` has not come.
    Opening {
        /// Without it by then, the link is deaf, and dialed anew.
        until: Duration,
        early: Early,
        /// Why the server says it is about to close the link.
        closing: Option<ClosingReason>,
    },
    /// The session is open.
    Online {
        /// Whom it speaks for. Only their items go out on it.
        identity: Identity,
        /// Whether everything missed came along with the opening.
        recovered: bool,
        /// When it opened, on the session's clock.
        since: Duration,
        /// Why the server ended this device's last connection, where it did.
        last_closed: Option<ClosingReason>,
        /// Why the server says it is about to close this one.
        closing: Option<ClosingReason>,
        /// When it is left for another node.
        leave_at: Option<Duration>,
    },
    /// The server refused the handshake, and trying again unchanged cannot help.
    Refused {
        error: HandshakeError,
        closed: Option<ClosingReason>,
        renewal: Renewal,
    },
}

/// Whether the server is asked for the session that this device has, after it refused one without.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Renewal {
    /// It could not help.
    Pointless,
    /// It is being asked, by the program that runs the chat.
    Asked { tries: u32 },
    /// It could not be reached, and is asked again then.
    Waiting { retry_at: Duration, tries: u32 },
}

/// How a link ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkEnd {
    Lost {
        /// Whether nothing is gained by waiting before the next attempt: the device slept, or another transport takes over.
        at_once: bool,
    },
    ClosedByServer,
    /// This side hung up.
    ClosedHere,
}

/// The events that overtook the opening of their session.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Early {
    pub(crate) entries: VecDeque<Entries>,
    pub(crate) rooms: Vec<RoomUpdate>,
}

impl Connection {
    pub fn is_online(&self) -> bool {
        matches!(self, Self::Online { .. })
    }

    /// Whether the socket is connected.
    pub fn is_up(&self) -> bool {
        matches!(self, Self::Opening { .. } | Self::Online { .. })
    }

    /// Why the server closed the last link, where it said so and no other has come up since.
    pub fn closed(&self) -> Option<ClosingReason> {
        match self {
            Self::Waiting { closed, .. } | Self::Dialing { closed, .. } | Self::Refused { closed, .. } => {
                *closed
            }
            Self::Off { .. } | Self::Opening { .. } | Self::Online { .. } => None,
        }
    }

    /// Whom the open session speaks for.
    pub(crate) fn identity(&self) -> Option<&Identity> {
        match self {
            Self::Online { identity, .. } => Some(identity),
            _ => None,
        }
    }

    /// The buffer for events that overtake the opening, while it is waited for.
    pub(crate) fn early(&mut self) -> Option<&mut Early> {
        match self {
            Self::Opening { early, .. } => Some(early),
            _ => None,
        }
    }
}

impl Early {
    pub(crate) fn keep_entries(&mut self, entries: Entries) {
        if self.entries.len() < EARLY {
            self.entries.push_back(entries);
        }
    }

    pub(crate) fn keep_room(&mut self, news: RoomUpdate) {
        if self.rooms.len() < EARLY {
            self.rooms.push(news);
        }
    }
}

#[cfg(test)]
mod tests;
