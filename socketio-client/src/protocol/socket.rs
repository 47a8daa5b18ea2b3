//! One namespace: its state, its buffered events, and its awaited acks.

use super::recovery::Recovery;
use super::{SocketKey, Ticket};
use crate::demand;
use crate::fifo::Fifo;
use crate::packet::Packet;
use crate::pending::Pending;
use crate::time::{Time, earliest};
use crate::{DisconnectReason, EmitError, Limits};

#[derive(Debug)]
pub(super) struct Socket {
    pub(super) namespace: String,
    pub(super) status: Status,
    /// Why the last connection ended.
    pub(super) last: Option<DisconnectReason>,
    /// The number of granted connections, so that an answer never goes to a later one.
    pub(super) session: u64,
    pub(super) buffer: Vec<Buffered>,
    pub(super) buffered_bytes: usize,
    /// Events that arrived before the namespace was granted.
    pub(super) early: Vec<Packet>,
    pub(super) early_bytes: usize,
    pub(super) acks: Acks,
    pub(super) recovery: Recovery,
    pub(super) queue: Fifo<Queued>,
    pub(super) queued_bytes: usize,
    /// Whether outgoing events are reported.
    pub(super) watched: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Status {
    /// The program does not want it connected.
    Down,
    /// The program wants it; CONNECT has not been sent.
    Wanted,
    /// CONNECT has been sent.
    Joining,
    /// The server granted the namespace.
    Connected { id: String },
}

/// An event that waits for a connection.
#[derive(Debug)]
pub(super) struct Buffered {
    pub(super) packet: Packet,
    pub(super) number: u64,
    bytes: usize,
}

/// Tickets with ascending ids, for all sockets.
#[derive(Default, Debug)]
pub(super) struct Tickets {
    next: u64,
}

impl Tickets {
    pub(super) fn next(&mut self, socket: SocketKey) -> Ticket {
        let id = self.next;
        self.next += 1;
        Ticket { socket, id }
    }
}

/// The events of all sockets, in the order they were emitted.
#[derive(Default, Debug)]
pub(super) struct Emissions {
    count: u64,
    /// Of these first ones it is noted if they are dropped.
    watched: u64,
    dropped: Vec<(SocketKey, u64)>,
}

impl Emissions {
    /// The number of a new one.
    pub(super) fn next(&mut self) -> u64 {
        let number = self.count;
        self.count += 1;
        number
    }

    /// Watches those so far; returns their number.
    pub(super) fn watch(&mut self) -> u64 {
        self.dropped.clear();
        self.watched = self.count;
        self.count
    }

    /// One will not be sent any more.
    pub(super) fn dropped(&mut self, key: usize, number: u64) {
        if number < self.watched {
            self.dropped.push((SocketKey(key), number));
        }
    }

    pub(super) fn take_dropped(&mut self) -> Vec<(SocketKey, u64)> {
        std::mem::take(&mut self.dropped)
    }
}

/// The awaited acks of a socket.
#[derive(Default, Debug)]
pub(super) struct Acks {
    awaited: Pending<Awaited>,
    /// Not after the first timeout. It may be that of an ack that has come since: to look once too often is cheaper than to keep the
    /// acks in the order of their timeouts.
    look_at: Time,
}

/// An ack that is awaited.
#[derive(Debug)]
pub(super) struct Awaited {
    pub(super) until: Time,
    /// When the event was sent; `None` while it is in the buffer.
    pub(super) sent: Option<Time>,
    /// Whether it is an attempt of the queue's first event.
    pub(super) queued: bool,
}

impl Acks {
    /// Adds an ack with a higher id than the others have.
    pub(super) fn push(&mut self, id: u64, awaited: Awaited) {
        self.look_at = match self.deadline() {
            Some(until) => until.min(awaited.until),
            None => awaited.until,
        };
        self.awaited.push(id, awaited);
    }

    pub(super) fn get_mut(&mut self, id: u64) -> Option<&mut Awaited> {
        self.awaited.get_mut(id)
    }

    pub(super) fn take(&mut self, id: u64) -> Option<Awaited> {
        self.awaited.take(id)
    }

