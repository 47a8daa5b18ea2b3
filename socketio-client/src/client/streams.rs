//! The event streams: the unread events of each, and their limits.

use std::task::{Context, Poll, Waker};

use super::event::Event;
use super::shared::{Inner, wait};
use crate::demand;
use crate::fifo::Fifo;
use crate::protocol::SocketKey;
use crate::time::Time;

/// While an ack is awaited, a stream may exceed its limit by this factor, because the ack may be behind its unread events.
const WHILE_AN_ACK_IS_AWAITED: usize = 16;

/// How long an unread stream may hold up others that are waited for. Less than servers wait for the answer to a ping.
const STALLED: Time = Time::from_secs(10);

/// The filter of a stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum StreamTopic {
    /// Every event of the socket except pings and drains.
    All,
    /// The server's events of one name.
    Named(String),
    /// The next of them.
    Next(String),
    /// The events emitted by this side.
    Sent,
    /// Pings, drains and upgrades of the connection.
    Engine,
}

impl StreamTopic {
    fn wants(&self, event: &Event, sent: bool) -> bool {
        match (self, event) {
            (Self::Engine, _) if !demand::engine_events::is_wanted() => false,
            (Self::Engine, Event::Ping | Event::Drained | Event::Upgraded | Event::UpgradeFailed { .. }) => {
                true
            }
            (Self::Engine, _) | (Self::All, Event::Ping | Event::Drained) => false,
            (Self::All, _) => !sent,
            (Self::Sent, _) => sent,
            (Self::Named(name) | Self::Next(name), Event::Message(message)) => {
                !sent && *name == message.event
            }
            (Self::Named(_) | Self::Next(_), _) => false,
        }
    }
}

/// The unread events of one stream.
struct Queue {
    id: u64,
    key: SocketKey,
    topic: StreamTopic,
    events: Fifo<Event>,
    waker: Option<Waker>,
    /// It has reached the limit, and has not been half read since.
    full: bool,
    /// Whether it was read since the pause began, or since the last check.
    read: bool,
    /// The number of events it has missed because it held up others for too long, and has not been told yet.
    missed: Option<usize>,
    /// The number of all that it ever missed.
    missed_ever: usize,
}

impl Queue {
    /// Whether it gets no more events, however many come.
    fn is_complete(&self) -> bool {
        matches!(self.topic, StreamTopic::Next(_)) && !self.events.is_empty()
    }
}

pub(super) struct Streams {
    queues: Vec<Queue>,
    next: u64,
    max: usize,
    full: usize,
    /// When reading from the links was paused, or when that was last checked.
    paused_at: Option<Time>,
}

impl Streams {
    pub(super) fn new(max: usize) -> Self {
        Self {
            queues: Vec::new(),
            next: 0,
            max: max.max(1),
            full: 0,
            paused_at: None,
        }
    }

    /// Delivers an event to the matching streams.
    pub(super) fn deliver(&mut self, key: SocketKey, event: Event, sent: bool, to_wake: &mut Vec<Waker>) {
        let mut last: Option<&mut Queue> = None;
        for queue in &mut self.queues {
            if queue.key != key || !queue.topic.wants(&event, sent) || queue.is_complete() {
                continue;
            }
            to_wake.extend(queue.waker.take());
            if let Some(missed) = &mut queue.missed {
                *missed += 1;
                queue.missed_ever += 1;
                continue;
            }
            let grows = !matches!(queue.topic, StreamTopic::Next(_));
            if queue.events.len() + 1 >= self.max && !queue.full && grows {
                queue.full = true;
                queue.read = false;
                self.full += 1;
            }
            if let Some(earlier) = last.replace(queue) {
                earlier.events.push_back(event.clone());
            }
        }
        // Usually there is only one, and copying a message is expensive.
        if let Some(queue) = last {
            queue.events.push_back(event);
        }
    }

    pub(super) fn wake_all(&mut self, to_wake: &mut Vec<Waker>) {
        for queue in &mut self.queues {
            to_wake.extend(queue.waker.take());
        }
    }

    /// Whether [`pace`](Self::pace) has anything to decide.
    pub(super) fn concern_reading(&self) -> bool {
        self.full > 0 || self.paused_at.is_some()
    }

    pub(super) fn is_paused(&self) -> bool {
        self.paused_at.is_some()
    }

    /// When a stream may have held up others for too long.
    pub(super) fn deadline(&self) -> Option<Time> {
        self.paused_at.map(|at| at.saturating_add(STALLED))
    }

