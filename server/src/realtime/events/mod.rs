//! Client events: their arguments, and their handlers. The handler of `send` is in `entries`.

pub(in crate::realtime) mod args;
pub(in crate::realtime) mod ephemeral;
pub(in crate::realtime) mod history;
pub(in crate::realtime) mod listing;
pub(in crate::realtime) mod reading;
pub(in crate::realtime) mod rooms;

use std::sync::Arc;

use socketioxide::extract::{AckSender, SocketRef};
use steadfast_shared::{ErrorCode, WireError, event};

use super::connection::{ClientConnection, Cost};
use super::{Realtime, cost_of};
use args::EventArgs;

impl Realtime {
    /// Calls an event's handler.
    pub(super) fn answer_event(
        &self,
        event: &str,
        socket: &SocketRef,
        connection: &Arc<ClientConnection>,
        args: &EventArgs,
        ack: AckSender,
    ) {
        match event {
            event::SEND => self.send(socket, connection, args, ack),
            event::HISTORY => self.history(socket, connection, args, ack),
            event::SYNC => self.sync(socket, connection, args, ack),
            event::TYPING => self.typing(socket, connection, args, ack),
            event::READ => self.read(socket, connection, args, ack),
            event::AWAY => self.away(socket, connection, args, ack),
            event::WATCH => self.watch(socket, connection, args, ack),
            event::BROWSE_ROOMS => self.browse_rooms(socket, connection, args, ack),
            event::LIST_MEMBERS => self.list_members(socket, connection, args, ack),
            event::FIND_PEOPLE => self.find_people(socket, connection, args, ack),
            _ => {
                if let Err(ack) = rooms::answer(self, event, connection, args, ack) {
                    self.handle::<()>(connection, ack, || {
                        self.charge(connection, Cost::Events(cost_of(args)))?;
                        Err(WireError::new(ErrorCode::Invalid, "unknown event"))
                    });
                }
            }
        }
    }
}
