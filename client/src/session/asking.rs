//! The requests to the server, and when they are due.

use std::time::Duration;

use steadfast_shared::RoomId;

use super::Session;
use super::output::{Change, Ephemeral, Output, Request};
use crate::connection::Connection;
use crate::people::names::NamesVersion;
use crate::request::RequestId;
use crate::room::Room;

/// Most pages under way at once, all rooms together.
const PULLS: usize = 4;

/// An item that waits this long in sight of a tab that is online is sent by it, leader or not.
const TAKE_OVER: Duration = Duration::from_secs(15);

/// The read marker is sent this often at most.
const READ_EVERY: Duration = Duration::from_secs(1);

/// The purpose of a request under way. A page's has the version of the names when it was requested, too.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RequestPurpose {
    Send,
    History(RoomId, NamesVersion),
    Look(RoomId, NamesVersion),
    Sync,
    Watch,
}

impl Session {
    /// Sends whatever is due while the session is open.
    pub(super) fn drive_requests(&mut self, now: Duration) {
        if !self.is_online() {
            return;
        }
        self.drain_outbox(now);
        self.pull_pages(now);
        self.drive_watch(now);
        if self.sync_at <= now {
            self.sync_at = now + self.options.sync_every;
            let cursors = self.cursors();
            if !self.asked.values().any(|asked| *asked == RequestPurpose::Sync) {
                self.synced_cursors.clone_from(&cursors);
                self.ask(RequestPurpose::Sync, Request::Sync(cursors));
            }
        }
        if self.read_due().is_some_and(|due| due <= now) {
            self.read_throttle.went(now);
            for room in self.rooms.values_mut() {
                if let Some(read) = room.read_to_tell() {
                    room.read_was_told();
                    self.outputs.push_back(Output::Emit(Ephemeral::Read(read)));
                }
            }
        }
    }

    pub(super) fn drain_outbox(&mut self, now: Duration) {
        let Some(whose) = self.dialer.connection().identity().cloned() else {
            return;
        };
        if !self.elected && self.takes_over_at().is_none_or(|at| at > now) {
            return;
        }
        let request = RequestId(self.last_request + 1);
        if let Some(batch) = self.outbox.next_batch(request, &whose, now) {
            self.ask(RequestPurpose::Send, Request::Send(batch));
            self.changes.insert(Change::Outbox);
        }
    }

    /// When this tab sends the waiting items although another one is the leader: that one is frozen, or cut off. The
    /// server knows a repeat, so nothing is stored twice where both send.
    pub(super) fn takes_over_at(&self) -> Option<Duration> {
        let Connection::Online {
            identity,
            since: online,
            ..
        } = self.dialer.connection()
        else {
            return None;
        };
        let waiting = self.outbox.waiting_since(identity)?;
        Some(waiting.max(*online) + TAKE_OVER)
    }

    pub(super) fn pull_pages(&mut self, now: Duration) {
        let mut under_way = self.rooms.values().map(Room::pulling).sum::<usize>();
        let mut pulls = Vec::new();
        let heard = self.names.heard();
        for room in self.rooms.values_mut() {
            if under_way >= PULLS {
                break;
            }
            // A person waits for the detached view.
            let request = RequestId(self.last_request + 1 + pulls.len() as u64);
            if let Some(pull) = room.look_pull(request, now) {
                under_way += 1;
                pulls.push((RequestPurpose::Look(room.id, heard), pull));
            }
            let request = RequestId(self.last_request + 1 + pulls.len() as u64);
            if let Some(pull) = room.inbox.next_pull(room.id, request, now) {
                under_way += 1;
                pulls.push((RequestPurpose::History(room.id, heard), pull));
            }
        }
        for (asked, pull) in pulls {
            self.ask(asked, Request::History(pull));
        }
    }

    pub(super) fn ask(&mut self, asked: RequestPurpose, ask: Request) {
        self.last_request += 1;
        let request = RequestId(self.last_request);
        self.asked.insert(request, asked);
        self.outputs.push_back(Output::Request {
            request,
            ask,
            timeout: self.options.request_timeout,
        });
    }

    pub(super) fn request_deadline(&self) -> Option<Duration> {
        if !self.is_online() {
            return None;
        }
        let pulls_full = self.rooms.values().map(Room::pulling).sum::<usize>() >= PULLS;
        let pulls = self.rooms.values().filter_map(Room::pull_not_before);
        let pull = pulls.min().filter(|_| !pulls_full);
        let takes_over = self.takes_over_at().filter(|_| !self.elected);
        let drains = takes_over.is_none_or(|at| at <= self.outbox.now);
        let send = self.outbox.flight.not_before().filter(|_| drains);
        let takes_over = takes_over.filter(|_| !drains);
        let due = [
            Some(self.sync_at),
            pull,
            send,
            takes_over,
            self.read_due(),
            self.watch_due(),
        ];
        due.into_iter().flatten().filter(|at| *at > self.outbox.now).min()
    }

    pub(super) fn read_due(&self) -> Option<Duration> {
        let untold = self.rooms.values().any(|room| room.read_to_tell().is_some());
        untold.then(|| self.read_throttle.due(READ_EVERY))
    }

    /// A connection's requests die with it: an answer to them, should one still come, is of another connection, and
    /// perhaps of another epoch.
    pub(super) fn forget_requests(&mut self) {
        self.asked.clear();
        self.early.clear();
        self.unanswered = 0;
        self.outbox.flight.link_down();
        for room in self.rooms.values_mut() {
            room.forget_requests();
        }
    }
}
