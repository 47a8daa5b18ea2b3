//! When devices were last there: noted in memory, written together once in a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use steadfast_shared::Millis;
use tokio::time::MissedTickBehavior;

use super::RealtimeParts;
use crate::clock;
use crate::store::{SessionId, Store};

/// How often sightings are written.
const ROUND: Duration = Duration::from_secs(60);
/// Where other nodes serve the database, too, devices that stay connected are noted in so many rounds: they do not see them.
const ROUNDS_CONNECTED: u32 = 5;
/// Most devices noted between two writes; more are noted when they are there again.
const NOTED: usize = 100_000;

/// Sightings that are not written yet.
#[derive(Debug, Default)]
pub(super) struct Sightings(Mutex<HashMap<SessionId, Millis>>);

impl Sightings {
    /// Notes that a device is there.
    pub(super) fn note(&self, session: SessionId, at: Millis) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() < NOTED || noted.contains_key(&session) {
            noted.insert(session, at);
        }
    }

    /// When it was noted last, where that is not written.
    pub(super) fn of(&self, session: SessionId) -> Option<Millis> {
        let noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.get(&session).copied()
    }

    /// Writes the sightings. Where that fails, they are noted anew when the devices are there again.
    pub(super) async fn write(&self, store: &Arc<dyn Store>) {
        let noted = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if noted.is_empty() {
            return;
        }
        let noted: Vec<_> = noted.into_iter().collect();
        if let Err(error) = store.note_seen(&noted).await {
            tracing::warn!(%error, devices = noted.len(), "when devices were last seen could not be written");
        }
    }
}

/// Writes the sightings, round by round, until the server is gone.
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
