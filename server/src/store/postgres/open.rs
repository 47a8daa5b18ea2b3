//! From a URL to a migrated database that this node serves, beside others or for itself.

use std::str::FromStr;
use std::sync::RwLock;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{ConnectOptions, Connection};
use steadfast_shared::{Epoch, Millis};
use tokio::time::timeout;
use uuid::Uuid;

use super::connections::{Generation, patient, settled};
use super::lease::{LOCKS, Lease, Locked, NoLease, SETUP, Use};
use super::lineage::Lineage;
use super::{CommitClock, PostgresStore, lineage, names, to_sql};
use crate::store::{HANDSHAKE_READERS, StorageLimits};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// Connections that append: the writer's one task needs one, and another where one was thrown away.
const WRITERS: u32 = 2;
/// Connections for sign-ins and administration.
const ACCOUNTS: u32 = 4;
/// Connections that read at the same time.
const READERS: u32 = 8;

/// How long connecting may take at a start.
const CONNECTING: Duration = Duration::from_secs(10);

/// The oldest Postgres that has all that is asked of it, as `server_version_num` has it.
const OLDEST: i32 = 140_000;

/// The newest migration this program knows.
pub(super) fn newest_migration() -> i64 {
    let versions = MIGRATIONS.iter().map(|migration| migration.version);
    versions.max().unwrap_or(0)
}

/// Why a database cannot be used, each with the way out.
#[derive(Debug, thiserror::Error)]
pub enum PostgresOpenError {
    /// The URL is none.
    #[error(
        "this is no URL of a Postgres database ({0}): name one as postgres://user:password@host/database"
    )]
    Url(#[source] sqlx::Error),
    /// The server cannot be reached, or does not let this user in.
    #[error(
        "cannot connect to the database {name} ({source}): see that Postgres runs there and that --database is right"
    )]
    Unreachable {
        /// The database, without the password.
        name: String,
        source: sqlx::Error,
    },
    /// The server does not answer.
    #[error(
        "the database {name} does not answer: see that Postgres runs there and that no firewall is in between"
    )]
    Silent { name: String },
    /// Nodes serve it that is to be had alone, or a tool has it that is to be served.
    #[error(
        "the database {name} is in use by another Steadfast process: stop the servers while `steadfast copy` works, or name \
         another database"
    )]
    InUse { name: String },
    /// Its Postgres is too old.
    #[error("the database {name} is of Postgres {version}, and Steadfast needs Postgres 14 or newer")]
    TooOld { name: String, version: String },
    /// It stores no Unicode.
    #[error(
        "the database {name} has the encoding {encoding}: make it anew with `create database … encoding 'UTF8' template template0`"
    )]
    NotUnicode { name: String, encoding: String },
    #[error("the database {name} is on a standby server, which only reads: name the primary with --database")]
    Standby { name: String },
    /// Written by a later version.
    #[error(
        "the database {name} was written by a newer version of Steadfast: run that version, or name another database with --database"
    )]
    Newer { name: String },
    /// Not a database of Steadfast's.
    #[error(
        "the database {name} holds another program's tables: make an empty one for Steadfast, and name it with --database"
    )]
    Foreign { name: String },
    /// It could not be brought up to date.
    #[error(
        "cannot prepare the database {name} ({source}): see that the user may make tables in its schema, and look into Postgres' log"
    )]
    Unusable { name: String, source: sqlx::Error },
}

/// A database's name in messages: without a user and a password.
pub(in crate::store) fn name(url: &str) -> Result<String, PostgresOpenError> {
    Address::parse(url).map(|address| address.name)
}

/// A database by its URL.
#[derive(Clone, Debug)]
pub(in crate::store) struct Address {
    pub(super) options: PgConnectOptions,
    /// Its name in messages: without a password.
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
            Ok(Err(source)) => Err(PostgresOpenError::Unreachable {
                name: self.name.clone(),
                source,
            }),
            Err(_) => Err(PostgresOpenError::Silent {
                name: self.name.clone(),
            }),
        }
    }

    fn unusable(&self, source: sqlx::Error) -> PostgresOpenError {
        PostgresOpenError::Unusable {
            name: self.name.clone(),
            source,
        }
    }
}

