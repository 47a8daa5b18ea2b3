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

pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(task);
}

pub(crate) async fn sleep(duration: Duration) {
    gloo_timers::future::sleep(duration).await;
}

/// The session's clock: how long it has run.
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

pub(crate) fn seed() -> u64 {
    let half = || (js_sys::Math::random() * f64::from(u32::MAX)) as u64;
    (half() << 32) | half()
}
