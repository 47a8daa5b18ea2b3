//! Watchers get changes in batches, none of which is waited for.

use std::sync::Weak;
use std::time::Duration;

use socketioxide::{SendError, SocketError};
use steadfast_shared::event;

use super::super::hub::Hub;
use super::board::WatcherUpdate;

/// A watcher is told at most once in this time.
const PACE: Duration = Duration::from_millis(250);

/// Sends changes to watchers until the server is gone.
pub(in super::super) async fn keep_sending(hub: Weak<Hub>) {
    let Some(board) = hub.upgrade().map(|hub| hub.presence.clone()) else {
        return;
    };
    loop {
        board.changed.notified().await;
        let Some(hub) = hub.upgrade() else { return };
        hub.send_updates();
        drop(hub);
        tokio::time::sleep(PACE).await;
    }
}

impl Hub {
    fn send_updates(&self) {
        let told = self.presence.board().take();
        let Some(everybody) = self.io.of("/") else { return };
        for (id, told) in told {
            // One that is gone is taken off the board as it leaves.
            let Some(socket) = everybody.get_socket(id) else {
                continue;
            };
            let sent = match &told {
                WatcherUpdate::Watched(watched) => socket.emit(event::WATCHED, watched),
                WatcherUpdate::One(presence) => socket.emit(event::PRESENCE, presence),
            };
            if let Err(SendError::Socket(SocketError::InternalChannelFull)) = sent {
                self.presence.board().put_back(id, told);
            }
        }
        let board = self.presence.board();
        self.presence.wake(&board);
    }
}
