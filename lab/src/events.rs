//! A connection's events, delayed, lost and repeated as the faults say.

use std::sync::{Arc, Weak};
use std::time::Duration;

use futures::StreamExt;
use futures::future::{self, Either};
use futures::stream;
use steadfast_client::link::{Stream, Wire, WireEvent, sleep};
use steadfast_client::session::ServerEvent;

use crate::delay_queue::DelayQueue;
use crate::fault::Fault;
use crate::instruments::Instruments;
use crate::wire::FaultyWire;

/// The events that reach the chat.
pub(crate) fn with_faults(
    events: Stream<'static, WireEvent>,
    wire: Weak<FaultyWire>,
    instruments: Arc<Instruments>,
) -> Stream<'static, WireEvent> {
    let incoming = Incoming {
        events,
        wire,
        instruments,
        lane: DelayQueue::default(),
        again: None,
    };
    Box::pin(stream::unfold(incoming, |mut incoming| async {
        let event = incoming.next().await?;
        Some((event, incoming))
    }))
}

struct Incoming {
    events: Stream<'static, WireEvent>,
    wire: Weak<FaultyWire>,
    instruments: Arc<Instruments>,
    lane: DelayQueue<Box<ServerEvent>>,
    /// The second copy of the last event.
    again: Option<Box<ServerEvent>>,
}

impl Incoming {
    async fn next(&mut self) -> Option<WireEvent> {
        if let Some(again) = self.again.take() {
            return Some(WireEvent::Server(again));
        }
        loop {
            if let Some(event) = self.lane.arrived(self.instruments.now())
                && let Some(event) = self.receive(event)
            {
                return Some(event);
            }
            let Some(event) = self.event_or_arrival().await else {
                continue;
            };
            match event? {
                WireEvent::Server(event) => {
                    let delay = self.instruments.faults().delay();
                    if let Ok(event) = self.lane.enter(event, delay, self.instruments.now())
                        && let Some(event) = self.receive(event)
                    {
                        return Some(event);
                    }
                }
                event => {
                    self.pass(&event);
                    return Some(event);
                }
            }
        }
    }

    /// The next event; `None` when one in the lane arrives first.
    async fn event_or_arrival(&mut self) -> Option<Option<WireEvent>> {
        let wait = self
            .lane
            .next_arrival()
            .map(|at| at.saturating_sub(self.instruments.now()));
        match future::select(self.events.next(), Box::pin(sleep_or_never(wait))).await {
            Either::Left((event, _)) => Some(event),
            Either::Right(_) => None,
        }
    }

    /// An event of the connection itself, which no fault delays.
    fn pass(&mut self, event: &WireEvent) {
        match event {
            WireEvent::Dialing if self.instruments.faults().is_on(Fault::Refuse) => {
                if let Some(wire) = self.wire.upgrade() {
                    wire.cut();
                }
            }
            WireEvent::Up => self.instruments.set_fault(Fault::HalfOpen, false),
            WireEvent::Down(_) => {
                self.lane.clear();
                if let Some(wire) = self.wire.upgrade() {
                    wire.drop_outgoing();
                }
            }
            _ => {}
        }
    }

    fn receive(&mut self, event: Box<ServerEvent>) -> Option<WireEvent> {
        let copies = self.instruments.receives(&event);
        self.again = (copies > 1).then(|| event.clone());
        (copies > 0).then_some(WireEvent::Server(event))
    }
}

async fn sleep_or_never(wait: Option<Duration>) {
    match wait {
        Some(wait) => sleep(wait).await,
        None => future::pending().await,
    }
}
