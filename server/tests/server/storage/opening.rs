//! How a server starts on existing files.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::{sleep, timeout};

use super::small_disk::SmallDisk;
use super::{behind_its_back, filled, mode, names, run, steadfast};
use crate::process::{command, refused, started};
use crate::support::client::PATIENCE;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_l07_a_damaged_database_is_not_started_on_and_the_words_say_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    filled(&database, 2_000).await;
    let whole = std::fs::read(&database).unwrap();
    let refused = async |bytes: Vec<u8>| {
        std::fs::write(&database, &bytes).unwrap();
        let output = refused(&mut command(&database)).await;
        assert!(
            output.contains("is damaged (") && output.contains("steadfast restore"),
            "{output}"
        );
        assert_eq!(std::fs::read(&database).unwrap(), bytes, "it is left as it was");
    };
    refused(whole[..whole.len() / 2].to_vec()).await;
    let mut holes = whole.clone();
    let middle = holes.len() / 8 * 4;
    holes[middle..middle + 16_384].fill(0);
    refused(holes).await;
    for harm in [
        "delete from entries where seq = 1000",
        "update rooms set head = 1999",
        "delete from epoch",
    ] {
        std::fs::write(&database, &whole).unwrap();
        let mut connection = behind_its_back(&database).await;
        sqlx::query("pragma journal_mode = delete")
            .execute(&mut connection)
            .await
            .unwrap();
        sqlx::query(harm).execute(&mut connection).await.unwrap();
        sqlx::Connection::close(connection).await.unwrap();
        refused(std::fs::read(&database).unwrap()).await;
    }
    std::fs::write(&database, &whole).unwrap();
    started(&database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_l07_a_log_without_its_database_is_no_reason_to_begin_anew() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    let (mut server, address) = started(&database).await;
    crate::support::server::sign_in(&reqwest::Client::new(), address, "Mina").await;
    server.kill().await.unwrap();
    std::fs::remove_file(&database).unwrap();
    let output = refused(&mut command(&database)).await;
    assert!(output.contains("its file is gone"), "{output}");
    assert!(!database.exists() && names(folder.path()).contains(&"chat.db-wal".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_l07_another_programs_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("notes.db");
    let create = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&database)
        .create_if_missing(true);
    let mut connection = sqlx::ConnectOptions::connect(&create).await.unwrap();
    sqlx::query("create table notes (note text)")
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::Connection::close(connection).await.unwrap();
    let output = refused(&mut command(&database)).await;
    assert!(output.contains("is not a Steadfast database"), "{output}");
    let tables: i64 = sqlx::query_scalar("select count(*) from sqlite_schema")
        .fetch_one(&mut behind_its_back(&database).await)
        .await
        .unwrap();
    assert_eq!(tables, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_m11_the_databases_files_are_their_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    let private = || {
        for name in names(folder.path()) {
            assert_eq!(mode(&folder.path().join(&name)), 0o600, "{name}");
        }
    };
    let (mut server, address) = started(&database).await;
    crate::support::server::sign_in(&reqwest::Client::new(), address, "Mina").await;
    private();
    assert_eq!(names(folder.path()).len(), 5, "{:?}", names(folder.path()));
    server.kill().await.unwrap();
    // As an earlier version left them.
    for name in names(folder.path()) {
        std::fs::set_permissions(folder.path().join(name), Permissions::from_mode(0o644)).unwrap();
    }
    let (_server, _) = started(&database).await;
    private();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_called_full_at_start_and_by_check() {
    let Some(disk) = SmallDisk::mount() else {
        println!("skipped: a small disk takes the right to mount one");
        return;
    };
    let database = disk.path().join("chat.db");
    filled(&database, 10).await;
    // The last connection of a store closes in a thread of its own, which makes room.
    let closed = async {
        while names(disk.path()).iter().any(|name| name.ends_with("-shm")) {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, closed).await.unwrap();
    // A start needs little, and the lock file keeps that: the test of a disk that fills starts on it.
    std::fs::write(disk.path().join("chat.db.lock"), "").unwrap();
    disk.leave(0);
    for database in [&database, &disk.path().join("new.db")] {
        let output = refused(&mut command(database)).await;
        assert!(
            output.contains("its disk is full") && !output.contains("check that"),
            "{output}"
        );
    }
    // A log, as a killed server leaves one: it is read with an index, for which there is no space.
    std::fs::write(disk.path().join("chat.db-wal"), "").unwrap();
    let (code, output) = run(&["check"], &database).await;
    assert_eq!(code, Some(1), "{output}");
    assert!(
        output.contains("its disk is full") && output.contains("no sign of damage"),
        "{output}"
    );
    std::fs::remove_file(disk.ballast()).unwrap();
    started(&database).await;
}

/// A command with the rights that the files' permissions give, which do not bind root.
fn bound_by_permissions(arguments: &[&str], database: &Path) -> Command {
    let plain = steadfast(arguments, database);
    if !rustix::process::geteuid().is_root() {
        return plain;
    }
    let mut command = Command::new("setpriv");
    command
        .arg("--bounding-set=-dac_override,-dac_read_search")
        .arg(plain.as_std().get_program())
        .args(plain.as_std().get_args());
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_may_not_be_written_is_named_as_the_fault_at_start_and_by_check() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    let (mut server, address) = started(&database).await;
    crate::support::server::sign_in(&reqwest::Client::new(), address, "Mina").await;
    server.kill().await.unwrap();
    std::fs::remove_file(folder.path().join("chat.db-shm")).unwrap();
    let allow = |mode| std::fs::set_permissions(folder.path(), Permissions::from_mode(mode)).unwrap();
    allow(0o500);
    let start = refused(&mut bound_by_permissions(&["--listen", "127.0.0.1:0"], &database)).await;
    let check = refused(&mut bound_by_permissions(&["check"], &database)).await;
    allow(0o700);
    assert!(start.contains("may not write the folder"), "{start}");
    assert!(
        check.contains("may not write its folder") && check.contains("no sign of damage"),
        "{check}"
    );
    started(&database).await;
}
