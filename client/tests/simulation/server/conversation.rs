//! How a session opens, and what is asked.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use socketio_anywhere::Payload;
use socketio_anywhere::packet::{Kind, Packet};
use steadfast_shared::event::{self, Entries, HistoryRequest, Opened, Page, Read, SendItem, TypingIn};
use steadfast_shared::{Person, Role, Seq, WireError};

use super::Flaw;
use crate::check::Rule;
use crate::line::LineId;
use crate::socket::payload;
use crate::world::{Happening, World};

/// What a node has read and is about to say.
#[derive(Debug)]
pub(crate) enum Said {
    Opened(Opened),
    Answer { ack: u64, payload: Payload },
}

impl World {
    /// The socket is in its rooms; its session opens once the database has been read.
    pub(super) fn opens(&mut self, line: LineId, auth: event::Auth) {
        if let Some((_, _, connection)) = self.connection(line) {
            connection.auth = Some(auth);
            let after = self.reading_takes() + self.dice.millis(0, 60);
            self.plan(after, Happening::Open(line));
        }
    }

    fn reading_takes(&mut self) -> Duration {
        let busy = self.server.busy_until.saturating_sub(self.now);
        busy + self.dice.millis(1, 30)
    }

    pub(crate) fn open_session(&mut self, line: LineId) {
        let Some((node, life, connection)) = self.connection(line) else {
            return;
        };
        let (Some(me), Some(auth)) = (connection.person.clone(), connection.auth.take()) else {
            return;
        };
        let database = &self.server.database;
        let mut recovered = auth.epoch == Some(database.epoch) && !self.dice.chance(20);
        let (cursors, reset) = database.cursors(auth.epoch, &auth.cursors);
        let mut missed = Vec::new();
        for log in &database.rooms {
            let from = cursors.get(&log.id).map_or(0, |cursor| cursor.seq);
            if from >= log.head() {
                continue;
            }
            let tail = self.server.nodes[node].tails.get(&log.id);
            let lacks = Seq::from(self.flaw == Some(Flaw::TailOffByOne));
            let entries: Option<Vec<_>> =
                tail.and_then(|tail| Some(tail.after(from + lacks)?.cloned().collect()));
            match entries.filter(|entries| entries.last().is_some_and(|last| last.seq >= log.head())) {
                Some(entries) => missed.push(Entries {
                    room: log.id,
                    from: from + 1,
                    entries,
                }),
                None => recovered = false,
            }
        }
        let opened = Opened {
            rooms: database.rooms_of(&me),
            me,
            owner: false,
            role: Role::Member,
            blocked: Vec::new(),
            epoch: database.epoch,
            recovered,
            missed: if recovered { missed } else { Vec::new() },
            reset,
            online: Vec::new(),
            last_closed: None,
        };
        crate::check::opened(self, &cursors, &opened);
        let said = Box::new(Said::Opened(opened));
        let after = self.dice.millis(0, 60);
        self.plan(after, Happening::Say { line, life, said });
    }

    pub(crate) fn say_to(&mut self, line: LineId, life: u32, said: Said) {
        if self.connection(line).is_none_or(|(_, now, _)| now != life) {
            return;
        }
        match said {
            Said::Opened(mut opened) => {
                opened.online = self.online();
                self.send_event(line, event::SESSION, &event::Session::Open(opened));
            }
            Said::Answer { ack, payload } => {
                if !self.dice.chance(self.weather.swallow_answers) {
                    let mut packet = Packet::new(Kind::Ack, "/", payload);
                    packet.id = Some(ack);
                    self.send_packet(line, packet);
                }
            }
        }
    }

    pub(super) fn asked(&mut self, line: LineId, ack: Option<u64>, name: &str, args: Payload) {
        let Some((_, life, connection)) = self.connection(line) else {
            return;
        };
        let Some(me) = connection.person.clone() else {
            return self.breaks(Rule::Manners, || format!("{name} before CONNECT"));
        };
        match (name, ack) {
            (event::SEND, Some(ack)) => {
                if let Some(items) = self.read::<Vec<SendItem>>(args) {
                    self.queue(line, ack, me, items);
                }
            }
            (event::HISTORY, Some(ack)) => {
                if let Some(mut asked) = self.read::<HistoryRequest>(args) {
                    if self.flaw == Some(Flaw::PageOffByOne) {
                        asked.after = asked.after.map(|after| after + 1);
                    }
                    let page = self.server.database.page(&asked);
                    crate::check::paged(self, &page);
                    let page: event::Reply<Page> = page.into();
                    self.answer_later(line, life, ack, &page);
                }
            }
            (event::SYNC, Some(ack)) => {
                let heads: Result<_, WireError> = Ok(self.server.database.heads());
                self.answer_later(line, life, ack, &event::Reply::from(heads));
            }
            (event::TYPING, None) => {
                if let Some(TypingIn { room }) = self.read(args) {
                    self.writes(line, me, room);
                }
            }
            (event::READ, None) => {
                if let Some(read) = self.read::<Read>(args) {
                    self.reads(line, &me, read);
                }
            }
            (event::AWAY, None) => {}
            _ => self.breaks(Rule::Manners, || format!("nobody asked for {name}")),
        }
    }

    fn read<T: DeserializeOwned>(&mut self, args: Payload) -> Option<T> {
        match args.parse() {
            Ok(read) => Some(read),
            Err(error) => {
                self.breaks(Rule::Manners, || format!("an event reads {error}"));
                None
            }
        }
    }

    fn answer_later(&mut self, line: LineId, life: u32, ack: u64, reply: &impl Serialize) {
        let payload = payload(reply);
        let said = Box::new(Said::Answer { ack, payload });
        let after = self.reading_takes();
        self.plan(after, Happening::Say { line, life, said });
    }

    fn reads(&mut self, line: LineId, me: &Person, read: Read) {
        let head = self
            .server
            .database
            .room(read.room)
            .map_or(0, super::database::Log::head);
        let read = Read {
            seq: read.seq.min(head),
            ..read
        };
        self.server.database.mark_read(me.id, read.room, read.seq);
        let others: Vec<LineId> = self.lines_where(|of, person| of != line && person == me);
        self.broadcast(&others, event::READ, &read);
    }
}
