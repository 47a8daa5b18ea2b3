//! What the handles, the streams and the loop share: the machine behind a lock, and who waits for what.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use serde_json::Value;

use super::clock::Clock;
use super::event::Event;
use crate::map::Map;
use crate::protocol::{Input, Machine, Output, SocketKey, Ticket};
use crate::{AckError, Payload, Settings, transport};

pub(super) struct Shared {
    inner: Mutex<Inner>,
}

pub(super) struct Inner {
    pub(super) machine: Machine,
    pub(super) acks: Map<Ticket, Slot>,
    /// The credentials of namespaces that have their own.
    pub(super) auths: Map<SocketKey, Value>,
    pub(super) auto_connect: bool,
    /// What the loop has to do.
    pub(super) io: VecDeque<Output>,
    pub(super) wait: Option<Duration>,
    /// Every handle is dropped: the loop tidies up and ends.
    pub(super) finished: bool,
    streams: Map<u64, Queue>,
    next_stream: u64,
    max_events: usize,
    pub(super) clock: Clock,
    driver: Option<Waker>,
    to_wake: Vec<Waker>,
    this: Weak<Shared>,
}

/// An ack to be: who waits, or what came.
#[derive(Default)]
pub(super) struct Slot {
    result: Option<Result<Payload, AckError>>,
    waker: Option<Waker>,
}

/// What a stream is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Topic {
    /// Everything that happens.
    All,
    /// The server's events of one name.
    Named(String),
    /// What this side emits.
    Sent,
}

impl Topic {
    fn wants(&self, event: &Event, sent: bool) -> bool {
        match (self, event) {
            (Self::All, _) => !sent,
            (Self::Sent, _) => sent,
            (Self::Named(name), Event::Message(message)) => !sent && *name == message.event,
            (Self::Named(_), _) => false,
        }
    }
}

/// What one stream has not read.
struct Queue {
    key: SocketKey,
    topic: Topic,
    events: VecDeque<Event>,
    waker: Option<Waker>,
    overflowed: bool,
}

impl Shared {
    pub(super) fn new(settings: Settings, namespace: &str, auto_connect: bool) -> (Arc<Self>, SocketKey) {
        let max_events = settings.limits.events;
        let mut machine = Machine::new(settings, transport::seed());
        let key = machine.socket(namespace);
        let shared = Arc::new_cyclic(|this| Self {
            inner: Mutex::new(Inner {
                machine,
                acks: Map::new(),
                auths: Map::new(),
                auto_connect,
                io: VecDeque::new(),
                wait: None,
                finished: false,
                streams: Map::new(),
                next_stream: 0,
                max_events,
                clock: Clock::start(),
                driver: None,
                to_wake: Vec::new(),
                this: this.clone(),
            }),
        });
        (shared, key)
    }

    /// Does something with the machine at this time.
    pub(super) fn with<R>(&self, act: impl FnOnce(&mut Inner, Duration) -> R) -> R {
        self.untimed(|inner| {
            let now = inner.clock.now();
            act(inner, now)
        })
    }

    /// Does something that does not depend on the time, hands out what came of it, then wakes whoever it concerns.
    ///
    /// To read the clock costs a browser more than most of what is done here.
    pub(super) fn untimed<R>(&self, act: impl FnOnce(&mut Inner) -> R) -> R {
        let (result, wakers) = {
            let mut inner = self.lock();
            let result = act(&mut inner);
            (result, inner.pump())
        };
        wake(wakers);
        result
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // The machine leaves no call half-done, so a panic of another thread spoils nothing.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wake(wakers: Vec<Waker>) {
    for waker in wakers {
        waker.wake();
    }
}

impl Inner {
    /// Hands out what the machine has to say; returns whom to wake.
    fn pump(&mut self) -> Vec<Waker> {
        let mut io = false;
        loop {
            match self.machine.poll_output() {
                Output::Wait(until) => {
                    io |= self.wait != until;
                    self.wait = until;
                    break;
                }
                Output::Event { socket, event } => {
                    let event = Event::new(event, socket, &self.this);
                    self.deliver(socket, event, false);
                }
                Output::Sent {
                    socket,
                    event,
                    payload,
                } => {
                    let event = Event::sent(event, payload);
                    self.deliver(socket, event, true);
                }
                Output::Acked { ticket, result } => {
                    if let Some(slot) = self.acks.get_mut(&ticket) {
                        slot.result = Some(result);
                        self.to_wake.extend(slot.waker.take());
                    }
                }
                output => {
                    self.io.push_back(output);
                    io = true;
                }
            }
        }
        if io {
            self.to_wake.extend(self.driver.take());
        }
        std::mem::take(&mut self.to_wake)
    }