    /// Whether to pause or resume reading; `None` for no change.
    ///
    /// A stream that nobody reads may take its time while it holds up nobody. Otherwise a program that waits for an ack, or on another
    /// stream, before it reads this one would wait for ever.
    pub(super) fn pace(&mut self, awaited: bool, now: Time, to_wake: &mut Vec<Waker>) -> Option<bool> {
        if self.deadline().is_some_and(|until| until <= now) {
            let others = awaited || self.queues.iter().any(|queue| queue.waker.is_some());
            for queue in self.queues.iter_mut().filter(|queue| queue.full) {
                if others && !queue.read && queue.missed.is_none() {
                    queue.missed = Some(0);
                    #[cfg(feature = "tracing")]
                    super::trace::misses(&queue.topic);
                }
                queue.read = false;
            }
            self.begin_round(now, to_wake);
        }
        let most = if awaited {
            self.max.saturating_mul(WHILE_AN_ACK_IS_AWAITED)
        } else {
            self.max
        };
        let held_up = |queue: &Queue| queue.full && queue.missed.is_none() && queue.events.len() >= most;
        // Once paused, it resumes when the stream is half read, or an ack is awaited.
        let still =
            |queue: &Queue| queue.full && queue.missed.is_none() && !(awaited && queue.events.len() < most);
        let was = self.paused_at.is_some();
        let paused = self
            .queues
            .iter()
            .any(|queue| if was { still(queue) } else { held_up(queue) });
        if paused == was {
            return None;
        }
        if paused {
            self.begin_round(now, to_wake);
        } else {
            self.paused_at = None;
        }
        Some(paused)
    }

    /// Who waits on a stream is woken, and waits again by the end of this round. A waker alone says little: a program in the midst of
    /// something else may have left it.
    fn begin_round(&mut self, now: Time, to_wake: &mut Vec<Waker>) {
        self.paused_at = Some(now);
        self.wake_all(to_wake);
    }
}

impl Inner {
    /// The number of events that a stream has missed.
    pub(super) fn missed(&self, id: u64) -> usize {
        let queue = self.streams.queues.iter().find(|queue| queue.id == id);
        queue.map_or(0, |queue| queue.missed_ever)
    }

    pub(super) fn subscribe(&mut self, key: SocketKey, topic: StreamTopic) -> u64 {
        if demand::sent::is_wanted() && topic == StreamTopic::Sent {
            self.machine.watch_sent(key, true);
        }
        if demand::engine_events::is_wanted() && topic == StreamTopic::Engine {
            self.machine.watch_engine(true);
        }
        let streams = &mut self.streams;
        let id = streams.next;
        streams.next += 1;
        let queue = Queue {
            id,
            key,
            topic,
            events: Fifo::new(),
            waker: None,
            full: false,
            read: false,
            missed: None,
            missed_ever: 0,
        };
        streams.queues.push(queue);
        id
    }

    pub(super) fn unsubscribe(&mut self, id: u64) {
        let Some(at) = self.streams.queues.iter().position(|queue| queue.id == id) else {
            return;
        };
        let gone = self.streams.queues.swap_remove(at);
        self.streams.full -= usize::from(gone.full);
        self.to_wake.extend(gone.waker);
        if demand::sent::is_wanted() && gone.topic == StreamTopic::Sent {
            let mut others = self.streams.queues.iter();
            let still = others.any(|queue| queue.topic == StreamTopic::Sent && queue.key == gone.key);
            self.machine.watch_sent(gone.key, still);
        }
        if demand::engine_events::is_wanted() && gone.topic == StreamTopic::Engine {
            let mut others = self.streams.queues.iter();
            self.machine
                .watch_engine(others.any(|queue| queue.topic == StreamTopic::Engine));
        }
    }

    pub(super) fn poll_event(&mut self, id: u64, cx: &Context<'_>) -> Poll<Option<Event>> {
        let finished = self.finished;
        let Some(queue) = self.streams.queues.iter_mut().find(|queue| queue.id == id) else {
            return Poll::Ready(None);
        };
        let event = queue.events.pop_front();
        queue.read = true;
        if queue.full && queue.events.len() <= self.streams.max / 2 {
            queue.full = false;
            self.streams.full -= 1;
            if let Some(events @ 1..) = queue.missed.take() {
                queue.events.push_back(Event::Missed { events });
            }
        }
        match event {
            None if !finished => {
                wait(&mut queue.waker, cx, &mut self.to_drop);
                Poll::Pending
            }
            event => Poll::Ready(event),
        }
    }
}
