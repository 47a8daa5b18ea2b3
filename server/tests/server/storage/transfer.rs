//! `steadfast copy`: from SQLite to Postgres and back, interrupted and continued.

use std::path::PathBuf;

use steadfast_server::store::database::Database as Name;
use steadfast_server::store::transfer::{TransferError, transfer};
use steadfast_server::store::{Accounts, Command, EntryOutcome, Log, NewEntry, Span, Store};
use steadfast_shared::room::DirectRoom;
use steadfast_shared::{Body, Emoji, EntryId, RoomId, mention};
use tempfile::TempDir;
use uuid::Uuid;

use super::{name, run};
use crate::store::Fixture;
use crate::support::body;
use crate::support::postgres::Database;

/// A SQLite database with rows in every table, which no process uses; and a sent entry.
async fn filled() -> (Fixture, NewEntry) {
    let fixture = Fixture::sqlite().await;
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    let text = format!("hello {}", mention::written(jun));
    let sent = entry(&fixture, fixture.general, body(&text));
    let emoji = Emoji::parse("👍").unwrap();
    let react = Body::React {
        message: 1,
        emoji,
        on: true,
    };
    let entries = [sent.clone(), entry(&fixture, fixture.general, react)];
    fixture.append(&entries).await;
    fixture.fill(2_500).await;
    let direct = Command::Direct(DirectRoom { with: vec![jun] });
    fixture.store.act(mina, None, &direct, 9).await.unwrap().unwrap();
    fixture.store.close().await;
    (fixture, sent)
}

fn entry(fixture: &Fixture, room: RoomId, body: Body) -> NewEntry {
    NewEntry {
        author: fixture.mina.person.id,
        id: EntryId(Uuid::now_v7()),
        room,
        body,
        message_id: None,
        address: None,
    }
}

/// Everything a person sees: the epoch, the rooms, and each room's log.
async fn seen(store: &dyn Store, fixture: &Fixture) -> (Uuid, String) {
    let rooms = store.rooms_of(fixture.jun.person.id).await.unwrap();
    let mut all = format!("{rooms:?}");
    for room in rooms {
        let mut after = 0;
        loop {
            let page = store.page(room.id, Span::After(after), 500).await.unwrap();
            let Some(last) = page.entries.last() else { break };
            after = last.seq;
            all.push_str(&format!("{page:?}"));
        }
    }
    (store.epoch().0, all)
}

