//! The packets that wait for a socket's transport.
//!
//! In place of a `tokio::sync::mpsc` channel and a `tokio::sync::watch` channel: such a channel allocates 32 places at a time, and
//! the next 32 before the first are used, which is most of what an idle connection holds. This queue holds nothing while it is empty.

use std::{
    collections::VecDeque,
    fmt,
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use engineioxide_core::PacketBuf;
use tokio::sync::{
    Notify,
    mpsc::error::{SendError, TrySendError},
};

/// A queue of at most `capacity` packets, and the place of a volatile one.
pub(crate) fn queue(capacity: usize) -> (Sender, Receiver) {
    let shared = Arc::new(Shared {
        capacity,
        state: Mutex::default(),
        room: Notify::new(),
        closed: Notify::new(),
    });
    (Sender(shared.clone()), Receiver(shared))
}

struct Shared {
    capacity: usize,
    state: Mutex<State>,
    /// Notified when there is room for a packet again, for `send`.
    room: Notify,
    closed: Notify,
}

#[derive(Default)]
struct State {
    packets: VecDeque<PacketBuf>,
    /// Permits that are not used yet.
    reserved: usize,
    /// The last volatile packet; a later one replaces it.
    volatile: Option<PacketBuf>,
    closed: bool,
    receiver: Option<Waker>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, if a packet may be added or reserved.
    fn vacant(&self) -> Result<MutexGuard<'_, State>, TrySendError<()>> {
        let state = self.state();
        if state.closed {
            return Err(TrySendError::Closed(()));
        }
        if state.packets.len() + state.reserved >= self.capacity {
            return Err(TrySendError::Full(()));
        }
        Ok(state)
    }
}

fn wake(mut state: MutexGuard<'_, State>) {
    let receiver = state.receiver.take();
    drop(state);
    if let Some(receiver) = receiver {
        receiver.wake();
    }
}

pub(crate) struct Sender(Arc<Shared>);

impl Sender {
    pub(crate) fn try_send(&self, packets: PacketBuf) -> Result<(), TrySendError<PacketBuf>> {
        match self.0.vacant() {
            Ok(mut state) => {
                state.packets.push_back(packets);
                wake(state);
                Ok(())
            }
            Err(TrySendError::Closed(())) => Err(TrySendError::Closed(packets)),
            Err(TrySendError::Full(())) => Err(TrySendError::Full(packets)),
        }
    }

    pub(crate) async fn send(&self, packets: PacketBuf) -> Result<(), SendError<PacketBuf>> {
        let mut packets = packets;
        loop {
            let room = self.0.room.notified();
            packets = match self.try_send(packets) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Closed(packets)) => return Err(SendError(packets)),
                Err(TrySendError::Full(packets)) => packets,
            };
            room.await;
        }
    }

    pub(crate) fn try_reserve(&self) -> Result<Permit<'_>, TrySendError<()>> {
        self.0.vacant()?.reserved += 1;
        Ok(Permit(Some(&self.0)))
    }

    /// Replaces the volatile packet.
    pub(crate) fn send_volatile(&self, packets: PacketBuf) {
        let mut state = self.0.state();
        state.volatile = Some(packets);
        wake(state);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.0.state().closed
    }

    pub(crate) async fn closed(&self) {
        loop {
            let closed = self.0.closed.notified();
            if self.is_closed() {
                return;
            }
            closed.await;
        }
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

/// Room for one packet buffer.
pub(crate) struct Permit<'a>(Option<&'a Shared>);

impl Permit<'_> {
    pub(crate) fn send(mut self, packets: PacketBuf) {
        if let Some(shared) = self.0.take() {
            let mut state = shared.state();
            state.reserved -= 1;
            state.packets.push_back(packets);
            wake(state);
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if let Some(shared) = self.0 {
            let mut state = shared.state();
            state.reserved -= 1;
            // The last permit of a closed queue ends it.
            wake(state);
            shared.room.notify_one();
        }
    }
}

pub(crate) struct Receiver(Arc<Shared>);

