//! Delays, drops and repeats as the faults say, and shows the recorder everything that passes.
//!
//! Locks are taken in this order: `incoming`, the session's, `outgoing`, `state`.

use std::sync::Mutex;
use std::time::Duration;

use futures::channel::oneshot;

use super::super::{Chat, ChatInner, lock, platform, socket};
use super::delay_queue::DelayQueue;
use crate::fault::{Fault, Faults};
use crate::session::{
    Answer, Ephemeral, Input, Output, Request, RequestError, RequestId, ServerEvent, Session,
};
use crate::trace::{LinkStep, Recorder, Trace};

#[derive(Default)]
pub(in super::super) struct FaultInjector {
    incoming: Mutex<DelayQueue<Incoming>>,
    outgoing: Mutex<DelayQueue<Outgoing>>,
    state: Mutex<InjectorState>,
}

#[derive(Default)]
struct InjectorState {
    faults: Faults,
    tap: Option<Recorder>,
    /// Writes that wait for the storage. Dropped, they go on.
    stalled: Vec<oneshot::Sender<()>>,
}

enum Incoming {
    Event(ServerEvent),
    Answer(RequestId, Result<Answer, RequestError>),
}

enum Outgoing {
    Ask(RequestId, Request, Duration),
    Tell(Ephemeral),
}

impl Chat {
    /// The faults that are on.
    pub fn faults(&self) -> Faults {
        lock(&self.inner.gate.state).faults
    }

    /// Breaks one thing on purpose, or mends it.
    pub fn set_fault(&self, fault: Fault, on: bool) {
        self.inner.gate.set(&self.inner, fault, on);
    }

    /// Makes everything take so much longer, each way, up to [`crate::fault::LONGEST_DELAY`].
    pub fn set_delay(&self, delay: Duration) {
        let now = self.inner.clock.now();
        let mut state = lock(&self.inner.gate.state);
        if state.faults.set_delay(delay) {
            let delay = state.faults.delay();
            state.tap(|tap| tap.delay(delay, now));
        }
    }

    /// Cuts the link, as the network might. It comes back by itself.
    pub fn cut(&self) {
        let now = self.inner.clock.now();
        lock(&self.inner.gate.state).tap(|tap| tap.link(LinkStep::Cut, now));
        self.inner.client.close_transport();
    }

    /// Records a trace of each message from here on, once and for all.
    pub fn record(&self) {
        let session = lock(&self.inner.session);
        let now = self.inner.clock.now();
        let mut state = lock(&self.inner.gate.state);
        if state.tap.is_none() {
            state.tap = Some(Recorder::new(&session, now));
        }
    }

    /// Reads the trace, and the time on its clock; `None` before [`Chat::record`]. Do not call the chat's other methods
    /// from within.
    pub fn trace<T>(&self, read: impl FnOnce(&Trace, Duration) -> T) -> Option<T> {
        let now = self.inner.clock.now();
        let state = lock(&self.inner.gate.state);
        state.tap.as_ref().map(|tap| read(&tap.trace, now))
    }
}

impl InjectorState {
    fn tap(&mut self, show: impl FnOnce(&mut Recorder)) {
        if let Some(tap) = &mut self.tap {
            show(tap);
        }
    }
}

impl FaultInjector {
    pub(in super::super) fn new() -> Self {
        Self::default()
    }

    pub(in super::super) fn before(&self, session: &Session, input: &Input, now: Duration) {
        lock(&self.state).tap(|tap| tap.before(session, input, now));
    }

    pub(in super::super) fn output(&self, output: &Output, now: Duration) {
        lock(&self.state).tap(|tap| tap.output(output, now));
    }

    pub(in super::super) fn after(&self, session: &Session, now: Duration) {
        lock(&self.state).tap(|tap| tap.after(session, now));
    }

    pub(in super::super) fn ask(
        &self,
        inner: &ChatInner,
        request: RequestId,
        ask: Request,
        timeout: Duration,
    ) {
        self.leave(inner, Outgoing::Ask(request, ask, timeout));
    }

    pub(in super::super) fn tell(&self, inner: &ChatInner, ephemeral: Ephemeral) {
        self.leave(inner, Outgoing::Tell(ephemeral));
    }

    pub(in super::super) fn event(&self, inner: &ChatInner, event: ServerEvent) {
        self.enter(inner, Incoming::Event(event));
    }

    /// Resolves when a stalled write to the storage should check the faults again.
    pub(in super::super) fn stall(&self) -> Option<oneshot::Receiver<()>> {
        let mut state = lock(&self.state);
        state.faults.is_on(Fault::StallStorage).then(|| {
            let (over, stall) = oneshot::channel();
            state.stalled.push(over);
            stall
        })
    }

    pub(in super::super) fn dialling(&self, inner: &ChatInner) {
        let refuses = lock(&self.state).faults.is_on(Fault::Refuse);
        if refuses {
            inner.client.close_transport();
        }
    }

