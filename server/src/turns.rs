//! The queue for expensive work: a few jobs at a time, known people before strangers, and no address may fill the queue.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// Most waiters in each class. Beyond it the address with the most waiters loses one.
pub const WAITING: usize = 32;

/// The priority of a job, the first class served first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// A device that is signed in.
    Device,
    /// A person signing in to an existing account.
    Member,
    /// A person signing up.
    Newcomer,
}

/// The queue and its free turns.
#[derive(Clone, Debug)]
pub struct Turns(Arc<Mutex<TurnsState>>);

#[derive(Debug)]
struct TurnsState {
    free: usize,
    waiting: [VecDeque<WaitingTurn>; 3],
}

#[derive(Debug)]
struct WaitingTurn {
    address: IpAddr,
    turn: oneshot::Sender<Turn>,
}

/// A turn to work; dropping it passes the turn to the next waiter.
#[derive(Debug)]
pub struct Turn(Option<Turns>);

impl Turns {
    /// Allows this many jobs at the same time.
    pub fn new(at_once: usize) -> Self {
        Self(Arc::new(Mutex::new(TurnsState {
            free: at_once,
            waiting: Default::default(),
        })))
    }

    /// Whether a job would get a turn or a place in the queue.
    pub fn has_place(&self, class: Class, address: IpAddr) -> bool {
        let state = self.state();
        let waiting = &state.waiting[class as usize];
        state.free > 0
            || waiting.iter().filter(|waiting| !waiting.turn.is_closed()).count() < WAITING
            || gives_way(waiting, address).is_some()
    }

    /// Waits for a turn. Returns `None` if too many wait.
    pub async fn take(&self, class: Class, address: IpAddr) -> Option<Turn> {
        let turn = {
            let mut state = self.state();
            if state.free > 0 {
                state.free -= 1;
                return Some(Turn(Some(self.clone())));
            }
            let waiting = &mut state.waiting[class as usize];
            waiting.retain(|waiting| !waiting.turn.is_closed());
            if waiting.len() >= WAITING && !make_room(waiting, address) {
                return None;
            }
            let (turn, taken) = oneshot::channel();
            waiting.push_back(WaitingTurn { address, turn });
            taken
        };
        turn.await.ok()
    }

    fn pass_on(self) {
        let mut turn = Turn(Some(self.clone()));
        loop {
            let next = {
                let mut state = self.state();
                let next = state.waiting.iter_mut().find_map(VecDeque::pop_front);
                if next.is_none() {
                    state.free += 1;
                }
                next
            };
            let Some(next) = next else {
                turn.0 = None;
                return;
            };
            // The waiter may have given up.
            match next.turn.send(turn) {
                Ok(()) => return,
                Err(back) => turn = back,
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, TurnsState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Drops the waiter that gives way to this address. Returns whether there was one.
fn make_room(waiting: &mut VecDeque<WaitingTurn>, address: IpAddr) -> bool {
    let last = gives_way(waiting, address);
    last.is_some_and(|last| waiting.remove(last).is_some())
}

/// The place of the newest waiter of the address with the most waiters, if this address has fewer.
fn gives_way(waiting: &VecDeque<WaitingTurn>, address: IpAddr) -> Option<usize> {
    let of = |address: IpAddr| {
        waiting
            .iter()
            .filter(|waiting| waiting.address == address)
            .count()
    };
    let most = waiting
        .iter()
        .map(|waiting| waiting.address)
        .max_by_key(|address| of(*address));
    let most = most.filter(|most| of(*most) > of(address) + 1)?;
    waiting.iter().rposition(|waiting| waiting.address == most)
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.0.take() {
            turns.pass_on();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    fn address(n: u8) -> IpAddr {
        [192, 0, 2, n].into()
    }

    async fn wait(turns: &Turns, class: Class, n: u8) -> tokio::task::JoinHandle<Option<Turn>> {
        let turns = turns.clone();
        let waiting = tokio::spawn(async move { turns.take(class, address(n)).await });
        tokio::task::yield_now().await;
        waiting
    }

    #[tokio::test]
    async fn fault_m02_strangers_who_wait_are_passed_by_those_who_are_known() {
        let turns = Turns::new(1);
        let under_way = turns.take(Class::Newcomer, address(1)).await.unwrap();
        let mut strangers = Vec::new();
        for n in 0..50 {
            strangers.push(wait(&turns, Class::Newcomer, n).await);
        }
        let member = wait(&turns, Class::Member, 200).await;
        let device = wait(&turns, Class::Device, 201).await;
        drop(under_way);
        let device = timeout(Duration::from_secs(5), device).await.unwrap().unwrap();
        drop(device.expect("a device is not refused"));
        let member = timeout(Duration::from_secs(5), member).await.unwrap().unwrap();
        drop(member.expect("nor is a member"));
        let mut served = 0;
        for stranger in strangers {
            served += usize::from(stranger.await.unwrap().is_some());
        }
        assert_eq!(served, WAITING);
        assert_eq!(turns.state().free, 1);
    }

    #[tokio::test]
    async fn fault_m02_one_address_takes_a_part_of_the_queue_only() {
        let turns = Turns::new(1);
        let under_way = turns.take(Class::Newcomer, address(1)).await.unwrap();
        let mut same = Vec::new();
        for _ in 0..WAITING + 8 {
            same.push(wait(&turns, Class::Member, 1).await);
        }
        let other = wait(&turns, Class::Member, 2).await;
        // A waiter that gives up must not lose the others' turn.
        same.remove(0).abort();
        tokio::task::yield_now().await;
        drop(under_way);
        let mut served = 0;
        for one in same {
            served += usize::from(one.await.unwrap().is_some());
        }
        // One waiter made room for the other address, one gave up.
        assert_eq!(served, WAITING - 2);
        assert!(other.await.unwrap().is_some());
        assert_eq!(turns.state().free, 1);
    }
}
