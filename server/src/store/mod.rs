//! All that lasts: people, device sessions, rooms and their logs.
//!
//! - [`Store`]: the interface the rest of the server knows
//! - [`sqlite`]: the store in one SQLite file
//! - [`token`]: the secret a device shows, and the hash that is kept of it
//! - [`lock`]: one process per database file
//!
//! Invariant: SQL is written in this folder and nowhere else.

pub mod lock;
pub mod sqlite;
pub mod token;

use async_trait::async_trait;
use steadfast_shared::{Body, EntryId, Epoch, Millis, Nickname, Person, RoomId, Seq, UserId, event};

pub use token::{Token, TokenHash};

/// Which signed-in device: unique for the life of the database.
pub type SessionId = i64;

/// A device that is signed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Device {
    /// Its session.
    pub session: SessionId,
    /// Who it speaks for.
    pub person: Person,
}

/// An entry to append.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewEntry {
    /// Who wrote it.
    pub author: UserId,
    /// What the author's device named it.
    pub id: EntryId,
    /// Into which room.
    pub room: RoomId,
    /// What it says.
    pub body: Body,
}

/// What became of a [`NewEntry`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It is in the log by this very append.
    Stored {
        /// Its place.
        seq: Seq,
        /// When.
        at: Millis,
    },
    /// The same entry was in the log before; this is where.
    Repeat {
        /// Its place.
        seq: Seq,
        /// When it was first stored.
        at: Millis,
    },
    /// The author has used this id for something else.
    Conflict,
    /// No such room, or the author is not a member of it.
    UnknownRoom,
}

/// What a committed append did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Appended {
    /// Per entry, in the order given.
    pub outcomes: Vec<Outcome>,
    /// The newest `seq` of every room that was named and known, after the commit.
    pub heads: Vec<(RoomId, Seq)>,
}

/// Which entries of a room are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Span {
    /// Those that follow, oldest first.
    After(Seq),
    /// The nearest that precede.
    Before(Seq),
    /// The newest.
    Newest,
}

/// How far a person has read a room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadMark {
    /// Who.
    pub user: UserId,
    /// Which room.
    pub room: RoomId,
    /// The newest entry seen.
    pub seq: Seq,
}

/// Where people, rooms and logs are kept.
///
/// Every call that writes returns after its own commit is durable. Every call may wait a bounded time for a lock.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// The life of this database.
    fn epoch(&self) -> Epoch;

    /// Whether it can be read and written.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Takes a nickname for a person, signs the device in and lets the person into the room `general`.
    async fn sign_up(&self, name: &Nickname, token: TokenHash, at: Millis) -> Result<Device, SignUpError>;

    /// The device that shows this token.
    async fn device(&self, token: TokenHash) -> Result<Option<Device>, StoreError>;

    /// Signs a device out. Answers which, or `None` where it was not signed in.
    async fn sign_out(&self, token: TokenHash) -> Result<Option<SessionId>, StoreError>;

    /// The rooms this person is in, by name. `unread` counts no further than [`UNREAD_COUNTED`].
    async fn rooms_of(&self, user: UserId) -> Result<Vec<event::Room>, StoreError>;

    /// Every room's newest `seq`.
    async fn heads(&self) -> Result<event::Heads, StoreError>;

    /// Appends all of these in one transaction, in the order given, or none where it fails.
    ///
    /// An error can leave it unknown whether the commit took place. Appending the same again settles it.
    async fn append(&self, entries: &[NewEntry], at: Millis) -> Result<Appended, StoreError>;

    /// At most `limit` entries of a room, `seq` ascending without a gap, fewer where their texts exceed
    /// [`steadfast_shared::limit::PAGE_BYTES`], but at least one where there is one.
    async fn page(&self, room: RoomId, span: Span, limit: usize) -> Result<event::Page, StoreError>;

    /// Moves read marks forward, never back and never past the head.
    async fn mark_read(&self, marks: &[ReadMark]) -> Result<(), StoreError>;

    /// Finishes what is under way and lets the database go.
    async fn close(&self);
}

/// How far unread entries are counted.
pub const UNREAD_COUNTED: u32 = 1_000;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else held the database for longer than the store's patience.
    #[error("the database is locked")]
    Locked,
    /// A constraint that no correct caller breaks: never taken for a repeat.
    #[error("the database refused a row: {0}")]
    Rejected(#[source] sqlx::Error),
    /// It could not be read or written.
    #[error("the database failed: {0}")]
    Failed(#[source] sqlx::Error),
    /// It holds what this program cannot read.
    #[error("the database holds an unreadable {0}")]
    Unreadable(&'static str),
}

/// Why a nickname could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// It is somebody else's.
    #[error("the nickname is taken")]
    NicknameTaken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
