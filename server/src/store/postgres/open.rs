//! Opens a database by its URL: connects, migrates, and registers this node or reserves the database.

mod pooler;

use std::str::FromStr;
use std::sync::RwLock;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{ConnectOptions, Connection};
use steadfast_shared::{Epoch, Millis};
use tokio::time::timeout;
use uuid::Uuid;

use super::connections::{Generation, named, patient, planned_once, settled};
use super::follower::Follower;
use super::lease::{LOCKS, Lease, Locked, NoLease, SETUP, Use};
use super::lineage::Lineage;
use super::{CommitClock, PostgresStore, lineage, names, to_sql};
use crate::store::{HANDSHAKE_READERS, StorageLimits};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// Connections that append: one for the writer's task, and another to replace a discarded one.
const WRITERS: u32 = 2;
/// Connections for sign-ins and administration.
const ACCOUNTS: u32 = 4;
const READERS: u32 = 8;

/// Time limit for connecting at startup.
const CONNECTING: Duration = Duration::from_secs(10);

/// The oldest supported Postgres, as in `server_version_num`.
const OLDEST: i32 = 140_000;

/// This version's newest migration.
pub(super) fn newest_migration() -> i64 {
    let versions = MIGRATIONS.iter().map(|migration| migration.version);
    versions.max().unwrap_or(0)
}

/// Why a database cannot be used, each with the way out.
#[derive(Debug, thiserror::Error)]
pub enum PostgresOpenError {
    /// The URL is not valid.
    #[error("not the URL of a Postgres database ({0}): write it as postgres://user:password@host/database")]
    Url(#[source] sqlx::Error),
    /// The server cannot be reached, or refuses the user.
    #[error(
        "cannot connect to the database {name} ({}): make sure that Postgres runs there and that --database is right",
        said(.source)
    )]
    Unreachable {
        /// The database, without the password.
        name: String,
        source: sqlx::Error,
    },
    /// The server does not answer.
    #[error(
        "the database {name} does not answer: make sure that Postgres runs there and that no firewall blocks it"
    )]
    Silent { name: String },
    /// A pooler gives each transaction another session, or drops the settings of connections.
    #[error(
        "the database {name} is behind a pooler that does not keep sessions whole (PgBouncer, for example): name Postgres itself \
         with --database, or a pooler in session mode that passes on the startup parameter `options`"
    )]
    Pooled { name: String },
    /// A tool needs a database that nodes serve, or a node one that a tool uses.
    #[error(
        "the database {name} is in use by another Steadfast process: stop the servers while `steadfast copy` runs, or name \
         another database"
    )]
    InUse { name: String },
    /// The server is too old.
    #[error("the database {name} runs on Postgres {version}: upgrade it to Postgres 14 or newer")]
    TooOld { name: String, version: String },
    /// The encoding is not UTF-8.
    #[error(
        "the database {name} has the encoding {encoding}: create it again with `create database … encoding 'UTF8' template template0`"
    )]
    NotUnicode { name: String, encoding: String },
    #[error(
        "the database {name} is on a standby server, which is read-only: name the primary with --database"
    )]
    Standby { name: String },
    /// A later version has migrated it.
    #[error(
        "the database {name} was written by a newer version of Steadfast: run that version, or name another database with --database"
    )]
    Newer { name: String },
    /// It belongs to another program.
    #[error(
        "the database {name} contains another program's tables: create an empty one for Steadfast, and name it with --database"
    )]
    Foreign { name: String },
    #[error(
        "cannot prepare the database {name} ({}): make sure that the user may create tables in its schema, and check Postgres's log",
        said(.source)
    )]
    Unusable { name: String, source: sqlx::Error },
}

/// What the database said, without the driver's words around it.
fn said(error: &sqlx::Error) -> String {
    match error.as_database_error() {
        Some(error) => error.message().to_owned(),
        None => error.to_string(),
    }
}

/// A database's name in messages: without user and password.
pub(in crate::store) fn name(url: &str) -> Result<String, PostgresOpenError> {
    Address::parse(url).map(|address| address.name)
}

/// A database by its URL.
#[derive(Clone, Debug)]
pub(in crate::store) struct Address {
    pub(super) options: PgConnectOptions,
    /// Its name in messages: without the password.
    pub(super) name: String,
}

impl Address {
    pub(in crate::store) fn parse(url: &str) -> Result<Self, PostgresOpenError> {
        let options = PgConnectOptions::from_str(url).map_err(PostgresOpenError::Url)?;
        let host = match options.get_socket() {
            Some(socket) => socket.display().to_string(),
            None => options.get_host().to_owned(),
        };
        let database = options.get_database().unwrap_or(options.get_username());
        let name = format!("{database} at {host}:{}", options.get_port());
        Ok(Self { options, name })
    }

