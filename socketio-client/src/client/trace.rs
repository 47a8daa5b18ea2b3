//! Logs the life of a connection, as `tracing` events of the target `socketio_anywhere`. It logs names, but no arguments and
//! no credentials.

use tracing::{debug, trace, warn};

use super::streams::StreamTopic;
use crate::protocol::{Output, SocketEvent};

const TARGET: &str = "socketio_anywhere";

/// Logs an event of a namespace's socket.
pub(super) fn event(namespace: &str, event: &SocketEvent) {
    match event {
        SocketEvent::Connecting { attempt } => debug!(target: TARGET, namespace, attempt, "connecting"),
        SocketEvent::Connected { id } => debug!(target: TARGET, namespace, id, "connected"),
        SocketEvent::Disconnected { reason, details, .. } => {
            debug!(target: TARGET, namespace, %reason, details = details.as_deref(), "disconnected");
        }
        SocketEvent::ConnectError {
            message,
            refused,
            failure,
            ..
        } => {
            let status = failure.as_ref().and_then(|failure| failure.status);
            warn!(target: TARGET, namespace, refused, status, message, "not connected");
        }
        SocketEvent::Reconnecting { attempt, delay } => {
            debug!(target: TARGET, namespace, attempt, ?delay, "waiting to reconnect");
        }
        SocketEvent::ReconnectFailed => warn!(target: TARGET, namespace, "gave up reconnecting"),
        SocketEvent::Unreadable { details } => {
            warn!(target: TARGET, namespace, details, "skipped a packet that cannot be read");
        }
        SocketEvent::Ping => trace!(target: TARGET, namespace, "ping"),
        SocketEvent::Drained => trace!(target: TARGET, namespace, "drained"),
        SocketEvent::Upgraded => debug!(target: TARGET, namespace, "upgraded to WebSocket"),
        SocketEvent::UpgradeFailed { failure } => {
            debug!(target: TARGET, namespace, ?failure, "not upgraded to WebSocket");
        }
        SocketEvent::Undelivered { event, .. } => {
            warn!(target: TARGET, namespace, event, "dropped an event after its last try");
        }
        SocketEvent::Message { event, ack, .. } => {
            trace!(target: TARGET, namespace, event, ack = ack.is_some(), "event");
        }
    }
}

/// Logs that a stream begins to miss events.
pub(super) fn misses(topic: &StreamTopic) {
    warn!(target: TARGET, stream = ?topic, "a stream is not read and holds up others: it misses events");
}

/// Logs an output that the loop is about to carry out.
pub(super) fn output(output: &Output) {
    match output {
        Output::Open { link, sid } => {
            trace!(target: TARGET, ?link, joins = sid.is_some(), "dialling a WebSocket");
        }
        Output::Request { link, sid, body } => {
            let post = body.as_ref().map(String::len);
            trace!(target: TARGET, ?link, joins = sid.is_some(), post, "requesting");
        }
        Output::Close { link } => trace!(target: TARGET, ?link, "closing"),
        _ => {}
    }
}