    /// Removes the acks of sent events: their answers can no longer arrive.
    pub(super) fn take_sent(&mut self) -> Vec<(u64, Awaited)> {
        self.awaited.extract(&mut |awaited| awaited.sent.is_some())
    }

    /// Removes the acks whose timeout has passed.
    pub(super) fn take_overdue(&mut self, now: Time) -> Vec<(u64, Awaited)> {
        if self.deadline().is_none_or(|until| now < until) {
            return Vec::new();
        }
        let mut next = None;
        let overdue = self.awaited.extract(&mut |awaited| {
            if awaited.until <= now {
                return true;
            }
            next = earliest(next, Some(awaited.until));
            false
        });
        self.look_at = next.unwrap_or_default();
        overdue
    }

    /// When to look for acks that are overdue.
    pub(super) fn deadline(&self) -> Option<Time> {
        (!self.awaited.is_empty()).then_some(self.look_at)
    }
}

impl Awaited {
    pub(super) fn is_queued(&self) -> bool {
        demand::retries::is_wanted() && self.queued
    }
}

/// An event of the retry queue.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) packet: Packet,
    pub(super) number: u64,
    /// The program's wait, if there is one.
    pub(super) own: Option<u64>,
    /// The timeout of each attempt.
    pub(super) timeout: Time,
    pub(super) tries: u32,
    /// The ack number of the current attempt.
    pub(super) under_way: Option<u64>,
    /// It has no attempts left, and stays until the next connection.
    pub(super) given_up: bool,
    /// How many consecutive connections ended right after it was sent.
    pub(super) blamed: u32,
}

impl Socket {
    pub(super) fn new(namespace: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            status: Status::Down,
            last: None,
            session: 0,
            buffer: Vec::new(),
            buffered_bytes: 0,
            early: Vec::new(),
            early_bytes: 0,
            acks: Acks::default(),
            recovery: Recovery::default(),
            queue: Fifo::new(),
            queued_bytes: 0,
            watched: false,
        }
    }

    pub(super) fn is_active(&self) -> bool {
        self.status != Status::Down
    }

    pub(super) fn is_connected(&self) -> bool {
        matches!(self.status, Status::Connected { .. })
    }

    /// Buffers an event for the next connection.
    pub(super) fn keep(&mut self, packet: Packet, number: u64) {
        let bytes = packet.payload.size();
        self.buffered_bytes += bytes;
        self.buffer.push(Buffered {
            packet,
            number,
            bytes,
        });
    }

    /// Whether an event of `bytes` may be buffered.
    pub(super) fn has_room(&self, bytes: usize, limits: &Limits) -> Result<(), EmitError> {
        let waiting = self.buffered_bytes.saturating_add(self.queued_bytes);
        if self.buffer.len() + self.queue.len() >= limits.send_buffer
            || waiting.saturating_add(bytes) > limits.send_bytes
        {
            return Err(EmitError::BufferFull);
        }
        Ok(())
    }

    /// Whether the queue's first event seems to end the connections.
    pub(super) fn is_blamed(&self) -> bool {
        demand::retries::is_wanted() && self.queue.front().is_some_and(|first| first.blamed > 1)
    }

    /// Removes the queue's first event.
    pub(super) fn take_first(&mut self) -> Option<Queued> {
        let first = self.queue.pop_front()?;
        self.queued_bytes = self.queued_bytes.saturating_sub(first.packet.payload.size());
        Some(first)
    }

    /// Removes all waiting events.
    pub(super) fn take_buffer(&mut self) -> Vec<Buffered> {
        self.buffered_bytes = 0;
        std::mem::take(&mut self.buffer)
    }

    /// Drops the event that waits with this ack number, if it still does; returns its number.
    pub(super) fn forget_buffered(&mut self, ack: u64) -> Option<u64> {
        let mut buffer = self.buffer.iter();
        let at = buffer.position(|kept| kept.packet.id == Some(ack))?;
        let dropped = self.buffer.remove(at);
        self.buffered_bytes -= dropped.bytes;
        Some(dropped.number)
    }
}
