//! Waits until every emitted event is sent, and disconnects.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::shared::{Inner, Shared, wait};
use crate::Unsent;
use crate::demand;
use crate::protocol::{Input, SocketKey};
use crate::time::{Time, earliest};

/// One wait of [`Client::flush`](super::Client::flush) or [`Client::close`](super::Client::close).
pub(super) struct Departure {
    key: SocketKey,
    until: Time,
    stage: DepartureStage,
    /// The number of events emitted before it, on any socket.
    emitted: u64,
    /// How many of them will not be sent any more.
    dropped: usize,
    /// How many were not sent in the end.
    unsent: usize,
    waker: Option<Waker>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum DepartureStage {
    /// The emitted events are being sent. Then the socket disconnects, or stays.
    Flushing {
        then_close: bool,
    },
    /// Disconnected: the final packets are being sent.
    Closing,
    Done,
}

impl Inner {
    pub(super) fn depart(&mut self, key: SocketKey, close: bool, now: Time) -> u64 {
        demand::departures::want();
        let id = self.next_departure;
        self.next_departure += 1;
        let departure = Departure {
            key,
            until: now.saturating_add(self.close_timeout),
            stage: DepartureStage::Flushing { then_close: close },
            emitted: self.machine.watch_emitted(),
            dropped: 0,
            unsent: 0,
            waker: None,
        };
        self.departures.push((id, departure));
        id
    }

    /// For most programs never: the code behind it is left out then.
    pub(super) fn is_departing(&self) -> bool {
        demand::departures::is_wanted() && !self.departures.is_empty()
    }

    /// When a wait times out.
    pub(super) fn departure_deadline(&self) -> Option<Time> {
        if !demand::departures::is_wanted() {
            return None;
        }
        let mut all = None;
        for (_, departure) in &self.departures {
            if departure.stage != DepartureStage::Done {
                all = earliest(all, Some(departure.until));
            }
        }
        all
    }

    /// Ends the waits that are done or timed out; returns whether the machine got an input.
    pub(super) fn advance_departures(&mut self) -> bool {
        let now = self.clock.now();
        let mut told = false;
        let dropped = self.machine.take_dropped();
        for (_, departure) in &mut self.departures {
            let over = self.finished || departure.until <= now;
            if let DepartureStage::Flushing { then_close } = departure.stage {
                let its = |(key, number): &&_| *key == departure.key && *number < departure.emitted;
                departure.dropped += dropped.iter().filter(its).count();
                let unsent = self.machine.unsent(departure.key, departure.emitted);
                let hopeless = !self.machine.is_active(departure.key);
                if unsent > 0 && !hopeless && !over {
                    continue;
                }
                departure.unsent = departure.dropped + unsent;
                departure.stage = DepartureStage::Done;
                if then_close {
                    self.machine.handle(Input::Disconnect(departure.key), now);
                    departure.stage = DepartureStage::Closing;
                    told = true;
                }
            }
            let idle = self.io.is_empty() && !self.carrying_out && self.goodbyes == 0;
            let settled = idle && self.machine.is_settled() && !told;
            if departure.stage == DepartureStage::Closing && (settled || over) {
                departure.stage = DepartureStage::Done;
            }
            if departure.stage == DepartureStage::Done {
                self.to_wake.extend(departure.waker.take());
            }
        }
        told
    }

    fn poll_departure(&mut self, id: u64, cx: &Context<'_>) -> Poll<Result<(), Unsent>> {
        let Some((_, departure)) = self.departures.iter_mut().find(|(other, _)| *other == id) else {
            return Poll::Ready(Ok(()));
        };
        if departure.stage != DepartureStage::Done {
            wait(&mut departure.waker, cx, &mut self.to_drop);
            return Poll::Pending;
        }
        Poll::Ready(match departure.unsent {
            0 => Ok(()),
            events => Err(Unsent { events }),
        })
    }
}

/// Stops waiting when the future is dropped.
struct Waiting<'a> {
    shared: &'a Arc<Shared>,
    id: u64,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.shared.untimed(|inner| {
            let found = inner.departures.iter().position(|(id, _)| *id == self.id);
            if let Some(at) = found {
                let (_, departure) = inner.departures.remove(at);
                inner.to_drop.extend(departure.waker);
            }
        });
    }
}

pub(super) async fn depart(shared: &Arc<Shared>, key: SocketKey, close: bool) -> Result<(), Unsent> {
    let id = shared.with(|inner, now| inner.depart(key, close, now));
    let waiting = Waiting { shared, id };
    std::future::poll_fn(|cx| {
        waiting
            .shared
            .untimed(|inner| inner.poll_departure(waiting.id, cx))
    })
    .await
}
