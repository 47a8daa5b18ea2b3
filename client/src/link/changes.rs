//! The streams of views to read again.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

use crate::session::Change;
use crate::vec_map::VecSet;

#[derive(Default)]
pub(super) struct Watchers(Mutex<Vec<Weak<Mutex<UnreadChanges>>>>);

/// One watcher's unread changes. A set, so the number of views bounds it.
#[derive(Default)]
struct UnreadChanges {
    changes: VecSet<Change>,
    waker: Option<Waker>,
    over: bool,
}

impl Watchers {
    pub(super) fn watch(&self) -> ChangeStream {
        let unread = Arc::new(Mutex::new(UnreadChanges::default()));
        self.lock().push(Arc::downgrade(&unread));
        ChangeStream(unread)
    }

    pub(super) fn announce(&self, change: Change) {
        self.each(|unread| {
            unread.changes.insert(change);
        });
    }

    fn each(&self, act: impl Fn(&mut UnreadChanges)) {
        self.lock().retain(|watcher| {
            let Some(unread) = watcher.upgrade() else {
                return false;
            };
            let mut unread = unread.lock().unwrap_or_else(PoisonError::into_inner);
            act(&mut unread);
            if let Some(waker) = unread.waker.take() {
                waker.wake();
            }
            true
        });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Weak<Mutex<UnreadChanges>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watchers {
    fn drop(&mut self) {
        self.each(|unread| unread.over = true);
    }
}

/// The stream that one watcher reads.
pub(super) struct ChangeStream(Arc<Mutex<UnreadChanges>>);

impl futures::Stream for ChangeStream {
    type Item = Change;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Change>> {
        let mut unread = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match unread.changes.pop_first() {
            Some(change) => Poll::Ready(Some(change)),
            None if unread.over => Poll::Ready(None),
            None => {
                unread.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt, StreamExt};

    use super::*;

    #[test]
    fn changes_that_wait_are_merged_and_the_stream_ends_with_the_chat() {
        let watchers = Watchers::default();
        let mut changes = watchers.watch();
        for _ in 0..1_000 {
            watchers.announce(Change::Outbox);
            watchers.announce(Change::Rooms);
        }
        assert_eq!(changes.next().now_or_never(), Some(Some(Change::Rooms)));
        assert_eq!(changes.next().now_or_never(), Some(Some(Change::Outbox)));
        assert_eq!(changes.next().now_or_never(), None);
        drop(watchers);
        assert_eq!(changes.next().now_or_never(), Some(None));
    }
}
