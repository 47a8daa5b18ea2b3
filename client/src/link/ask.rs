//! Requests outside of any log: rooms, members, people, nicknames.
//!
//! Nothing here waits for a link: without one a request fails at once.

use std::time::Duration;

use serde::Serialize;
use socketio_anywhere::{Ack, AckError};
use steadfast_shared::event::{self, Block, Reply};
use steadfast_shared::fields::{Field, FromField};
use steadfast_shared::room::{
    BrowseRooms, ChangeNickname, ChangeRoom, CreateRoom, DirectRoom, FindPeople, HideRoom, InRoom,
    InvitePeople, ListMembers, ListedRoom, Member, RemoveMember, Room,
};
use steadfast_shared::{Person, RoomId, WireError};

use super::Chat;
use super::Task;

/// How long an answer may take.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// A request to the server that no log records.
pub trait Ask {
    const EVENT: &'static str;
    type Payload: Serialize;
    type Answer: FromField + Send + 'static;

    fn payload(&self) -> &Self::Payload;
}

/// Why a request failed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AskError {
    /// There is no link, or it went down first. The server may have done it all the same.
    #[error("not connected")]
    Disconnected,
    /// No answer came in time. The server may have done it all the same.
    #[error("no answer in time")]
    Timeout,
    /// The answer has an unknown shape.
    #[error("an answer of no known shape")]
    Malformed,
    #[error(transparent)]
    Refused(#[from] WireError),
}

macro_rules! asks {
    ($($payload:ty, $event:expr => $answer:ty;)*) => {$(
        impl Ask for $payload {
            const EVENT: &'static str = $event;
            type Payload = Self;
            type Answer = $answer;

            fn payload(&self) -> &Self {
                self
            }
        }
    )*};
}

asks! {
    CreateRoom, event::CREATE_ROOM => Room;
    DirectRoom, event::DIRECT_ROOM => Room;
    BrowseRooms, event::BROWSE_ROOMS => Vec<ListedRoom>;
    InvitePeople, event::INVITE => ();
    RemoveMember, event::REMOVE_MEMBER => ();
    ChangeRoom, event::CHANGE_ROOM => Room;
    HideRoom, event::HIDE_ROOM => Room;
    Block, event::BLOCK => ();
    FindPeople, event::FIND_PEOPLE => Vec<Person>;
    ListMembers, event::LIST_MEMBERS => Vec<Member>;
    ChangeNickname, event::NICKNAME => Person;
}

macro_rules! asks_of_a_room {
    ($($(#[$about:meta])* $name:ident, $event:expr => $answer:ty;)*) => {$(
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub struct $name(InRoom);

        impl $name {
            pub fn of(room: RoomId) -> Self {
                Self(InRoom { room })
            }
        }

        impl Ask for $name {
            const EVENT: &'static str = $event;
            type Payload = InRoom;
            type Answer = $answer;

            fn payload(&self) -> &InRoom {
                &self.0
            }
        }
    )*};
}

asks_of_a_room! {
    /// Joins a public room.
    Join, event::JOIN_ROOM => Room;
    /// Leaves a room it is in.
    Leave, event::LEAVE_ROOM => ();
}

impl Chat {
    /// Sends a request to the server. The changes it makes come to the session as events, too.
    ///
    /// # Errors
    /// At once if there is no link: a request does not wait for one.
    pub fn ask<A: Ask>(&self, ask: &A) -> Task<'static, Result<A::Answer, AskError>> {
        let client = &self.inner.client;
        let ack = client.emit_volatile_with_ack::<Field>(A::EVENT, ask.payload(), ANSWERS_WITHIN);
        let reply = answered(ack);
        Box::pin(async move {
            let reply = Reply::from_field(reply.await?).map_err(|_| AskError::Malformed)?;
            Ok(Result::from(reply)?)
        })
    }
}

/// The reply before it is read: one type for all requests.
fn answered(ack: Ack<Field>) -> Task<'static, Result<Field, AskError>> {
    Box::pin(async move {
        ack.await.map_err(|error| match error {
            AckError::Timeout => AskError::Timeout,
            AckError::Malformed(_) => AskError::Malformed,
            _ => AskError::Disconnected,
        })
    })
}
