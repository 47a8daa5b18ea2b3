//! Read markers that are waiting to be written.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use steadfast_shared::{RoomId, Seq, UserId};

use crate::store::ReadMark;

/// Unwritten read markers: the furthest for each person and room.
#[derive(Debug, Default)]
pub(super) struct Marks(Mutex<HashMap<(UserId, RoomId), Seq>>);

impl Marks {
    /// Queues a marker to be written.
    pub(super) fn put(&self, mark: ReadMark) {
        let mut marks = self.inner();
        let seq = marks.entry((mark.user, mark.room)).or_default();
        *seq = mark.seq.max(*seq);
    }

    pub(super) fn of(&self, user: UserId) -> Vec<ReadMark> {
        let mut marks = self.all();
        marks.retain(|mark| mark.user == user);
        marks
    }

    pub(super) fn all(&self) -> Vec<ReadMark> {
        let marks = self.inner();
        let marks = marks.iter();
        marks
            .map(|(&(user, room), &seq)| ReadMark { user, room, seq })
            .collect()
    }

    /// Drops written markers, except those that have advanced since.
    pub(super) fn written(&self, written: &[ReadMark]) {
        let mut marks = self.inner();
        for mark in written {
            let key = (mark.user, mark.room);
            if marks.get(&key) == Some(&mark.seq) {
                marks.remove(&key);
            }
        }
    }

    fn inner(&self) -> MutexGuard<'_, HashMap<(UserId, RoomId), Seq>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
