//! State shared by the handles, the streams and the loop: the machine behind a lock, and the waiting tasks.

#[cfg(not(all(target_family = "wasm", not(target_feature = "atomics"))))]
use std::sync::PoisonError;
#[cfg(all(target_family = "wasm", not(target_feature = "atomics")))]
use std::sync::TryLockError;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::task::{Context, Poll, Waker};

use super::clock::Clock;
use super::depart::Departure;
use super::event::Event;
use super::streams::Streams;
use crate::demand;
use crate::fifo::Fifo;
use crate::pending::Pending;
use crate::platform::{self, Runtime};
use crate::protocol::{Input, Machine, Output, SocketKey, Ticket};
use crate::time::{Time, earliest};
use crate::{AckError, EmitError, Payload, Settings};

pub(super) struct Shared {
    inner: Mutex<Inner>,
    pub(super) runtime: Runtime,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

pub(super) struct Inner {
    pub(super) machine: Machine,
    acks: Pending<Slot>,
    /// The credentials of namespaces that have their own, as JSON.
    pub(super) auths: Vec<(SocketKey, String)>,
    pub(super) auto_connect: bool,
    /// Work for the loop.
    pub(super) io: Fifo<Output>,
    /// Whether the loop is still carrying out the last work it took.
    pub(super) carrying_out: bool,
    pub(super) wait: Option<Time>,
    /// Every handle is dropped, or the loop's runtime has ended: the loop cleans up and ends.
    pub(super) finished: bool,
    pub(super) streams: Streams,
    pub(super) departures: Vec<(u64, Departure)>,
    pub(super) next_departure: u64,
    /// The number of closed links that are still sending.
    pub(super) goodbyes: usize,
    pub(super) close_timeout: Time,
    pub(super) ack_timeout: Time,
    pub(super) clock: Clock,
    driver: Option<Waker>,
    pub(super) to_wake: Vec<Waker>,
    /// Of tasks that wait no longer. They are dropped without the lock, because a task may own a handle of this client.
    pub(super) to_drop: Vec<Waker>,
    this: Weak<Shared>,
}

/// A pending ack: the waiting task, or the result.
#[derive(Default)]
struct Slot {
    result: Option<Result<Payload, AckError>>,
    waker: Option<Waker>,
}

impl Shared {
    pub(super) fn new(
        settings: Box<Settings>,
        runtime: Runtime,
        namespace: &str,
        auto_connect: bool,
    ) -> (Arc<Self>, SocketKey) {
        #[cfg(feature = "tracing")]
        demand::own_events::want();
        let max_events = settings.limits.events;
        let (close_timeout, ack_timeout) = (settings.close_timeout.into(), settings.ack_timeout.into());
        let mut machine = Machine::with(settings, platform::seed());
        machine.set_epoch(platform::wall());
        let key = machine.socket(namespace);
        let shared = Arc::new_cyclic(|this| Self {
            runtime,
            inner: Mutex::new(Inner {
                machine,
                acks: Pending::default(),
                auths: Vec::new(),
                auto_connect,
                io: Fifo::new(),
                carrying_out: false,
                wait: None,
                finished: false,
                streams: Streams::new(max_events),
                departures: Vec::new(),
                next_departure: 0,
                goodbyes: 0,
                close_timeout,
                ack_timeout,
                clock: Clock::start(),
                driver: None,
                to_wake: Vec::new(),
                to_drop: Vec::new(),
                this: this.clone(),
            }),
        });
        (shared, key)
    }

    /// Runs an operation on the machine at the current time.
    pub(super) fn with<R>(&self, act: impl FnOnce(&mut Inner, Time) -> R) -> R {
        self.untimed(|inner| {
            let now = inner.read_clock();
            act(inner, now)
        })
    }

    /// Runs an operation that does not depend on the time, dispatches the outputs, then wakes the tasks concerned.
    ///
    /// Reading the clock costs a browser more than most calls here.
    pub(super) fn untimed<R>(&self, act: impl FnOnce(&mut Inner) -> R) -> R {
        let mut visit = self.visit();
        let result = act(&mut visit);
        end(visit);
        result
    }

    /// Takes work or an event that is already dispatched. This has no outputs, except for a departure that waits for the
    /// work, and for links whose reading is paused until there is room for events.
    pub(super) fn take<R>(&self, take: impl FnOnce(&mut Inner) -> R) -> R {
        let mut visit = self.visit();
        let result = take(&mut visit);
        if visit.is_departing() || visit.streams.concern_reading() || !visit.to_drop.is_empty() {
            end(visit);
        }
        result
    }

    // Not inlined, because many calls use it; likewise the end of an operation.
    #[inline(never)]
    fn visit(&self) -> MutexGuard<'_, Inner> {
        // The machine completes every call, so a panic of another thread corrupts nothing.
        #[cfg(not(all(target_family = "wasm", not(target_feature = "atomics"))))]
        return self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        // A page has no threads that could wait. `lock` would bring the code of an assertion along.
        #[cfg(all(target_family = "wasm", not(target_feature = "atomics")))]
        match self.inner.try_lock() {
            Ok(visit) => visit,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => unreachable!(),
        }
    }
}

/// Dispatches the outputs of an operation, then wakes the tasks concerned.
#[inline(never)]
fn end(mut visit: MutexGuard<'_, Inner>) {
    let wakers = visit.pump();
    let _dropped_last = std::mem::take(&mut visit.to_drop);
    drop(visit);
    for waker in wakers {
        waker.wake();
    }
}