impl PostgresStore {
    /// Opens the database as one of the nodes that serve it, and brings it up to this program's schema.
    ///
    /// `patience` bounds how long a write is tried again.
    pub async fn open(
        url: &str,
        patience: Duration,
        at: Millis,
        clock: CommitClock,
    ) -> Result<Self, PostgresOpenError> {
        Self::open_as(url, patience, at, clock, Some(Use::Node)).await
    }

    /// Opens the database while no node serves it, and keeps them out.
    pub async fn open_alone(
        url: &str,
        patience: Duration,
        at: Millis,
        clock: CommitClock,
    ) -> Result<Self, PostgresOpenError> {
        Self::open_as(url, patience, at, clock, Some(Use::Alone)).await
    }

    /// Opens the database beside other nodes: for tests and tools that read and write rows and remember nothing.
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
        let name = || address.name.clone();
        let mut setup = address.connect().await?;
        suit(&mut setup, &address).await?;
        let options = durable(&mut setup, &address)
            .await
            .map_err(|source| address.unusable(source))?;
        if matches!(options.get_ssl_mode(), PgSslMode::Prefer) && options.get_socket().is_none() {
            tracing::info!(
                "the connection to the database is encrypted where the server offers it: ?sslmode=verify-full demands it"
            );
        }
        let locked = match used {
            Some(used) => {
                let locked = Locked::acquire(used, settled(options.clone())).await;
                Some(locked.map_err(|error| match error {
                    NoLease::Held => PostgresOpenError::InUse { name: name() },
                    NoLease::Failed(source) => address.unusable(source),
                })?)
            }
            None => None,
        };
        let (epoch, lineage, lease) = prepare(setup, &address, locked, at).await?;
        let options = settled(options);
        let lineage = Lineage::new(lineage);
        let generation = Generation::begin(lineage.clone());
        Ok(Self {
            // An ended connection shows at the first statement, and the attempt is made again.
            writer: generation.pool_of_transactions(&options, WRITERS, patience),
            accounts: generation.pool(&options, ACCOUNTS, patience, false),
            readers: generation.pool(&options, READERS, patience, true),
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

/// Brings the database up to this program's schema and rules, and takes the node's lease.
async fn prepare(
    mut setup: PgConnection,
    address: &Address,
    locked: Option<Locked>,
    at: Millis,
) -> Result<(Epoch, Option<String>, Lease), PostgresOpenError> {
    // Several nodes may start at once: one of them does this, and the others find it done.
    sqlx::query("select pg_advisory_lock($1, $2)")
        .bind(LOCKS)
        .bind(SETUP)
        .execute(&mut setup)
        .await
        .map_err(|source| address.unusable(source))?;
    migrate(&mut setup, address).await?;
    let prepared = async {
        let epoch = be_born(&mut setup, at).await?;
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

/// Refuses a server, or a database, that is none for us.
async fn suit(connection: &mut PgConnection, address: &Address) -> Result<(), PostgresOpenError> {
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

/// Options by which a commit that was answered is on the disk, whatever the role's default.
async fn durable(connection: &mut PgConnection, address: &Address) -> Result<PgConnectOptions, sqlx::Error> {
    let (asynchronous, unsafe_disk): (bool, bool) = sqlx::query_as(
        "select current_setting('synchronous_commit') = 'off', current_setting('fsync') = 'off'",
    )
    .fetch_one(connection)
    .await?;
    if unsafe_disk {
        tracing::warn!(
            "Postgres runs with fsync = off: what was acknowledged can be lost when its machine fails"
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

/// Gives a database its epoch and its first room, once in its life.
async fn be_born(connection: &mut PgConnection, at: Millis) -> Result<Epoch, sqlx::Error> {
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
