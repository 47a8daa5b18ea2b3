//! What a session is told.

use steadfast_shared::event::{Entries, Heads, Page, Presence, Read, Sent, Typing};
use steadfast_shared::http::SessionInfo;
use steadfast_shared::{EntryId, HandshakeError, MessageText, Millis, RoomId, Seq, WireError, event};

use crate::news::PeerNews;
use crate::record::{OutboxItem, Restored, StorageError};

/// One thing that happened.
#[derive(Clone, PartialEq, Debug)]
pub enum Input {
    /// What storage held. The first input; the session shows it at once.
    Restored(Restored),
    /// `POST` or `GET /api/session` answered: who this device speaks for.
    ///
    /// Another epoch than the cached one drops cursors and cache, and keeps the outbox as this person's.
    /// Another person in the same epoch leaves the first one's items as [`crate::Rejection::OtherAuthor`].
    SignedIn(SessionInfo),
    /// A person pressed Enter. See [`crate::Session::can_post`] for what refuses it.
    Post {
        /// Into which room.
        room: RoomId,
        /// A UUIDv7 made for this keypress.
        id: EntryId,
        /// What was typed.
        text: MessageText,
        /// When, by this device's clock.
        at: Millis,
    },
    /// Send a rejected item again, as it is, as the person signed in.
    Retry(EntryId),
    /// Replace a rejected item, or one that certainly never went out. Anything else is refused: it may be stored.
    Edit {
        /// The item replaced.
        id: EntryId,
        /// A fresh UUIDv7 for what replaces it.
        new_id: EntryId,
        /// What it says instead.
        text: MessageText,
        /// When, by this device's clock.
        at: Millis,
    },
    /// Throw away a rejected or unsent item. One that was in flight may be stored all the same: it is then shown as sent.
    Discard(EntryId),
    /// A person wants to see older entries: one more page.
    ScrolledToTop(RoomId),
    /// A person is writing. Call it on each keypress; the session decides what goes out.
    Typing(RoomId),
    /// A person has seen a room up to `seq`. Seeing the newest lets go of pages loaded by scrolling back.
    Read {
        /// Which room.
        room: RoomId,
        /// The newest entry seen.
        seq: Seq,
    },
    /// The page is about to be hidden or closed: write now what would be written within half a second.
    Flush,
    /// The answer to [`crate::Output::Store`].
    Stored {
        /// Which one.
        ticket: Ticket,
        /// Whether it is durable.
        result: Result<(), StorageError>,
    },
    /// The socket is connected. Nothing is asked of the server before its `session` comes.
    LinkUp,
    /// The socket is not connected any more. Requests under way are never answered.
    LinkDown(LinkEnd),
    /// The server refused the handshake.
    LinkRefused(HandshakeError),
    /// The server said something.
    Event(ServerEvent),
    /// The answer to [`crate::Output::Request`]: exactly one, unless the link goes down first.
    Answered {
        /// Which one.
        request: RequestId,
        /// What came of it.
        result: Result<Answer, RequestError>,
    },
    /// This tab drains the outbox from here on. Carries the device's outbox as storage holds it
    /// (empty where it cannot be read): the tab that drained before may have left something.
    Elected(Vec<OutboxItem>),
    /// Another tab told something.
    Heard(PeerNews),
    /// The time [`crate::Output::Wait`] named has come.
    Tick,
}

/// Names one [`crate::Output::Store`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Ticket(pub u64);

/// Names one [`crate::Output::Request`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RequestId(pub u64);

/// Whether the link comes back by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkEnd {
    /// It was lost, and the socket is trying again.
    Lost,
    /// The server closed it. The socket stays down until told to connect.
    ClosedByServer,
    /// This side closed it: a person's wish.
    ClosedHere,
}

/// What the server says by itself.
#[derive(Clone, PartialEq, Debug)]
pub enum ServerEvent {
    /// [`event::SESSION`].
    Session(event::Session),
    /// [`event::ENTRIES`].
    Entries(Entries),
    /// [`event::SYNC`].
    Sync(Heads),
    /// [`event::TYPING`].
    Typing(Typing),
    /// [`event::PRESENCE`].
    Presence(Presence),
    /// [`event::READ`].
    Read(Read),
}

/// What the server answers.
#[derive(Clone, PartialEq, Debug)]
pub enum Answer {
    /// To a `send`.
    Send(Result<Vec<Sent>, WireError>),
    /// To a `history`.
    History(Result<Page, WireError>),
    /// To a `sync`.
    Sync(Result<Heads, WireError>),
}

/// Why there is no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RequestError {
    /// None came in time.
    #[error("no answer in time")]
    Timeout,
    /// The link went down first.
    #[error("the link went down")]
    Disconnected,
    /// One came, of no known shape.
    #[error("an answer of no known shape")]
    Malformed,
}
