//! A database that goes with the test, of either kind.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection, Executor};
use steadfast_server::store::database::Database;
use steadfast_server::store::sqlite::SqliteStore;
use steadfast_server::store::{StorageLimits, Store};
use tempfile::TempDir;
use uuid::Uuid;

use super::postgres;

/// Which databases the tests over sockets run on: `postgres`, or SQLite where nothing is said.
const CHOICE: &str = "STEADFAST_TEST_DATABASE";

pub(crate) enum TestDatabase {
    Sqlite(TempDir),
    Postgres(postgres::Database),
}

impl TestDatabase {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    pub(crate) async fn postgres() -> Self {
        Self::Postgres(postgres::Database::new().await)
    }

    /// One of the kind that the environment names.
    pub(crate) async fn chosen() -> Self {
        match std::env::var(CHOICE).as_deref() {
            Ok("postgres") => Self::postgres().await,
            Ok("sqlite") | Err(_) => Self::sqlite(),
            Ok(other) => panic!("{CHOICE} is postgres or sqlite, and not {other}"),
        }
    }

    /// The file, where it is one.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        match self {
            Self::Sqlite(folder) => Some(folder.path().join("chat.db")),
            Self::Postgres(_) => None,
        }
    }

    /// What a server is told of it, that keeps a file of SQLite's in this folder.
    pub(crate) fn name_in(&self, folder: &Path) -> Database {
        match self {
            Self::Sqlite(_) => Database::File(folder.join("chat.db")),
            Self::Postgres(database) => Database::Postgres(database.url()),
        }
    }

    /// Opens it. Entries are stored as of the times that the test gives.
    pub(crate) async fn open(&self) -> Arc<dyn Store> {
        self.open_limited(StorageLimits::default()).await
    }

    pub(crate) async fn open_limited(&self, limits: StorageLimits) -> Arc<dyn Store> {
        match self {
            Self::Sqlite(folder) => {
                let file = folder.path().join("chat.db");
                let store = SqliteStore::open(&file, Duration::from_secs(10), 1)
                    .await
                    .unwrap();
                Arc::new(store.limited(limits))
            }
            Self::Postgres(database) => Arc::new(database.open().await.limited(limits)),
        }
    }

    /// Runs statements behind the store's back. They are written as for SQLite; Postgres' tables call a column `person` that
    /// is called `user` there.
    pub(crate) async fn run(&self, statements: &str) {
        match self {
            Self::Sqlite(folder) => {
                let options = SqliteConnectOptions::new().filename(folder.path().join("chat.db"));
                let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
                // What is the store's to do is left to the store.
                for pragma in ["pragma wal_autocheckpoint = 0", "pragma synchronous = off"] {
                    connection.execute(pragma).await.unwrap();
                }
                let statements = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()));
                statements.execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            Self::Postgres(database) => {
                let statements = statements.replace("user,", "person,");
                let statements = sqlx::raw_sql(AssertSqlSafe(statements));
                statements.execute(&mut database.connect().await).await.unwrap();
            }
        }
    }

    /// An id as statements have it.
    pub(crate) fn id(&self, id: Uuid) -> String {
        let digits = id.simple();
        match self {
            Self::Sqlite(_) => format!("x'{digits}'"),
            Self::Postgres(_) => format!("'{digits}'"),
        }
    }
}

/// Runs tests of a file on every kind of database: each is given the file's `Fixture`.
macro_rules! conformance {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test]
                async fn $test() {
                    super::$test(super::Fixture::sqlite().await).await;
                }
            )+
        }

        mod postgres {
            $(
                #[tokio::test]
                async fn $test() {
                    super::$test(super::Fixture::postgres().await).await;
                }
            )+
        }
    };
}
pub(crate) use conformance;