    pub(in super::super) fn connected(&self, inner: &ChatInner) {
        self.set(inner, Fault::HalfOpen, false);
    }

    pub(in super::super) fn disconnected(&self) {
        lock(&self.incoming).clear();
        lock(&self.outgoing).clear();
    }

    fn set(&self, inner: &ChatInner, fault: Fault, on: bool) {
        let now = inner.clock.now();
        let mut state = lock(&self.state);
        if state.faults.set(fault, on) {
            state.tap(|tap| tap.fault(fault, on, now));
        }
        if (fault, on) == (Fault::StallStorage, false) {
            state.stalled.clear();
        }
    }

    /// Puts something on its way out.
    fn leave(&self, inner: &ChatInner, outgoing: Outgoing) {
        let delay = lock(&self.state).faults.delay();
        let mut lane = lock(&self.outgoing);
        match lane.enter(outgoing, delay, inner.clock.now()) {
            Ok(outgoing) => self.send(inner, outgoing),
            Err(at) => later(inner, at, |gate, inner| {
                let mut lane = lock(&gate.outgoing);
                while let Some(outgoing) = lane.arrived(inner.clock.now()) {
                    gate.send(inner, outgoing);
                }
            }),
        }
    }

    /// Puts something on its way in.
    fn enter(&self, inner: &ChatInner, incoming: Incoming) {
        let delay = lock(&self.state).faults.delay();
        let mut lane = lock(&self.incoming);
        match lane.enter(incoming, delay, inner.clock.now()) {
            Ok(incoming) => self.receive(inner, incoming),
            Err(at) => later(inner, at, |gate, inner| {
                let mut lane = lock(&gate.incoming);
                while let Some(incoming) = lane.arrived(inner.clock.now()) {
                    gate.receive(inner, incoming);
                }
            }),
        }
    }

    fn send(&self, inner: &ChatInner, outgoing: Outgoing) {
        match outgoing {
            Outgoing::Tell(ephemeral) => {
                let tells = lock(&self.state).faults.tells();
                if tells {
                    socket::tell(&inner.client, ephemeral);
                }
            }
            Outgoing::Ask(request, ask, timeout) => self.put(inner, request, &ask, timeout),
        }
    }

    /// Asks as often as the faults say, and waits in vain where they say not at all.
    fn put(&self, inner: &ChatInner, request: RequestId, ask: &Request, timeout: Duration) {
        if !inner.client.is_connected() {
            return;
        }
        let asked = inner.clock.now();
        let copies = {
            let mut state = lock(&self.state);
            let copies = state.faults.copies_out(ask);
            if let Request::Send(items) = ask {
                state.tap(|tap| tap.sent(items, copies, asked));
            }
            copies
        };
        if copies == 0 {
            wait_in_vain(inner, request, timeout);
        }
        for copy in 0..copies {
            let Some(answer) = inner.ask(ask, timeout) else {
                return;
            };
            let this = inner.this.clone();
            platform::spawn(async move {
                let result = answer.await;
                let Some(inner) = this.upgrade() else {
                    return;
                };
                let now = inner.clock.now();
                let lost = {
                    let mut state = lock(&inner.gate.state);
                    let lost = state.faults.loses(&result);
                    state.tap(|tap| tap.answered(&result, lost, now));
                    lost
                };
                if copy > 0 {
                    // The session sent it once.
                } else if lost {
                    wait_in_vain(&inner, request, timeout.saturating_sub(now - asked));
                } else {
                    inner.gate.enter(&inner, Incoming::Answer(request, result));
                }
            });
        }
    }

    fn receive(&self, inner: &ChatInner, incoming: Incoming) {
        match incoming {
            Incoming::Answer(request, result) => inner.input(Input::Answered { request, result }),
            Incoming::Event(event) => {
                let now = inner.clock.now();
                let copies = {
                    let mut state = lock(&self.state);
                    let copies = state.faults.copies_in(&event);
                    if copies == 0 {
                        state.tap(|tap| tap.lost(&event, now));
                    }
                    copies
                };
                for _ in 1..copies {
                    inner.input(Input::Event(event.clone()));
                }
                if copies > 0 {
                    inner.input(Input::Event(event));
                }
            }
        }
    }
}

fn later(inner: &ChatInner, at: Duration, act: fn(&FaultInjector, &ChatInner)) {
    let wait = at.saturating_sub(inner.clock.now());
    let this = inner.this.clone();
    platform::spawn(async move {
        platform::sleep(wait).await;
        if let Some(inner) = this.upgrade() {
            act(&inner.gate, &inner);
        }
    });
}

/// The answer will not come.
fn wait_in_vain(inner: &ChatInner, request: RequestId, patience: Duration) {
    let this = inner.this.clone();
    platform::spawn(async move {
        platform::sleep(patience).await;
        if let Some(inner) = this.upgrade() {
            let result = Err(RequestError::Timeout);
            inner.input(Input::Answered { request, result });
        }
    });
}
