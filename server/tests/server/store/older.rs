//! A database of an older version keeps all of its data.

use std::path::PathBuf;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, SqliteConnection as Old};
use steadfast_server::store::account::{Admission, SignUp};
use steadfast_server::store::sqlite::SqliteStore;
use steadfast_server::store::{Accounts, Command, EntryOutcome, Log, NewEntry, Rooms, Span, Store, Token};
use steadfast_shared::room::DirectRoom;
use steadfast_shared::{Body, EntryId, Nickname, Role, RoomId, RoomKind, UserId, mention};
use tempfile::TempDir;
use uuid::Uuid;

use super::open;
use crate::support::{body, newcomer};

const EPOCH: Uuid = Uuid::from_u128(1);
const GENERAL: RoomId = RoomId(Uuid::from_u128(2));
const MINA: UserId = UserId(Uuid::from_u128(3));
const JUN: UserId = UserId(Uuid::from_u128(4));
const DIRECT: RoomId = RoomId(Uuid::from_u128(5));
const PLANS: RoomId = RoomId(Uuid::from_u128(6));

/// A database as the version with this many migrations left it.
struct Older {
    connection: Old,
    folder: TempDir,
}

impl Older {
    async fn of(version: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("chat.db"))
            .create_if_missing(true);
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        let mut migrations = sqlx::migrate!("migrations/sqlite");
        migrations
            .migrations
            .to_mut()
            .retain(|migration| migration.version <= version);
        migrations.run_direct(None, &mut connection, false).await.unwrap();
        Self { connection, folder }
    }

    /// Two signed-in people, and their room.
    async fn with_people(mut self, general: &'static str) -> Self {
        sqlx::query("insert into epoch (one, id) values (1, ?)")
            .bind(EPOCH)
            .execute(&mut self.connection)
            .await
            .unwrap();
        sqlx::query(general)
            .bind(GENERAL.0)
            .execute(&mut self.connection)
            .await
            .unwrap();
        for (user, name, at) in [(JUN, "Jun", 20), (MINA, "Mina", 10)] {
            sqlx::query("insert into users (id, name, name_key, created_at) values (?, ?, lower(?), ?)")
                .bind(user.0)
                .bind(name)
                .bind(name)
                .bind(at)
                .execute(&mut self.connection)
                .await
                .unwrap();
            sqlx::query("insert into sessions (token_hash, user, created_at) values (?, ?, ?)")
                .bind(token_hash(name))
                .bind(user.0)
                .bind(at)
                .execute(&mut self.connection)
                .await
                .unwrap();
            self.member(user, GENERAL, 2).await;
        }
        self
    }

    async fn member(&mut self, user: UserId, room: RoomId, read: i64) {
        sqlx::query("insert into members (user, room, read, joined_at) values (?, ?, ?, 30)")
            .bind(user.0)
            .bind(room.0)
            .bind(read)
            .execute(&mut self.connection)
            .await
            .unwrap();
    }

    /// An entry, by the columns that every version has had.
    async fn say(&mut self, room: RoomId, seq: i64, author: UserId, body: &Body) {
        sqlx::query("insert into entries (room, seq, author, id, at, body) values (?, ?, ?, ?, ?, ?)")
            .bind(room.0)
            .bind(seq)
            .bind(author.0)
            .bind(id(seq).0)
            .bind(100 + seq)
            .bind(serde_json::to_string(body).unwrap())
            .execute(&mut self.connection)
            .await
            .unwrap();
    }

    async fn run(&mut self, change: &'static str) {
        sqlx::raw_sql(change).execute(&mut self.connection).await.unwrap();
    }

    /// The same database, opened by this version.
    async fn opened(self) -> (SqliteStore, TempDir) {
        self.connection.close().await.unwrap();
        let path: PathBuf = self.folder.path().join("chat.db");
        (open(path).await.unwrap(), self.folder)
    }
}

fn id(seq: i64) -> EntryId {
    EntryId(Uuid::from_u128(1_000 + u128::try_from(seq).unwrap()))
}

fn token(name: &str) -> Token {
    Token::shown(&format!("the token of {name}"))
}

/// The hash that older versions stored for a token, which is still the same.
fn token_hash(name: &str) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    Sha256::digest(token(name).as_str()).to_vec()
}

/// For every version: the same epoch, people, devices and log, and it can be continued.
async fn assert_kept(store: &SqliteStore, sent: &[Body]) {
    assert_eq!(store.epoch().0, EPOCH);
    for (user, name) in [(MINA, "Mina"), (JUN, "Jun")] {
        let device = store
            .device(token(name).hash())
            .await
            .unwrap()
            .expect("signed in");
        assert_eq!((device.person.id, device.person.name.as_str()), (user, name));
        let role = if user == MINA { Role::Owner } else { Role::Member };
        assert_eq!((device.role, device.has_passphrase), (role, false));
        let known = &store.devices(user).await.unwrap()[0];
        assert_eq!(known.last_seen_at, known.created_at);
    }
    let page = store.page(GENERAL, Span::After(0), 100).await.unwrap();
    let bodies: Vec<&Body> = page.entries.iter().map(|entry| &entry.body).collect();
    assert_eq!(bodies, sent.iter().collect::<Vec<_>>());
    let head = sent.len() as u64;
    assert!(page.entries.iter().map(|entry| entry.seq).eq(1..=head));
    assert_eq!(store.heads().await.unwrap()[&GENERAL], head);

    // Retrying a message that was stored long ago is a repeat; a new one follows it.
    let again = NewEntry {
        author: MINA,
        id: id(1),
        room: GENERAL,
        body: sent[0].clone(),
        message_id: None,
        address: None,
    };
    let next = NewEntry {
        id: EntryId(Uuid::now_v7()),
        body: body("next"),
        ..again.clone()
    };
    let outcomes = store.append(&[again, next], 900).await.unwrap().outcomes;
    assert_eq!(
        outcomes,
        [
            EntryOutcome::Repeat { seq: 1, at: 101 },
            EntryOutcome::Stored {
                seq: head + 1,
                at: 900
            }
        ]
    );
    let taken = SignUp {
        admission: Admission::Granted,
        ..newcomer("mina")
    };
    assert!(store.sign_up(&taken).await.is_err(), "the nickname is hers");
    let ada = store.sign_up(&newcomer("Ada")).await.unwrap();
    assert_eq!(ada.role, Role::Member);
    assert_eq!(store.rooms_of(ada.person.id).await.unwrap()[0].id, GENERAL);
}

