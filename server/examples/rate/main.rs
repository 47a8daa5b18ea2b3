//! How many messages a second the store takes: so many rooms, so many messages in a commit; beside a bare `insert` of the same rows.
//!
//! `cargo run --release -p steadfast-server --example rate -- --database postgres://…` on a database of its own.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use clap::Parser;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Executor, PgConnection, QueryBuilder, Sqlite};
use steadfast_server::clock;
use steadfast_server::store::account::{NewDevice, SignUp};
use steadfast_server::store::database::Database;
use steadfast_server::store::{Command, EntryOutcome, NewEntry, Store, Token};
use steadfast_shared::room::CreateRoom;
use steadfast_shared::{Body, EntryId, MessageText, Nickname, RoomId, RoomKind, RoomName, Topic, UserId};
use uuid::Uuid;

/// Messages per commit.
const SIZES: [usize; 3] = [1, 10, 100];

const BODY: &str = r#"{"kind":"message","text":"a message of a length that messages often have"}"#;

/// No entry of the store has such a number.
const FIRST_BARE_SEQ: i64 = 1_000_000_000;

/// Measures how fast messages are stored.
#[derive(Parser)]
struct Cli {
    /// An empty database
    #[arg(long, value_parser = Database::parse)]
    database: Database,

    /// Rooms that the messages go to in turn
    #[arg(long, default_value_t = 100)]
    rooms: usize,

    /// Seconds per measurement
    #[arg(long, default_value_t = 4)]
    seconds: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let asked = Cli::parse();
    let store = asked.database.open(Default::default(), clock::now()).await?;
    let token = Token::random()?.hash();
    let wanted = SignUp::new(Nickname::parse("Mina")?, NewDevice::new(token, clock::now()));
    let author = store.sign_up(&wanted).await?.person.id;
    let mut rooms = Vec::new();
    for n in 0..asked.rooms {
        let create = Command::Create(CreateRoom {
            id: RoomId(Uuid::now_v7()),
            kind: RoomKind::Private,
            name: RoomName::parse(&format!("Room {n}"))?,
            topic: Topic::default(),
        });
        let made = store.act(author, None, &create, clock::now()).await?;
        rooms.extend(made.map_err(|refusal| format!("{refusal:?}"))?.room);
    }
    let time = Duration::from_secs(asked.seconds);
    let mut stored = Vec::new();
    for size in SIZES {
        stored.push(store_for(&*store, author, &rooms, size, time).await?);
    }
    // A SQLite file is the store's alone while it is open.
    store.close().await;
    println!(
        "{:>12} {:>12} {:>12} {:>6}",
        "per commit", "messages/s", "bare insert", "ratio"
    );
    for (size, stored) in SIZES.into_iter().zip(stored) {
        let bare = match &asked.database {
            Database::Postgres(url) => insert_for(url, author, &rooms, size, time).await?,
            Database::File(file) => insert_into_file(file, author, &rooms, size, time).await?,
        };
        let percent = stored * 100 / bare.max(1);
        println!("{size:>12} {stored:>12} {bare:>12} {percent:>5}%");
    }
    Ok(())
}

/// Appends for a while, as the writer does. Answers how many messages a second.
async fn store_for(
    store: &dyn Store,
    author: UserId,
    rooms: &[RoomId],
    size: usize,
    time: Duration,
) -> Result<u64, Box<dyn Error>> {
    let began = clock::instant();
    let mut stored = 0_usize;
    while began.elapsed() < time {
        let mut entries = Vec::with_capacity(size);
        for n in 0..size {
            entries.push(NewEntry {
                author,
                id: EntryId(Uuid::now_v7()),
                room: rooms[(stored + n) % rooms.len()],
                body: Body::message(MessageText::parse(
                    "a message of a length that messages often have",
                )?),
                message_id: None,
                address: None,
            });
        }
        let appended = store.append(&entries, clock::now()).await?;
        if !appended
            .outcomes
            .iter()
            .all(|outcome| matches!(outcome, EntryOutcome::Stored { .. }))
        {
            return Err("not all were stored".into());
        }
        stored += size;
    }
    Ok(per_second(stored, began.elapsed()))
}

/// The least that Postgres has to do for it: one `insert` of as many rows, committed. Into a table like the log's.
async fn insert_for(
    url: &str,
    author: UserId,
    rooms: &[RoomId],
    size: usize,
    time: Duration,
) -> Result<u64, Box<dyn Error>> {
    let options: sqlx::postgres::PgConnectOptions = url.parse()?;
    let mut connection: PgConnection = options.connect().await?;
    connection
        .execute("drop table if exists bare; create table bare (like entries including all)")
        .await?;
    let began = clock::instant();
    let mut stored = 0_usize;
    while began.elapsed() < time {
        let (mut room, mut seq, mut id) = (Vec::new(), Vec::new(), Vec::new());
        for n in 0..size {
            let nth = stored + n;
            room.push(rooms[nth % rooms.len()].0);
            seq.push(i64::try_from(nth / rooms.len() + 1)?);
            id.push(Uuid::now_v7());
        }
        sqlx::query(
            "insert into bare (room, seq, author, id, at, body, kind)
             select room, seq, $4, id, 0, $5, 'message' from unnest($1::uuid[], $2::bigint[], $3::uuid[]) as given (room, seq, id)",
        )
        .bind(room)
        .bind(seq)
        .bind(id)
        .bind(author.0)
        .bind(BODY)
        .execute(&mut connection)
        .await?;
        stored += size;
    }
    connection.execute("drop table bare").await?;
    Ok(per_second(stored, began.elapsed()))
}

/// The least that SQLite has to do for it: one `insert` of as many rows into the log, which commits by itself. With the store's settings.
async fn insert_into_file(
    file: &Path,
    author: UserId,
    rooms: &[RoomId],
    size: usize,
    time: Duration,
) -> Result<u64, Box<dyn Error>> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("secure_delete", "on")
        .pragma("wal_autocheckpoint", "0");
    let mut connection = options.connect().await?;
    sqlx::query("delete from entries where seq >= ?")
        .bind(FIRST_BARE_SEQ)
        .execute(&mut connection)
        .await?;
    let began = clock::instant();
    let mut stored = 0_usize;
    while began.elapsed() < time {
        let mut insert: QueryBuilder<Sqlite> =
            QueryBuilder::new("insert into entries (room, seq, author, id, at, body, kind) ");
        insert.push_values(stored..stored + size, |mut row, nth| {
            row.push_bind(rooms[nth % rooms.len()].0)
                .push_bind(FIRST_BARE_SEQ + i64::try_from(nth / rooms.len()).unwrap_or(i64::MAX))
                .push_bind(author.0)
                .push_bind(Uuid::now_v7())
                .push_bind(0_i64)
                .push_bind(BODY)
                .push_bind("message");
        });
        insert.build().execute(&mut connection).await?;
        stored += size;
    }
    connection.close().await?;
    Ok(per_second(stored, began.elapsed()))
}

fn per_second(stored: usize, took: Duration) -> u64 {
    let millis = took.as_millis().max(1);
    u64::try_from(stored as u128 * 1_000 / millis).unwrap_or(u64::MAX)
}
