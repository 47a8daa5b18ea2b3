//! A session's connection to the server.

use std::time::Duration;

use steadfast_shared::event::ClosingReason;

/// The state of a session's connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Connection {
    Offline {
        /// Why the server closed the last one, where it said so.
        closed: Option<ClosingReason>,
    },
    /// The link is up; the server's `session` has not come.
    Opening,
    /// The session is open.
    Online {
        /// Whether everything missed came along with the opening.
        recovered: bool,
        /// When it opened, on the session's clock.
        since: Duration,
        /// Why the server ended this device's last connection, where it did.
        last_closed: Option<ClosingReason>,
    },
}
