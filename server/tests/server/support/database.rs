//! A database for one test, of either kind.

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

/// The databases for tests over sockets: `postgres`, or SQLite if the variable is unset.
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

    /// A database of the kind that the environment names.
    pub(crate) async fn chosen() -> Self {
        match std::env::var(CHOICE).as_deref() {
            Ok("postgres") => Self::postgres().await,
            Ok("sqlite") | Err(_) => Self::sqlite(),
            Ok(other) => panic!("{CHOICE} is postgres or sqlite, and not {other}"),
        }
    }

    /// The file of a SQLite database.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        match self {
            Self::Sqlite(folder) => Some(folder.path().join("chat.db")),
            Self::Postgres(_) => None,
        }
    }

    /// The server's setting for it, with a SQLite file in this folder.
    pub(crate) fn name_in(&self, folder: &Path) -> Database {
        match self {
            Self::Sqlite(_) => Database::File(folder.join("chat.db")),
            Self::Postgres(database) => Database::Postgres(database.url()),
        }
    }

    /// Opens it. The test determines the times at which entries are stored.
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

    /// Runs statements behind the store's back. They are written for SQLite; the column `user` is called `person` in Postgres's
    /// tables.
    pub(crate) async fn run(&self, statements: &str) {
        match self {
            Self::Sqlite(folder) => {
                let options = SqliteConnectOptions::new().filename(folder.path().join("chat.db"));
                let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
                // The store's own duties are left to the store.
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

    /// An id as a literal in statements.
    pub(crate) fn id(&self, id: Uuid) -> String {
        let digits = id.simple();
        match self {
            Self::Sqlite(_) => format!("x'{digits}'"),
            Self::Postgres(_) => format!("'{digits}'"),
        }
    }
}

/// Runs a file's tests on every kind of database, each with the file's `Fixture`.
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
