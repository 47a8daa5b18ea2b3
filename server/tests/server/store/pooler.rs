//! A pooler before Postgres that does not keep sessions whole is refused.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use steadfast_server::store::Store;
use steadfast_server::store::postgres::open::PostgresOpenError;
use steadfast_server::store::postgres::{CommitClock, PostgresStore};
use tokio::time::sleep;

use crate::support::postgres::{Database, as_somebody};

/// A PgBouncer of one test's own, on a local socket.
struct PgBouncer {
    folder: tempfile::TempDir,
    running: Child,
}

impl PgBouncer {
    /// `None` if this machine has none.
    async fn start(server: &Path, settings: &str) -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&path)
            .chain([PathBuf::from("/usr/sbin")])
            .map(|folder| folder.join("pgbouncer"))
            .find(|file| file.exists())?;
        let folder = tempfile::tempdir().unwrap();
        // It runs as another user if this one is root.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let socket = folder.path().display();
        let text = format!(
            "[databases]\n* = host={} user=steadfast\n[pgbouncer]\nlisten_addr =\nlisten_port = 6432\nunix_socket_dir = {socket}\n\
             auth_type = any\n{settings}\n",
            server.display()
        );
        let file = folder.path().join("pgbouncer.ini");
        fs::write(&file, text).unwrap();
        let running = as_somebody()
            .arg(found)
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut started = Self { folder, running };
        // It may have made its socket and not listen yet.
        while UnixStream::connect(started.folder.path().join(".s.PGSQL.6432")).is_err() {
            assert!(
                started.running.try_wait().unwrap().is_none(),
                "PgBouncer has ended"
            );
            sleep(Duration::from_millis(20)).await;
        }
        Some(started)
    }

    async fn open(&self, database: &Database) -> Result<PostgresStore, PostgresOpenError> {
        let url = format!(
            "postgres://steadfast@localhost:6432/{}?host={}",
            database.name(),
            self.folder.path().display()
        );
        PostgresStore::open(&url, Duration::from_secs(10), 1, CommitClock::Caller).await
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.running.kill();
        let _ = self.running.wait();
    }
}

const IGNORES: &str = "ignore_startup_parameters = extra_float_digits, options";

#[tokio::test]
async fn a_pooler_that_does_not_keep_sessions_whole_is_refused_in_words() {
    let database = Database::new().await;
    let refused = async |settings: &str| {
        let pooler = PgBouncer::start(database.folder(), settings).await?;
        let refused = pooler.open(&database).await.err();
        let words = refused.expect("a pooler that is no good").to_string();
        Some(words)
    };
    for mode in ["transaction", "session"] {
        for ignores in ["", IGNORES] {
            let Some(words) = refused(&format!("pool_mode = {mode}\n{ignores}")).await else {
                println!("there is no pgbouncer on this machine");
                return;
            };
            assert!(words.contains("pooler"), "{mode}, {ignores}: {words}");
        }
    }
    // One that only mixes sessions up.
    let settings = [
        "plan_cache_mode = force_custom_plan",
        "statement_timeout = '3s'",
        "lock_timeout = '2s'",
        "idle_in_transaction_session_timeout = '3s'",
    ];
    let mut connection = database.connect().await;
    for setting in settings {
        let set = format!("alter database {} set {setting}", database.name());
        sqlx::raw_sql(sqlx::AssertSqlSafe(set))
            .execute(&mut connection)
            .await
            .unwrap();
    }
    let words = refused(&format!("pool_mode = transaction\n{IGNORES}"))
        .await
        .unwrap();
    assert!(words.contains("pooler"), "{words}");
    let whole = PgBouncer::start(database.folder(), &format!("pool_mode = session\n{IGNORES}"))
        .await
        .unwrap();
    whole.open(&database).await.unwrap().close().await;
}
