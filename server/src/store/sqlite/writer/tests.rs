//! The connection that writes, on a real file.

use super::*;

async fn opened(folder: &tempfile::TempDir) -> (SqliteWriter, SqliteConnectOptions) {
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("chat.db"))
        .create_if_missing(true)
        .busy_timeout(Duration::ZERO);
    let writer = SqliteWriter::open(options.clone(), Duration::from_millis(200)).await;
    let writer = writer.unwrap();
    let mut table = writer.acquire().await.unwrap();
    table.begin().await.unwrap();
    sqlx::query("create table said (what text)")
        .execute(&mut *table)
        .await
        .unwrap();
    table.commit().await.unwrap();
    (writer, options)
}

async fn say(transaction: &mut WriteTransaction) {
    transaction.begin().await.unwrap();
    let insert = sqlx::query("insert into said values ('hello')");
    insert.execute(&mut **transaction).await.unwrap();
}

async fn said(writer: &SqliteWriter) -> i64 {
    let mut connection = writer.acquire().await.unwrap();
    let count = sqlx::query_scalar("select count(*) from said");
    count.fetch_one(&mut *connection).await.unwrap()
}

#[tokio::test]
async fn what_was_not_committed_is_rolled_back() {
    let folder = tempfile::tempdir().unwrap();
    let (writer, _) = opened(&folder).await;
    for ending in ["dropped", "rolled back", "committed"] {
        let mut transaction = writer.acquire().await.unwrap();
        say(&mut transaction).await;
        match ending {
            "dropped" => drop(transaction),
            "rolled back" => transaction.roll_back().await,
            _ => transaction.commit().await.unwrap(),
        }
        assert_eq!(said(&writer).await, i64::from(ending == "committed"), "{ending}");
    }
}

#[tokio::test]
async fn a_dropped_transaction_frees_the_write_lock_without_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let (writer, options) = opened(&folder).await;
    let mut transaction = writer.acquire().await.unwrap();
    say(&mut transaction).await;
    let mut other = options.connect().await.unwrap();
    let lock = || sqlx::query("begin immediate; rollback");
    assert!(lock().execute(&mut other).await.is_err(), "the lock is held");
    drop(transaction);
    let freed = async {
        while lock().execute(&mut other).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(10), freed)
        .await
        .expect("the lock is free");
}

#[tokio::test]
async fn a_connection_that_rolled_back_by_itself_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (writer, _) = opened(&folder).await;
    let mut transaction = writer.acquire().await.unwrap();
    say(&mut transaction).await;
    // As SQLite does by itself when the disk is full.
    sqlx::query("rollback").execute(&mut *transaction).await.unwrap();
    assert!(transaction.commit().await.is_err());
    let mut transaction = writer.acquire().await.unwrap();
    say(&mut transaction).await;
    transaction.commit().await.unwrap();
    assert_eq!(said(&writer).await, 1);
}

#[tokio::test]
async fn one_waits_in_line_for_so_long_and_not_for_a_closed_one() {
    let folder = tempfile::tempdir().unwrap();
    let (writer, _) = opened(&folder).await;
    let held = writer.acquire().await.unwrap();
    let late = writer.acquire().await;
    assert!(matches!(late, Err(StoreError::Failed(sqlx::Error::PoolTimedOut))));
    drop(held);
    writer.close().await;
    let closed = writer.acquire().await;
    assert!(matches!(closed, Err(StoreError::Failed(sqlx::Error::PoolClosed))));
}
