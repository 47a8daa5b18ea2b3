//! Typing, read markers and away states. None of them moves a cursor, and a lost event does no harm.

use std::sync::Arc;

use futures::FutureExt;
use socketioxide::extract::{AckSender, SocketRef};
use steadfast_shared::event::{self, Away, Read, Typing, TypingIn};

use crate::realtime::adapter::hint::Hint;
use crate::realtime::args::EventArgs;
use crate::realtime::connection::{ClientConnection, Cost};
use crate::realtime::sockets::{person_room, room_name};
use crate::realtime::{Realtime, cost_of};
use crate::store::ReadMark;

impl Realtime {
    /// `typing`: notifies the other members, unless their sockets are busy.
    pub(in crate::realtime) fn typing(
        &self,
        socket: &SocketRef,
        connection: &Arc<ClientConnection>,
        args: &EventArgs,
        ack: AckSender,
    ) {
        self.handle(connection, ack, || {
            self.charge(connection, Cost::Events(cost_of(args)))?;
            let TypingIn { room } = args.read()?;
            connection.member_of(room)?;
            let typing = Typing {
                room,
                person: connection.person(),
            };
            let others = socket.to(room_name(room)).except(person_room(connection.user));
            let _ = others
                .local()
                .volatile()
                .emit(event::TYPING, &typing)
                .now_or_never();
            self.0.hub.adapter.send(&Hint::Typing(typing));
            Ok(None::<()>)
        });
    }

    /// `read`: stores the person's read marker, and sends it to their other sockets.
    pub(in crate::realtime) fn read(
        &self,
        socket: &SocketRef,
        connection: &Arc<ClientConnection>,
        args: &EventArgs,
        ack: AckSender,
    ) {
        self.handle(connection, ack, || {
            self.charge(connection, Cost::Events(cost_of(args)))?;
            let read: Read = args.read()?;
            connection.member_of(read.room)?;
            self.0.writer.mark_read(ReadMark {
                user: connection.user,
                room: read.room,
                seq: read.seq,
            });
            let (realtime, connection) = (self.clone(), connection.clone());
            let own = socket.to(person_room(connection.user)).local();
            tokio::spawn(async move {
                if let Some(head) = realtime.0.hub.head_for(&connection, read.room).await {
                    let seq = read.seq.min(head);
                    let _ = own.emit(event::READ, &Read { seq, ..read }).await;
                    realtime.0.hub.adapter.send(&Hint::Read {
                        person: connection.user,
                        room: read.room,
                        seq,
                    });
                }
            });
            Ok(None::<()>)
        });
    }

    /// `away`: whether the person is away from this device.
    pub(in crate::realtime) fn away(
        &self,
        _: &SocketRef,
        connection: &Arc<ClientConnection>,
        args: &EventArgs,
        ack: AckSender,
    ) {
        self.handle(connection, ack, || {
            self.charge(connection, Cost::Events(cost_of(args)))?;
            let Away { away } = args.read()?;
            connection.place().away = away;
            self.0.hub.presence.reassess_soon(connection.user);
            Ok(None::<()>)
        });
    }
}
