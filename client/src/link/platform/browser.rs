//! The browser's one thread.

use std::time::Duration;

use futures::future::LocalBoxFuture;
use futures::stream::LocalBoxStream;

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
