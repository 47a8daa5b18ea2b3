//! The location of a database, from `--database`: an SQLite file, or the URL of a Postgres database.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use steadfast_shared::Millis;

use super::postgres::{self, CommitClock, PostgresStore};
use super::sqlite::{self, SqliteStore};
use super::{PATIENCE, StorageLimits, Store, transfer};

#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    File(PathBuf),
    /// A URL, which may contain a password.
    Postgres(String),
}

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Sqlite(#[from] sqlite::open::SqliteOpenError),
    /// The one in Postgres.
    #[error(transparent)]
    Postgres(#[from] postgres::open::PostgresOpenError),
    /// A copy into it was interrupted.
    #[error(
        "{database} is an unfinished copy: run `steadfast copy` again with the same --from and --to, then start the server"
    )]
    Half { database: Database },
}

impl OpenError {
    /// Whether a server uses the database.
    pub fn is_in_use(&self) -> bool {
        matches!(
            self,
            Self::Sqlite(sqlite::open::SqliteOpenError::InUse { .. })
                | Self::Postgres(postgres::open::PostgresOpenError::InUse { .. })
        )
    }
}

impl Database {
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with("postgres:") || text.starts_with("postgresql:") {
            return match postgres::open::name(text) {
                Ok(_) => Ok(Self::Postgres(text.to_owned())),
                Err(error) => Err(error.to_string()),
            };
        }
        let path = text
            .strip_prefix("sqlite://")
            .or_else(|| text.strip_prefix("sqlite:"))
            .unwrap_or(text);
        if let Some((scheme, _)) = path.split_once("://") {
            return Err(format!(
                "Steadfast does not store in {scheme}: name a SQLite file by its path, or a Postgres database as \
                 postgres://user:password@host/database"
            ));
        }
        if path.is_empty() || path == ":memory:" {
            return Err("the database must be a file: an in-memory database would lose everything".into());
        }
        Ok(Self::File(path.into()))
    }

    /// The file of a SQLite database.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(file) => Some(file),
            Self::Postgres(_) => None,
        }
    }

    /// Whether the other one is known to be this database. Two addresses of one Postgres database may differ.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File(file), Self::File(other)) => match (file.canonicalize(), other.canonicalize()) {
                (Ok(file), Ok(other)) => file == other,
                _ => file == other,
            },
            _ => self == other,
        }
    }

    /// Whether it is an unfinished copy of another database.
    pub async fn is_half(&self) -> bool {
        transfer::is_half(self).await
    }

    /// Opens it for a server. An unfinished copy is refused.
    pub async fn open_whole(&self, limits: StorageLimits, at: Millis) -> Result<Arc<dyn Store>, OpenError> {
        if self.is_half().await {
            return Err(OpenError::Half {
                database: self.clone(),
            });
        }
        Ok(match self {
            Self::File(_) => self.open(limits, at).await?,
            Self::Postgres(url) => {
                let store = PostgresStore::open(url, PATIENCE, at, CommitClock::Database).await?;
                Arc::new(store.limited(limits))
            }
        })
    }

    /// Opens it for a tool, while no server runs.
    pub async fn open(&self, limits: StorageLimits, at: Millis) -> Result<Arc<dyn Store>, OpenError> {
        Ok(match self {
            Self::File(file) => Arc::new(SqliteStore::open(file, PATIENCE, at).await?.limited(limits)),
            Self::Postgres(url) => {
                let store = PostgresStore::open_alone(url, PATIENCE, at, CommitClock::Database).await?;
                Arc::new(store.limited(limits))
            }
        })
    }

    /// The default path of its server's socket for `steadfast admin`: beside the file; for a Postgres database in the folder the
    /// server was started in, under a name derived from that database.
    pub fn admin_socket(&self) -> PathBuf {
        match self {
            Self::File(file) => {
                let mut path = file.as_os_str().to_owned();
                path.push(".sock");
                path.into()
            }
            Self::Postgres(_) => {
                let hash = Sha256::digest(self.to_string());
                let digits: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
                format!("steadfast-{digits}.sock").into()
            }
        }
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.display().fmt(f),
            Self::Postgres(url) => match postgres::open::name(url) {
                Ok(name) => f.write_str(&name),
                Err(_) => f.write_str("a database in Postgres"),
            },
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<PathBuf> for Database {
    fn from(file: PathBuf) -> Self {
        Self::File(file)
    }
}

impl From<&str> for Database {
    fn from(file: &str) -> Self {
        Self::File(file.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_a_file_or_a_url_and_never_shows_its_password() {
        assert_eq!(
            Database::parse("sqlite:///var/lib/chat.db").unwrap(),
            Database::File("/var/lib/chat.db".into())
        );
        assert_eq!(
            Database::parse("chat.db").unwrap(),
            Database::File("chat.db".into())
        );
        assert!(Database::parse(":memory:").is_err());
        let postgres = Database::parse("postgres://chat:secret@db.example/team").unwrap();
        assert_eq!(postgres.to_string(), "team at db.example:5432");
        assert!(!format!("{postgres:?}").contains("secret"));
        assert!(Database::parse("postgres://db.example:port/team").is_err());
        let other = Database::parse("mysql://chat:secret@db.example/team").unwrap_err();
        assert!(other.contains("mysql") && !other.contains("secret"), "{other}");
    }

    #[test]
    fn the_socket_of_a_database_in_postgres_does_not_depend_on_how_one_signs_in() {
        let socket = |url| Database::parse(url).unwrap().admin_socket();
        assert_eq!(
            socket("postgres://chat:secret@db.example/team"),
            socket("postgresql://db.example:5432/team?sslmode=require")
        );
        assert_ne!(
            socket("postgres://db.example/team"),
            socket("postgres://db.example/other")
        );
    }
}
