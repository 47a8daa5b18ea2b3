//! How much one person reads from the database at a time, over all their connections.
//!
//! A connection reads one thing after another. Somebody with many connections would have all of the database's for themselves, and
//! everybody else would wait, the listener too.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use steadfast_shared::UserId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Most pages of history, lists and searches that are read for one person at a time; the next ones wait for their turn. A
/// connection waits with a bounded number of them, and a person has a bounded number of connections.
const READS_OF_A_PERSON: usize = 2;

/// The turns of those who read or wait.
#[derive(Debug, Default)]
pub(in crate::realtime) struct Readers(Mutex<HashMap<UserId, ReadTurns>>);

#[derive(Debug)]
struct ReadTurns {
    free: Arc<Semaphore>,
    /// Reads under way, and those that wait.
    reads: usize,
}

/// A read under way, until it is dropped.
#[derive(Debug)]
pub(in crate::realtime) struct ReadTurn<'r> {
    readers: &'r Readers,
    person: UserId,
    permit: Option<OwnedSemaphorePermit>,
}

impl Readers {
    /// Waits until something may be read for this person.
    pub(in crate::realtime) async fn turn(&self, person: UserId) -> ReadTurn<'_> {
        let free = self.begin(person);
        // Made first: whoever waits no longer is counted no longer.
        let mut turn = ReadTurn {
            readers: self,
            person,
            permit: None,
        };
        // It is never closed.
        turn.permit = free.acquire_owned().await.ok();
        turn
    }

    fn begin(&self, person: UserId) -> Arc<Semaphore> {
        let mut readers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let turns = readers.entry(person).or_insert_with(|| ReadTurns {
            free: Arc::new(Semaphore::new(READS_OF_A_PERSON)),
            reads: 0,
        });
        turns.reads += 1;
        turns.free.clone()
    }
}

impl Drop for ReadTurn<'_> {
    fn drop(&mut self) {
        drop(self.permit.take());
        let mut readers = self.readers.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turns) = readers.get_mut(&self.person) {
            turns.reads -= 1;
            if turns.reads == 0 {
                readers.remove(&self.person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn a_person_has_their_turns_one_after_another_and_nothing_is_kept_of_them() {
        let (mina, jun) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let readers = Readers::default();
        let mut under_way = Vec::new();
        for _ in 0..READS_OF_A_PERSON {
            under_way.push(readers.turn(mina).now_or_never().unwrap());
        }
        let mut waiting = Box::pin(readers.turn(mina));
        assert!(waiting.as_mut().now_or_never().is_none());
        let given_up = readers.turn(mina).now_or_never();
        assert!(given_up.is_none());
        assert!(readers.turn(jun).now_or_never().is_some(), "another has theirs");
        under_way.pop();
        let next = waiting.now_or_never().unwrap();
        drop((under_way, next));
        assert!(readers.0.lock().unwrap().is_empty());
    }
}
