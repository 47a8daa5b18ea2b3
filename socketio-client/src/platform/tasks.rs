//! Runs the client's own tasks in a page, within the event that wakes them.
//!
//! In the queue of wasm-bindgen-futures every hop from one task to the next is a separate microtask, and one of those costs
//! a browser more than the client spends on a small event. So a frame goes from the WebSocket to the program's function
//! without a hop, and to a task of the program with one.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageChannel, MessagePort};

use super::listener::{BrowserCallback, get, listener, set};

use crate::fifo::Fifo;

/// How many tasks are polled before the program's tasks get their turn.
const TURNS: usize = 64;

thread_local! {
    static TASKS: RefCell<Tasks> = const { RefCell::new(Tasks::new()) };
}

struct Tasks {
    /// Tasks that wait to be woken.
    resting: Vec<(u64, Task)>,
    next: u64,
    /// Tasks to be polled.
    ready: Fifo<Arc<Name>>,
    /// Whether `run` is polling them.
    running: bool,
    /// Wakes the one task of wasm-bindgen-futures that runs these tasks when no event does.
    runner: Option<Waker>,
    /// The page's event that runs what is postponed.
    later: Option<Later>,
    /// Tasks to wake then.
    postponed: Vec<Waker>,
}

/// A channel of the page to itself. A message of it is an event that comes after those that the browser has ready, and unlike
/// a timer it is not held back in a hidden page.
struct Later {
    port: MessagePort,
    _listener: BrowserCallback,
}

struct Task {
    future: Pin<Box<dyn Future<Output = ()>>>,
    waker: Waker,
}

/// The waker of a task.
struct Name {
    id: u64,
    ready: AtomicBool,
}

impl Tasks {
    const fn new() -> Self {
        Self {
            resting: Vec::new(),
            next: 0,
            ready: Fifo::new(),
            running: false,
            runner: None,
            later: None,
            postponed: Vec::new(),
        }
    }

    /// Schedules a task; returns the waker to wake for that.
    fn enqueue(&mut self, name: Arc<Name>) -> Option<Waker> {
        self.ready.push_back(name);
        if self.running { None } else { self.runner.clone() }
    }
}

impl Wake for Name {
    fn wake(self: Arc<Self>) {
        if self.ready.swap(true, Ordering::Relaxed) {
            return;
        }
        let runner = TASKS.with_borrow_mut(|tasks| tasks.enqueue(self));
        if let Some(runner) = runner {
            runner.wake();
        }
    }
}

/// Adds a task. It is polled soon, but not within this call.
pub(crate) fn spawn(future: impl Future<Output = ()> + 'static) {
    if cfg!(target_feature = "atomics") {
        // A task's wakers reach the thread on which it lives.
        return wasm_bindgen_futures::spawn_local(future);
    }
    let first = TASKS.with_borrow_mut(|tasks| {
        let id = tasks.next;
        tasks.next += 1;
        let name = Arc::new(Name {
            id,
            ready: AtomicBool::new(true),
        });
        let task = Task {
            future: Box::pin(future),
            waker: name.clone().into(),
        };
        tasks.resting.push((id, task));
        tasks.ready.push_back(name);
        id == 0
    });
    if first {
        // Runs for the life of the page.
        wasm_bindgen_futures::spawn_local(poll_fn(|cx| {
            let waker = cx.waker().clone();
            TASKS.with_borrow_mut(|tasks| tasks.runner = Some(waker));
            run(None);
            Poll::Pending
        }));
    }
    wake_runner();
}

fn wake_runner() {
    let runner = TASKS.with_borrow(|tasks| tasks.runner.clone());
    if let Some(runner) = runner {
        runner.wake();
    }
}

/// Wakes a task, then polls the ready tasks, and those that become ready in the process. Call it at the end of each browser
/// event, and nowhere else: events do not nest, so an event that finds a run in progress has found a task that panicked.
pub(crate) fn run(waker: Option<Waker>) {
    TASKS.with_borrow_mut(|tasks| tasks.running = true);
    // Not earlier: it would request its own run, which is a microtask.
    if let Some(waker) = waker {
        waker.wake();
    }
    run_ready();
}

/// Does the same in an event of its own, soon: for what can wait until the browser has delivered the events it has ready.
pub(crate) fn run_later(waker: Waker) {
    let asked = TASKS.with_borrow_mut(|tasks| {
        if tasks.later.is_none() {
            tasks.later = Later::new();
        }
        let Some(later) = &tasks.later else {
            return false;
        };
        // The first of them asks for the event.
        let asked = !tasks.postponed.is_empty() || later.port.post_message(&JsValue::NULL).is_ok();
        if asked {
            tasks.postponed.push(waker.clone());
        }
        asked
    });
    if !asked {
        run(Some(waker));
    }
}

impl Later {
    fn new() -> Option<Self> {
        let channel = MessageChannel::new().ok()?;
        let listener = listener(|_| {
            let wakers = TASKS.with_borrow_mut(|tasks| {
                tasks.running = true;
                std::mem::take(&mut tasks.postponed)
            });
            for waker in wakers {
                waker.wake();
            }
            run_ready();
        });
        set(&get(&channel, "port1"), "onmessage", listener.as_ref());
        Some(Self {
            port: get(&channel, "port2").unchecked_into(),
            _listener: listener,
        })
    }
}

fn run_ready() {
    for _ in 0..TURNS {
        // Nothing is borrowed while a task runs or is dropped: both may wake others, and add some.
        let Some((id, mut task)) = TASKS.with_borrow_mut(Tasks::turn) else {
            break;
        };
        let state = task.future.as_mut().poll(&mut Context::from_waker(&task.waker));
        if state.is_pending() {
            TASKS.with_borrow_mut(|tasks| tasks.resting.push((id, task)));
        }
    }
    let left = TASKS.with_borrow_mut(|tasks| {
        tasks.running = false;
        !tasks.ready.is_empty()
    });
    if left {
        wake_runner();
    }
}

impl Tasks {
    /// Removes the next task to poll.
    fn turn(&mut self) -> Option<(u64, Task)> {
        loop {
            let name = self.ready.pop_front()?;
            name.ready.store(false, Ordering::Relaxed);
            // A task that has ended may still be woken.
            if let Some(at) = self.resting.iter().position(|(id, _)| *id == name.id) {
                return Some(self.resting.swap_remove(at));
            }
        }
    }
}
