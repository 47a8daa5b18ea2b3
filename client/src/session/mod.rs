//! The machine that holds a chat: inputs in, outputs out, views beside.
//!
//! - `input`, `output`: its inputs, and the effects it wants
//! - `connecting`: what follows from the state of the connection
//! - `person`: a person's actions: post, retry, edit, discard, read, scroll
//! - `rooms`: which rooms this person is in, and their properties
//! - `server`: the server's events and answers
//! - `asking`: the requests to the server, and when they are due
//! - `arrival`: how an item leaves the outbox for the log
//! - `device`: who is signed in, and the records restored from this device's storage
//! - `storage`: which records are written, when, and how failed writes are retried
//! - `tabs`: the other tabs of this device, and which of them is the leader
//! - `watching`: whose presence is shown
//! - `view`: the views of a session

mod arrival;
mod asking;
mod connecting;
mod device;
mod input;
mod output;
mod person;
mod rooms;
mod server;
mod storage;
mod tabs;
mod view;
mod watching;

use std::collections::VecDeque;
use std::time::Duration;

use steadfast_shared::event::{ClosingReason, Entries, Nodes};
use steadfast_shared::{Body, Cursors, Entry, Person, Role, RoomId, UserId};
use uuid::Uuid;

pub use input::{Answer, Input, MessageChange, ServerEvent, StoreTicket};
pub use output::{Change, Ephemeral, Output, Refusal, Request};
pub use view::RoomView;

pub use crate::connection::LinkEnd;
pub use crate::request::{RequestError, RequestId};

use crate::connection::Dialer;
use crate::inbox::InboxBounds;
use crate::outbox::Outbox;
use crate::people::names::Names;
use crate::people::notices::Notices;
use crate::people::presence::KnownPresence;
use crate::record::{Identity, Write};
use crate::rng::Rng;
use crate::room::Room;
use crate::room::former::FormerLog;
use crate::tab_message::TabMessage;
use crate::throttle::Throttle;
use crate::vec_map::{VecMap, VecSet};
use asking::RequestPurpose;
use storage::Rewrite;
use watching::Watching;

/// The settings of a session. The defaults are the product's.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    /// This tab's name for itself; `None` makes one from the seed.
    pub tab: Option<Uuid>,
    /// Most entries cached per room while a person is at the end.
    pub window: usize,
    /// Most entries cached per room while a person scrolls back.
    pub window_browsing: usize,
    /// Most entries buffered ahead of a gap, per room.
    pub held: usize,
    /// Most items in the outbox; one more is refused.
    pub outbox: usize,
    /// How long an answer may take.
    pub request_timeout: Duration,
    /// How often cursors are compared with heads.
    pub sync_every: Duration,
    /// How often a room's cache is written at most.
    pub cache_every: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tab: None,
            window: 2_000,
            window_browsing: 10_000,
            held: 1_000,
            outbox: 10_000,
            request_timeout: Duration::from_secs(10),
            sync_every: Duration::from_secs(30),
            cache_every: Duration::from_millis(500),
        }
    }
}

/// A chat without a screen, a socket or a clock.
///
/// One mutation at a time: [`Session::handle`], then [`Session::poll_output`] until it says [`Output::Wait`].
#[derive(Debug)]
pub struct Session {
    options: Options,
    rng: Rng,
    tab: Uuid,
    identity: Option<Identity>,
    /// This person's role on the server.
    role: Role,
    /// Whom this person has blocked.
    blocked: Vec<Person>,
    /// Rooms that were deleted while this person was in them, the newest last.
    deleted: VecDeque<RoomId>,
    /// Whether the server hears the others of its cluster.
    nodes: Nodes,
    /// Why the server ended this device's session for good, where it did.
    ended: Option<ClosingReason>,
    /// Who this person was in epochs before.
    formerly: Vec<UserId>,
    rooms: VecMap<RoomId, Room>,
    /// What was shown of rooms in the epoch before, until a session opens in this one.
    former_logs: VecMap<RoomId, FormerLog>,
    outbox: Outbox,
    presence: KnownPresence,
    watching: Watching,
    names: Names,
    notices: Notices,
    /// Nobody sits at this tab.
    away: bool,
    /// This tab drains the outbox.
    elected: bool,
    /// Storage has answered, or was not waited for: from here on its records come late.
    begun: bool,

    dialer: Dialer,
    /// Entries that overtook the event that put this person in their room.
    early: VecDeque<Entries>,
    /// Own entries that another tab had acknowledged in rooms this tab does not know yet.
    early_acked: Vec<(RoomId, Entry)>,
    asked: VecMap<RequestId, RequestPurpose>,
    last_request: u64,
    /// Requests in a row that nobody answered in time.
    unanswered: u32,
    sync_at: Duration,
    /// The cursors that the last `sync` sent.
    synced_cursors: Cursors,
    read_throttle: Throttle,
    typing_throttle: VecMap<RoomId, Throttle>,

    writes: Vec<Write>,
    tickets: VecMap<StoreTicket, Vec<Write>>,
    last_ticket: u64,
    rewrite: Rewrite,
    cache_pace: Throttle,

    changes: VecSet<Change>,
    outputs: VecDeque<Output>,
    wait: Option<Duration>,
}

