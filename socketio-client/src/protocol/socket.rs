//! One namespace: whether it is granted, what waits to be sent, and which acks are awaited.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::packet::Packet;
use crate::{DisconnectReason, EmitError, Limits};

#[derive(Debug)]
pub(super) struct Socket {
    pub(super) namespace: String,
    pub(super) status: Status,
    /// Why the last connection ended.
    pub(super) last: Option<DisconnectReason>,
    /// Counts granted connections, so that an answer never goes to a later one.
    pub(super) session: u64,
    pub(super) buffer: VecDeque<Buffered>,
    pub(super) buffered_bytes: usize,
    /// What came before the namespace was granted.
    pub(super) early: Vec<Packet>,
    pub(super) early_bytes: usize,
    pub(super) acks: BTreeMap<u64, Awaited>,
    pub(super) next_ack: u64,
    /// Whether somebody wants to see what goes out.
    pub(super) watched: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Status {
    /// Nobody wants it connected.
    Down,
    /// Wanted; CONNECT has not gone out.
    Wanted,
    /// CONNECT has gone out.
    Joining,
    /// Granted.
    Connected { id: String },
}

/// An event that waits for a connection.
#[derive(Debug)]
pub(super) struct Buffered {
    pub(super) packet: Packet,
    bytes: usize,
}

/// An ack that is waited for.
#[derive(Debug)]
pub(super) struct Awaited {
    pub(super) until: Duration,
    /// When the event went out; `None` while it is in the buffer.
    pub(super) sent: Option<Duration>,
}

impl Socket {
    pub(super) fn new(namespace: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            status: Status::Down,
            last: None,
            session: 0,
            buffer: VecDeque::new(),
            buffered_bytes: 0,
            early: Vec::new(),
            early_bytes: 0,
            acks: BTreeMap::new(),
            next_ack: 0,
            watched: false,
        }
    }

    pub(super) fn is_active(&self) -> bool {
        self.status != Status::Down
    }

    pub(super) fn is_connected(&self) -> bool {
        matches!(self.status, Status::Connected { .. })
    }

    /// Keeps an event for the next connection.
    pub(super) fn keep(&mut self, packet: Packet) {
        let bytes = packet.payload.size();
        self.buffered_bytes += bytes;
        self.buffer.push_back(Buffered { packet, bytes });
    }

    /// Whether an event of `bytes` may be kept.
    pub(super) fn has_room(&self, bytes: usize, limits: &Limits) -> Result<(), EmitError> {
        if self.buffer.len() >= limits.send_buffer
            || self.buffered_bytes.saturating_add(bytes) > limits.send_bytes
        {
            return Err(EmitError::BufferFull);
        }
        Ok(())
    }

    /// Takes everything that waited.
    pub(super) fn take_buffer(&mut self) -> VecDeque<Buffered> {
        self.buffered_bytes = 0;
        std::mem::take(&mut self.buffer)
    }

    /// Drops the event that waits under this ack number, where it still does.
    pub(super) fn forget_buffered(&mut self, ack: u64) {
        if let Some(at) = self.buffer.iter().position(|kept| kept.packet.id == Some(ack))
            && let Some(kept) = self.buffer.remove(at)
        {
            self.buffered_bytes -= kept.bytes;
        }
    }

    /// Takes out the acks whose event went out: their answer cannot come any more.
    pub(super) fn take_sent_acks(&mut self) -> Vec<(u64, Awaited)> {
        let sent: Vec<u64> = self
            .acks
            .iter()
            .filter(|(_, awaited)| awaited.sent.is_some())
            .map(|(id, _)| *id)
            .collect();
        sent.into_iter()
            .filter_map(|id| self.acks.remove(&id).map(|awaited| (id, awaited)))
            .collect()
    }
}