    /// Connects for long work.
    pub(in crate::store) async fn connect(&self) -> Result<PgConnection, PostgresOpenError> {
        let options = patient(self.options.clone());
        match timeout(CONNECTING, options.connect()).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(source)) if pooler::refuses_settings(&source) => Err(self.pooled()),
            Ok(Err(source)) => Err(self.unreachable(source)),
            Err(_) => Err(PostgresOpenError::Silent {
                name: self.name.clone(),
            }),
        }
    }

    /// Refuses a pooler that does not keep sessions whole.
    async fn check_sessions(&self, setup: &mut PgConnection) -> Result<(), PostgresOpenError> {
        let other = settled(self.options.clone()).connect().await;
        let mut other = other.map_err(|source| self.unreachable(source))?;
        let pooled = async {
            Ok(pooler::drops_settings(&mut other).await? || pooler::shares_sessions(setup, other).await?)
        };
        match pooled.await {
            Ok(false) => Ok(()),
            Ok(true) => Err(self.pooled()),
            Err(source) => Err(self.unusable(source)),
        }
    }

    fn unreachable(&self, source: sqlx::Error) -> PostgresOpenError {
        let name = self.name.clone();
        PostgresOpenError::Unreachable { name, source }
    }

    fn pooled(&self) -> PostgresOpenError {
        let name = self.name.clone();
        PostgresOpenError::Pooled { name }
    }

    fn unusable(&self, source: sqlx::Error) -> PostgresOpenError {
        PostgresOpenError::Unusable {
            name: self.name.clone(),
            source,
        }
    }
}

impl PostgresStore {
    /// Opens the database as one of the nodes that serve it, and migrates it to this version's schema.
    ///
    /// `patience` bounds how long a write is retried.
    pub async fn open(
        url: &str,
        patience: Duration,
        at: Millis,
        clock: CommitClock,
    ) -> Result<Self, PostgresOpenError> {
        Self::open_as(url, patience, at, clock, Some(Use::Node)).await
    }

    /// Opens the database while no node serves it, and keeps nodes out.
    pub async fn open_alone(
        url: &str,
        patience: Duration,
        at: Millis,
        clock: CommitClock,
    ) -> Result<Self, PostgresOpenError> {
        Self::open_as(url, patience, at, clock, Some(Use::Alone)).await
    }

    /// Opens the database beside other nodes: for tests and tools that read and write rows and cache nothing.
    pub async fn open_beside(
        url: &str,
        patience: Duration,
        at: Millis,
        clock: CommitClock,
    ) -> Result<Self, PostgresOpenError> {
        Self::open_as(url, patience, at, clock, None).await
    }

    async fn open_as(
        url: &str,
        patience: Duration,
        at: Millis,
        clock: CommitClock,
        used: Option<Use>,
    ) -> Result<Self, PostgresOpenError> {
        let address = Address::parse(url)?;
        let mut setup = address.connect().await?;
        address.check_sessions(&mut setup).await?;
        check_suitable(&mut setup, &address).await?;
        let options = durable(&mut setup, &address)
            .await
            .map_err(|source| address.unusable(source))?;
        if matches!(options.get_ssl_mode(), PgSslMode::Prefer) && options.get_socket().is_none() {
            tracing::info!(
                "the connection to the database is encrypted if the server offers it: ?sslmode=verify-full requires it"
            );
        }
        let locked = match used {
            Some(used) => Some(lock(used, &options, &address).await?),
            None => None,
        };
        let (epoch, lineage, lease) = prepare(setup, &address, locked, at).await?;
        let options = settled(options);
        let lineage = Lineage::new(lineage);
        let generation = Generation::begin(lineage.clone());
        let writing = planned_once(options.clone()).application_name(&named("writer"));
        Ok(Self {
            // A dead connection shows at the first statement, and the attempt is repeated.
            writer: generation.pool_of_transactions(&writing, WRITERS, patience),
            accounts: generation.pool(&options, ACCOUNTS, patience, false),
            readers: generation.pool(&options, READERS, patience, true),
            follower: Follower::new(&options, generation.clone()),
            handshakes: generation.pool(&options, HANDSHAKE_READERS, patience, true),
            generation,
            lease,
            epoch: RwLock::new(epoch),
            patience,
            lineage,
            limits: StorageLimits::default(),
            clock,
        })
    }
}

/// Locks the database for a node, or refuses one that is in use.
async fn lock(used: Use, options: &PgConnectOptions, address: &Address) -> Result<Locked, PostgresOpenError> {
    let locked = Locked::acquire(used, settled(options.clone())).await;
    locked.map_err(|error| match error {
        NoLease::Held => PostgresOpenError::InUse {
            name: address.name.clone(),
        },
        NoLease::Failed(source) => address.unusable(source),
    })
}

