//! Behavior of Postgres that differs from SQLite: each case is a way to lose, duplicate or falsely acknowledge something.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Executor};
use steadfast_server::store::account::{Admission, SignUp, SignUpError};
use steadfast_server::store::postgres::open::PostgresOpenError;
use steadfast_server::store::postgres::{CommitClock, PostgresStore};
use steadfast_server::store::{
    Accounts, Command, EntryOutcome, Log, NewEntry, Rooms, Span, Store, StoreError, StoreRefusal, Token,
};
use steadfast_shared::room::InvitePeople;
use steadfast_shared::{EntryId, Millis, Nickname, RoomId, RoomKind, UserId};
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use super::Fixture;
use crate::support::postgres::Database;
use crate::support::{body, newcomer};

/// The store's patience in these tests.
const PATIENCE: Duration = Duration::from_secs(10);

impl Fixture {
    pub(super) fn in_postgres(&self) -> &Database {
        match &self.database {
            crate::support::database::TestDatabase::Postgres(database) => database,
            crate::support::database::TestDatabase::Sqlite(_) => panic!("a test of Postgres"),
        }
    }

    /// Another node on the same database, as the next version has it: so far the lock keeps it away.
    async fn second_node(&self) -> PostgresStore {
        self.in_postgres().open_beside().await
    }

    fn entry_of(&self, author: UserId, room: RoomId, text: &str) -> NewEntry {
        NewEntry {
            author,
            id: EntryId(Uuid::now_v7()),
            room,
            body: body(text),
            message_id: None,
            address: None,
        }
    }

    async fn stored_texts(&self, room: RoomId) -> Vec<(u64, EntryId)> {
        let mut all = Vec::new();
        loop {
            let after = all.last().map_or(0, |(seq, _)| *seq);
            let page = self.store.page(room, Span::After(after), 200).await.unwrap();
            if page.entries.is_empty() {
                return all;
            }
            all.extend(page.entries.iter().map(|entry| (entry.seq, entry.id)));
        }
    }
}

/// Ends every connection of a node to the database from outside, as an operator or a crash does. Returns their number.
pub(super) async fn terminate(connection: &mut PgConnection, busy: bool) -> usize {
    let condition = if busy { "and state <> 'idle'" } else { "" };
    let ended: Vec<bool> = sqlx::query_scalar(AssertSqlSafe(format!(
        "select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() {condition}"
    )))
    .fetch_all(connection)
    .await
    .unwrap();
    ended.len()
}

