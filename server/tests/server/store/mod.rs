//! The store: one suite that every store must pass.

mod brought;
mod commit;
mod direct;
mod erased;
mod feed;
mod leases;
mod log;
mod membership;
mod names;
mod notifications;
mod older;
mod opening;
mod people;
mod planned;
mod plans;
mod pooler;
mod retries;
mod settle;
mod traps;
mod tries;
mod unread;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use steadfast_server::store::sqlite::{SqliteStore, open::SqliteOpenError};
use steadfast_server::store::{
    Command, CommandOutcome, Device, EntryOutcome, NewCommand, NewEntry, Span, Store, StoreRefusal,
};
use steadfast_shared::room::{ChangeRoom, CreateRoom};
use steadfast_shared::{Body, EntryId, Millis, Room, RoomId, RoomKind, RoomName, Seq, Topic, UserId};
use uuid::Uuid;

use super::support::database::TestDatabase;
use super::support::{body, newcomer};

/// A store with two people, Mina and Jun, both in the room `general`; and a second room with Mina alone.
pub(crate) struct Fixture {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) mina: Device,
    pub(crate) jun: Device,
    pub(crate) general: RoomId,
    pub(crate) other: RoomId,
    pub(crate) database: TestDatabase,
}

impl Fixture {
    /// Overwrites the copies of erased rows, once no connection reads any more: a read may end after its caller has the result.
    pub(crate) async fn scrub(&self) {
        while !self.store.scrub().await.unwrap() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(crate) async fn sqlite() -> Self {
        Self::on(TestDatabase::sqlite()).await
    }

    pub(crate) async fn postgres() -> Self {
        Self::on(TestDatabase::postgres().await).await
    }

    async fn on(database: TestDatabase) -> Self {
        let store = database.open().await;
        let mina = sign_up(&*store, "Mina").await;
        let jun = sign_up(&*store, "Jun").await;
        let general = store.rooms_of(mina.person.id).await.unwrap()[0].id;
        let other = RoomId(Uuid::now_v7());
        let (room, person) = (database.id(other.0), database.id(mina.person.id.0));
        let insert = format!(
            "insert into rooms (id, kind, name, name_key, search, created_at, active_at)
             values ({room}, 'public', 'other', 'other', 'other', 0, 0);
             insert into members (user, room, joined_at) values ({person}, {room}, 0)"
        );
        database.run(&insert).await;
        Self {
            store,
            mina,
            jun,
            general,
            other,
            database,
        }
    }

    pub(crate) async fn sign_up(&self, name: &str) -> Device {
        sign_up(&*self.store, name).await
    }

    /// Its file, in tests that run on SQLite only.
    pub(crate) fn path(&self) -> PathBuf {
        self.database.file().unwrap()
    }

    fn entry(&self, text: &str) -> NewEntry {
        NewEntry {
            author: self.mina.person.id,
            id: EntryId(Uuid::now_v7()),
            room: self.general,
            body: body(text),
            message_id: None,
            address: None,
        }
    }

    pub(crate) async fn append(&self, entries: &[NewEntry]) -> Vec<EntryOutcome> {
        self.store.append(entries, 7).await.unwrap().outcomes
    }

    pub(crate) async fn fill(&self, count: usize) {
        let entries: Vec<NewEntry> = (0..count).map(|n| self.entry(&format!("message {n}"))).collect();
        self.append(&entries).await;
    }

    /// Runs a command of a person.
    async fn act(&self, by: UserId, act: Command) -> Result<CommandOutcome, StoreRefusal> {
        self.store.act(by, None, &act, 5).await.unwrap()
    }

    /// Runs many commands of a person, a few in each commit: on Postgres it has five seconds, also on a busy machine.
    async fn act_together(
        &self,
        by: UserId,
        acts: impl IntoIterator<Item = Command>,
        at: Millis,
    ) -> Vec<Result<CommandOutcome, StoreRefusal>> {
        let commands = acts.into_iter().map(|act| NewCommand {
            by,
            address: None,
            act,
        });
        let commands: Vec<NewCommand> = commands.collect();
        let mut done = Vec::with_capacity(commands.len());
        for some in commands.chunks(10) {
            done.extend(self.store.commit(&[], some, at).await.unwrap().commands);
        }
        done
    }

    /// Adds a person to many rooms behind the store's back.
    async fn put_into_rooms(&self, user: UserId, count: usize, brought_by: Option<UserId>) {
        let id = |id| self.database.id(id);
        let by = brought_by.map_or_else(|| "null".to_owned(), |by| id(by.0));
        let inserts = (0..count).map(|n| {
            let (room, user) = (id(Uuid::now_v7()), id(user.0));
            format!(
                "insert into rooms (id, kind, name, name_key, search, created_at, active_at)
                 values ({room}, 'private', '{n}', '{n}', '{n}', 0, 0);
                 insert into members (user, room, joined_at, brought_by) values ({user}, {room}, 100, {by});"
            )
        });
        let inserts: String = inserts.collect();
        self.database.run(&format!("begin; {inserts} commit")).await;
    }

    /// A room created by Mina.
    async fn made(&self, kind: RoomKind, name: &str) -> RoomId {
        let made = self.act(self.mina.person.id, create(kind, name)).await;
        made.unwrap().room.unwrap()
    }

    /// A room as one of its members sees it.
    async fn seen(&self, by: UserId, room: RoomId) -> Option<Room> {
        let rooms = self.store.rooms_of(by).await.unwrap();
        rooms.into_iter().find(|known| known.id == room)
    }

    /// The bodies in a room's log.
    async fn said(&self, room: RoomId) -> Vec<Body> {
        let page = self.store.page(room, Span::After(0), 100).await.unwrap();
        page.entries.into_iter().map(|entry| entry.body).collect()
    }

    pub(crate) async fn seqs(&self, span: Span, limit: usize) -> Vec<Seq> {
        let page = self.store.page(self.general, span, limit).await.unwrap();
        page.entries.iter().map(|entry| entry.seq).collect()
    }
}

pub(crate) async fn open(path: PathBuf) -> Result<SqliteStore, SqliteOpenError> {
    SqliteStore::open(&path, Duration::from_secs(10), 1).await
}

async fn behind_its_back(path: PathBuf) -> SqliteConnection {
    SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(path))
        .await
        .unwrap()
}

async fn sign_up(store: &dyn Store, name: &str) -> Device {
    store.sign_up(&newcomer(name)).await.unwrap()
}

fn create(kind: RoomKind, name: &str) -> Command {
    Command::Create(CreateRoom {
        id: RoomId(Uuid::now_v7()),
        kind,
        name: room_name(name),
        topic: Topic::default(),
    })
}

fn room_name(name: &str) -> RoomName {
    RoomName::parse(name).unwrap()
}

/// An empty change, to be filled in.
fn unchanged(room: RoomId) -> ChangeRoom {
    ChangeRoom {
        room,
        name: None,
        topic: None,
        archived: None,
    }
}
