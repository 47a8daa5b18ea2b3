//! A node's lease: a row of `nodes` that is renewed by the database's clock, and a shared lock that keeps out tools which need
//! the database for themselves.
//!
//! Several nodes serve a database at once, and none needs its lease to write: row locks order their writes. A lease only says
//! which nodes are alive.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::clock;
use crate::store::postgres::connections::named;
use crate::store::{NodeId, StoreError};

/// The first number of all of Steadfast's advisory locks: "Stea".
pub(super) const LOCKS: i32 = 0x5374_6561;
/// The second number of the lock that nodes share, and that a tool takes exclusively.
const NODES: i32 = 1;
/// The second number of the lock for migrating a database.
pub(super) const SETUP: i32 = 2;
/// The second number of the lock for counting invitations.
pub(super) const INVITES: i32 = 3;

/// How long a lease lasts without a renewal.
const LEASE: Duration = Duration::from_secs(5);
/// The interval between renewals.
const PULSE: Duration = Duration::from_secs(1);
/// Time limit for a renewal.
const ANSWER: Duration = Duration::from_secs(3);
/// Renewals between two deletions of dead nodes' rows.
const CLEANING: u32 = 60;
/// How long a dead node's row stays, in minutes.
const GONE_MINUTES: i32 = 10;
/// How long to wait for the lock: a killed process loses it once the server notices.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long the server may keep a lock whose connection was lost.
const GRACE: Duration = Duration::from_secs(15);

const TAKEN: &str = "another Steadfast process has taken over the database";

/// The purpose a store is opened for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Use {
    /// Serving, beside other nodes.
    Node,
    /// A tool, while no node serves.
    Alone,
}

impl Use {
    async fn lock(self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        let statement = match self {
            Self::Node => "select pg_try_advisory_lock_shared($1, $2)",
            Self::Alone => "select pg_try_advisory_lock($1, $2)",
        };
        sqlx::query_scalar(statement)
            .bind(LOCKS)
            .bind(NODES)
            .fetch_one(connection)
            .await
    }
}

/// The lease, on a connection of its own, for as long as the store is open.
#[derive(Debug)]
pub(super) struct Lease {
    state: Arc<LeaseState>,
    keeping: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct LeaseState {
    node: NodeId,
    /// The adapter by which it speaks with others, once that is known.
    adapter: OnceLock<String>,
    /// Whether the shared lock is held, so that no tool can take the database over.
    held: AtomicBool,
    lost: OnceLock<()>,
    changed: Notify,
    stop: Notify,
}

impl LeaseState {
    fn new(node: NodeId) -> Self {
        Self {
            node,
            adapter: OnceLock::new(),
            held: AtomicBool::new(true),
            lost: OnceLock::new(),
            changed: Notify::new(),
            stop: Notify::new(),
        }
    }
}

/// Why there is no lease.
pub(super) enum NoLease {
    Held,
    Failed(sqlx::Error),
}

/// The lock, before the node's row is written, because the tables may not exist yet.
pub(super) struct Locked {
    used: Use,
    options: PgConnectOptions,
    connection: PgConnection,
}

impl Locked {
    pub(super) async fn acquire(used: Use, options: PgConnectOptions) -> Result<Self, NoLease> {
        let until = clock::instant() + PATIENCE;
        let options = options.application_name(&named("lease"));
        let mut connection = options.connect().await.map_err(NoLease::Failed)?;
        while !used.lock(&mut connection).await.map_err(NoLease::Failed)? {
            if clock::instant() >= until {
                return Err(NoLease::Held);
            }
            sleep(PATIENCE / 20).await;
        }
        Ok(Self {
            used,
            options,
            connection,
        })
    }

    /// Registers a node, and keeps renewing its lease.
    pub(super) async fn keep(mut self) -> Result<Lease, sqlx::Error> {
        let state = Arc::new(LeaseState::new(NodeId::fresh()));
        if self.used == Use::Node {
            renew(&mut self.connection, &state).await?;
        }
        let keeping = tokio::spawn(keep(state.clone(), self));
        Ok(Lease {
            state,
            keeping: Mutex::new(Some(keeping)),
        })
    }
}

impl Lease {
    pub(super) fn none() -> Self {
        Self {
            state: Arc::new(LeaseState::new(NodeId::fresh())),
            keeping: Mutex::new(None),
        }
    }

    pub(super) fn node(&self) -> NodeId {
        self.state.node
    }

    /// Tells the others by which adapter this node speaks, from the next renewal on.
    pub(super) fn speaks_by(&self, adapter: &str) {
        self.state.adapter.get_or_init(|| adapter.to_owned());
    }

    /// Refuses to write if a tool has taken over the database, or may have.
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

    /// Resolves once another process has taken over the database.
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