#[tokio::test]
async fn a_database_of_the_first_version_keeps_people_devices_and_the_log() {
    let mut older = Older::of(1)
        .await
        .with_people("insert into rooms (id, name, head, created_at) values (?, 'general', 4, 5)")
        .await;
    let sent: Vec<Body> = ["one", "two", "three", "four"].map(body).into();
    for (seq, body) in (1..).zip(&sent) {
        let author = if seq % 2 == 1 { MINA } else { JUN };
        older.say(GENERAL, seq, author, body).await;
    }
    let (store, _folder) = older.opened().await;
    let general = store.rooms_of(JUN).await.unwrap().remove(0);
    assert_eq!(
        (general.kind, general.name.as_str()),
        (RoomKind::Public, "general")
    );
    assert_eq!((general.head, general.read, general.unread), (4, 2, 1));
    assert_eq!(
        (general.active_at, general.archived, general.manage),
        (104, false, false)
    );
    assert!(
        store.rooms_of(MINA).await.unwrap()[0].manage,
        "the first person owns the server"
    );
    assert_kept(&store, &sent).await;
}

#[tokio::test]
async fn a_database_of_the_second_version_keeps_rooms_of_every_kind_and_changes() {
    let mut older = Older::of(2)
        .await
        .with_people(
            "insert into rooms (id, kind, name, name_key, search, lobby, head, created_at, active_at)
             values (?, 'public', 'general', 'general', 'general', 1, 4, 5, 101)",
        )
        .await;
    let text = |text: &str| steadfast_shared::MessageText::parse(text).unwrap();
    let sent = [
        body(&format!("{} one", mention::written(JUN))),
        Body::Edit {
            message: 1,
            text: text("uno"),
        },
        Body::React {
            message: 1,
            emoji: steadfast_shared::Emoji::parse("👍").unwrap(),
            on: true,
        },
        Body::Erased,
    ];
    for (seq, body) in (1..).zip(&sent) {
        older.say(GENERAL, seq, MINA, body).await;
    }
    for (room, kind, key) in [
        (
            DIRECT,
            "direct",
            Some([*MINA.0.as_bytes(), *JUN.0.as_bytes()].concat()),
        ),
        (PLANS, "private", None),
    ] {
        sqlx::query(
            "insert into rooms (id, kind, name, name_key, search, direct_key, creator, head, created_at, active_at)
             values (?, ?, 'Plans', 'plans', 'plans', ?, ?, 0, 5, 5)",
        )
        .bind(room.0)
        .bind(kind)
        .bind(key)
        .bind(JUN.0)
        .execute(&mut older.connection)
        .await
        .unwrap();
        older.member(JUN, room, 0).await;
    }
    older.member(MINA, DIRECT, 0).await;
    older
        .run(
            "update entries set kind = json_extract(body, '$.kind'), target = json_extract(body, '$.message');
             insert into changed (room, message, edit) select id, 1, 2 from rooms where lobby = 1;
             insert into reactions (room, message, emoji, user, seq, since)
             select room, 1, '👍', author, seq, seq from entries where kind = 'react';
             insert into mentions (user, room, message)
             select users.id, rooms.id, 1 from users, rooms where users.name = 'Jun' and lobby = 1;
             update members set read = 0 where room = (select id from rooms where lobby = 1);",
        )
        .await;

    let (store, _folder) = older.opened().await;
    let rooms = store.rooms_of(JUN).await.unwrap();
    let find = |id| rooms.iter().find(|room| room.id == id).unwrap();
    assert_eq!((find(GENERAL).unread, find(GENERAL).mentions), (1, 1));
    assert_eq!((find(PLANS).kind, find(PLANS).manage), (RoomKind::Private, true));
    assert_eq!(find(DIRECT).with[0].id, MINA);
    assert!(
        store
            .rooms_of(MINA)
            .await
            .unwrap()
            .iter()
            .all(|room| room.id != PLANS)
    );
    let direct = Command::Direct(DirectRoom { with: vec![JUN] });
    let opened = store.act(MINA, None, &direct, 800).await.unwrap().unwrap();
    assert_eq!((opened.room, opened.made), (Some(DIRECT), false));
    let page = store.page(GENERAL, Span::After(0), 1).await.unwrap();
    let now = page.entries[0].now.as_ref().unwrap();
    assert_eq!(now.edited.as_ref().unwrap().text, text("uno"));
    assert_eq!(now.reactions[0].by[0].id, MINA);
    assert_kept(&store, &sent).await;
    let renamed = Command::Rename(Nickname::parse("Minerva").unwrap());
    store.act(MINA, None, &renamed, 950).await.unwrap().unwrap();
}