impl Session {
    /// A session that knows nothing yet. `seed` is that of its random numbers.
    pub fn new(options: Options, seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        Self {
            tab: options.tab.unwrap_or_else(|| rng.uuid()),
            options,
            rng,
            identity: None,
            role: Role::Member,
            blocked: Vec::new(),
            deleted: VecDeque::new(),
            nodes: Nodes { degraded: false },
            ended: None,
            formerly: Vec::new(),
            former_logs: VecMap::default(),
            rooms: VecMap::default(),
            outbox: Outbox::new(),
            presence: KnownPresence::default(),
            watching: Watching::default(),
            names: Names::default(),
            notices: Notices::default(),
            away: false,
            elected: false,
            begun: false,
            dialer: Dialer::new(),
            early: VecDeque::new(),
            early_acked: Vec::new(),
            asked: VecMap::default(),
            last_request: 0,
            unanswered: 0,
            sync_at: Duration::ZERO,
            synced_cursors: Cursors::new(),
            read_throttle: Throttle::default(),
            typing_throttle: VecMap::default(),
            writes: Vec::new(),
            tickets: VecMap::default(),
            last_ticket: 0,
            rewrite: Rewrite::new(),
            cache_pace: Throttle::default(),
            changes: VecSet::default(),
            outputs: VecDeque::new(),
            wait: None,
        }
    }

    /// Takes in one thing that happened at `now`, a time that never runs backwards.
    pub fn handle(&mut self, input: Input, now: Duration) {
        self.outbox.now = now;
        match input {
            Input::Restored(restored) => self.restored(restored),
            Input::SignedIn(info) => self.signed_in(info.me, info.epoch),
            Input::SignedOut(unsent) => self.signed_out(unsent),
            Input::Post {
                room,
                id,
                text,
                reply_to,
                at,
            } => self.post(room, id, Body::Message { text, reply_to }, at),
            Input::Change { room, id, change, at } => self.post(room, id, change.into(), at),
            Input::Retry(id) => self.retry(id),
            Input::Edit { id, new_id, text, at } => self.edit(id, new_id, text, at),
            Input::Discard(id) => self.discard(id),
            Input::WantOlder(room) => self.want_older(room),
            Input::WantNewer(room) => self.want_newer(room),
            Input::Look { room, at } => self.look(room, Some(at)),
            Input::LookEnd(room) => self.look(room, None),
            Input::Typing(room) => self.typing_here(room, now),
            Input::Away(away) => self.away(away),
            Input::Watch { rooms, people } => self.watch(rooms, people),
            Input::Read { room, seq } => self.read_here(room, seq),
            Input::ForgetLost(room) => self.forget_lost(room),
            Input::Flush => self.write_caches(now),
            Input::Stored { ticket, result } => self.stored(ticket, &result, now),
            Input::Connect
            | Input::Disconnect
            | Input::Wake
            | Input::LinkUp
            | Input::LinkDown(_)
            | Input::DialFailed { .. }
            | Input::LinkRefused(..)
            | Input::NotRenewed => self.move_connection(&input, now),
            Input::Event(event) => self.event(event, now),
            Input::Answered { request, result } => self.answered(request, result, now),
            Input::Elected(outbox) => self.take_over(outbox),
            Input::Heard(news) => self.heard(news),
            Input::Tick => {}
        }
        self.dialer.drive(now);
        self.follow_dialer();
        self.flush_writes();
        self.drive(now);
        self.follow_dialer();
        self.flush_writes();
        let changes = std::mem::take(&mut self.changes);
        self.outputs.extend(changes.into_iter().map(Output::Changed));
        self.wait = self.next_deadline();
    }

    /// The next thing to do. Drain until [`Output::Wait`].
    pub fn poll_output(&mut self) -> Output {
        self.outputs.pop_front().unwrap_or(Output::Wait(self.wait))
    }

    /// Does everything that is due, no matter which input made it so.
    fn drive(&mut self, now: Duration) {
        for room in self.presence.expire(now) {
            self.changes.insert(Change::Typing(room));
        }
        if self.notices.expire(now) {
            self.changes.insert(Change::Notices);
        }
        self.drive_requests(now);
        self.drive_storage(now);
    }

    fn next_deadline(&self) -> Option<Duration> {
        [
            self.presence.next_expiry(),
            self.notices.next_expiry(),
            self.dialer.deadline(),
            self.request_deadline(),
            self.storage_deadline(),
        ]
        .into_iter()
        .flatten()
        // Work that is due and was not done waits for something else than time.
        .filter(|at| *at > self.outbox.now)
        .min()
    }

    fn tell(&mut self, news: TabMessage) {
        self.outputs.push_back(Output::Tell(news));
    }

    fn refuse(&mut self, id: steadfast_shared::EntryId, refusal: Refusal) {
        self.changes.insert(Change::Refused { id, refusal });
    }

    fn rows_changed(&mut self, room: RoomId) {
        self.changes.insert(Change::Timeline(room));
        self.changes.insert(Change::Outbox);
    }

    fn bounds(&self) -> InboxBounds {
        InboxBounds {
            window: self.options.window.max(1),
            window_browsing: self.options.window_browsing.max(self.options.window).max(1),
            held: self.options.held.max(1),
        }
    }
}

#[cfg(test)]
mod tests;
