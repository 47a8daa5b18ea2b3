//! The database's files: backup, restore, check, and protection. Real files, the real binary.

mod backup;
mod check;
mod opening;
mod replaced;
mod restore;
mod room;
mod small_disk;
mod transfer;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use steadfast_server::store::sqlite::SqliteStore;
use steadfast_server::store::{Accounts, Store};
use tokio::process::Command;
use tokio::time::timeout;

use super::support::client::PATIENCE;
use super::support::newcomer;

/// A command of the binary on a database.
fn steadfast(arguments: &[&str], database: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_steadfast"));
    command
        .args(arguments)
        .arg("--database")
        .arg(database)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Runs a command to its end. Returns its exit code and output.
async fn run(arguments: &[&str], database: &Path) -> (Option<i32>, String) {
    let output = steadfast(arguments, database).output();
    let Output {
        status,
        stdout,
        stderr,
    } = timeout(PATIENCE * 3, output).await.unwrap().unwrap();
    let output = String::from_utf8([stdout, stderr].concat()).unwrap();
    (status.code(), output)
}

/// The report of `check --json` on a file.
async fn report(file: &Path) -> Value {
    let (_, output) = run(&["check", "--json"], file).await;
    serde_json::from_str(&output).unwrap_or_else(|_| panic!("{output}"))
}

async fn entries_of(file: &Path) -> u64 {
    let report = report(file).await;
    assert_eq!(report["sound"], true, "{report:#}");
    report["entries"].as_u64().unwrap()
}

/// A database with a person and this many entries, which no server uses.
async fn filled(database: &Path, entries: u32) {
    let store = SqliteStore::open(database, Duration::from_secs(10), 1)
        .await
        .unwrap();
    store.sign_up(&newcomer("Ann")).await.unwrap();
    store.close().await;
    fill(database, entries).await;
}

/// Adds this many entries, with texts of a few hundred bytes.
async fn fill(database: &Path, entries: u32) {
    let mut connection = behind_its_back(database).await;
    sqlx::query(
        "insert into entries (room, seq, author, id, at, body)
         with recursive n (n) as (select 1 union all select n + 1 from n where n < ?)
         select rooms.id, rooms.head + n, users.id, randomblob(16), 1,
                json_object('kind', 'message', 'text', hex(randomblob(150)))
         from n, rooms, users where rooms.name = 'general' and users.name = 'Ann'",
    )
    .bind(entries)
    .execute(&mut connection)
    .await
    .unwrap();
    sqlx::query("update rooms set head = head + ? where name = 'general'")
        .bind(entries)
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

async fn behind_its_back(database: &Path) -> SqliteConnection {
    SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(database))
        .await
        .unwrap()
}

/// Leaves a database as a process does that is killed in the middle of a write, before it was in WAL mode or after: its file half
/// written, and beside it the journal that undoes that.
async fn killed_while_writing(database: &Path) {
    let mut connection = behind_its_back(database).await;
    for step in [
        "pragma journal_mode = delete",
        // So that the write gets into the file before it ends.
        "pragma cache_size = 1",
        "begin immediate",
        "update entries set body = json_object('kind', 'message', 'text', 'half written')",
    ] {
        sqlx::query(step).execute(&mut connection).await.unwrap();
    }
    let journal = |of: &Path| of.with_extension("db-journal");
    let half = database.with_extension("half.db");
    std::fs::copy(database, &half).unwrap();
    std::fs::copy(journal(database), journal(&half)).unwrap();
    connection.close().await.unwrap();
    std::fs::rename(&half, database).unwrap();
    std::fs::rename(journal(&half), journal(database)).unwrap();
}

/// Other users' permissions on a file.
fn mode(file: &Path) -> u32 {
    std::fs::metadata(file).unwrap().permissions().mode() & 0o777
}

/// The names in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A file's name as an argument.
fn name(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The one file in a folder whose name has this in it.
fn the_file(folder: &Path, part: &str) -> PathBuf {
    let found: Vec<String> = names(folder)
        .into_iter()
        .filter(|name| name.contains(part))
        .collect();
    assert_eq!(found.len(), 1, "{found:?}");
    folder.join(&found[0])
}