    /// Gives an event to the streams it concerns. The machine is held while one of them is too full.
    fn deliver(&mut self, key: SocketKey, event: Event, sent: bool) {
        let mut overflow = false;
        let mut last: Option<&mut Queue> = None;
        for queue in self.streams.values_mut() {
            if queue.key != key || !queue.topic.wants(&event, sent) {
                continue;
            }
            self.to_wake.extend(queue.waker.take());
            if queue.events.len() >= self.max_events && !queue.overflowed {
                queue.overflowed = true;
                overflow = true;
            }
            if let Some(earlier) = last.replace(queue) {
                earlier.events.push_back(event.clone());
            }
        }
        // Mostly it is the only one, and a copy of a message goes deep.
        if let Some(queue) = last {
            queue.events.push_back(event);
        }
        if overflow {
            let now = self.clock.now();
            self.machine.handle(Input::Hold, now);
        }
    }

    /// Ends everything.
    pub(super) fn finish(&mut self) {
        self.finished = true;
        self.machine.shut_down();
        for queue in self.streams.values_mut() {
            self.to_wake.extend(queue.waker.take());
        }
        self.to_wake.extend(self.driver.take());
    }

    pub(super) fn register_driver(&mut self, cx: &Context<'_>) {
        self.driver = Some(cx.waker().clone());
    }

    pub(super) fn subscribe(&mut self, key: SocketKey, topic: Topic) -> u64 {
        if topic == Topic::Sent {
            self.machine.watch_sent(key, true);
        }
        let id = self.next_stream;
        self.next_stream += 1;
        self.streams.insert(
            id,
            Queue {
                key,
                topic,
                events: VecDeque::new(),
                waker: None,
                overflowed: false,
            },
        );
        id
    }

    pub(super) fn unsubscribe(&mut self, id: u64) {
        let Some(gone) = self.streams.remove(&id) else {
            return;
        };
        self.to_wake.extend(gone.waker);
        if gone.topic == Topic::Sent {
            let still = self
                .streams
                .values()
                .any(|queue| queue.topic == Topic::Sent && queue.key == gone.key);
            self.machine.watch_sent(gone.key, still);
        }
        if gone.overflowed {
            self.release();
        }
    }

    pub(super) fn poll_event(&mut self, id: u64, cx: &Context<'_>) -> Poll<Option<Event>> {
        let finished = self.finished;
        let Some(queue) = self.streams.get_mut(&id) else {
            return Poll::Ready(None);
        };
        let event = queue.events.pop_front();
        if queue.overflowed && queue.events.is_empty() {
            queue.overflowed = false;
            self.release();
        } else if event.is_none() && !finished {
            queue.waker = Some(cx.waker().clone());
        }
        match event {
            None if !finished => Poll::Pending,
            event => Poll::Ready(event),
        }
    }

    fn release(&mut self) {
        if !self.streams.values().any(|queue| queue.overflowed) {
            let now = self.clock.now();
            self.machine.handle(Input::Release, now);
        }
    }

    pub(super) fn poll_ack(&mut self, ticket: Ticket, cx: &Context<'_>) -> Poll<Result<Payload, AckError>> {
        let finished = self.finished;
        let Some(slot) = self.acks.get_mut(&ticket) else {
            return Poll::Ready(Err(AckError::Disconnected));
        };
        match slot.result.take() {
            Some(result) => {
                self.acks.remove(&ticket);
                Poll::Ready(result)
            }
            None if finished => {
                self.acks.remove(&ticket);
                Poll::Ready(Err(AckError::Disconnected))
            }
            None => {
                slot.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }

    pub(super) fn forget_ack(&mut self, ticket: Ticket) {
        if self.acks.remove(&ticket).is_some() {
            self.machine.forget(ticket);
        }
    }
}
