//! Appends in Postgres that another program blocks, cancels or draws into a deadlock.

use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor};
use steadfast_server::store::{EntryOutcome, NewEntry};
use steadfast_shared::{EntryId, RoomId};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::Fixture;
use crate::support::body;

/// Longer than a lock is waited for, as long as the store tries.
const PATIENCE: Duration = Duration::from_secs(10);

fn entry(fixture: &Fixture, room: RoomId) -> NewEntry {
    NewEntry {
        author: fixture.mina.person.id,
        id: EntryId(Uuid::now_v7()),
        room,
        body: body("hi"),
        address: None,
        message_id: None,
    }
}

async fn lock(connection: &mut PgConnection, room: RoomId) {
    let lock = format!("select 1 from rooms where id = '{}' for no key update", room.0);
    connection.execute(AssertSqlSafe(lock)).await.unwrap();
}

/// Waits until the store's writer waits for a lock. Returns its process id.
async fn waiting_writer(connection: &mut PgConnection) -> i32 {
    loop {
        let waiting: Option<i32> = sqlx::query_scalar(
            "select pid from pg_stat_activity where datname = current_database()
             and application_name = 'steadfast writer' and wait_event_type = 'Lock'",
        )
        .fetch_optional(&mut *connection)
        .await
        .unwrap();
        if let Some(pid) = waiting {
            return pid;
        }
        sleep(Duration::from_millis(5)).await;
    }
}

fn all_stored(outcomes: &[EntryOutcome]) -> bool {
    outcomes
        .iter()
        .all(|outcome| matches!(outcome, EntryOutcome::Stored { .. }))
}

#[tokio::test]
async fn an_append_does_not_wait_for_a_row_that_refers_to_its_room() {
    let fixture = Fixture::postgres().await;
    let mut other = fixture.in_postgres().connect().await;
    // A person is joining the room: the new row locks the key of the room's row until the commit.
    other.execute("begin").await.unwrap();
    sqlx::query("insert into members (person, room, joined_at) values ($1, $2, 0)")
        .bind(fixture.jun.person.id.0)
        .bind(fixture.other.0)
        .execute(&mut other)
        .await
        .unwrap();
    let entries = [entry(&fixture, fixture.other)];
    let appended = timeout(PATIENCE, fixture.store.append(&entries, 7)).await;
    let outcomes = appended.expect("in time").unwrap().outcomes;
    assert!(all_stored(&outcomes), "{outcomes:?}");
    other.execute("rollback").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_in_a_deadlock_with_another_program_is_tried_again() {
    let fixture = Fixture::postgres().await;
    let mut other = fixture.in_postgres().connect().await;
    let mut watch = fixture.in_postgres().connect().await;
    let mut rooms = [fixture.general, fixture.other];
    rooms.sort_unstable_by_key(|room| room.0);
    // In the other order. Postgres ends the store's transaction, because it examines that wait first.
    other
        .execute("begin; set local deadlock_timeout = '1min'")
        .await
        .unwrap();
    lock(&mut other, rooms[1]).await;
    let entries = rooms.map(|room| entry(&fixture, room));
    let store = fixture.store.clone();
    let appending = tokio::spawn(async move { store.append(&entries, 7).await });
    waiting_writer(&mut watch).await;
    // Granted once the store has given up its own.
    lock(&mut other, rooms[0]).await;
    other.execute("rollback").await.unwrap();
    let outcomes = appending.await.unwrap().unwrap().outcomes;
    assert!(all_stored(&outcomes), "{outcomes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_whose_statement_an_operator_cancels_is_tried_again() {
    let fixture = Fixture::postgres().await;
    let mut other = fixture.in_postgres().connect().await;
    let mut watch = fixture.in_postgres().connect().await;
    other.execute("begin").await.unwrap();
    lock(&mut other, fixture.general).await;
    let entries = [entry(&fixture, fixture.general)];
    let store = fixture.store.clone();
    let appending = tokio::spawn(async move { store.append(&entries, 7).await });
    let writer = waiting_writer(&mut watch).await;
    sqlx::query("select pg_cancel_backend($1)")
        .bind(writer)
        .execute(&mut watch)
        .await
        .unwrap();
    other.execute("rollback").await.unwrap();
    let outcomes = appending.await.unwrap().unwrap().outcomes;
    assert!(all_stored(&outcomes), "{outcomes:?}");
}
