//! Logs the life of a connection, as `tracing` events of the target `socketio_anywhere`. It logs names, but no arguments and
//! no credentials.

use tracing::{debug, trace, warn};

use super::streams::StreamTopic;
use crate::protocol::{Output, SocketEvent};

/// Logs an event of a namespace's socket.
pub(super) fn event(namespace: &str, event: &SocketEvent) {
    match event {
        SocketEvent::Connecting { attempt } => debug!(namespace, attempt, "connecting"),
        SocketEvent::Connected { id } => debug!(namespace, id, "connected"),
        SocketEvent::Disconnected { reason, details, .. } => {
            debug!(namespace, %reason, details = details.as_deref(), "disconnected");
        }
        SocketEvent::ConnectError {
            message,
            refused,
            failure,
            ..
        } => {
            let status = failure.as_ref().and_then(|failure| failure.status);
            warn!(namespace, refused, status, message, "not connected");
        }
        SocketEvent::Reconnecting { attempt, delay } => {
            debug!(namespace, attempt, ?delay, "waiting to reconnect");
        }
        SocketEvent::ReconnectFailed => warn!(namespace, "gave up reconnecting"),
        SocketEvent::Unreadable { details } => {
            warn!(namespace, details, "skipped a packet that cannot be read");
        }
        SocketEvent::Ping => trace!(namespace, "ping"),
        SocketEvent::Drained => trace!(namespace, "drained"),
        SocketEvent::Upgraded => debug!(namespace, "upgraded to WebSocket"),
        SocketEvent::UpgradeFailed { failure } => debug!(namespace, ?failure, "not upgraded to WebSocket"),
        SocketEvent::Undelivered { event, .. } => {
            warn!(namespace, event, "dropped an event after its last try");
        }
        SocketEvent::Message { event, ack, .. } => trace!(namespace, event, ack = ack.is_some(), "event"),
    }
}

/// Logs that a stream begins to miss events.
pub(super) fn misses(topic: &StreamTopic) {
    warn!(stream = ?topic, "a stream is not read and holds up others: it misses events");
}

/// Logs an output that the loop is about to carry out.
pub(super) fn output(output: &Output) {
    match output {
        Output::Open { link, sid } => trace!(?link, joins = sid.is_some(), "dialling a WebSocket"),
        Output::Request { link, sid, body } => {
            let post = body.as_ref().map(String::len);
            trace!(?link, joins = sid.is_some(), post, "requesting");
        }
        Output::Close { link } => trace!(?link, "closing"),
        _ => {}
    }
}
