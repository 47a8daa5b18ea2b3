//! The lock that says which node has the database. So far one node has it: a second one would not hear what the first one does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::told;
use crate::clock;
use crate::store::StoreError;

/// The first number of all advisory locks of ours: "Stea".
pub(super) const LOCKS: i32 = 0x5374_6561;
/// The second number of the lock of the node.
const NODE: i32 = 1;
/// The second number of the lock under which a database is brought up to date.
pub(super) const SETUP: i32 = 2;
/// The second number of the lock under which invitations are counted.
pub(super) const INVITES: i32 = 3;

/// How long another node's lock is waited for: one that was killed lets it go once the server has noticed.
const PATIENCE: Duration = Duration::from_secs(4);
/// How often it is looked whether the lock is still there.
const PULSE: Duration = Duration::from_secs(1);
/// How long the server may take to answer that.
const ANSWER: Duration = Duration::from_secs(3);
/// How long a lock that was lost with its connection may stay with what is left of that connection.
const GRACE: Duration = Duration::from_secs(15);

const TAKEN: &str = "another Steadfast process has taken the database";

/// Held on a connection of its own, as long as the store is open.
#[derive(Debug)]
pub(super) struct Lease {
    state: Arc<State>,
    keeping: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug, Default)]
struct State {
    held: AtomicBool,
    lost: OnceLock<()>,
    changed: Notify,
    stop: Notify,
}

/// Why there is no lease.
pub(super) enum NoLease {
    Held,
    Failed(sqlx::Error),
}

impl Lease {
    pub(super) async fn acquire(options: PgConnectOptions) -> Result<Self, NoLease> {
        let until = clock::instant() + PATIENCE;
        let mut connection = options.connect().await.map_err(NoLease::Failed)?;
        while !lock(&mut connection).await.map_err(NoLease::Failed)? {
            if clock::instant() >= until {
                return Err(NoLease::Held);
            }
            sleep(PATIENCE / 20).await;
        }
        let state = Arc::new(State::default());
        state.held.store(true, Ordering::Release);
        let keeping = tokio::spawn(keep(state.clone(), options, connection));
        Ok(Self {
            state,
            keeping: Mutex::new(Some(keeping)),
        })
    }

    /// For what needs none.
    pub(super) fn none() -> Self {
        let state = Arc::new(State::default());
        state.held.store(true, Ordering::Release);
        Self {
            state,
            keeping: Mutex::new(None),
        }
    }

    /// Refuses to write where the database is another node's, or may be.
    pub(super) fn verify(&self) -> Result<(), StoreError> {
        if self.state.lost.get().is_some() {
            return Err(StoreError::Lost(TAKEN));
        }
        if self.state.held.load(Ordering::Acquire) {
            Ok(())
        } else {
            Err(StoreError::Locked)
        }
    }

    /// Resolves once another node has the database.
    pub(super) async fn lost(&self) -> &'static str {
        loop {
            let changed = self.state.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.state.lost.get().is_some() {
                return TAKEN;
            }
            changed.await;
        }
    }

    /// Lets the database go.
    pub(super) async fn end(&self) {
        let keeping = self.keeping.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(keeping) = keeping {
            self.state.stop.notify_one();
            let _ = timeout(ANSWER, keeping).await;
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let keeping = self.keeping.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(keeping) = keeping {
            keeping.abort();
        }
    }
}

async fn lock(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select pg_try_advisory_lock($1, $2)")
        .bind(LOCKS)
        .bind(NODE)
        .fetch_one(connection)
        .await
}

/// Looks after the lock until it is told to stop, and takes it again where its connection was lost.
async fn keep(state: Arc<State>, options: PgConnectOptions, connection: PgConnection) {
    let mut held = Some(connection);
    loop {
        tokio::select! {
            () = state.stop.notified() => {
                if let Some(connection) = held.take() {
                    let _ = connection.close().await;
                }
                return;
            }
            () = sleep(PULSE) => {}
        }
        let Some(connection) = held.as_mut() else { return };
        if let Ok(Ok(_)) = timeout(ANSWER, sqlx::query("select 1").execute(connection)).await {
            continue;
        }
        state.held.store(false, Ordering::Release);
        tracing::warn!("the connection to the database that holds its lock was lost: connecting anew");
        held = regain(&options).await;
        if held.is_none() {
            tracing::error!("{TAKEN}: nothing more is acknowledged");
            let _ = state.lost.set(());
            state.changed.notify_waiters();
            return;
        }
        state.held.store(true, Ordering::Release);
    }
}

/// Takes the lock on a new connection, as soon as there is one. `None` where another node has it.
async fn regain(options: &PgConnectOptions) -> Option<PgConnection> {
    let mut refused_since = None;
    loop {
        let attempt = async {
            let mut connection = options.connect().await?;
            Ok::<_, sqlx::Error>((lock(&mut connection).await?, connection))
        };
        match timeout(ANSWER, attempt).await {
            Ok(Ok((true, connection))) => return Some(connection),
            Ok(Ok((false, _))) => {
                let since = *refused_since.get_or_insert_with(clock::instant);
                if clock::instant().duration_since(since) >= GRACE {
                    return None;
                }
            }
            // While the database is away, nobody has its lock.
            Ok(Err(error)) => {
                tracing::debug!(error = %told(error), "the database is not there");
                refused_since = None;
            }
            Err(_) => refused_since = None,
        }
        sleep(PULSE / 4).await;
    }
}