#[tokio::test]
async fn a_commit_after_a_failed_statement_is_no_success() {
    let fixture = Fixture::postgres().await;
    let database = fixture.in_postgres();
    // The driver's own result, which is why the store does not rely on it.
    let mut connection = database.connect().await;
    let mut transaction = connection.begin().await.unwrap();
    transaction
        .execute("insert into settings values ('trap', '')")
        .await
        .unwrap();
    transaction.execute("select 1 / 0").await.unwrap_err();
    assert!(
        transaction.commit().await.is_ok(),
        "the driver has learned: this trap can go"
    );
    // The result of the store's own commit.
    let committed = database
        .open_beside()
        .await
        .commit_after_a_failed_statement()
        .await;
    assert!(committed.is_err(), "{committed:?}");
    let stored: i64 = sqlx::query_scalar("select count(*) from settings where name = 'trap'")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(stored, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_while_backends_are_killed_is_stored_once_and_contiguous() {
    let fixture = Arc::new(Fixture::postgres().await);
    let mut other = fixture.in_postgres().connect().await;
    let (mina, general) = (fixture.mina.person.id, fixture.general);
    let writing = {
        let fixture = fixture.clone();
        tokio::spawn(async move {
            let mut acknowledged = Vec::new();
            for n in 0..60 {
                let entries: Vec<NewEntry> = (0..5)
                    .map(|k| fixture.entry_of(mina, general, &format!("{n} {k}")))
                    .collect();
                // Retries until it is answered, as clients do.
                let outcomes = loop {
                    match fixture.store.append(&entries, 7).await {
                        Ok(appended) => break appended.outcomes,
                        Err(StoreError::Rejected(error)) => panic!("{error}"),
                        Err(_) => sleep(Duration::from_millis(5)).await,
                    }
                };
                for (entry, outcome) in entries.iter().zip(outcomes) {
                    match outcome {
                        EntryOutcome::Stored { seq, .. } | EntryOutcome::Repeat { seq, .. } => {
                            acknowledged.push((seq, entry.id));
                        }
                        EntryOutcome::Refused(refusal) => panic!("{refusal:?}"),
                    }
                }
            }
            acknowledged
        })
    };
    let mut killed = 0;
    while !writing.is_finished() {
        if killed < 40 {
            killed += terminate(&mut other, true).await;
        }
        sleep(Duration::from_millis(15)).await;
    }
    let acknowledged = writing.await.unwrap();
    assert!(killed > 0, "nothing was killed");
    let stored = fixture.stored_texts(general).await;
    assert_eq!(stored.len(), 300);
    assert!(stored.iter().map(|(seq, _)| *seq).eq(1..=300));
    assert_eq!(
        acknowledged.iter().collect::<BTreeSet<_>>(),
        stored.iter().collect::<BTreeSet<_>>(),
        "each ack is true"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_append_to_one_room_at_once_and_each_entry_is_stored_once() {
    let fixture = Arc::new(Fixture::postgres().await);
    let beside = Arc::new(fixture.second_node().await);
    let (mina, general) = (fixture.mina.person.id, fixture.general);
    let batches: Vec<Vec<NewEntry>> = (0..40)
        .map(|n| {
            (0..5)
                .map(|k| fixture.entry_of(mina, general, &format!("{n} {k}")))
                .collect()
        })
        .collect();
    // Every batch is sent to both, as after a lost response; one of them in the other order.
    let backwards: Vec<Vec<NewEntry>> = batches.iter().rev().cloned().collect();
    let send = async |store: Arc<dyn Store>, batches: Vec<Vec<NewEntry>>| {
        let mut places = Vec::new();
        for batch in batches {
            let outcomes = store.append(&batch, 7).await.unwrap().outcomes;
            places.extend(batch.iter().zip(outcomes).map(|(entry, outcome)| match outcome {
                EntryOutcome::Stored { seq, .. } | EntryOutcome::Repeat { seq, .. } => (seq, entry.id),
                EntryOutcome::Refused(refusal) => panic!("{refusal:?}"),
            }));
        }
        places
    };
    let one = tokio::spawn(send(fixture.store.clone(), batches));
    let other = tokio::spawn(send(beside.clone(), backwards));
    let (mut one, mut other) = (one.await.unwrap(), other.await.unwrap());
    one.sort_unstable();
    other.sort_unstable();
    assert_eq!(one, other, "both were told the same places");
    assert_eq!(one, fixture.stored_texts(general).await);
    assert!(one.iter().map(|(seq, _)| *seq).eq(1..=200));
    beside.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_entry_sent_to_two_rooms_by_two_nodes_is_in_one_of_them() {
    let fixture = Fixture::postgres().await;
    let beside = fixture.second_node().await;
    for n in 0..20 {
        let here = fixture.entry_of(fixture.mina.person.id, fixture.general, &n.to_string());
        let there = NewEntry {
            room: fixture.other,
            ..here.clone()
        };
        let (here, there) = ([here], [there]);
        let (one, other) = tokio::join!(fixture.store.append(&here, 7), beside.append(&there, 7));
        let outcomes = [one.unwrap().outcomes[0], other.unwrap().outcomes[0]];
        let stored = outcomes
            .iter()
            .filter(|outcome| matches!(outcome, EntryOutcome::Stored { .. }));
        assert_eq!(stored.count(), 1, "{outcomes:?}");
        assert!(
            outcomes.contains(&EntryOutcome::Refused(StoreRefusal::Conflict)),
            "{outcomes:?}"
        );
    }
    let logs = [fixture.general, fixture.other];
    let mut all = 0;
    for room in logs {
        let stored = fixture.stored_texts(room).await;
        assert!(stored.iter().map(|(seq, _)| *seq).eq(1..=stored.len() as u64));
        all += stored.len();
    }
    assert_eq!(all, 20);
    beside.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_of_two_nodes_do_not_wait_for_each_other_in_a_circle() {
    let fixture = Arc::new(Fixture::postgres().await);
    let beside: Arc<dyn Store> = Arc::new(fixture.second_node().await);
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    let mut rooms = Vec::new();
    for n in 0..6 {
        let room = fixture.made(RoomKind::Private, &format!("Room {n}")).await;
        let people = vec![jun];
        fixture
            .act(mina, Command::Invite(InvitePeople { room, people }))
            .await
            .unwrap();
        rooms.push(room);
    }
    let ended = Instant::now() + Duration::from_secs(4);
    let mut tasks = Vec::new();
    for (nth, store) in [fixture.store.clone(), beside.clone()].into_iter().enumerate() {
        let who = [mina, jun][nth];
        let renaming = store.clone();
        tasks.push(tokio::spawn(async move {
            let mut n = 0;
            while Instant::now() < ended {
                let name = format!("Person {nth} {n}");
                let rename = Command::Rename(Nickname::parse(&name).unwrap());
                // Taking the other's name is refused; no command waits for ever.
                let _ = renaming.act(who, None, &rename, 9).await.unwrap();
                n += 1;
            }
        }));
        let mut rooms = rooms.clone();
        if nth == 1 {
            rooms.reverse();
        }
        let fixture = fixture.clone();
        tasks.push(tokio::spawn(async move {
            while Instant::now() < ended {
                let entries: Vec<NewEntry> = rooms
                    .iter()
                    .map(|room| fixture.entry_of(who, *room, "hi"))
                    .collect();
                let outcomes = store.append(&entries, 7).await.unwrap().outcomes;
                assert!(
                    outcomes
                        .iter()
                        .all(|outcome| matches!(outcome, EntryOutcome::Stored { .. }))
                );
            }
        }));
    }
    for done in join_all(tasks).await {
        done.unwrap();
    }
    let deadlocks: i64 =
        sqlx::query_scalar("select deadlocks from pg_stat_database where datname = current_database()")
            .fetch_one(&mut fixture.in_postgres().connect().await)
            .await
            .unwrap();
    assert_eq!(deadlocks, 0);
    for room in rooms {
        let stored = fixture.stored_texts(room).await;
        assert!(stored.iter().map(|(seq, _)| *seq).eq(1..=stored.len() as u64));
    }
    beside.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn first_sign_ups_at_once_make_as_many_owners_as_links_and_take_no_name_falsely() {
    for _ in 0..5 {
        let database = Database::new().await;
        let stores: [Arc<dyn Store>; 2] = [
            Arc::new(database.open().await),
            Arc::new(database.open_beside().await),
        ];
        let code = Token::shown("the link").hash();
        stores[0].add_owner_link(code, 1).await.unwrap();
        let wanting = (0..12).map(|nth| {
            let store = stores[nth % 2].clone();
            let by_link = nth % 3 == 0;
            let admission = if by_link {
                Admission::Owner(code)
            } else {
                Admission::Granted
            };
            // Half of those without a link want the same name.
            let name = match (by_link, nth % 2) {
                (false, 0) => "Mina".to_owned(),
                _ => format!("Person {nth}"),
            };
            tokio::spawn(async move {
                let wanted = SignUp {
                    admission,
                    ..newcomer(&name)
                };
                (name, by_link, store.sign_up(&wanted).await)
            })
        });
        let wanting: Vec<_> = wanting.collect();
        let (mut owners, mut minas) = (0, 0);
        for wanted in join_all(wanting).await {
            match wanted.unwrap() {
                (_, true, Ok(_)) => owners += 1,
                (_, true, Err(SignUpError::InvalidCode)) => {}
                (name, false, Ok(_)) => minas += usize::from(name == "Mina"),
                (name, false, Err(SignUpError::NicknameTaken)) => assert_eq!(name, "Mina"),
                (name, _, refused) => panic!("{name}: {refused:?}"),
            }
        }
        assert_eq!((owners, minas), (1, 1));
        assert!(stores[0].has_owner().await.unwrap());
        for store in stores {
            store.close().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nickname_that_is_given_up_at_this_moment_is_held_already() {
    let fixture = Arc::new(Fixture::postgres().await);
    let beside: Arc<dyn Store> = Arc::new(fixture.second_node().await);
    let mut held = "Mina".to_owned();
    for n in 0..10 {
        let next = format!("Minerva {n}");
        let rename = Command::Rename(Nickname::parse(&next).unwrap());
        let wanted = newcomer(&held);
        let (renamed, taken) = tokio::join!(
            fixture.store.act(fixture.mina.person.id, None, &rename, 9),
            beside.sign_up(&wanted)
        );
        assert!(renamed.unwrap().is_ok());
        assert!(matches!(taken, Err(SignUpError::NicknameTaken)), "{taken:?}");
        held = next;
    }
    beside.close().await;
}

#[tokio::test]
async fn a_node_that_freezes_in_a_transaction_holds_the_others_up_for_a_bounded_time() {
    let fixture = Fixture::postgres().await;
    let mut frozen = fixture.in_postgres().connect().await;
    // With the settings of a node's own connection.
    frozen
        .execute("set idle_in_transaction_session_timeout = '3s'")
        .await
        .unwrap();
    let lock = format!(
        "begin; select 1 from rooms where id = {} for no key update",
        fixture.database.id(fixture.general.0)
    );
    sqlx::raw_sql(AssertSqlSafe(lock))
        .execute(&mut frozen)
        .await
        .unwrap();
    let entry = [fixture.entry("patience")];
    let appended = timeout(PATIENCE, fixture.store.append(&entry, 7)).await;
    assert_eq!(
        appended.expect("in time").unwrap().outcomes,
        [EntryOutcome::Stored { seq: 1, at: 7 }]
    );
}

#[tokio::test]
async fn a_lock_in_postgres_is_not_waited_for_without_a_bound() {
    let database = Database::new().await;
    let store = PostgresStore::open(
        &database.url(),
        Duration::from_millis(200),
        1,
        CommitClock::Caller,
    )
    .await
    .unwrap();
    let mina = store.sign_up(&newcomer("Mina")).await.unwrap().person.id;
    let room = store.rooms_of(mina).await.unwrap()[0].id;
    let entry = [NewEntry {
        author: mina,
        id: EntryId(Uuid::now_v7()),
        room,
        body: body("now"),
        message_id: None,
        address: None,
    }];
    let mut other = database.connect().await;
    let lock = "begin; select 1 from rooms for no key update";
    sqlx::raw_sql(lock).execute(&mut other).await.unwrap();
    let refused = timeout(PATIENCE, store.append(&entry, 7)).await.expect("in time");
    assert!(matches!(refused, Err(StoreError::Locked)), "{refused:?}");
    other.execute("rollback").await.unwrap();
    let stored = store.append(&entry, 7).await.unwrap().outcomes;
    assert_eq!(stored, [EntryOutcome::Stored { seq: 1, at: 7 }]);
    store.close().await;
}

#[tokio::test]
async fn the_databases_clock_tells_when_an_entry_was_stored_whatever_a_nodes_clock_shows() {
    let database = Database::new().await;
    let store = PostgresStore::open(&database.url(), PATIENCE, 1, CommitClock::Database)
        .await
        .unwrap();
    let mina = store.sign_up(&newcomer("Mina")).await.unwrap().person.id;
    let room = store.rooms_of(mina).await.unwrap()[0].id;
    let now: i64 = sqlx::query_scalar("select (extract(epoch from clock_timestamp()) * 1000)::bigint")
        .fetch_one(&mut database.connect().await)
        .await
        .unwrap();
    let now = Millis::try_from(now).unwrap();
    for shown in [0, now * 2] {
        let entry = NewEntry {
            author: mina,
            id: EntryId(Uuid::now_v7()),
            room,
            body: body("now"),
            message_id: None,
            address: None,
        };
        let EntryOutcome::Stored { at, .. } = store.append(&[entry], shown).await.unwrap().outcomes[0] else {
            panic!("not stored");
        };
        assert!((now..now + 60_000).contains(&at), "{at}");
    }
    store.close().await;
}

#[tokio::test]
async fn nodes_that_start_at_once_on_an_empty_database_find_one_epoch_and_one_lobby() {
    let database = Database::empty().await;
    let opening = (0..4).map(|_| database.open_beside());
    let stores = join_all(opening).await;
    let epochs: BTreeSet<_> = stores.iter().map(|store| store.epoch().0).collect();
    assert_eq!(epochs.len(), 1);
    assert_eq!(stores[0].heads().await.unwrap().len(), 1);
    for store in stores {
        store.close().await;
    }
}

#[tokio::test]
async fn what_is_stored_in_postgres_outlives_the_process_and_a_newer_schema_is_refused() {
    let fixture = Fixture::postgres().await;
    fixture.fill(3).await;
    let epoch = fixture.store.epoch();
    fixture.store.close().await;
    let again = fixture.database.open().await;
    assert_eq!(again.epoch(), epoch);
    assert_eq!(again.heads().await.unwrap()[&fixture.general], 3);
    again.close().await;
    fixture
        .database
        .run(
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
             values (9999, 'from the future', true, '', 0)",
        )
        .await;
    let url = fixture.in_postgres().url();
    let refused = PostgresStore::open(&url, PATIENCE, 1, CommitClock::Caller)
        .await
        .unwrap_err();
    assert!(matches!(refused, PostgresOpenError::Newer { .. }), "{refused}");
}

#[tokio::test]
async fn a_database_with_another_programs_tables_is_left_alone() {
    let database = Database::empty().await;
    let mut connection = database.connect().await;
    connection
        .execute("create table notes (note text)")
        .await
        .unwrap();
    let refused = PostgresStore::open(&database.url(), PATIENCE, 1, CommitClock::Caller)
        .await
        .unwrap_err();
    assert!(matches!(refused, PostgresOpenError::Foreign { .. }), "{refused}");
    let nowhere = "postgres://nobody:secret@127.0.0.1:1/chat";
    let refused = PostgresStore::open(nowhere, PATIENCE, 1, CommitClock::Caller)
        .await
        .unwrap_err();
    assert!(!refused.to_string().contains("secret"), "{refused}");
    assert!(refused.to_string().contains("chat at 127.0.0.1:1"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_no_standby_confirms_is_not_acknowledged_and_settled_by_the_same_again() {
    let database = Database::on_a_server_of_its_own().await;
    let store = PostgresStore::open(
        &database.url(),
        Duration::from_millis(200),
        1,
        CommitClock::Caller,
    )
    .await
    .unwrap();
    let mina = store.sign_up(&newcomer("Mina")).await.unwrap().person.id;
    let room = store.rooms_of(mina).await.unwrap()[0].id;
    let entry = [NewEntry {
        author: mina,
        id: EntryId(Uuid::now_v7()),
        room,
        body: body("wait for the standby"),
        message_id: None,
        address: None,
    }];
    let mut operator = database.connect().await;
    let standbys = async |operator: &mut PgConnection, names: &str| {
        let set = format!("alter system set synchronous_standby_names = '{names}'");
        operator.execute(AssertSqlSafe(set)).await.unwrap();
        operator.execute("select pg_reload_conf()").await.unwrap();
        // When its processes have read the file is not told.
        sleep(Duration::from_millis(1_500)).await;
    };
    standbys(&mut operator, "one_that_is_not_there").await;
    let refused = timeout(PATIENCE * 3, store.append(&entry, 7))
        .await
        .expect("in time");
    assert!(
        matches!(refused, Err(StoreError::Unconfirmed(_) | StoreError::Locked)),
        "{refused:?}"
    );
    standbys(&mut operator, "").await;
    let again = loop {
        match store.append(&entry, 8).await {
            Ok(appended) => break appended.outcomes,
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
    };
    assert!(
        matches!(
            again[..],
            [EntryOutcome::Stored { seq: 1, .. } | EntryOutcome::Repeat { seq: 1, .. }]
        ),
        "{again:?}"
    );
    store.close().await;
}

#[tokio::test]
async fn a_look_over_a_connection_that_is_gone_says_nothing_and_the_next_one_has_another() {
    let fixture = Fixture::postgres().await;
    let applied = fixture.store.snapshot().await.unwrap().feed_head().await.unwrap();
    let look = async || {
        let rooms = [(fixture.general, 0)];
        fixture.store.glance(applied, &rooms, 10).await.unwrap()
    };
    assert_eq!(look().await, Some(Vec::new()));
    let mut other = fixture.in_postgres().connect().await;
    let ended: Vec<bool> = sqlx::query_scalar(
        "select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name = 'steadfast follower'",
    )
    .fetch_all(&mut other)
    .await
    .unwrap();
    assert_eq!(ended, [true]);
    assert_eq!(look().await, None);
    assert_eq!(look().await, Some(Vec::new()));
}
