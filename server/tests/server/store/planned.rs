//! The writer's statements in Postgres: planned once, and by indexes alone, however much the tables have grown since.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor};
use steadfast_server::store::{EntryOutcome, NewEntry};
use steadfast_shared::{EntryId, RoomId};
use tokio::time::{Duration, sleep};
use uuid::Uuid;

use super::Fixture;
use crate::support::body;

const ROOMS: usize = 100;
const PEOPLE: usize = 300;
/// Fewer rows than any of the tables has by then. The store read some before, of which Postgres counts the last ones late.
const WALKED: i64 = 100;
/// As many as a full commit looks up, several times over; far fewer than there are memberships.
const LOOKED_UP: i64 = 10_000;

/// A table's rows as read by walking through it, and by its indexes.
#[derive(Clone, Copy, Debug)]
struct Rows {
    walked: i64,
    by_index: i64,
}

async fn rows_read(connection: &mut PgConnection, table: &str) -> Rows {
    let (walked, by_index): (i64, i64) = sqlx::query_as(
        "select seq_tup_read, (select coalesce(sum(idx_tup_read), 0)::bigint from pg_stat_user_indexes where relname = $1)
         from pg_stat_user_tables where relname = $1",
    )
    .bind(table)
    .fetch_one(connection)
    .await
    .unwrap();
    Rows { walked, by_index }
}

/// Waits until Postgres has counted the last read: by then it has counted everything before it.
async fn settled(connection: &mut PgConnection, table: &str, by_index: i64) -> Rows {
    loop {
        let rows = rows_read(connection, table).await;
        if rows.by_index >= by_index {
            return rows;
        }
        sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_commit_walks_through_no_table_however_much_it_has_grown_since_its_statements_were_planned() {
    let fixture = Fixture::postgres().await;
    let mut connection = fixture.in_postgres().connect().await;
    let mina = fixture.mina.person.id;
    let entry = |room: RoomId| NewEntry {
        author: mina,
        id: EntryId(Uuid::now_v7()),
        room,
        body: body("hi"),
        address: None,
        message_id: None,
    };
    // Planned while the tables are small.
    fixture
        .append(&[entry(fixture.general), entry(fixture.other)])
        .await;

    fixture.put_into_rooms(mina, ROOMS, None).await;
    let grow = format!(
        "with people as (
            insert into users (id, name, name_key, created_at)
            select gen_random_uuid(), 'Person ' || n, 'person ' || n, 0 from generate_series(1, {PEOPLE}) as n returning id)
         , said as (
            insert into entries (room, seq, author, id, at, body)
            select gen_random_uuid(), 1, gen_random_uuid(), gen_random_uuid(), 0, '' from generate_series(1, 1000))
         insert into members (person, room, joined_at) select people.id, rooms.id, 0 from people, rooms"
    );
    // Made in one statement, whose references are checked for the sake of none.
    connection
        .execute("alter table members disable trigger all")
        .await
        .unwrap();
    connection.execute(AssertSqlSafe(grow)).await.unwrap();
    connection
        .execute("alter table members enable trigger all; analyze")
        .await
        .unwrap();
    let rooms: Vec<Uuid> = sqlx::query_scalar("select room from members where person = $1")
        .bind(mina.0)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert!(rooms.len() >= ROOMS);
    connection
        .execute("select pg_stat_force_next_flush()")
        .await
        .unwrap();
    connection.execute("select 1").await.unwrap();

    let tables = ["members", "rooms", "users", "entries"];
    let mut before = Vec::new();
    for table in tables {
        before.push(rows_read(&mut connection, table).await);
    }
    let batch: Vec<NewEntry> = rooms.iter().map(|room| entry(RoomId(*room))).collect();
    let outcomes = fixture.append(&batch).await;
    let stored = |outcome: &EntryOutcome| matches!(outcome, EntryOutcome::Stored { .. });
    assert!(outcomes.iter().all(stored), "{outcomes:?}");
    // A connection reports its reads when it ends.
    fixture.store.close().await;
    let lookups = before[0].by_index + i64::try_from(rooms.len()).unwrap();
    settled(&mut connection, "members", lookups).await;
    for (table, before) in tables.into_iter().zip(before) {
        let after = rows_read(&mut connection, table).await;
        let walked = after.walked - before.walked;
        assert!(walked < WALKED, "{table} was walked through: {walked} rows");
        let by_index = after.by_index - before.by_index;
        assert!(
            by_index < LOOKED_UP,
            "{by_index} rows of {table} were read by its indexes"
        );
    }
}
