//! The browser's one thread.

use std::time::Duration;

use futures::future::LocalBoxFuture;
use futures::stream::LocalBoxStream;
use web_time::Instant;

/// A future the link may spawn.
pub type Task<'a, T> = LocalBoxFuture<'a, T>;
/// A stream the link may poll.
pub type Stream<'a, T> = LocalBoxStream<'a, T>;

/// Nothing here; `Send` elsewhere.
pub trait MaybeSend {}
impl<T> MaybeSend for T {}

/// Nothing here; `Sync` elsewhere.
pub trait MaybeSync {}
impl<T> MaybeSync for T {}

/// Runs a task beside the chat.
pub fn spawn(task: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(task);
}

/// Resolves after this time.
pub async fn sleep(duration: Duration) {
    gloo_timers::future::sleep(duration).await;
}

/// The session's clock: how long it has run.
#[derive(Clone, Copy, Debug)]
pub struct Clock(Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// How long the session has run.
    pub fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

pub(crate) fn seed() -> u64 {
    let half = || (js_sys::Math::random() * f64::from(u32::MAX)) as u64;
    (half() << 32) | half()
}
