//! The events of a socket that a program gets.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::shared::Shared;
use crate::demand;
use crate::protocol::{AckRequest, SocketEvent, SocketKey};
use crate::{ConnectError, DisconnectReason, EmitError, Payload, WebSocketFailure};

/// Something that happened to a socket, in the order it happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// The client is connecting to the server.
    Connecting {
        /// 0 for the first time, otherwise the number of the reconnection attempt.
        attempt: u32,
    },
    /// The server granted the namespace. Acks and answers of an earlier connection are void.
    Connected {
        /// The socket's id on the server.
        id: String,
    },
    /// The connection ended. The client reconnects, except for the two final reasons.
    Disconnected {
        /// Why the connection ended.
        reason: DisconnectReason,
        /// Details for people, not for programs.
        details: Option<String>,
        /// Whether nothing is gained by waiting before the next attempt, for a program that does without
        /// [`reconnection`](super::Builder::reconnection): the device slept, or another transport takes over.
        at_once: bool,
    },
    /// An attempt failed, or the server refused the namespace.
    ConnectError(ConnectError),
    /// The client waits before its next attempt.
    Reconnecting {
        /// The number of the next attempt, from 1.
        attempt: u32,
        /// The delay before it.
        delay: Duration,
    },
    /// The last of [`reconnection_attempts`](super::Builder::reconnection_attempts) failed.
    ReconnectFailed,
    /// A packet of the server could not be read and was skipped: perhaps an event or an ack. The connection goes on.
    Unreadable {
        /// The reason, for people.
        details: String,
    },
    /// The server's ping was answered. In [`engine_events`](super::Client::engine_events) only.
    Ping,
    /// Every event emitted so far is handed over: to the operating system or the browser, or to the server by a request. In
    /// [`engine_events`](super::Client::engine_events) only.
    Drained,
    /// WebSocket has taken over from long-polling.
    Upgraded,
    /// WebSocket could not take over; the client continues with long-polling.
    UpgradeFailed {
        /// How the WebSocket failed.
        failure: WebSocketFailure,
    },
    /// An event of the retry queue was dropped after its last attempt, see [`Retries`](crate::Retries).
    Undelivered(Message),
    /// This stream was not read at all for so long, while the program waited on another one or for an ack, that it missed events, see
    /// [`Limits::events`](crate::Limits::events).
    Missed {
        /// The number of missed events.
        events: usize,
    },
    /// The server emitted an event.
    Message(Message),
}

/// An event that the server emitted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Message {
    /// The name it was emitted under.
    pub event: String,
    /// Its arguments: [`parse`](Self::parse) reads them as the program's own type.
    pub payload: Payload,
    /// Present if the server waits for an answer.
    pub ack: Option<Responder>,
}

impl Message {
    /// An event that this side emits.
    fn own(event: String, payload: Payload) -> Self {
        let ack = None;
        Self { event, payload, ack }
    }

    /// The arguments as JSON. Bytes are placeholders, see [`Payload::attachments`].
    pub fn args(&self) -> Vec<Value> {
        self.payload.args()
    }

    /// Reads the arguments: into a tuple all of them, into any other type the first. See [`Payload`].
    ///
    /// # Errors
    /// If they have another shape.
    pub fn parse<T: DeserializeOwned>(self) -> Result<T, serde_json::Error> {
        self.payload.parse()
    }
}

/// Answers an event of the server, once.
#[derive(Clone)]
pub struct Responder {
    shared: Weak<Shared>,
    key: SocketKey,
    ack: AckRequest,
    /// Shared by all clones.
    answered: Arc<AtomicBool>,
}

impl Responder {
    /// Sends the answer.
    ///
    /// # Errors
    /// [`EmitError::AlreadyAnswered`] if this one or a clone has answered; [`EmitError::Disconnected`] once the event's
    /// connection is gone.
    pub fn send<T: Serialize + ?Sized>(&self, answer: &T) -> Result<(), EmitError> {
        let payload =
            Payload::from_serialize(answer).map_err(|error| EmitError::Payload(error.to_string()))?;
        let shared = self.shared.upgrade().ok_or(EmitError::Disconnected)?;
        shared.with(|inner, now| {
            if self.answered.load(Ordering::Relaxed) {
                return Err(EmitError::AlreadyAnswered);
            }
            inner.machine.respond(self.key, self.ack, payload, now)?;
            self.answered.store(true, Ordering::Relaxed);
            Ok(())
        })
    }
}

impl std::fmt::Debug for Responder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Responder").field(&self.ack).finish()
    }
}

impl Event {
    pub(super) fn sent(event: String, payload: Payload) -> Self {
        Self::Message(Message::own(event, payload))
    }

    pub(super) fn new(event: SocketEvent, key: SocketKey, shared: &Weak<Shared>) -> Self {
        match event {
            SocketEvent::Message { event, payload, .. } if !demand::own_events::is_wanted() => {
                Self::sent(event, payload)
            }
            // The machine reports no others then.
            _ if !demand::own_events::is_wanted() => Self::Ping,
            SocketEvent::Connecting { attempt } => Self::Connecting { attempt },
            SocketEvent::Connected { id } => Self::Connected { id },
            SocketEvent::Disconnected {
                reason,
                details,
                at_once,
            } => Self::Disconnected {
                reason,
                details,
                at_once,
            },
            SocketEvent::ConnectError {
                message,
                data,
                refused,
                at_once,
                failure,
            } => {
                let failure = failure.map(|failure| *failure).unwrap_or_default();
                Self::ConnectError(ConnectError {
                    message,
                    data,
                    refused,
                    at_once,
                    status: failure.status,
                    body: failure.body,
                    cause: failure.cause.map(|cause| cause.0),
                })
            }
            SocketEvent::Reconnecting { attempt, delay } => Self::Reconnecting { attempt, delay },
            SocketEvent::ReconnectFailed => Self::ReconnectFailed,
            SocketEvent::Unreadable { details } => Self::Unreadable { details },
            SocketEvent::Ping => Self::Ping,
            SocketEvent::Drained => Self::Drained,
            SocketEvent::Upgraded => Self::Upgraded,
            SocketEvent::UpgradeFailed { failure } => Self::UpgradeFailed { failure },
            SocketEvent::Undelivered { event, payload } => Self::Undelivered(Message::own(event, payload)),
            SocketEvent::Message { event, payload, ack } => Self::Message(Message {
                event,
                payload,
                ack: ack.map(|ack| Responder {
                    shared: shared.clone(),
                    key,
                    ack,
                    answered: Arc::default(),
                }),
            }),
        }
    }
}
