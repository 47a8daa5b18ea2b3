//! The database's files are moved, replaced, deleted or overwritten under a running server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::json;
use sqlx::Row;
use steadfast_shared::EntryId;
use steadfast_shared::event::{self, SendItem};
use tempfile::TempDir;
use tokio::io::AsyncReadExt;
use tokio::process::Child;
use tokio::time::timeout;

use super::{behind_its_back, entries_of, name, names, report, run, the_file};
use crate::process::started;
use crate::support::client::{Heard, PATIENCE};
use crate::support::server::sign_in;
use crate::support::{Client, message};

struct Scene {
    folder: TempDir,
    database: PathBuf,
    backup: PathBuf,
    server: Child,
    address: SocketAddr,
    mina: Client,
    acked: Vec<EntryId>,
}

impl Scene {
    /// A running server, a backup of it with ten entries, and ten further entries.
    async fn set() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        std::fs::create_dir(&home).unwrap();
        let (database, backup) = (home.join("chat.db"), folder.path().join("backup.db"));
        let (server, address) = started(&database).await;
        let session = sign_in(&reqwest::Client::new(), address, "Mina").await;
        let mina = Client::open(address, &session, json!({})).await;
        let mut scene = Self {
            folder,
            database,
            backup,
            server,
            address,
            mina,
            acked: Vec::new(),
        };
        assert_eq!(scene.say(10).await, 10);
        let (code, output) = run(&["backup", name(&scene.backup)], &scene.database).await;
        assert_eq!(code, Some(0), "{output}");
        assert_eq!(scene.say(10).await, 10);
        scene
    }

    fn home(&self) -> &Path {
        self.database.parent().unwrap()
    }

    /// Sends messages one after another. Returns how many were acknowledged before the server ended.
    async fn say(&mut self, count: usize) -> usize {
        for sent in 0..count {
            let item = message(self.mina.room(), &sent.to_string());
            if !self.is_acked(&item).await {
                return sent;
            }
            self.acked.push(item.id);
        }
        count
    }

    async fn is_acked(&mut self, item: &SendItem) -> bool {
        let packet = format!("427{}", json!([event::SEND, [item]]));
        if !self.mina.try_say(&packet).await {
            return false;
        }
        loop {
            match self.mina.hear().await {
                Heard::Ack(_, answer) => return answer["ok"][0].get("seq").is_some(),
                Heard::Closed | Heard::Disconnected => return false,
                _ => {}
            }
        }
    }

    /// Waits for the server to exit. Returns its last output.
    async fn ended(&mut self) -> String {
        let status = timeout(PATIENCE, self.server.wait())
            .await
            .expect("it runs on")
            .unwrap();
        assert_eq!(status.code(), Some(1));
        let mut output = String::new();
        self.server
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut output)
            .await
            .unwrap();
        output
    }

    /// Checks that every acknowledged message is in this file.
    async fn all_acked_in(&self, file: &Path) {
        assert_eq!(report(file).await["sound"], true);
        let rows = sqlx::query("select id from entries")
            .fetch_all(&mut behind_its_back(file).await)
            .await
            .unwrap();
        let ids: Vec<EntryId> = rows.iter().map(|row| EntryId(row.get("id"))).collect();
        for id in &self.acked {
            assert!(ids.contains(id), "acknowledged, and lost");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_h08_a_backup_moved_over_the_running_database_ends_the_server_and_loses_no_ack() {
    let mut scene = Scene::set().await;
    std::fs::rename(&scene.backup, &scene.database).unwrap();
    assert!(scene.say(50).await < 50, "it goes on as if nothing were");
    let output = scene.ended().await;
    assert!(
        output.contains("replaced by another one") && output.contains("steadfast restore"),
        "{output}"
    );
    scene.all_acked_in(&the_file(scene.home(), "removed-")).await;
    assert_eq!(
        entries_of(&scene.database).await,
        10,
        "what was put there is as it was"
    );
    let (_server, _) = started(&scene.database).await;
    assert_eq!(
        entries_of(&scene.database).await,
        10,
        "and no old log got into it"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_h08_a_deleted_database_ends_the_server_and_is_saved() {
    let mut scene = Scene::set().await;
    std::fs::remove_file(&scene.database).unwrap();
    assert!(scene.say(50).await < 50);
    let output = scene.ended().await;
    assert!(output.contains("deleted or moved away"), "{output}");
    scene.all_acked_in(&the_file(scene.home(), "removed-")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_h08_a_database_moved_aside_is_whole_where_it_is_and_another_one_in_its_place_is_not_touched() {
    let mut scene = Scene::set().await;
    let aside = scene.home().join("old.db");
    std::fs::rename(&scene.database, &aside).unwrap();
    std::fs::rename(&scene.backup, &scene.database).unwrap();
    assert!(scene.say(50).await < 50);
    scene.ended().await;
    scene.all_acked_in(&aside).await;
    let (_server, _) = started(&scene.database).await;
    assert_eq!(entries_of(&scene.database).await, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_h08_the_whole_folder_moved_away_ends_the_server() {
    let mut scene = Scene::set().await;
    let aside = scene.folder.path().join("elsewhere");
    std::fs::rename(scene.home(), &aside).unwrap();
    assert!(scene.say(50).await < 50);
    scene.ended().await;
    scene.all_acked_in(&aside.join("chat.db")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_h08_a_backup_copied_into_the_running_database_ends_the_server_and_is_not_mixed_with_it() {
    let mut scene = Scene::set().await;
    std::fs::copy(&scene.backup, &scene.database).unwrap();
    assert!(scene.say(50).await <= 1, "an ack may have been on its way");
    let output = scene.ended().await;
    assert!(output.contains("overwritten by another program"), "{output}");
    assert_eq!(
        entries_of(&scene.database).await,
        10,
        "what was put there is as it was"
    );
    the_file(scene.home(), "overwritten-wal-");
    let (_server, _) = started(&scene.database).await;
    assert_eq!(
        entries_of(&scene.database).await,
        10,
        "and no old log got into it"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_h08_a_deleted_log_ends_the_server_and_loses_no_ack() {
    let mut scene = Scene::set().await;
    std::fs::remove_file(scene.home().join("chat.db-wal")).unwrap();
    assert!(scene.say(50).await <= 1);
    let output = scene.ended().await;
    assert!(output.contains("write-ahead log was deleted"), "{output}");
    scene.all_acked_in(&scene.database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_h08_a_server_to_which_nobody_talks_notices_too_and_is_not_ready() {
    let mut scene = Scene::set().await;
    let ready = reqwest::get(format!("http://{}/readyz", scene.address))
        .await
        .unwrap();
    assert_eq!(ready.status(), 200);
    std::fs::rename(&scene.backup, &scene.database).unwrap();
    // It may have noticed by itself and exited.
    if let Ok(ready) = reqwest::get(format!("http://{}/readyz", scene.address)).await {
        assert_eq!(ready.status(), 503);
    }
    scene.ended().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backups_checks_and_a_reader_of_the_files_disturb_no_server() {
    let mut scene = Scene::set().await;
    for round in 0..3 {
        let file = scene.folder.path().join(format!("{round}.db"));
        assert_eq!(run(&["backup", name(&file)], &scene.database).await.0, Some(0));
        assert_eq!(run(&["check"], &scene.database).await.0, Some(0));
        std::fs::read(&scene.database).unwrap();
        let mut reader = behind_its_back(&scene.database).await;
        sqlx::query("select * from entries")
            .fetch_all(&mut reader)
            .await
            .unwrap();
        sqlx::Connection::close(reader).await.unwrap();
        assert_eq!(scene.say(200).await, 200);
    }
    assert_eq!(scene.server.try_wait().unwrap(), None);
    assert_eq!(names(scene.home()).len(), 5);
}
