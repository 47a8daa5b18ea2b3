//! What happens to a connection, as `tracing` events of the target `socketio_anywhere`. Names go there, arguments and credentials do not.

use tracing::{debug, trace, warn};

use crate::protocol::{Event, Output};

/// Tells what happened to the socket of a namespace.
pub(super) fn event(namespace: &str, event: &Event) {
    match event {
        Event::Connecting { attempt } => debug!(namespace, attempt, "connecting"),
        Event::Connected { id } => debug!(namespace, id, "connected"),
        Event::Disconnected { reason, details } => {
            debug!(namespace, %reason, details = details.as_deref(), "disconnected");
        }
        Event::ConnectError {
            message,
            refused,
            failure,
            ..
        } => {
            let status = failure.as_ref().and_then(|failure| failure.status);
            warn!(namespace, refused, status, message, "not connected");
        }
        Event::Reconnecting { attempt, delay } => debug!(namespace, attempt, ?delay, "waiting to reconnect"),
        Event::ReconnectFailed => warn!(namespace, "gave up reconnecting"),
        Event::Unreadable { details } => warn!(namespace, details, "skipped a packet that cannot be read"),
        Event::Ping => trace!(namespace, "ping"),
        Event::Drained => trace!(namespace, "drained"),
        Event::Upgraded => debug!(namespace, "upgraded to WebSocket"),
        Event::UpgradeFailed { failure } => debug!(namespace, ?failure, "not upgraded to WebSocket"),
        Event::Undelivered { event, .. } => warn!(namespace, event, "dropped an event after its last try"),
        Event::Message { event, ack, .. } => trace!(namespace, event, ack = ack.is_some(), "event"),
    }
}

/// Tells what the loop is about to do.
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
