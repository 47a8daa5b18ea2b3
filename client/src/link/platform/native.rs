//! Tokio. Futures may move between threads.

use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::BoxStream;

/// A future the link may spawn.
pub type Task<'a, T> = BoxFuture<'a, T>;
/// A stream the link may poll.
pub type Stream<'a, T> = BoxStream<'a, T>;

/// `Send` here; nothing in a browser.
pub trait MaybeSend: Send {}
impl<T: Send> MaybeSend for T {}

pub(crate) fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(task);
}

pub(crate) async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}
