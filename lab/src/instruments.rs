//! The faults that are on, and the recorder that is shown everything.
//!
//! Locks are taken in this order: the session's, the outgoing lane's, `state`.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::channel::oneshot;
use steadfast_client::link::SessionClock;
use steadfast_client::session::{Answer, Input, Output, Request, RequestError, ServerEvent, Session};

use crate::fault::{Fault, Faults};
use crate::trace::{LinkStep, Recorder, Trace};

pub(crate) struct Instruments {
    clock: SessionClock,
    state: Mutex<InstrumentsState>,
}

struct InstrumentsState {
    faults: Faults,
    recorder: Recorder,
    /// Writes that wait for the storage. Dropped, they go on.
    stalled: Vec<oneshot::Sender<()>>,
}

impl Instruments {
    pub(crate) fn new(session: &Session, clock: SessionClock) -> Self {
        let recorder = Recorder::new(session, clock.now());
        Self {
            clock,
            state: Mutex::new(InstrumentsState {
                faults: Faults::default(),
                recorder,
                stalled: Vec::new(),
            }),
        }
    }

    pub(crate) fn now(&self) -> Duration {
        self.clock.now()
    }

    pub(crate) fn faults(&self) -> Faults {
        self.state().faults
    }

    pub(crate) fn set_fault(&self, fault: Fault, on: bool) {
        let now = self.now();
        let mut state = self.state();
        if state.faults.set(fault, on) {
            state.recorder.fault(fault, on, now);
        }
        if (fault, on) == (Fault::StallStorage, false) {
            state.stalled.clear();
        }
    }

    pub(crate) fn set_delay(&self, delay: Duration) {
        let now = self.now();
        let mut state = self.state();
        if state.faults.set_delay(delay) {
            let delay = state.faults.delay();
            state.recorder.delay(delay, now);
        }
    }

    /// A person cuts the connection.
    pub(crate) fn record_cut(&self) {
        let now = self.now();
        self.state().recorder.link(LinkStep::Cut, now);
    }

    pub(crate) fn trace<T>(&self, read: impl FnOnce(&Trace, Duration) -> T) -> T {
        let now = self.now();
        read(&self.state().recorder.trace, now)
    }

    /// How many copies of a request go out.
    pub(crate) fn sends(&self, request: &Request) -> usize {
        let now = self.now();
        let mut state = self.state();
        let copies = state.faults.copies_out(request);
        if let Request::Send(items) = request {
            state.recorder.sent(items, copies, now);
        }
        copies
    }

    /// Whether an answer that has come is lost.
    pub(crate) fn loses(&self, answer: &Result<Answer, RequestError>) -> bool {
        let now = self.now();
        let mut state = self.state();
        let lost = state.faults.loses(answer);
        state.recorder.answered(answer, lost, now);
        lost
    }

    /// How many copies of an event that has come reach the session.
    pub(crate) fn receives(&self, event: &ServerEvent) -> usize {
        let now = self.now();
        let mut state = self.state();
        let copies = state.faults.copies_in(event);
        if copies == 0 {
            state.recorder.lost(event, now);
        }
        copies
    }

    /// Resolves when a stalled write should check the faults again; `None` if writes do not stall.
    pub(crate) fn stall(&self) -> Option<oneshot::Receiver<()>> {
        let mut state = self.state();
        state.faults.is_on(Fault::StallStorage).then(|| {
            let (over, stall) = oneshot::channel();
            state.stalled.push(over);
            stall
        })
    }

    pub(crate) fn before(&self, session: &Session, input: &Input, now: Duration) {
        self.state().recorder.before(session, input, now);
    }

    pub(crate) fn output(&self, output: &Output, now: Duration) {
        self.state().recorder.output(output, now);
    }

    pub(crate) fn after(&self, session: &Session, now: Duration) {
        self.state().recorder.after(session, now);
    }

    fn state(&self) -> MutexGuard<'_, InstrumentsState> {
        lock(&self.state)
    }
}

/// Nothing is left half-done under a lock, so a panic elsewhere spoils nothing.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
