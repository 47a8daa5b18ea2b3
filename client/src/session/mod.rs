//! The machine that holds a chat: inputs in, outputs out, views beside.
//!
//! - `input`, `output`: its inputs, and the effects it wants
//! - `conversation`: the messages of this person: rooms, entries, and the items on their way
//! - `posting`: a person posts, retries, edits, discards; `arrival`: how entries and acks arrive
//! - `rooms`: the rooms this person is in; `tabs`: the items of the other tabs of this device
//! - `people`: the other people: who is here, who writes, who came and went
//! - `activity`: what this tab says of the person at it
//! - `requests`: the requests to the server, when they are due, and who takes their answers
//! - `records`: which records are written, when, and how failed writes are retried
//! - `device`: who is signed in, and what storage had; `events`: the connection's state, and the server's events
//! - `view`: the views of a session

mod activity;
mod arrival;
mod conversation;
mod device;
mod events;
mod input;
mod output;
mod people;
mod posting;
mod records;
mod requests;
mod rooms;
mod tabs;
mod view;

use std::time::Duration;

use socketio_anywhere::backoff::Rng;
use steadfast_shared::Body;
use uuid::Uuid;

pub use input::{Answer, Input, MessageChange, ServerEvent, StoreTicket};
pub use output::{Change, Ephemeral, Output, Refusal, Request};
pub use people::PeopleHere;
pub use view::RoomView;

pub use crate::account::OwnAccount;
pub use crate::connection::LinkEnd;
pub use crate::request::{RequestError, RequestId};

use crate::chance;
use crate::connection::Dialer;
use crate::room::inbox::InboxBounds;
use activity::OwnActivity;
use conversation::Conversation;
use records::Records;
use requests::Requests;

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
    pub buffered: usize,
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
            buffered: 1_000,
            outbox: 10_000,
            request_timeout: Duration::from_secs(10),
            sync_every: Duration::from_secs(30),
            cache_every: Duration::from_millis(500),
        }
    }
}

impl Options {
    fn bounds(&self) -> InboxBounds {
        InboxBounds {
            window: self.window.max(1),
            window_browsing: self.window_browsing.max(self.window).max(1),
            buffered: self.buffered.max(1),
        }
    }
}

/// A chat without a screen, a socket or a clock.
///
/// One mutation at a time: [`Session::handle`], then [`Session::poll_output`] until it says [`Output::Wait`].
#[derive(Debug)]
pub struct Session {
    rng: Rng,
    /// This tab's name for itself.
    tab: Uuid,
    chat: Conversation,
    people: PeopleHere,
    activity: OwnActivity,
    dialer: Dialer,
    requests: Requests,
    records: Records,
    /// Storage has answered, or was not waited for: from here on its records come late.
    begun: bool,
    wait: Option<Duration>,
}

impl Session {
    /// A session that knows nothing yet. `seed` is that of its random numbers.
    pub fn new(options: Options, seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        Self {
            tab: options.tab.unwrap_or_else(|| chance::uuid(&mut rng)),
            rng,
            people: PeopleHere::default(),
            activity: OwnActivity::default(),
            dialer: Dialer::new(),
            requests: Requests::new(options.request_timeout, options.sync_every),
            records: Records::new(options.cache_every),
            chat: Conversation::new(options),
            begun: false,
            wait: None,
        }
    }

    /// Takes in one thing that happened at `now`, a time that never runs backwards.
    pub fn handle(&mut self, input: Input, now: Duration) {
        self.chat.outbox.now = now;
        self.take_in(input, now);
        self.dialer.drive(now);
        self.follow_dialer();
        if self.chat.names.take_renamed() {
            self.renamed();
        }
        self.records.flush(&mut self.chat.effects);
        self.drive(now);
        self.follow_dialer();
        self.records.flush(&mut self.chat.effects);
        self.chat.flush_changes();
        self.wait = self.next_deadline();
    }

    /// The next thing to do. Drain until [`Output::Wait`].
    pub fn poll_output(&mut self) -> Output {
        let output = self.chat.effects.outputs.pop_front();
        output.unwrap_or(Output::Wait(self.wait))
    }

    /// Hands an input to whom it concerns.
    fn take_in(&mut self, input: Input, now: Duration) {
        let online = self.is_online();
        let chat = &mut self.chat;
        let window = chat.options.window;
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
            } => {
                if chat.post(room, id, Body::Message { text, reply_to }, at) {
                    self.activity.wrote(room);
                }
            }
            Input::Change { room, id, change, at } => {
                chat.post(room, id, change.into(), at);
            }
            Input::Retry(id) => chat.retry(id, online),
            Input::Edit { id, new_id, text, at } => chat.edit(id, new_id, text, at, online),
            Input::Discard(id) => chat.discard(id),
            Input::WantOlder(room) => chat.rooms.want_older(room, window, &mut chat.effects),
            Input::WantNewer(room) => chat.rooms.want_newer(room, &mut chat.effects),
            Input::Look { room, at } => chat.rooms.look(room, Some(at), window, &mut chat.effects),
            Input::LookEnd(room) => chat.rooms.look(room, None, window, &mut chat.effects),
            Input::Read { room, seq } => chat.rooms.read_here(room, seq, &mut chat.effects),
            Input::ForgetLost(room) => chat.rooms.forget_lost(room, &mut chat.effects),
            Input::Typing(room) if online && chat.rooms.contains(room) => {
                self.activity.types(room, now, &mut chat.effects);
            }
            Input::Away(away) => {
                if self.activity.is_away(away) && online {
                    self.activity.report_away(&mut chat.effects);
                }
            }
            Input::Watch { rooms, people } => self.people.watch(rooms, people),
            Input::Flush => self.records.write_caches(chat, now),
            Input::Stored { ticket, result } => {
                self.records.stored(ticket, &result, chat, now, &mut self.rng);
            }
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
            Input::TakeOver(outbox) => chat.take_over(outbox, online),
            Input::TabMessage(news) => self.on_tab_message(news),
            Input::Typing(_) | Input::Tick => {}
        }
    }

    /// Does everything that is due, no matter which input made it so.
    fn drive(&mut self, now: Duration) {
        let chat = &mut self.chat;
        self.people.drive(now, &mut chat.effects);
        if self.dialer.connection().is_online() {
            self.requests.drive(chat, self.dialer.connection(), now);
            self.people.drive_watch(&mut self.requests, chat, now);
            self.requests.drive_sync(chat, now);
            self.activity.drive(&mut chat.rooms, now, &mut chat.effects);
        }
        self.records.drive(chat, now);
    }

    fn next_deadline(&self) -> Option<Duration> {
        let online = [
            self.requests.deadline(&self.chat, self.dialer.connection()),
            self.activity.deadline(&self.chat.rooms),
            self.people.watch_due(),
        ];
        let any = [
            self.people.deadline(),
            self.dialer.deadline(),
            self.records.deadline(&self.chat),
        ];
        let online = online.into_iter().filter(|_| self.is_online());
        online
            .chain(any)
            .flatten()
            // Work that is due and was not done waits for something else than time.
            .filter(|at| *at > self.chat.outbox.now)
            .min()
    }
}

#[cfg(test)]
mod tests;
