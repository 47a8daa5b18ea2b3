//! The retry queue: with [`Settings::retries`](crate::Settings::retries), events are sent one by one, each until it is
//! acknowledged.

use super::connections::Connections;
use super::current_transport::Deps;
use super::namespaces::Namespaces;
use super::socket::{Awaited, Queued};
use super::{SocketEvent, SocketKey, Ticket};
use crate::demand;
use crate::packet::{Kind, Packet};
use crate::time::Time;
use crate::{AckError, DisconnectReason, EmitError, Exhausted, Payload, Retries};

/// If a connection ends within this time after sending an event, the event may be the cause.
const RIGHT_AFTER: Time = Time::from_secs(5);

impl Namespaces {
    /// Adds an event to the queue. `own` is the program's wait, if there is one.
    pub(super) fn enqueue(
        &mut self,
        connections: &mut Connections,
        key: SocketKey,
        payload: Payload,
        own: Option<u64>,
        timeout: Time,
    ) -> Result<(), EmitError> {
        let limits = &connections.deps.settings.limits;
        let Some(socket) = self.sockets.get_mut(key.0) else {
            return Err(EmitError::Disconnected);
        };
        let bytes = payload.size();
        socket.has_room(bytes, limits)?;
        socket.queued_bytes += bytes;
        socket.queue.push_back(Queued {
            packet: Packet::new(Kind::Event, &socket.namespace, payload),
            number: connections.deps.emissions.next(),
            own,
            timeout,
            tries: 0,
            under_way: None,
            given_up: false,
            blamed: 0,
        });
        self.drain_queue(connections, key.0);
        Ok(())
    }

    /// A connection is up: the first event is tried again, whatever happened to its last attempt.
    pub(super) fn restart_queue(&mut self, connections: &mut Connections, key: usize) {
        if !demand::retries::is_wanted() {
            return;
        }
        if let Some(first) = self.sockets[key].queue.front_mut()
            && std::mem::take(&mut first.given_up)
        {
            first.tries = 0;
        }
        self.drain_queue(connections, key);
    }

    fn drain_queue(&mut self, connections: &mut Connections, key: usize) {
        let socket = &mut self.sockets[key];
        if !socket.is_connected() {
            return;
        }
        let Some(first) = socket.queue.front() else {
            return;
        };
        if first.under_way.is_some() || first.given_up {
            return;
        }
        let Ticket { id, .. } = self.tickets.next(SocketKey(key));
        let socket = &mut self.sockets[key];
        let Some(first) = socket.queue.front_mut() else {
            return;
        };
        first.tries += 1;
        first.under_way = Some(id);
        let mut packet = first.packet.clone();
        packet.id = Some(id);
        let number = first.number;
        let awaited = Awaited {
            until: connections.deps.now.saturating_add(first.timeout),
            sent: Some(connections.deps.now),
            queued: true,
        };
        socket.acks.push(id, awaited);
        self.send_event(connections, key, packet, number);
    }

    /// The first event was acknowledged.
    pub(super) fn queue_acked(&mut self, connections: &mut Connections, key: usize, payload: Payload) {
        if let Some(done) = self.sockets[key].take_first() {
            settle(key, done.own, Ok(payload), &mut connections.deps);
        }
        self.drain_queue(connections, key);
    }

    /// The first event's attempt timed out.
    pub(super) fn queue_timed_out(&mut self, connections: &mut Connections, key: usize) {
        self.try_failed(connections, key, true, &AckError::Timeout);
        self.drain_queue(connections, key);
    }

    /// The connection ended while the first event was in flight, `after` its sending. A server ends it for an event that is
    /// too large, every time.
    pub(super) fn queue_cut_off(
        &mut self,
        connections: &mut Connections,
        key: usize,
        reason: DisconnectReason,
        after: Time,
    ) {
        let Some(&Retries {
            retries,
            count_disconnects,
            ..
        }) = connections.deps.settings.retry_queue()
        else {
            return;
        };
        let mut counts = count_disconnects;
        if let Some(first) = self.sockets[key].queue.front_mut() {
            let broke = matches!(
                reason,
                DisconnectReason::TransportClose | DisconnectReason::TransportError
            );
            first.blamed = if broke && after < RIGHT_AFTER {
                first.blamed + 1
            } else {
                0
            };
            if first.blamed > retries {
                counts = true;
                first.tries = first.blamed;
            }
        }
        self.try_failed(connections, key, counts, &AckError::Disconnected);
    }

    fn try_failed(&mut self, connections: &mut Connections, key: usize, counts: bool, error: &AckError) {
        let Some(&Retries {
            retries, exhausted, ..
        }) = connections.deps.settings.retry_queue()
        else {
            return;
        };
        let Some(first) = self.sockets[key].queue.front_mut() else {
            return;
        };
        first.under_way = None;
        if !counts {
            first.tries = first.tries.saturating_sub(1);
            return;
        }
        if first.tries <= retries {
            return;
        }
        match exhausted {
            Exhausted::Keep => first.given_up = true,
            Exhausted::Drop => {
                if let Some(dropped) = self.sockets[key].take_first() {
                    connections.deps.emissions.dropped(key, dropped.number);
                    settle(key, dropped.own, Err(error.clone()), &mut connections.deps);
                    if let Some((event, payload)) = dropped.packet.into_event() {
                        connections
                            .deps
                            .event(key, SocketEvent::Undelivered { event, payload });
                    }
                }
            }
        }
    }
}

/// Passes the result to the program, if it waits for one.
fn settle(key: usize, own: Option<u64>, result: Result<Payload, AckError>, deps: &mut Deps) {
    if let Some(id) = own {
        deps.acked(key, id, result);
    }
}
