//! Writes sign-ups in groups with rests between them, so that a flood of them leaves the database to messages.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use steadfast_shared::{ErrorCode, WireError};
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use super::session::sign_up_refused;
use super::{HttpRefusal, failed, unavailable};
use crate::clock;
use crate::store::account::{Device, SignUp};
use crate::store::{Store, StoreError};
use crate::turns::{Class, Turn, Turns};

/// Most sign-ups in one commit, because a message may have to wait for it.
pub const GROUP: usize = 8;
/// The rest after a group is as long as the group took, so that a flood takes at most half of the writer's time, but no shorter or
/// longer than this. A single sign-up waits for no rest.
const SHORTEST_REST: Duration = Duration::from_millis(50);
const LONGEST_REST: Duration = Duration::from_secs(1);

/// The queue of sign-ups; cheap to clone.
#[derive(Clone)]
pub struct SignUps {
    turns: Turns,
    /// Those that have a turn: one group at most.
    requests: mpsc::Sender<SignUpRequest>,
}

struct SignUpRequest {
    wanted: SignUp,
    answer: oneshot::Sender<Result<Device, HttpRefusal>>,
    _turn: Turn,
}

impl SignUps {
    /// Starts the task that writes them. It ends with the last handle.
    pub fn start(store: Arc<dyn Store>) -> Self {
        let (requests, queued) = mpsc::channel(GROUP);
        tokio::spawn(keep_writing(store, queued));
        Self {
            turns: Turns::new(GROUP),
            requests,
        }
    }

    /// Refuses a sign-up that would find the queue full, before anything is read or computed for it.
    pub fn check(&self, network: IpAddr) -> Result<(), HttpRefusal> {
        match self.turns.has_place(Class::Newcomer, network) {
            true => Ok(()),
            false => Err(too_many()),
        }
    }

    /// Creates a person with a free nickname.
    pub async fn write(&self, wanted: SignUp, network: IpAddr) -> Result<Device, HttpRefusal> {
        let turn = self.turns.take(Class::Newcomer, network).await;
        let (answer, answered) = oneshot::channel();
        let request = SignUpRequest {
            wanted,
            answer,
            _turn: turn.ok_or_else(too_many)?,
        };
        self.requests.send(request).await.map_err(|_| unavailable())?;
        // No answer if the group panicked.
        answered.await.map_err(|_| unavailable())?
    }
}

/// The refusal when the queue is full.
fn too_many() -> HttpRefusal {
    HttpRefusal(WireError::new(
        ErrorCode::Busy,
        "too many people are signing up at once: try again in a moment",
    ))
}

async fn keep_writing(store: Arc<dyn Store>, mut queued: mpsc::Receiver<SignUpRequest>) {
    while let Some(first) = queued.recv().await {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(next) = queued.try_recv()
        {
            group.push(next);
        }
        // The client may have gone.
        group.retain(|request| !request.answer.is_closed());
        if group.is_empty() {
            continue;
        }
        let from = clock::instant();
        // In a task of its own, so that a panic ends neither this one nor the next groups.
        let writing = tokio::spawn(write(store.clone(), group));
        if writing.await.is_err() {
            tracing::error!("a group of sign-ups panicked");
        }
        let took = clock::instant().duration_since(from);
        sleep(took.clamp(SHORTEST_REST, LONGEST_REST)).await;
    }
}

/// Commits a group. Sign-ups that cannot be committed must not affect the rest.
async fn write(store: Arc<dyn Store>, group: Vec<SignUpRequest>) {
    let wanted: Vec<_> = group.iter().map(|request| request.wanted.clone()).collect();
    match store.sign_up_all(&wanted).await {
        Ok(outcomes) => {
            for (request, outcome) in group.into_iter().zip(outcomes) {
                let _ = request.answer.send(outcome.map_err(sign_up_refused));
            }
        }
        // One of them violated a constraint.
        Err(StoreError::Rejected(_)) if group.len() > 1 => {
            for request in group {
                let outcome = store.sign_up(&request.wanted).await;
                let _ = request.answer.send(outcome.map_err(sign_up_refused));
            }
        }
        Err(error) => {
            let HttpRefusal(refusal) = failed(error);
            for request in group {
                let _ = request.answer.send(Err(HttpRefusal(refusal.clone())));
            }
        }
    }
}
