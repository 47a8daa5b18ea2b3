//! The inputs of a session.

use std::time::Duration;

use steadfast_shared::event::{Entries, Heads, Page, Presence, Read, Sent, Typing, Watched};
use steadfast_shared::http::SessionInfo;
use steadfast_shared::room::{MembershipUpdate, RoomUpdate};
use steadfast_shared::{
    Body, Emoji, EntryId, HandshakeError, MessageText, Millis, RoomId, Seq, UserId, WireError, event,
};

use crate::connection::LinkEnd;
use crate::record::{OutboxItem, Restored, StorageError, Unsent};
use crate::request::{RequestError, RequestId};
use crate::room::paging::Anchor;
use crate::tab_message::TabMessage;

/// One thing that happened.
#[derive(Clone, PartialEq, Debug)]
pub enum Input {
    /// The stored records. The first input; the session shows them at once.
    Restored(Restored),
    /// `POST` or `GET /api/session` answered: who this device speaks for.
    ///
    /// Another epoch than the cached one drops cursors and cache, and keeps the outbox as this person's.
    /// Another person in the same epoch neither sees nor sends the first one's items.
    SignedIn(SessionInfo),
    /// The person signed in is no longer: rooms, names and identity are forgotten, here, on disk and in the other tabs.
    SignedOut(Unsent),
    /// A person pressed Enter. See [`crate::Session::can_post`] for the reasons to refuse it.
    Post {
        room: RoomId,
        /// A UUIDv7 made for this keypress.
        id: EntryId,
        text: MessageText,
        /// The message of the room it replies to.
        reply_to: Option<Seq>,
        /// When, by this device's clock.
        at: Millis,
    },
    /// A person edits, deletes or reacts to a message that is in the log. Refused as a post is.
    Change {
        room: RoomId,
        /// A UUIDv7 made for this change.
        id: EntryId,
        change: MessageChange,
        /// When, by this device's clock.
        at: Millis,
    },
    /// Send a rejected item again, as it is, as the person signed in.
    Retry(EntryId),
    /// Replace a rejected message or edit, or one that certainly never went out. Anything else is refused: it may be stored.
    Edit {
        id: EntryId,
        /// A fresh UUIDv7 for the replacement.
        new_id: EntryId,
        /// The text of the replacement.
        text: MessageText,
        /// When, by this device's clock.
        at: Millis,
    },
    /// Throw away a rejected or unsent item. One that was in flight may be stored all the same: it is then shown as sent.
    Discard(EntryId),
    /// A person wants to see older entries: one more page.
    WantOlder(RoomId),
    /// A person in a detached view wants to see newer entries: one more page. A view that reaches the newest ends.
    WantNewer(RoomId),
    /// A person wants to see another place of the log. The live window stays visible until the first page has come.
    Look { room: RoomId, at: Anchor },
    /// Back to the newest entries.
    LookEnd(RoomId),
    /// A person is writing. Call it on each keypress; the session decides when to send it.
    Typing(RoomId),
    /// Whether nobody sits at this tab. Sent to the server when it changes, and again by each connection.
    Away(bool),
    /// Whose presence is shown: the people of these rooms, and these. Those of direct conversations are watched anyway.
    Watch { rooms: Vec<RoomId>, people: Vec<UserId> },
    /// A person has seen a room up to `seq`. Seeing the newest lets go of pages loaded by scrolling back.
    Read {
        room: RoomId,
        /// The newest entry seen.
        seq: Seq,
    },
    /// A person has seen which messages of a room are lost, since the server's database went back.
    ForgetLost(RoomId),
    /// The page is about to be hidden or closed: writes due within half a second are done now.
    Flush,
    /// The answer to [`crate::Output::Store`].
    Stored {
        ticket: StoreTicket,
        /// Whether it is durable.
        result: Result<(), StorageError>,
    },
    /// A person wants to be connected. Nothing while they are.
    Connect,
    /// A person wants to be disconnected, until [`Input::Connect`].
    Disconnect,
    /// There is no point in waiting for the next attempt any longer: the network is back, or the page is looked at again.
    Wake,
    /// The socket is connected. No request goes out before the server's `session` comes.
    LinkUp,
    /// The socket is not connected any more. Requests under way are never answered.
    LinkDown(LinkEnd),
    /// The socket could not be connected.
    DialFailed {
        /// Whether nothing is gained by waiting before the next attempt.
        at_once: bool,
    },
    /// The server could not be asked for the session of this device: the answer to [`crate::Output::RenewSession`] where
    /// there is none.
    NotRenewed,
    /// The server refused the handshake, and may have said how long to wait.
    LinkRefused(HandshakeError, Option<Duration>),
    /// The server said something.
    Event(ServerEvent),
    /// The answer to [`crate::Output::Request`]: exactly one, unless the link goes down first.
    Answered {
        request: RequestId,
        /// The answer, or why there is none.
        result: Result<Answer, RequestError>,
    },
    /// This tab drains the outbox from here on. Carries the device's outbox as storage holds it
    /// (empty where it cannot be read): the tab that drained before may have left something.
    TakeOver(Vec<OutboxItem>),
    /// A message from another tab.
    TabMessage(TabMessage),
    /// The time [`crate::Output::Wait`] named has come.
    Tick,
}

/// A person's change of a message that is in the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MessageChange {
    /// It says something else. For its author.
    Edit {
        message: Seq,
        /// The text from here on.
        text: MessageText,
    },
    /// It is taken back. For its author, and for the server's owner.
    Delete { message: Seq },
    /// A person reacts to it.
    React {
        message: Seq,
        emoji: Emoji,
        /// `false` takes it back.
        on: bool,
    },
}

impl From<MessageChange> for Body {
    fn from(change: MessageChange) -> Self {
        match change {
            MessageChange::Edit { message, text } => Self::Edit { message, text },
            MessageChange::Delete { message } => Self::Delete { message },
            MessageChange::React { message, emoji, on } => Self::React { message, emoji, on },
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StoreTicket(pub u64);

/// The events that the server sends.
#[derive(Clone, PartialEq, Debug)]
pub enum ServerEvent {
    Session(event::Session),
    Entries(Entries),
    Sync(Heads),
    Typing(Typing),
    Presence(Presence),
    Watched(Watched),
    Read(Read),
    Room(RoomUpdate),
    Members(MembershipUpdate),
    Blocked(event::Blocked),
    Role(event::NewRole),
    Nodes(event::Nodes),
    MemberRole(event::MemberRole),
}

/// The server's answer to a request.
#[derive(Clone, PartialEq, Debug)]
pub enum Answer {
    Send(Result<Vec<Sent>, WireError>),
    History(Result<Page, WireError>),
    Sync(Result<Heads, WireError>),
    Watch(Result<Watched, WireError>),
}
