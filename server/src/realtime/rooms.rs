//! Events about rooms and people. Changes go through the writer.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde::Serialize;
use serde::de::DeserializeOwned;
use socketioxide::extract::{AckSender, SocketRef};
use steadfast_shared::event::Reply;
use steadfast_shared::room::{BrowseRooms, ChangeNickname, InRoom, ListedRoom};
use steadfast_shared::{ErrorCode, Person, Room, WireError};

use super::args::Args;
use super::connection::{Connection, Cost};
use super::history::PAGES_ASKED;
use super::writer::{Done, Errand};
use super::{COSTLY, Realtime, cost_of};
use crate::store::{Act, Refusal, StoreError};

/// Handlers of events that are commands: the request, and the part of [`Done`] that answers it.
macro_rules! errands {
    ($($(#[$doc:meta])* $name:ident($act:expr) -> $answer:expr;)*) => {
        impl Realtime {
            $(
                $(#[$doc])*
                pub(super) fn $name(&self, _: &SocketRef, connection: &Arc<Connection>, args: &Args, ack: AckSender) {
                    self.errand(connection, args, ack, $act, $answer);
                }
            )*
        }
    };
}

errands! {
    // `room:create`
    create_room(Act::Create) -> the_room;
    // `room:direct`
    direct_room(Act::Direct) -> the_room;
    // `room:join`
    join_room(|asked: InRoom| Act::Join(asked.room)) -> the_room;
    // `room:leave`
    leave_room(|asked: InRoom| Act::Leave(asked.room)) -> nothing;
    // `room:invite`
    invite(Act::Invite) -> nothing;
    // `room:remove`
    remove_member(Act::Remove) -> nothing;
    // `room:change`
    change_room(Act::Change) -> the_room;
    // `room:hide`
    hide_room(Act::Hide) -> the_room;
    // `block`
    block(Act::Block) -> nothing;
    // `nickname`
    nickname(|asked: ChangeNickname| Act::Rename(asked.name)) -> the_person;
}

fn the_room(done: Done) -> Result<Room, WireError> {
    // Somebody may have taken this person out again.
    done.room.ok_or_else(|| Refusal::UnknownRoom.into())
}

fn the_person(done: Done) -> Result<Person, WireError> {
    done.person.ok_or_else(|| Refusal::UnknownPerson.into())
}

#[expect(clippy::unnecessary_wraps, reason = "as the others are")]
fn nothing(_: Done) -> Result<(), WireError> {
    Ok(())
}

impl Realtime {
    fn errand<A: DeserializeOwned, T: Serialize + 'static>(
        &self,
        connection: &Arc<Connection>,
        args: &Args,
        ack: AckSender,
        act: impl FnOnce(A) -> Act,
        answer: fn(Done) -> Result<T, WireError>,
    ) {
        let checked = self
            .charge_costly(connection, COSTLY.saturating_mul(cost_of(args)))
            .and_then(|()| args.read())
            .map(act)
            .and_then(|act| {
                let entries = entries_of(&act, connection);
                self.charge(connection, Cost::Messages(entries))?;
                if matches!(act, Act::Create(_)) {
                    self.charge_room(connection)?;
                }
                Ok((act, entries))
            });
        let (act, entries) = match checked {
            Ok(act) => act,
            Err(error) => return self.handle::<T>(connection, ack, || Err(error)),
        };
        Connection::count(&connection.events);
        let (realtime, answered) = (self.clone(), connection.clone());
        self.0.writer.run(Errand {
            by: connection.user,
            address: connection.address,
            act,
            entries,
            answer: Box::new(move |done| {
                let done = done.and_then(answer);
                if done.is_err() {
                    Connection::count(&answered.refused);
                }
                realtime.answer(&answered, ack, &Reply::from(done));
            }),
        });
    }

    // `room:browse`
    pub(super) fn browse_rooms(
        &self,
        _: &SocketRef,
        connection: &Arc<Connection>,
        args: &Args,
        ack: AckSender,
    ) {
        self.look(
            connection,
            args,
            ack,
            async |realtime, connection, asked: BrowseRooms| {
                let listed: Result<Vec<ListedRoom>, _> =
                    realtime.0.store.browse(connection.user, &asked).await;
                listed.map_err(|error| unreadable(&error))
            },
        );
    }

    /// Answers reads: one after another for each connection, as history's pages are.
    pub(super) fn look<A, T, F>(
        &self,
        connection: &Arc<Connection>,
        args: &Args,
        ack: AckSender,
        work: impl FnOnce(Self, Arc<Connection>, A) -> F + Send + 'static,
    ) where
        A: DeserializeOwned + Send + 'static,
        T: Serialize + Send + 'static,
        F: Future<Output = Result<T, WireError>> + Send,
    {
        let checked = self
            .charge_costly(connection, COSTLY.saturating_mul(cost_of(args)))
            .and_then(|()| args.read());
        let checked = checked.and_then(|asked| {
            if connection.asked.fetch_add(1, Ordering::Relaxed) < PAGES_ASKED {
                return Ok(asked);
            }
            connection.asked.fetch_sub(1, Ordering::Relaxed);
            Err(WireError::new(
                ErrorCode::Busy,
                "too much asked for at once: wait for the answers",
            ))
        });
        let asked = match checked {
            Ok(asked) => asked,
            Err(error) => return self.handle::<T>(connection, ack, || Err(error)),
        };
        Connection::count(&connection.events);
        let (realtime, connection) = (self.clone(), connection.clone());
        tokio::spawn(async move {
            let reply = match connection.turn().await {
                Ok(_turn) => work(realtime.clone(), connection.clone(), asked).await,
                Err(gone) => Err(gone),
            };
            connection.asked.fetch_sub(1, Ordering::Relaxed);
            realtime.answer(&connection, ack, &Reply::from(reply));
        });
    }
}

/// How many entries a command may write. They cost as much as entries that are sent.
fn entries_of(act: &Act, connection: &Connection) -> u32 {
    match act {
        Act::Rename(_) => u32::try_from(connection.rooms().len()).unwrap_or(u32::MAX),
        Act::Create(_) | Act::Direct(_) | Act::Change(_) => 1,
        Act::Join(_)
        | Act::Leave(_)
        | Act::Invite(_)
        | Act::Remove(_)
        | Act::Hide(_)
        | Act::Block(_)
        | Act::Administer(_) => 0,
    }
}

pub(super) fn unreadable(error: &StoreError) -> WireError {
    tracing::error!(%error, "the store could not be read");
    WireError::new(ErrorCode::Unavailable, "this cannot be read right now: try again")
}
