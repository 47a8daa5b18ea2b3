//! Sends updates to watchers in batches, without waiting for any.

use std::sync::Weak;
use std::time::Duration;

use socketioxide::{SendError, SocketError};
use steadfast_shared::event;

use super::super::sockets::Sockets;
use super::PresenceBoard;
use super::board::WatcherUpdate;
use crate::realtime::entries::hub::Hub;

/// The shortest time between two updates to a watcher.
const PACE: Duration = Duration::from_millis(250);

/// Sends updates to watchers until the server is dropped.
pub(in super::super) async fn keep_sending(hub: Weak<Hub>) {
    let Some(board) = hub.upgrade().map(|hub| hub.presence.clone()) else {
        return;
    };
    loop {
        board.changed.notified().await;
        let Some(hub) = hub.upgrade() else { return };
        board.send_updates(&hub.sockets);
        drop(hub);
        tokio::time::sleep(PACE).await;
    }
}

impl PresenceBoard {
    fn send_updates(&self, sockets: &Sockets) {
        let updates = self.board().take();
        for (id, update) in updates {
            // A disconnected watcher is removed elsewhere.
            let Some(socket) = sockets.get(id) else {
                continue;
            };
            let sent = match &update {
                WatcherUpdate::Watched(watched) => socket.emit(event::WATCHED, watched),
                WatcherUpdate::One(presence) => socket.emit(event::PRESENCE, presence),
            };
            if let Err(SendError::Socket(SocketError::InternalChannelFull)) = sent {
                self.board().put_back(id, update);
            }
        }
        let board = self.board();
        self.wake(&board);
    }
}