impl Inner {
    /// Dispatches the machine's outputs; returns the tasks to wake.
    fn pump(&mut self) -> Vec<Waker> {
        let mut io = false;
        loop {
            if let Some(output) = self.machine.next_output() {
                io |= self.hand_out(output);
            } else if self.streams.concern_reading() && self.pace_reading() {
                io = true;
            } else if !self.is_departing() || !self.advance_departures() {
                break;
            }
        }
        let own = earliest(self.departure_deadline(), self.streams.deadline());
        let until = earliest(self.machine.deadline(), own);
        if io || self.wait != until {
            self.wait = until;
            self.to_wake.extend(self.driver.take());
        }
        std::mem::take(&mut self.to_wake)
    }

    /// The time. Tells the machine if the device has slept.
    #[inline(never)]
    fn read_clock(&mut self) -> Time {
        let now = self.clock.now();
        if self.clock.take_slept() && !self.finished {
            self.machine.handle(Input::Slept, now);
        }
        now
    }

    /// Dispatches an output; returns whether it is for the loop.
    fn hand_out(&mut self, output: Output) -> bool {
        match output {
            Output::Event { socket, event } => {
                #[cfg(feature = "tracing")]
                super::trace::event(self.machine.namespace(socket), &event);
                let event = Event::new(event, socket, &self.this);
                self.streams.deliver(socket, event, false, &mut self.to_wake);
            }
            Output::Sent {
                socket,
                event,
                payload,
            } if demand::sent::is_wanted() => {
                let event = Event::sent(event, payload);
                self.streams.deliver(socket, event, true, &mut self.to_wake);
            }
            Output::Acked { ticket, result } => {
                if let Some(slot) = self.acks.get_mut(ticket.id()) {
                    slot.result = Some(result);
                    self.to_wake.extend(slot.waker.take());
                }
            }
            output => {
                self.io.push_back(output);
                return true;
            }
        }
        false
    }

    /// Dispatches every output; returns whether that calls for more than further input.
    pub(super) fn hand_out_all(&mut self) -> bool {
        while let Some(output) = self.machine.next_output() {
            self.hand_out(output);
        }
        !self.io.is_empty() || self.streams.concern_reading() || self.is_departing()
    }

    /// Decides whether the links are read; returns whether that has changed.
    fn pace_reading(&mut self) -> bool {
        let now = self.clock.now();
        let awaited = self
            .acks
            .iter_mut()
            .any(|slot| slot.waker.is_some() && slot.result.is_none());
        let Some(paused) = self.streams.pace(awaited, now, &mut self.to_wake) else {
            return false;
        };
        let input = if paused { Input::Pause } else { Input::Resume };
        self.machine.handle(input, now);
        true
    }

    /// The credentials of a namespace that has its own: the last that it was given.
    pub(super) fn auth_of(&self, socket: SocketKey) -> Option<String> {
        let own = self.auths.iter().rfind(|(key, _)| *key == socket);
        own.map(|(_, auth)| auth.clone())
    }

    /// Fails if the loop has ended.
    pub(super) fn is_alive(&self) -> Result<(), EmitError> {
        if self.finished {
            Err(EmitError::Disconnected)
        } else {
            Ok(())
        }
    }

    /// Disconnects every socket, and ends the streams and the waits. `details` says why, if the program did not ask for it.
    pub(super) fn finish(&mut self, details: Option<&str>) {
        self.finished = true;
        let now = self.clock.now();
        self.machine.shut_down(details, now);
        self.streams.wake_all(&mut self.to_wake);
        for slot in self.acks.iter_mut() {
            self.to_wake.extend(slot.waker.take());
        }
        self.to_wake.extend(self.driver.take());
    }

    pub(super) fn register_driver(&mut self, cx: &Context<'_>) {
        wait(&mut self.driver, cx, &mut self.to_drop);
    }

    pub(super) fn await_ack(&mut self, ticket: Ticket) {
        self.acks.push(ticket.id(), Slot::default());
    }

    pub(super) fn poll_ack(&mut self, ticket: Ticket, cx: &Context<'_>) -> Poll<Result<Payload, AckError>> {
        let finished = self.finished;
        let Some(slot) = self.acks.get_mut(ticket.id()) else {
            return Poll::Ready(Err(AckError::Disconnected));
        };
        match slot.result.take() {
            Some(result) => {
                self.acks.take(ticket.id());
                Poll::Ready(result)
            }
            None if finished => {
                self.acks.take(ticket.id());
                Poll::Ready(Err(AckError::Disconnected))
            }
            None => {
                wait(&mut slot.waker, cx, &mut self.to_drop);
                Poll::Pending
            }
        }
    }

    pub(super) fn forget_ack(&mut self, ticket: Ticket) {
        if let Some(slot) = self.acks.take(ticket.id()) {
            self.to_drop.extend(slot.waker);
            self.machine.forget(ticket);
        }
    }
}

/// Has a task woken in the place of the one that waited so far.
pub(super) fn wait(waker: &mut Option<Waker>, cx: &Context<'_>, to_drop: &mut Vec<Waker>) {
    if !waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
        to_drop.extend(waker.replace(cx.waker().clone()));
    }
}
