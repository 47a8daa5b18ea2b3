//! The heartbeat of a WebSocket that its own task keeps, by the rules of [`Socket::spawn_heartbeat`](crate::Socket).

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::time::{Instant, Sleep};

/// When the next ping is due, or a pong at the latest.
pub(super) struct Heartbeat {
    interval: Duration,
    timeout: Duration,
    next_ping: Instant,
    /// Whether a ping waits for its pong.
    waiting: bool,
    /// Whether a pong came before its ping.
    early: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Beat {
    Ping,
    Timeout,
}

impl Heartbeat {
    /// The first ping is due at once.
    pub(super) fn new(interval: Duration, timeout: Duration) -> Self {
        Self {
            interval,
            timeout,
            next_ping: Instant::now(),
            waiting: false,
            early: false,
        }
    }

    pub(super) fn deadline(&self) -> Instant {
        self.next_ping
    }

    pub(super) fn pong(&mut self, sleep: Pin<&mut Sleep>) {
        if self.waiting {
            self.waiting = false;
            sleep.reset(self.next_ping);
        } else {
            self.early = true;
        }
    }

    /// Whether a ping is to be sent now, or its pong is overdue.
    pub(super) fn poll(&mut self, mut sleep: Pin<&mut Sleep>, cx: &mut Context<'_>) -> Poll<Beat> {
        ready!(sleep.as_mut().poll(cx));
        if self.waiting {
            return Poll::Ready(Beat::Timeout);
        }
        self.next_ping += self.interval;
        self.waiting = !std::mem::take(&mut self.early);
        sleep.reset(match self.waiting {
            true => Instant::now() + self.timeout,
            false => self.next_ping,
        });
        Poll::Ready(Beat::Ping)
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, pin::pin};

    use tokio::time::sleep_until;

    use super::*;

    const INTERVAL: Duration = Duration::from_secs(25);
    const TIMEOUT: Duration = Duration::from_secs(20);

    #[tokio::test(start_paused = true)]
    async fn a_ping_is_sent_at_once_and_then_in_intervals_and_a_pong_that_stays_away_ends_it() {
        let began = Instant::now();
        let mut beats = Heartbeat::new(INTERVAL, TIMEOUT);
        let mut sleep = pin!(sleep_until(beats.deadline()));
        for nth in 0..3 {
            let beat = poll_fn(|cx| beats.poll(sleep.as_mut(), cx)).await;
            assert_eq!((beat, began.elapsed().as_secs()), (Beat::Ping, 25 * nth));
            if nth < 2 {
                beats.pong(sleep.as_mut());
            }
        }
        let beat = poll_fn(|cx| beats.poll(sleep.as_mut(), cx)).await;
        assert_eq!((beat, began.elapsed().as_secs()), (Beat::Timeout, 70));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pong_that_comes_first_counts_for_the_next_ping() {
        let mut beats = Heartbeat::new(INTERVAL, TIMEOUT);
        let mut sleep = pin!(sleep_until(beats.deadline()));
        beats.pong(sleep.as_mut());
        let began = Instant::now();
        for nth in 0..2 {
            let beat = poll_fn(|cx| beats.poll(sleep.as_mut(), cx)).await;
            assert_eq!((beat, began.elapsed().as_secs()), (Beat::Ping, 25 * nth));
        }
    }
}
