//! `steadfast backup`.

use std::time::Duration;

use serde_json::json;
use sqlx::{ConnectOptions, Connection};
use steadfast_shared::event::{self, Reply, Sent};
use tokio::time::{interval, timeout};

use super::small_disk::SmallDisk;
use super::{entries_of, fill, filled, mode, name, names, run, steadfast};
use crate::process::started;
use crate::support::server::sign_in;
use crate::support::{Client, message};

/// Backs up a server while a client writes at this rate, which the copy must neither lose nor block.
async fn backed_up_under(rate: u32) {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    filled(&database, 20_000).await;
    let (_server, address) = started(&database).await;
    let session = sign_in(&reqwest::Client::new(), address, "Mina").await;
    let mut mina = Client::open(address, &session, json!({})).await;
    let room = mina.room();

    let backups = tempfile::tempdir().unwrap();
    let file = backups.path().join("chat.db");
    let mut pace = interval(Duration::from_secs(1) / rate);
    let mut acked = 0;
    let mut backup = None;
    let (before, total) = loop {
        pace.tick().await;
        let asked = mina.ask(event::SEND, [message(room, "while it is copied")]).await;
        let Reply::Ok(sent) = mina.answer::<Vec<Sent>>(asked).await else {
            panic!("refused while a backup runs");
        };
        assert!(matches!(sent[0], Sent::Stored { .. }), "{sent:?}");
        acked += 1;
        match &mut backup {
            None if acked == 20 => {
                let child = steadfast(&["backup", name(&file)], &database).spawn().unwrap();
                backup = Some((acked, child));
            }
            None => {}
            Some((before, child)) => {
                if let Some(status) = child.try_wait().unwrap() {
                    assert!(status.success());
                    break (*before, acked);
                }
                assert!(acked < 20_000, "the backup does not end while somebody writes");
            }
        }
    };
    let copied = entries_of(&file).await;
    assert!(
        (20_000 + before..=20_000 + total).contains(&copied),
        "{copied} entries: {before} were acknowledged before it began, {total} when it ended"
    );
    assert_eq!(names(backups.path()), ["chat.db"], "nothing is left beside it");
    assert_eq!(mode(&file), 0o600);
    assert_eq!(entries_of(&database).await, 20_000 + total);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_h08_a_backup_ends_and_is_whole_under_20_messages_a_second() {
    backed_up_under(20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_h08_a_backup_ends_and_is_whole_under_500_messages_a_second() {
    backed_up_under(500).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_h07_a_killed_backup_leaves_the_older_one_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    let backups = tempfile::tempdir().unwrap();
    let file = backups.path().join("nightly.db");
    filled(&database, 1_000).await;
    assert_eq!(run(&["backup", name(&file)], &database).await.0, Some(0));
    fill(&database, 29_000).await;
    let mut killed = 0;
    for moment in 0..12 {
        let mut child = steadfast(&["backup", name(&file)], &database).spawn().unwrap();
        let done = timeout(Duration::from_millis(40 * moment), child.wait()).await;
        child.kill().await.unwrap();
        killed += u32::from(done.is_err());
        let there = entries_of(&file).await;
        assert!([1_000, 30_000].contains(&there), "half a backup: {there}");
    }
    assert!(killed > 2, "no backup was killed");
    let (code, output) = run(&["backup", name(&file)], &database).await;
    assert_eq!(code, Some(0), "{output}");
    assert_eq!(entries_of(&file).await, 30_000);
    assert_eq!(
        names(backups.path()),
        ["nightly.db"],
        "what was left is cleared away"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_h07_a_backup_overwrites_nothing_but_a_backup() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    filled(&database, 10).await;
    let (_server, _) = started(&database).await;
    let refused = async |file: &str, why: &str| {
        let (code, output) = run(&["backup", file], &database).await;
        assert_eq!(code, Some(1), "{output}");
        assert!(output.contains(why), "{output}");
    };
    refused(name(&database), "is a server's database").await;
    let letter = folder.path().join("letter.txt");
    std::fs::write(&letter, "Dear Mina").unwrap();
    refused(name(&letter), "is not a Steadfast backup").await;
    assert_eq!(std::fs::read(&letter).unwrap(), b"Dear Mina");
    let books = folder.path().join("books.sqlite");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&books);
    let mut other = options.create_if_missing(true).connect().await.unwrap();
    sqlx::query("create table entries (amount)")
        .execute(&mut other)
        .await
        .unwrap();
    other.close().await.unwrap();
    let before = std::fs::read(&books).unwrap();
    refused(name(&books), "is not a Steadfast backup").await;
    assert_eq!(
        std::fs::read(&books).unwrap(),
        before,
        "another program's database"
    );
    refused(name(folder.path()), "is not a Steadfast backup").await;
    refused(name(&folder.path().join("nowhere/chat.db")), "cannot write").await;

    // An open database has a log beside it, which must not be applied to a new file.
    let file = folder.path().join("open.db");
    filled(&file, 10).await;
    let mut open = super::behind_its_back(&file).await;
    sqlx::query("create table notes (note text)")
        .execute(&mut open)
        .await
        .unwrap();
    refused(name(&file), "in use by another program").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_h07_nothing_is_backed_up_or_restored_over_a_part_of_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    filled(&database, 10).await;
    let (mut server, address) = started(&database).await;
    let beside = |suffix: &str| format!("{}{suffix}", name(&database));
    for suffix in ["-wal", "-shm", "-journal", ".lock", ".sock"] {
        let (code, output) = run(&["backup", &beside(suffix)], &database).await;
        assert_eq!(code, Some(1), "{output}");
        assert!(output.contains("belongs to the database"), "{output}");
    }
    let former = beside(".before-restore-20261128-215820");
    std::fs::write(&former, "all that is left").unwrap();
    let (code, output) = run(&["backup", &former], &database).await;
    assert!(code == Some(1) && output.contains("belongs to"), "{output}");
    // The server continues.
    sign_in(&reqwest::Client::new(), address, "Mina").await;
    let backup = folder.path().join("chat.db.bak");
    assert_eq!(run(&["backup", name(&backup)], &database).await.0, Some(0));
    server.kill().await.unwrap();
    let log = folder.path().join("chat.db-wal");
    let (code, output) = run(&["restore", name(&backup)], &log).await;
    assert!(code == Some(1) && output.contains("belongs to"), "{output}");
    assert_eq!(entries_of(&database).await, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_finds_no_space_leaves_nothing_behind() {
    let Some(disk) = SmallDisk::mount() else {
        println!("skipped: a small disk takes the right to mount one");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    // More than SQLite keeps in memory, so that it writes the copy before it is complete.
    filled(&database, 20_000).await;
    disk.leave(400_000);
    let file = disk.path().join("backup.db");
    let (code, output) = run(&["backup", name(&file)], &database).await;
    assert_eq!(code, Some(1), "{output}");
    assert!(output.contains("the disk is full"), "{output}");
    assert_eq!(names(disk.path()), ["ballast"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_by_a_link_is_written_where_the_link_leads() {
    let (folder, backups) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let database = folder.path().join("chat.db");
    filled(&database, 10).await;
    let (link, file) = (folder.path().join("newest.db"), backups.path().join("newest.db"));
    std::os::unix::fs::symlink(&file, &link).unwrap();
    for entries in [10, 20] {
        assert_eq!(run(&["backup", name(&link)], &database).await.0, Some(0));
        assert!(link.is_symlink() && !file.is_symlink());
        assert_eq!(entries_of(&file).await, entries);
        fill(&database, 10).await;
    }
    assert_eq!(names(backups.path()), ["newest.db"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_backups_into_one_file_at_once_are_both_whole() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    let file = folder.path().join("backup.db");
    filled(&database, 5_000).await;
    let arguments = ["backup", name(&file)];
    let (one, other) = tokio::join!(run(&arguments, &database), run(&arguments, &database));
    assert_eq!((one.0, other.0), (Some(0), Some(0)), "{one:?} {other:?}");
    assert_eq!(entries_of(&file).await, 5_000);
}