    /// Ends the lease and removes the node.
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

/// Sets a node's row to expire LEASE from now, by the database's clock.
async fn renew(connection: &mut PgConnection, state: &LeaseState) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into nodes (id, expires_at, adapter) values ($1, clock_timestamp() + make_interval(secs => $2), $3)
         on conflict (id) do update set expires_at = excluded.expires_at, adapter = excluded.adapter",
    )
    .bind(state.node.0)
    .bind(LEASE.as_secs_f64())
    .bind(state.adapter.get())
    .execute(connection)
    .await?;
    Ok(())
}

/// The adapters of living nodes that are others than this one's.
pub(super) async fn other_adapters(
    pool: &PgPool,
    node: NodeId,
    own: &str,
) -> Result<Vec<String>, StoreError> {
    sqlx::query_scalar(
        "select distinct adapter from nodes
         where id <> $1 and expires_at > clock_timestamp() and adapter <> $2 order by adapter",
    )
    .bind(node.0)
    .bind(own)
    .fetch_all(pool)
    .await
    .map_err(StoreError::from)
}

/// Deletes the rows of nodes that have been dead for long.
async fn clean(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("delete from nodes where expires_at < clock_timestamp() - make_interval(mins => $1)")
        .bind(GONE_MINUTES)
        .execute(connection)
        .await?;
    Ok(())
}

/// Shows that the connection and the node are alive.
async fn beat(
    used: Use,
    connection: &mut PgConnection,
    state: &LeaseState,
    cleans: bool,
) -> Result<(), sqlx::Error> {
    if used == Use::Alone {
        return sqlx::query("select 1").execute(connection).await.map(drop);
    }
    renew(connection, state).await?;
    if cleans {
        clean(connection).await?;
    }
    Ok(())
}

/// Keeps the lease until it is stopped, and reconnects if its connection is lost.
async fn keep(state: Arc<LeaseState>, locked: Locked) {
    let Locked {
        used,
        options,
        connection,
    } = locked;
    let mut held = Some(connection);
    let mut beats = 0_u32;
    loop {
        tokio::select! {
            () = state.stop.notified() => {
                if let Some(connection) = held.take() {
                    leave(used, connection, state.node).await;
                }
                return;
            }
            () = sleep(PULSE) => {}
        }
        let Some(connection) = held.as_mut() else { return };
        beats = beats.wrapping_add(1);
        let beating = beat(used, connection, &state, beats.is_multiple_of(CLEANING));
        if let Ok(Ok(())) = timeout(ANSWER, beating).await {
            continue;
        }
        if used == Use::Alone {
            state.held.store(false, Ordering::Release);
        }
        tracing::warn!("the connection that keeps this node's lease was lost: reconnecting");
        // Dropped without waiting, because the connection may hang.
        drop(held.take());
        tokio::select! {
            () = state.stop.notified() => return,
            regained = regain(&state, used, &options) => held = regained,
        }
        if held.is_none() {
            tracing::error!("{TAKEN}: nothing more is acknowledged");
            let _ = state.lost.set(());
            state.changed.notify_waiters();
            return;
        }
        state.held.store(true, Ordering::Release);
    }
}

async fn leave(used: Use, mut connection: PgConnection, node: NodeId) {
    if used == Use::Node {
        let leaving = sqlx::query("delete from nodes where id = $1")
            .bind(node.0)
            .execute(&mut connection);
        if !matches!(timeout(ANSWER / 2, leaving).await, Ok(Ok(_))) {
            tracing::debug!("the lease could not be given back: it expires");
            return;
        }
    }
    let _ = connection.close().await;
}

/// Takes the lock on a new connection, as soon as there is one. `None` if another process keeps it.
async fn regain(state: &LeaseState, used: Use, options: &PgConnectOptions) -> Option<PgConnection> {
    let mut refused_since = None;
    loop {
        let attempt = async {
            let mut connection = options.connect().await?;
            let locked = used.lock(&mut connection).await?;
            if locked && used == Use::Node {
                renew(&mut connection, state).await?;
            }
            Ok::<_, sqlx::Error>((locked, connection))
        };
        match timeout(ANSWER, attempt).await {
            Ok(Ok((true, connection))) => return Some(connection),
            Ok(Ok((false, _))) => {
                state.held.store(false, Ordering::Release);
                let since = *refused_since.get_or_insert_with(clock::instant);
                if clock::instant().duration_since(since) >= GRACE {
                    return None;
                }
            }
            // While the database is down, no process has its lock.
            Ok(Err(error)) => {
                tracing::debug!(error = %StoreError::from(error), "the database cannot be reached");
                refused_since = None;
            }
            Err(_) => refused_since = None,
        }
        sleep(PULSE / 4).await;
    }
}
