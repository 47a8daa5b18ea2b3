//! The connection to the server: what follows from its state, and from the server's events.

use std::time::Duration;

use steadfast_shared::Role;
use steadfast_shared::RoomId;
use steadfast_shared::event::{self, ClosingReason, Entries, Nodes, Opened};
use steadfast_shared::room::RoomUpdate;

use super::Session;
use super::input::{Input, ServerEvent};
use super::output::{Change, Output};
use crate::chance;
use crate::connection::DialerOutput;
use crate::record::Identity;

impl Session {
    /// Hands the connection what concerns nothing else.
    pub(super) fn move_connection(&mut self, input: &Input, now: Duration) {
        let (dialer, rng) = (&mut self.dialer, &mut self.rng);
        match *input {
            Input::Connect => dialer.connect(),
            Input::Disconnect => dialer.disconnect(),
            Input::Wake => dialer.wake(),
            Input::LinkUp => dialer.link_up(now),
            Input::LinkDown(end) => dialer.link_down(end, now, rng),
            Input::DialFailed { at_once } => dialer.dial_failed(at_once, now, rng),
            Input::LinkRefused(error, wait) => dialer.refused(error, wait, now, rng),
            Input::NotRenewed => dialer.not_renewed(now),
            _ => {}
        }
        self.chat.effects.changes.insert(Change::Connection);
    }

    /// Does what the connection wants done.
    pub(super) fn follow_dialer(&mut self) {
        while let Some(output) = self.dialer.poll_output() {
            let outputs = &mut self.chat.effects.outputs;
            match output {
                DialerOutput::Dial => outputs.push_back(Output::Dial),
                DialerOutput::HangUp => outputs.push_back(Output::HangUp),
                DialerOutput::RenewSession => outputs.push_back(Output::RenewSession),
                DialerOutput::Ended(closed) => self.link_ended(closed),
            }
            self.chat.effects.changes.insert(Change::Connection);
        }
    }

    fn link_ended(&mut self, closed: Option<ClosingReason>) {
        self.forget_requests();
        self.chat.rooms.link_ended();
        self.people.link_ended(&mut self.chat.effects);
        if closed == Some(ClosingReason::Replaced) {
            // Another connection goes by this tab's name: a copy of the tab. This one takes another name.
            self.tab = chance::uuid(&mut self.rng);
        }
    }

    /// A connection's requests die with it.
    pub(super) fn forget_requests(&mut self) {
        self.requests.forget();
        self.chat.forget_requests();
    }

    pub(super) fn is_online(&self) -> bool {
        self.dialer.connection().is_online()
    }

    pub(super) fn event(&mut self, event: ServerEvent, now: Duration) {
        let online = self.is_online();
        let chat = &mut self.chat;
        match event {
            ServerEvent::Session(event::Session::Open(opened)) => self.open(opened, now),
            ServerEvent::Session(event::Session::Closing { reason }) => {
                self.dialer.closing(reason, now, &mut self.rng);
                chat.account.closing(reason);
            }
            ServerEvent::Entries(entries) if online => self.entries(entries, false),
            ServerEvent::Entries(entries) => {
                if let Some(early) = self.dialer.early() {
                    early.keep_entries(entries);
                }
            }
            ServerEvent::Sync(heads) if online => chat.heads(heads, &event::Cursors::new()),
            ServerEvent::Sync(_) => {}
            ServerEvent::Typing(typing) => self.people.types(&typing, chat, now),
            ServerEvent::Presence(presence) => self.people.comes_or_goes(presence, chat, now),
            ServerEvent::Watched(watched) => self.people.watched(watched, chat, now),
            ServerEvent::Read(read) => {
                chat.rooms.read_elsewhere(read.room, read.seq, &mut chat.effects);
            }
            ServerEvent::Room(news) => self.room_news(news),
            ServerEvent::Members(news) => self.people.moves(&news, chat, now),
            ServerEvent::Blocked(news) => {
                chat.account.blocks(news);
                chat.everything_changed();
            }
            ServerEvent::Role(news) => {
                chat.account.has_role(news.role);
                chat.effects.changes.insert(Change::Connection);
            }
            ServerEvent::Nodes(nodes) => {
                self.people.on_nodes(nodes);
                chat.effects.changes.insert(Change::Connection);
            }
            ServerEvent::MemberRole(news) => {
                chat.effects.changes.insert(Change::Role(news.person, news.role));
            }
        }
    }

    fn open(&mut self, opened: Opened, now: Duration) {
        let identity = Identity {
            me: opened.me.clone(),
            epoch: opened.epoch,
        };
        let early = self
            .dialer
            .opened(identity, opened.recovered, opened.last_closed, now);
        // Of a link that was hung up.
        let Some(early) = early else { return };
        self.identify(opened.me, opened.epoch);
        let role = if opened.owner { Role::Owner } else { opened.role };
        self.chat.account.opened(role, opened.blocked);
        // A degraded cluster is reported next.
        self.people.on_nodes(Nodes { degraded: false });
        self.requests.opened(now);
        for left in self.chat.open_rooms(&opened.rooms, &opened.reset) {
            self.forget_room(left);
        }
        self.chat.migrate(true);
        self.chat.rooms.acknowledge_early(&mut self.chat.effects);
        self.chat.rooms.forget_acked_early();
        for missed in opened.missed {
            self.entries(missed, true);
        }
        for early in early.entries {
            self.entries(early, false);
        }
        self.people
            .opened(opened.online, opened.watched, &mut self.chat, now);
        for news in early.rooms {
            self.room_news(news);
        }
        self.activity.opened(&mut self.chat.effects);
        self.chat
            .effects
            .changes
            .extend([Change::Connection, Change::Rooms]);
    }

    /// Takes in entries of the log, however they came.
    fn entries(&mut self, entries: Entries, missed: bool) {
        let Entries { room, entries, .. } = entries;
        if !self.chat.rooms.contains(room) {
            return self.chat.rooms.too_early(room, entries);
        }
        self.people.wrote(room, &entries, &mut self.chat.effects);
        self.chat.entries(room, entries, missed);
    }

    /// This person came into a room or left it, or the room is another.
    fn room_news(&mut self, news: RoomUpdate) {
        if let Some(early) = self.dialer.early() {
            return early.keep_room(news);
        }
        if !self.is_online() {
            return;
        }
        match news {
            RoomUpdate::In { room } => {
                for entries in self.chat.be_in_room(&room) {
                    self.entries(entries, false);
                }
                self.chat.rooms.acknowledge_early(&mut self.chat.effects);
            }
            RoomUpdate::Out { room, deleted } => {
                if deleted {
                    self.chat.rooms.deleted(room);
                }
                self.chat.leave_room(room);
                self.forget_room(room);
            }
        }
    }

    fn forget_room(&mut self, room: RoomId) {
        self.activity.wrote(room);
        self.people.forget_room(room);
    }
}
