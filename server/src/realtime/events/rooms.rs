//! Events about rooms and people. Changes go through the writer.

use std::future::ready;
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
use crate::realtime::history::READS_IN_FLIGHT;
use crate::realtime::writer::{CommandAnswer, QueuedCommand};
use crate::realtime::{COSTLY, Realtime, cost_of};
use crate::store::{Command, StoreError, StoreRefusal};

/// Handles the events that are commands: the request, and the part of [`CommandAnswer`] that answers it.
pub(in crate::realtime) fn listen(
    realtime: &Realtime,
    socket: &SocketRef,
    connection: &Arc<ClientConnection>,
) {
    let events = CommandEvents {
        realtime,
        socket,
        connection,
    };
    events.on(event::CREATE_ROOM, Command::Create, the_room);
    events.on(event::DIRECT_ROOM, Command::Direct, the_room);
    events.on(
        event::JOIN_ROOM,
        |request: InRoom| Command::Join(request.room),
        the_room,
    );
    events.on(
        event::LEAVE_ROOM,
        |request: InRoom| Command::Leave(request.room),
        nothing,
    );
    events.on(event::INVITE, Command::Invite, nothing);
    events.on(event::REMOVE_MEMBER, Command::Remove, nothing);
    events.on(event::CHANGE_ROOM, Command::Change, the_room);
    events.on(event::HIDE_ROOM, Command::Hide, the_room);
    events.on(event::BLOCK, Command::Block, nothing);
    events.on(
        event::NICKNAME,
        |request: ChangeNickname| Command::Rename(request.name),
        the_person,
    );
}

struct CommandEvents<'c> {
    realtime: &'c Realtime,
    socket: &'c SocketRef,
    connection: &'c Arc<ClientConnection>,
}

impl CommandEvents<'_> {
    fn on<A: DeserializeOwned + 'static, T: Serialize + 'static>(
        &self,
        event: &'static str,
        act: fn(A) -> Command,
        answer: fn(CommandAnswer) -> Result<T, WireError>,
    ) {
        let (realtime, connection) = (self.realtime.clone(), self.connection.clone());
        self.socket.on(event, move |args: EventArgs, ack: AckSender| {
            connection.message_received();
            realtime.command(&connection, &args, ack, act, answer);
            ready(())
        });
    }
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