fn file(fixture: &Fixture) -> Name {
    Name::File(fixture.database.file().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_goes_to_postgres_and_back_and_nobody_notices() {
    let (fixture, sent) = filled().await;
    let there = Database::empty().await;
    let in_postgres = Name::Postgres(there.url());
    let copied = transfer(&file(&fixture), &in_postgres, 20, |_| {}).await.unwrap();
    assert!(copied.rows > 2_500 && !copied.resumed);
    let before = fixture.database.open().await;
    let after = there.open().await;
    assert_eq!(seen(&after, &fixture).await, seen(&*before, &fixture).await);
    // Browsers continue where they were: a resent message is a repeat, and new ones are numbered on.
    let next = entry(&fixture, fixture.general, body("next"));
    let outcomes = after.append(&[sent, next], 30).await.unwrap().outcomes;
    assert!(
        matches!(outcomes[0], EntryOutcome::Repeat { seq: 1, .. }),
        "{outcomes:?}"
    );
    assert!(
        matches!(outcomes[1], EntryOutcome::Stored { seq: 2_503, .. }),
        "{outcomes:?}"
    );
    let known = after
        .device(crate::support::newcomer("x").device.token)
        .await
        .unwrap();
    assert!(known.is_none());
    let ada = after.sign_up(&crate::support::newcomer("Ada")).await.unwrap();
    assert!(ada.session > fixture.jun.session, "sessions are numbered on");
    let all = seen(&after, &fixture).await;
    after.close().await;
    before.close().await;

    let folder = TempDir::new().unwrap();
    let back: PathBuf = folder.path().join("back.db");
    let to = Name::File(back.clone());
    transfer(&in_postgres, &to, 40, |_| {}).await.unwrap();
    let store = to.open_whole(Default::default(), 41).await.unwrap();
    assert_eq!(seen(&*store, &fixture).await, all);
    store.close().await;
    let (code, output) = run(&["check"], &back).await;
    assert_eq!(code, Some(0), "{output}");
    // Neither is overwritten.
    let again = transfer(&in_postgres, &to, 50, |_| {}).await;
    assert!(matches!(again, Err(TransferError::Same { .. })), "{again:?}");
    let dotted = Name::File(folder.path().join("./back.db"));
    let itself = transfer(&to, &dotted, 50, |_| {}).await;
    assert!(matches!(itself, Err(TransferError::Itself)), "{itself:?}");
    let other = Fixture::sqlite().await;
    other.store.close().await;
    let used = transfer(&in_postgres, &file(&other), 50, |_| {}).await;
    assert!(matches!(used, Err(TransferError::NotEmpty { .. })), "{used:?}");
}

/// Copies until the log is copied in part.
async fn break_off(from: &Name, to: &Name) {
    let (from, to) = (from.clone(), to.clone());
    let broken = tokio::spawn(async move {
        transfer(&from, &to, 20, |progress| {
            assert!(progress.table != "entries" || progress.done < 1_500, "as a kill");
        })
        .await
    });
    assert!(broken.await.unwrap_err().is_panic());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_is_broken_off_goes_on_where_it_ended_and_is_not_served_until_then() {
    let (fixture, _) = filled().await;
    let there = Database::empty().await;
    let in_postgres = Name::Postgres(there.url());
    let from = file(&fixture);
    break_off(&from, &in_postgres).await;
    let served = in_postgres.open_whole(Default::default(), 21).await;
    let refused = served.err().expect("a half is not served").to_string();
    assert!(refused.contains("steadfast copy"), "{refused}");
    let (code, output) = run(&["check"], &PathBuf::from(there.url())).await;
    assert!(
        code == Some(1) && output.contains("unfinished copy") && !output.contains("DAMAGED"),
        "{output}"
    );
    let copied = transfer(&from, &in_postgres, 22, |_| {}).await.unwrap();
    assert!(copied.resumed);
    let (before, after) = (fixture.database.open().await, there.open().await);
    let all = seen(&*before, &fixture).await;
    assert_eq!(seen(&after, &fixture).await, all);
    before.close().await;

    // Into a file, too, which is looked at for damage when it is opened.
    let folder = TempDir::new().unwrap();
    let in_file = Name::File(folder.path().join("copy.db"));
    break_off(&from, &in_file).await;
    let copied = transfer(&from, &in_file, 23, |_| {}).await.unwrap();
    assert!(copied.resumed);
    let after = in_file.open_whole(Default::default(), 24).await.unwrap();
    assert_eq!(seen(&*after, &fixture).await, all);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_was_changed_between_two_runs_of_a_copy_is_noticed() {
    let (fixture, _) = filled().await;
    let there = Database::empty().await;
    let in_postgres = Name::Postgres(there.url());
    let from = file(&fixture);
    break_off(&from, &in_postgres).await;
    fixture
        .database
        .run("update users set created_at = created_at + 1")
        .await;
    let again = transfer(&from, &in_postgres, 22, |_| {}).await.unwrap_err();
    assert!(matches!(again, TransferError::Different { .. }), "{again}");
    assert!(again.to_string().contains("copy again"), "{again}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_backup_and_restore_know_databases_in_postgres() {
    let fixture = Fixture::postgres().await;
    fixture.fill(3).await;
    let crate::support::database::TestDatabase::Postgres(database) = &fixture.database else {
        panic!("a test of Postgres");
    };
    let url = PathBuf::from(database.url());
    let (code, output) = run(&["check"], &url).await;
    assert_eq!(code, Some(0), "{output}");
    assert!(
        output.contains("sound") && output.contains("entries: 3"),
        "{output}"
    );
    fixture.database.run("delete from entries where seq = 2").await;
    let (code, output) = run(&["check"], &url).await;
    assert_eq!(code, Some(1), "{output}");
    assert!(output.contains("head 3, 2 entries, from 1 to 3"), "{output}");
    fixture
        .database
        .run("insert into _sqlx_migrations (version, description, success, checksum, execution_time) values (9999, 'x', true, '', 0)")
        .await;
    let (code, output) = run(&["check"], &url).await;
    assert!(
        code == Some(1) && output.contains("was written by a newer version of Steadfast, which is no damage"),
        "{output}"
    );
    let backup = tempfile::tempdir().unwrap();
    let file = backup.path().join("chat.backup");
    let (code, output) = run(&["backup", name(&file)], &url).await;
    assert!(code == Some(1) && output.contains("pg_dump"), "{output}");
    let (code, output) = run(&["restore", name(&file)], &url).await;
    assert!(code == Some(1) && output.contains("pg_restore"), "{output}");
}
