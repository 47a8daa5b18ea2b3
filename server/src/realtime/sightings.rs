//! Last-seen times of devices: recorded in memory, written together at intervals.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use steadfast_shared::Millis;
use tokio::time::MissedTickBehavior;

use super::RealtimeParts;
use crate::clock;
use crate::store::{SessionId, Store};

/// The interval between writes.
const ROUND: Duration = Duration::from_secs(60);
/// With several nodes, connected devices are recorded every this many rounds, because the other nodes do not see them.
const ROUNDS_CONNECTED: u32 = 5;
/// Most devices recorded between two writes; others are recorded when they are seen again.
const NOTED: usize = 100_000;

/// Last-seen times that are not written yet.
#[derive(Debug, Default)]
pub(super) struct Sightings(Mutex<HashMap<SessionId, Millis>>);

impl Sightings {
    /// Records a device's activity.
    pub(super) fn note(&self, session: SessionId, at: Millis) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() < NOTED || noted.contains_key(&session) {
            noted.insert(session, at);
        }
    }

    /// The recorded time, if it is not written yet.
    pub(super) fn of(&self, session: SessionId) -> Option<Millis> {
        let noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.get(&session).copied()
    }

    /// Writes the recorded times. If that fails, they are recorded again when the devices are seen again.
    pub(super) async fn write(&self, store: &Arc<dyn Store>) {
        let noted = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if noted.is_empty() {
            return;
        }
        let noted: Vec<_> = noted.into_iter().collect();
        if let Err(error) = store.note_seen(&noted).await {
            tracing::warn!(%error, devices = noted.len(), "last-seen times could not be written");
        }
    }
}

/// Writes the recorded times at intervals, until the server is dropped.
pub(super) async fn keep_writing(realtime: Weak<RealtimeParts>) {
    let mut rounds = tokio::time::interval(ROUND);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut round = 0_u32;
    loop {
        rounds.tick().await;
        let Some(realtime) = realtime.upgrade() else {
            return;
        };
        round = round.wrapping_add(1);
        if realtime.store.is_shared() && round.is_multiple_of(ROUNDS_CONNECTED) {
            let now = clock::now();
            for connection in realtime.people.all() {
                realtime.sightings.note(connection.device.session, now);
            }
        }
        realtime.sightings.write(&realtime.store).await;
    }
}
