//! Opening a database that others have locked.

use std::time::Duration;

use steadfast_server::store::sqlite::{SqliteStore, open::SqliteOpenError};
use steadfast_server::store::{EntryOutcome, Log, Store, StoreError};

use super::{Fixture, behind_its_back, open};

#[tokio::test]
async fn what_is_stored_outlives_the_process_in_the_same_epoch() {
    let fixture = Fixture::sqlite().await;
    fixture.fill(3).await;
    let (path, epoch) = (fixture.path(), fixture.store.epoch());
    fixture.store.close().await;
    drop(fixture.store);
    let again = open(path).await.unwrap();
    assert_eq!(again.epoch(), epoch);
    assert_eq!(again.heads().await.unwrap()[&fixture.general], 3);
}

#[tokio::test]
async fn hole_17_a_second_opener_is_refused() {
    let fixture = Fixture::sqlite().await;
    let refused = open(fixture.path()).await.unwrap_err();
    assert!(matches!(refused, SqliteOpenError::InUse { .. }));
    assert!(refused.to_string().contains("another Steadfast process"));
}

#[tokio::test]
async fn a_newer_schema_is_refused_in_words() {
    let fixture = Fixture::sqlite().await;
    sqlx::query(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (9999, 'from the future', true, x'00', 0)",
    )
    .execute(&mut behind_its_back(fixture.path()).await)
    .await
    .unwrap();
    let path = fixture.path();
    drop(fixture.store);
    let refused = open(path).await.unwrap_err();
    assert!(matches!(refused, SqliteOpenError::Newer { .. }), "{refused}");
}

#[tokio::test]
async fn hole_19_a_locked_database_is_waited_for_within_the_same_call() {
    let fixture = Fixture::sqlite().await;
    let mut other = behind_its_back(fixture.path()).await;
    sqlx::query("begin immediate").execute(&mut other).await.unwrap();
    let entry = [fixture.entry("patience")];
    let append = fixture.store.append(&entry, 7);
    let unlock = async {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        sqlx::query("rollback").execute(&mut other).await.unwrap();
    };
    let (appended, ()) = tokio::join!(append, unlock);
    assert_eq!(
        appended.unwrap().outcomes,
        [EntryOutcome::Stored { seq: 1, at: 7 }]
    );
}

#[tokio::test]
async fn a_lock_is_not_waited_for_without_a_bound() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.db");
    let store = SqliteStore::open(&path, Duration::from_millis(200), 1)
        .await
        .unwrap();
    let mut other = behind_its_back(path).await;
    sqlx::query("begin immediate").execute(&mut other).await.unwrap();
    let refused = store.append(&[], 7).await;
    assert!(matches!(refused, Err(StoreError::Locked)), "{refused:?}");
    sqlx::query("rollback").execute(&mut other).await.unwrap();
    store.append(&[], 7).await.unwrap();
}