/// Migrates the database to this version's schema and rules, and takes the node's lease.
async fn prepare(
    mut setup: PgConnection,
    address: &Address,
    locked: Option<Locked>,
    at: Millis,
) -> Result<(Epoch, Option<String>, Lease), PostgresOpenError> {
    // If several nodes start at once, one does this while the others wait.
    sqlx::query("select pg_advisory_lock($1, $2)")
        .bind(LOCKS)
        .bind(SETUP)
        .execute(&mut setup)
        .await
        .map_err(|source| address.unusable(source))?;
    migrate(&mut setup, address).await?;
    let prepared = async {
        let epoch = initialize(&mut setup, at).await?;
        names::bring_up_to_date(&mut setup).await?;
        let (epoch, lineage) = lineage::open(&mut setup, epoch).await?;
        setup.close().await?;
        let lease = match locked {
            Some(locked) => locked.keep().await?,
            None => Lease::none(),
        };
        Ok((epoch, lineage, lease))
    };
    prepared.await.map_err(|source| address.unusable(source))
}

/// Refuses an unsuitable server or database.
async fn check_suitable(connection: &mut PgConnection, address: &Address) -> Result<(), PostgresOpenError> {
    let name = || address.name.clone();
    let (number, version, encoding, standby): (i32, String, String, bool) = sqlx::query_as(
        "select current_setting('server_version_num')::int, current_setting('server_version'),
                current_setting('server_encoding'), pg_is_in_recovery()",
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(|source| address.unusable(source))?;
    if number < OLDEST {
        return Err(PostgresOpenError::TooOld {
            name: name(),
            version,
        });
    }
    if encoding != "UTF8" {
        return Err(PostgresOpenError::NotUnicode {
            name: name(),
            encoding,
        });
    }
    if standby {
        return Err(PostgresOpenError::Standby { name: name() });
    }
    let (migrated, ours, tables): (bool, bool, bool) = sqlx::query_as(
        "select to_regclass('_sqlx_migrations') is not null, to_regclass('epoch') is not null,
                exists (select 1 from pg_tables where schemaname = current_schema() and tablename <> '_sqlx_migrations')",
    )
    .fetch_one(connection)
    .await
    .map_err(|source| address.unusable(source))?;
    if tables && !(migrated && ours) {
        return Err(PostgresOpenError::Foreign { name: name() });
    }
    Ok(())
}

/// Options that make an acknowledged commit durable, whatever the role's defaults.
async fn durable(connection: &mut PgConnection, address: &Address) -> Result<PgConnectOptions, sqlx::Error> {
    let (asynchronous, unsafe_disk): (bool, bool) = sqlx::query_as(
        "select current_setting('synchronous_commit') = 'off', current_setting('fsync') = 'off'",
    )
    .fetch_one(connection)
    .await?;
    if unsafe_disk {
        tracing::warn!(
            "Postgres runs with fsync = off: acknowledged messages can be lost when its machine fails"
        );
    }
    let options = address.options.clone();
    Ok(if asynchronous {
        options.options([("synchronous_commit", "on")])
    } else {
        options
    })
}

async fn migrate(connection: &mut PgConnection, address: &Address) -> Result<(), PostgresOpenError> {
    let done = MIGRATIONS.run_direct(None, connection, false).await;
    done.map_err(|error| match error {
        MigrateError::VersionMissing(_)
        | MigrateError::VersionMismatch(_)
        | MigrateError::VersionTooNew(..) => PostgresOpenError::Newer {
            name: address.name.clone(),
        },
        MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => address.unusable(source),
        other => address.unusable(sqlx::Error::Migrate(Box::new(other))),
    })
}

/// Gives a new database its epoch and its first room.
async fn initialize(connection: &mut PgConnection, at: Millis) -> Result<Epoch, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let born = sqlx::query("insert into epoch (id) values ($1) on conflict (one) do nothing")
        .bind(Uuid::new_v4())
        .execute(&mut *transaction)
        .await?
        .rows_affected();
    if born == 1 {
        sqlx::query(
            "insert into rooms (id, kind, name, name_key, search, lobby, created_at, active_at)
             values ($1, 'public', 'general', 'general', 'general', true, $2, $2)",
        )
        .bind(Uuid::now_v7())
        .bind(to_sql(at))
        .execute(&mut *transaction)
        .await?;
    }
    let epoch = sqlx::query_scalar("select id from epoch")
        .fetch_one(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(Epoch(epoch))
}
