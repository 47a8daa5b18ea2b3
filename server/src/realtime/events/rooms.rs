//! Events about rooms and people. Changes go through the writer.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde::Serialize;
use serde::de::DeserializeOwned;
use socketioxide::extract::{AckSender, SocketRef};
use steadfast_shared::event::{self, Reply};
use steadfast_shared::room::{BrowseRooms, ChangeNickname, InRoom, ListedRoom};
use steadfast_shared::{ErrorCode, Person, Room, WireError};

use crate::realtime::args::EventArgs;
use crate::realtime::connection::{ClientConnection, Cost};
use crate::realtime::entries::writer::{CommandAnswer, QueuedCommand};
use crate::realtime::history::READS_IN_FLIGHT;
use crate::realtime::{COSTLY, Realtime, cost_of};
use crate::store::{Command, StoreError, StoreRefusal};

/// Answers an event that is a command: its request, and the part of [`CommandAnswer`] that answers it. Any other event's ack is given
/// back.
pub(in crate::realtime) fn answer(
    realtime: &Realtime,
    event: &str,
    connection: &Arc<ClientConnection>,
    args: &EventArgs,
    ack: AckSender,
) -> Result<(), AckSender> {
    match event {
        event::CREATE_ROOM => realtime.command(connection, args, ack, Command::Create, the_room),
        event::DIRECT_ROOM => realtime.command(connection, args, ack, Command::Direct, the_room),
        event::JOIN_ROOM => {
            let join = |request: InRoom| Command::Join(request.room);
            realtime.command(connection, args, ack, join, the_room);
        }
        event::LEAVE_ROOM => {
            let leave = |request: InRoom| Command::Leave(request.room);
            realtime.command(connection, args, ack, leave, nothing);
        }
        event::INVITE => realtime.command(connection, args, ack, Command::Invite, nothing),
        event::REMOVE_MEMBER => realtime.command(connection, args, ack, Command::Remove, nothing),
        event::CHANGE_ROOM => realtime.command(connection, args, ack, Command::Change, the_room),
        event::HIDE_ROOM => realtime.command(connection, args, ack, Command::Hide, the_room),
        event::BLOCK => realtime.command(connection, args, ack, Command::Block, nothing),
        event::NICKNAME => {
            let rename = |request: ChangeNickname| Command::Rename(request.name);
            realtime.command(connection, args, ack, rename, the_person);
        }
        _ => return Err(ack),
    }
    Ok(())
}

fn the_room(done: CommandAnswer) -> Result<Room, WireError> {
    // The person may have been removed again.
    done.room.ok_or_else(|| StoreRefusal::UnknownRoom.into())
}

fn the_person(done: CommandAnswer) -> Result<Person, WireError> {
    done.person.ok_or_else(|| StoreRefusal::UnknownPerson.into())
}

#[expect(clippy::unnecessary_wraps, reason = "as the others are")]
fn nothing(_: CommandAnswer) -> Result<(), WireError> {
    Ok(())
}

impl Realtime {
    fn command<A: DeserializeOwned, T: Serialize + 'static>(
        &self,
        connection: &Arc<ClientConnection>,
        args: &EventArgs,
        ack: AckSender,
        act: fn(A) -> Command,
        answer: fn(CommandAnswer) -> Result<T, WireError>,
    ) {
        let checked = self
            .charge_costly(connection, COSTLY.saturating_mul(cost_of(args)))
            .and_then(|()| args.read())
            .map(act)
            .and_then(|act| {
                let entries = entries_of(&act, connection);
                self.charge(connection, Cost::Messages(entries))?;
                if matches!(act, Command::Create(_)) {
                    self.charge_room(connection)?;
                }
                Ok((act, entries))
            });
        let (act, entries) = match checked {
            Ok(act) => act,
            Err(error) => return self.handle::<T>(connection, ack, || Err(error)),
        };
        ClientConnection::count(&connection.events);
        let (realtime, answered) = (self.clone(), connection.clone());
        self.0.writer.run(QueuedCommand {
            by: connection.user,
            address: connection.address,
            act,
            entries,
            answer: Box::new(move |done| {
                let done = done.and_then(answer);
                if done.is_err() {
                    ClientConnection::count(&answered.refused);
                }
                realtime.answer(&answered, ack, &Reply::from(done));
            }),
        });
    }

    // `room:browse`
    pub(in crate::realtime) fn browse_rooms(
        &self,
        _: &SocketRef,
        connection: &Arc<ClientConnection>,
        args: &EventArgs,
        ack: AckSender,
    ) {
        self.query(
            connection,
            args,
            ack,
            async |realtime, connection, request: BrowseRooms| {
                let listed: Result<Vec<ListedRoom>, _> =
                    realtime.0.store.browse(connection.user, &request).await;
                listed.map_err(|error| unreadable(&error))
            },
        );
    }

    /// Answers reads, one after another for each connection, as for history pages.
    pub(in crate::realtime) fn query<A, T, F>(
        &self,
        connection: &Arc<ClientConnection>,
        args: &EventArgs,
        ack: AckSender,
        work: impl FnOnce(Self, Arc<ClientConnection>, A) -> F + Send + 'static,
    ) where
        A: DeserializeOwned + Send + 'static,
        T: Serialize + Send + 'static,
        F: Future<Output = Result<T, WireError>> + Send,
    {
        let checked = self
            .charge_costly(connection, COSTLY.saturating_mul(cost_of(args)))
            .and_then(|()| args.read());
        let checked = checked.and_then(|request| {
            if connection.in_flight.fetch_add(1, Ordering::Relaxed) < READS_IN_FLIGHT {
                return Ok(request);
            }
            connection.in_flight.fetch_sub(1, Ordering::Relaxed);
            Err(WireError::new(
                ErrorCode::Busy,
                "too many requests at once: wait for the responses",
            ))
        });
        let request = match checked {
            Ok(request) => request,
            Err(error) => return self.handle::<T>(connection, ack, || Err(error)),
        };
        ClientConnection::count(&connection.events);
        let (realtime, connection) = (self.clone(), connection.clone());
        tokio::spawn(async move {
            let reply = match connection.turn().await {
                Ok(_turn) => {
                    let _reads = realtime.0.readers.turn(connection.user).await;
                    work(realtime.clone(), connection.clone(), request).await
                }
                Err(gone) => Err(gone),
            };
            connection.in_flight.fetch_sub(1, Ordering::Relaxed);
            realtime.answer(&connection, ack, &Reply::from(reply));
        });
    }
}

/// The number of entries a command may write. They cost as much as sent entries.
fn entries_of(act: &Command, connection: &ClientConnection) -> u32 {
    match act {
        Command::Rename(_) => u32::try_from(connection.rooms().len()).unwrap_or(u32::MAX),
        Command::Create(_) | Command::Direct(_) | Command::Change(_) => 1,
        Command::Join(_)
        | Command::Leave(_)
        | Command::Invite(_)
        | Command::Remove(_)
        | Command::Hide(_)
        | Command::Block(_)
        | Command::Administer(_) => 0,
    }
}

pub(in crate::realtime) fn unreadable(error: &StoreError) -> WireError {
    tracing::error!(%error, "the store could not be read");
    WireError::new(
        ErrorCode::Unavailable,
        "the server cannot read this right now: try again",
    )
}