impl Receiver {
    /// The next packets: those that are buffered first, then the volatile one; `None` once the queue is closed and empty.
    pub(crate) fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<PacketBuf>> {
        let mut state = self.0.state();
        if let Some(packets) = state.packets.pop_front() {
            if state.packets.is_empty() {
                // What is empty holds nothing.
                state.packets = VecDeque::new();
            }
            drop(state);
            self.0.room.notify_one();
            return Poll::Ready(Some(packets));
        }
        if let Some(packets) = state.volatile.take() {
            return Poll::Ready(Some(packets));
        }
        if state.closed && state.reserved == 0 {
            return Poll::Ready(None);
        }
        match &mut state.receiver {
            Some(waker) => waker.clone_from(cx.waker()),
            receiver => *receiver = Some(cx.waker().clone()),
        }
        Poll::Pending
    }

    #[cfg_attr(not(any(test, feature = "__test_harness")), expect(dead_code))]
    pub(crate) async fn recv(&mut self) -> Option<PacketBuf> {
        poll_fn(|cx| self.poll_recv(cx)).await
    }

    /// Takes back the waker of the last `poll_recv`: the task that looks at the queue anyway needs no waking meanwhile.
    pub(crate) fn unpark(&mut self) {
        self.0.state().receiver = None;
    }

    /// Refuses further packets. Those that are buffered can still be received.
    pub(crate) fn close(&mut self) {
        let mut state = self.0.state();
        state.closed = true;
        wake(state);
        self.0.closed.notify_waiters();
        self.0.room.notify_waiters();
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use engineioxide_core::Packet;
    use futures_util::FutureExt;
    use smallvec::smallvec;

    use super::*;

    fn ping() -> PacketBuf {
        smallvec![Packet::Ping]
    }

    #[tokio::test]
    async fn it_takes_as_many_as_it_has_room_for_and_permits_count() {
        let (tx, mut rx) = queue(2);
        tx.try_send(ping()).unwrap();
        let permit = tx.try_reserve().unwrap();
        assert!(matches!(tx.try_send(ping()), Err(TrySendError::Full(_))));
        assert!(matches!(tx.try_reserve(), Err(TrySendError::Full(()))));
        let mut waiting = Box::pin(tx.send(smallvec![Packet::Noop]));
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(permit);
        waiting.await.unwrap();
        assert_eq!(rx.recv().await, Some(ping()));
        assert_eq!(rx.recv().await, Some(smallvec![Packet::Noop]));
        assert!(rx.recv().now_or_never().is_none());
        assert_eq!(rx.0.state().packets.capacity(), 0);
    }

    #[tokio::test]
    async fn a_volatile_packet_comes_after_the_others_and_the_last_one_counts() {
        let (tx, mut rx) = queue(2);
        tx.send_volatile(smallvec![Packet::Pong]);
        tx.send_volatile(smallvec![Packet::Noop]);
        tx.try_send(ping()).unwrap();
        assert_eq!(rx.recv().await, Some(ping()));
        assert_eq!(rx.recv().await, Some(smallvec![Packet::Noop]));
        assert!(rx.recv().now_or_never().is_none());
    }

    #[tokio::test]
    async fn a_closed_queue_is_emptied_and_then_ends() {
        let (tx, mut rx) = queue(2);
        tx.try_send(ping()).unwrap();
        let permit = tx.try_reserve().unwrap();
        let mut closed = Box::pin(tx.closed());
        assert!(closed.as_mut().now_or_never().is_none());
        rx.close();
        closed.await;
        assert!(matches!(tx.try_send(ping()), Err(TrySendError::Closed(_))));
        assert_eq!(rx.recv().await, Some(ping()));
        assert!(rx.recv().now_or_never().is_none(), "a permit is left");
        permit.send(ping());
        assert_eq!(rx.recv().await, Some(ping()));
        assert_eq!(rx.recv().await, None);
    }

    #[tokio::test]
    async fn a_waiting_receiver_is_woken_by_a_packet_and_by_the_end() {
        let (tx, mut rx) = queue(2);
        let receiving = tokio::spawn(async move { (rx.recv().await, rx) });
        tokio::task::yield_now().await;
        tx.try_send(ping()).unwrap();
        let (packets, mut rx) = receiving.await.unwrap();
        assert_eq!(packets, Some(ping()));
        let permit = tx.try_reserve().unwrap();
        rx.close();
        let receiving = tokio::spawn(async move { rx.recv().await });
        tokio::task::yield_now().await;
        drop(permit);
        assert_eq!(receiving.await.unwrap(), None);
    }
}
