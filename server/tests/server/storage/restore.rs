//! `steadfast restore`.

use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;

use super::{
    behind_its_back, entries_of, fill, filled, killed_while_writing, mode, name, names, report, run,
    steadfast, the_file,
};
use crate::process::started;
use crate::support::server::sign_in;
use crate::support::{Client, message};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_h07_a_restored_backup_is_what_it_was_in_a_life_of_its_own_and_the_former_database_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (database, file) = (folder.path().join("chat.db"), folder.path().join("backup.db"));
    let (mut server, address) = started(&database).await;
    let session = sign_in(&reqwest::Client::new(), address, "Mina").await;
    let mut mina = Client::open(address, &session, json!({})).await;
    let room = mina.room();
    let say = async |mina: &mut Client, count: usize| {
        for n in 0..count {
            mina.send(&[message(room, &n.to_string())]).await;
        }
    };
    say(&mut mina, 30).await;
    assert_eq!(run(&["backup", name(&file)], &database).await.0, Some(0));
    say(&mut mina, 50).await;
    let (code, output) = run(&["restore", name(&file)], &database).await;
    assert_eq!(code, Some(1), "{output}");
    assert!(output.contains("stop it first"), "{output}");
    assert_eq!(mina.send(&[message(room, "unharmed")]).await, [81]);

    // Killed: its log is beside it, with everything since the backup.
    server.kill().await.unwrap();
    assert!(folder.path().join("chat.db-wal").exists());
    let (code, output) = run(&["restore", name(&file)], &database).await;
    assert_eq!(code, Some(0), "{output}");
    assert!(output.contains("kept as"), "{output}");
    assert_eq!(entries_of(&database).await, 30);
    assert_eq!(mode(&database), 0o600);
    let former = the_file(folder.path(), "before-restore");
    assert_eq!(entries_of(&former).await, 81, "nothing of the former one is lost");
    let epochs = [
        report(&database).await,
        report(&file).await,
        report(&former).await,
    ];
    assert_ne!(epochs[0]["epoch"], epochs[1]["epoch"], "browsers must notice");
    assert_eq!(epochs[1]["epoch"], epochs[2]["epoch"]);

    // A browser returns with data of the former epoch, and gets the new one from its beginning.
    let former_epoch = mina.opened().epoch;
    let (_server, address) = started(&database).await;
    let cursors = json!({ "epoch": former_epoch, "cursors": { room.to_string(): 81 } });
    let mut mina = Client::open(address, &session, cursors).await;
    assert_ne!(mina.opened().epoch, former_epoch);
    assert!(!mina.opened().recovered);
    assert_eq!(mina.opened().rooms[0].head, 30);
    assert_eq!(mina.send(&[message(room, "on we go")]).await, [31]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_h07_a_stale_log_is_not_applied_to_what_is_restored() {
    let folder = tempfile::tempdir().unwrap();
    let (database, file) = (folder.path().join("chat.db"), folder.path().join("backup.db"));
    filled(&database, 200).await;
    assert_eq!(run(&["backup", name(&file)], &database).await.0, Some(0));
    // The database is gone, and its log with the last commits is still there.
    let mut open = behind_its_back(&database).await;
    sqlx::query("update users set name = 'Zoe'")
        .execute(&mut open)
        .await
        .unwrap();
    let log = std::fs::read(folder.path().join("chat.db-wal")).unwrap();
    sqlx::Connection::close(open).await.unwrap();
    std::fs::remove_file(&database).unwrap();
    std::fs::write(folder.path().join("chat.db-wal"), log).unwrap();
    let (code, output) = run(&["restore", name(&file)], &database).await;
    assert_eq!(code, Some(0), "{output}");
    assert!(
        !names(folder.path()).iter().any(|name| name.ends_with("-wal")),
        "{:?}",
        names(folder.path())
    );
    assert_eq!(entries_of(&database).await, 200);
    let name: String = sqlx::query_scalar("select name from users where role <> 'server'")
        .fetch_one(&mut behind_its_back(&database).await)
        .await
        .unwrap();
    assert_eq!(name, "Ann");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_h07_a_restore_killed_at_any_moment_leaves_the_old_database_or_the_new_one_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (database, file) = (folder.path().join("chat.db"), folder.path().join("backup.db"));
    filled(&file, 20_000).await;
    filled(&database, 1_000).await;
    let mut killed = 0;
    for moment in 0..16 {
        let mut child = steadfast(&["restore", name(&file)], &database).spawn().unwrap();
        let done = timeout(Duration::from_millis(50 * moment), child.wait()).await;
        child.kill().await.unwrap();
        killed += u32::from(done.is_err());
        let there = entries_of(&database).await;
        assert!([1_000, 20_000].contains(&there), "neither old nor new: {there}");
    }
    assert!(killed > 2, "no restore was killed");
    let (code, output) = run(&["restore", name(&file)], &database).await;
    assert_eq!(code, Some(0), "{output}");
    assert_eq!(entries_of(&database).await, 20_000);
    let left = names(folder.path())
        .into_iter()
        .filter(|name| name.contains("restoring"));
    assert_eq!(left.collect::<Vec<_>>(), [] as [&str; 0]);
    let former = names(folder.path())
        .into_iter()
        .filter(|name| name.contains("before-restore"));
    for former in former {
        entries_of(&folder.path().join(former)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_h07_a_write_that_was_broken_off_is_undone_by_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let (database, file) = (folder.path().join("chat.db"), folder.path().join("backup.db"));
    filled(&database, 3_000).await;
    killed_while_writing(&database).await;
    assert_eq!(entries_of(&database).await, 3_000);
    killed_while_writing(&database).await;
    let (code, output) = run(&["backup", name(&file)], &database).await;
    assert_eq!(code, Some(0), "{output}");
    assert_eq!(entries_of(&file).await, 3_000);
    killed_while_writing(&file).await;
    killed_while_writing(&database).await;
    let (code, output) = run(&["restore", name(&file)], &database).await;
    assert_eq!(code, Some(0), "{output}");
    killed_while_writing(&database).await;
    let (_server, _) = started(&database).await;
    assert_eq!(entries_of(&database).await, 3_000);
    for file in [&database, &the_file(folder.path(), "before-restore")] {
        let half: i64 = sqlx::query_scalar("select count(*) from entries where body like '%half written%'")
            .fetch_one(&mut behind_its_back(file).await)
            .await
            .unwrap();
        assert_eq!(half, 0, "{}", file.display());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_h07_a_former_database_that_was_named_in_the_same_second_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (database, file) = (folder.path().join("chat.db"), folder.path().join("backup.db"));
    filled(&file, 20).await;
    filled(&database, 10).await;
    // As restores leave it that were killed before the restored one took its place, in each of the seconds to come.
    let stamps: Vec<String> = sqlx::query_scalar(
        "with recursive n (n) as (select 0 union all select n + 1 from n where n < 120)
         select strftime('%Y%m%d-%H%M%S', 'now', n || ' seconds') from n",
    )
    .fetch_all(&mut behind_its_back(&database).await)
    .await
    .unwrap();
    for stamp in stamps {
        let former = folder.path().join(format!("chat.db.before-restore-{stamp}"));
        std::fs::hard_link(&database, former).unwrap();
    }
    let (code, output) = run(&["restore", name(&file)], &database).await;
    assert_eq!(code, Some(0), "{output}");
    assert_eq!(entries_of(&database).await, 20);
    let former = names(folder.path())
        .into_iter()
        .find(|name| name.contains("before-restore"))
        .unwrap();
    assert_eq!(entries_of(&folder.path().join(former)).await, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_h07_what_is_not_whole_is_not_restored() {
    let folder = tempfile::tempdir().unwrap();
    let (database, file) = (folder.path().join("chat.db"), folder.path().join("backup.db"));
    filled(&database, 10).await;
    let refused = async |why: &str| {
        let (code, output) = run(&["restore", name(&file)], &database).await;
        assert_eq!(code, Some(1), "{output}");
        assert!(output.contains(why), "{output}");
        assert_eq!(entries_of(&database).await, 10, "the database is as it was");
        let left: Vec<String> = names(folder.path());
        assert!(!left.iter().any(|name| name.contains("restor")), "{left:?}");
    };
    refused("there is no backup").await;
    std::fs::write(&file, "this is no database".repeat(1_000)).unwrap();
    refused("cannot read the backup").await;
    std::fs::remove_file(&file).unwrap();

    filled(&file, 500).await;
    let mut connection = behind_its_back(&file).await;
    sqlx::query("delete from entries where seq = 77")
        .execute(&mut connection)
        .await
        .unwrap();
    refused("is damaged (general: head 500").await;
    sqlx::query("insert into _sqlx_migrations (version, description, success, checksum, execution_time) values (9999, 'x', true, x'', 0)")
        .execute(&mut connection)
        .await
        .unwrap();
    refused("newer version").await;
    sqlx::Connection::close(connection).await.unwrap();
    std::fs::remove_file(&file).unwrap();

    // Incomplete copies: cut within a page, and at the end of one.
    filled(&file, 500).await;
    let bytes = std::fs::read(&file).unwrap();
    for end in [bytes.len() - 68, bytes.len() / 2 + 68, 3 * 4_096 - 68] {
        std::fs::write(&file, &bytes[..end]).unwrap();
        refused("is damaged (the file ends in the middle of a page").await;
        let (code, output) = run(&["check", name(&file)], &database).await;
        assert!(
            code == Some(1) && output.contains("not copied to its end"),
            "{end}: {output}"
        );
    }
    std::fs::write(&file, &bytes[..bytes.len() - 8 * 4_096]).unwrap();
    refused("the backup").await;
    std::fs::remove_file(&file).unwrap();

    filled(&file, 500).await;
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4_096 * 3].fill(0x5a);
    std::fs::write(&file, bytes).unwrap();
    let (code, output) = run(&["restore", name(&file)], &database).await;
    assert_eq!(code, Some(1), "{output}");
    assert_eq!(entries_of(&database).await, 10);
    fill(&database, 1).await;
    std::fs::copy(&database, &file).unwrap();
    assert_eq!(run(&["restore", name(&file)], &database).await.0, Some(0));
}
