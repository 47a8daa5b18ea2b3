//! A page or a worker: one thread, whose event loop runs the tasks.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_core::Stream;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::listener::{BrowserCallback, get, listener};
use super::tasks;
use crate::BuildError;
use crate::time::Time;

pub(crate) use super::page::{PageListener, on_offline, on_return, on_unload};

/// A type that can be sent to another thread on targets with threads: `Send` on native targets, no bound in a browser.
pub trait MaybeSend {}

impl<T: ?Sized> MaybeSend for T {}

/// A type that threads can share on targets with threads: `Sync` on native targets, no bound in a browser.
pub trait MaybeSync {}

impl<T: ?Sized> MaybeSync for T {}

/// A future of any type: `Send` on native targets, not in a browser.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A stream of any type: `Send` on native targets, not in a browser.
pub type BoxStream<'a, T> = Pin<Box<dyn Stream<Item = T> + 'a>>;

/// The longest timer: some browsers wrap around. That a device slept becomes visible when the page is back.
pub(crate) const FARTHEST: Time = Time::from_secs(3600);

/// How long the wall clock alone is trusted. `performance.now` takes a browser microseconds, more than the client spends on
/// a small event.
pub(crate) const LOOK_EVERY: Time = Time::from_millis(100);

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;

    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(call: &JsValue, milliseconds: i32) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}

/// Runs a task beside the others: in a page's event loop, or on tokio's current runtime.
pub fn spawn(task: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(task);
}

/// Resolves after this time, in a page to the next millisecond, and never before its other events have had their turn.
pub async fn sleep(time: Duration) {
    let mut left = Time::from(time);
    loop {
        let part = left.min(FARTHEST);
        let mut timer = Timer::new(part);
        poll_fn(|cx| timer.poll(cx)).await;
        left = left.saturating_sub(part);
        if left == Time::ZERO {
            return;
        }
    }
}

/// A number that is random enough to seed a generator: 52 bits or more. Not for secrets.
pub fn seed() -> u64 {
    js_sys::Math::random().to_bits()
}

pub(crate) fn monotonic() -> Time {
    milliseconds(now())
}

pub(crate) fn wall() -> Time {
    milliseconds(js_sys::Date::now())
}

fn milliseconds(milliseconds: f64) -> Time {
    Time::from_nanos(milliseconds * 1e6)
}

/// Where a client's own tasks run: within the events that wake them.
pub(crate) struct Runtime;

impl Runtime {
    /// A browser always has an event loop.
    #[expect(clippy::unnecessary_wraps, reason = "as on native targets")]
    pub(crate) fn current() -> Result<Self, BuildError> {
        Ok(Self)
    }

    #[expect(clippy::unused_self, reason = "as on native targets")]
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        tasks::spawn(task);
    }
}

pub(crate) fn page_origin() -> Option<String> {
    let origin = get(&get(&js_sys::global(), "location"), "origin").as_string()?;
    (origin != "null").then_some(origin)
}

/// A timer that fires once.
pub(crate) struct Timer {
    state: Rc<RefCell<Fired>>,
    timer: JsValue,
    _call: BrowserCallback,
}

#[derive(Default)]
struct Fired {
    fired: bool,
    waker: Option<Waker>,
}

impl Timer {
    pub(crate) fn new(after: Time) -> Self {
        let state = Rc::new(RefCell::new(Fired::default()));
        // A timer of a page may fire up to a millisecond early.
        let after = i32::try_from(after.as_millis()).map_or(i32::MAX, |after| after.saturating_add(1));
        let fired = state.clone();
        let call = listener(move |_| {
            let waker = {
                let mut state = fired.borrow_mut();
                state.fired = true;
                state.waker.take()
            };
            tasks::run(waker);
        });
        Self {
            state,
            timer: set_timeout(call.as_ref(), after),
            _call: call,
        }
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.state.borrow_mut();
        if state.fired {
            return Poll::Ready(());
        }
        if !state
            .waker
            .as_ref()
            .is_some_and(|waker| waker.will_wake(cx.waker()))
        {
            state.waker = Some(cx.waker().clone());
        }
        Poll::Pending
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.timer);
    }
}
