//! Tokio. Futures may move between threads.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use futures::stream::BoxStream;

/// A future the link may spawn.
pub type Task<'a, T> = BoxFuture<'a, T>;
/// A stream the link may poll.
pub type Stream<'a, T> = BoxStream<'a, T>;

/// `Send` here; nothing in a browser.
pub trait MaybeSend: Send {}
impl<T: Send> MaybeSend for T {}

/// `Sync` here; nothing in a browser.
pub trait MaybeSync: Sync {}
impl<T: Sync> MaybeSync for T {}

/// Runs a task beside the chat.
pub fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(task);
}

/// Resolves after this time.
pub async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// The session's clock: how long it has run.
#[derive(Clone, Copy, Debug)]
pub struct Clock(Instant);

impl Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the edge, where the session's clock starts"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// How long the session has run.
    pub fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

pub(crate) fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}
