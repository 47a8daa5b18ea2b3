//! Opens sessions and answers requests.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use socketio_anywhere::Payload;
use socketio_anywhere::packet::{Kind, Packet};
use steadfast_shared::event::{
    self, Cursors, Heads, HistoryRequest, Opened, Page, Read, Room, SendItem, TypingIn, Watched,
};
use steadfast_shared::{Epoch, ErrorCode, Person, Role, RoomId, WireError};

use super::Flaw;
use crate::check::Rule;
use crate::line::LineId;
use crate::socket::payload;
use crate::world::{Happening, World};

/// Data that a node has read and is about to send.
#[derive(Debug)]
pub(crate) enum Response {
    Resume(Resume),
    Answer {
        ack: u64,
        payload: Payload,
    },
    /// The current presence; later changes follow.
    Watched {
        ack: u64,
    },
}

/// Most missed entries sent along with an opening session.
const RECOVERED: usize = 100;

/// The stored state of a session, as of one point in time.
#[derive(Debug)]
pub(crate) struct Resume {
    me: Person,
    epoch: Epoch,
    rooms: Vec<Room>,
    cursors: Option<Cursors>,
    reset: Vec<RoomId>,
    /// Whether the client watches presence.
    watches: bool,
}

impl World {
    /// The socket joins its rooms; its session opens once the database has been read.
    pub(super) fn opens(&mut self, line: LineId, auth: event::Auth) {
        if let Some((_, _, connection)) = self.connection(line) {
            connection.auth = Some(auth);
            let after = self.reading_takes() + self.rng.millis(0, 60);
            self.plan(after, Happening::Open(line));
        }
    }

    pub(super) fn reading_takes(&mut self) -> Duration {
        let busy = self.server.busy_until.saturating_sub(self.now);
        busy + self.rng.millis(1, 30)
    }

    /// Reads the state of the session. It opens a little later.
    pub(crate) fn open_session(&mut self, line: LineId) {
        let Some((_, life, connection)) = self.connection(line) else {
            return;
        };
        let (Some(me), Some(auth)) = (connection.person.clone(), connection.auth.take()) else {
            return;
        };
        let database = &self.server.database;
        let (cursors, reset) = database.cursors(auth.epoch, &auth.cursors);
        let resume = Resume {
            rooms: database.rooms_of(&me),
            me,
            epoch: database.epoch,
            cursors: (auth.epoch == Some(database.epoch)).then_some(cursors),
            reset,
            watches: auth.watch.is_some(),
        };
        let response = Box::new(Response::Resume(resume));
        let after = self.rng.millis(0, 60);
        self.plan(after, Happening::Say { line, life, response });
    }

    /// Opens a session with the state read for it, and the entries published since.
    fn open_with(&mut self, line: LineId, resume: Resume) {
        let Resume {
            me,
            epoch,
            mut rooms,
            cursors,
            reset,
            watches,
        } = resume;
        let Some(node) = self.node_of(line) else { return };
        let mut behind = Vec::new();
        let state = &mut self.server.nodes[node].state;
        for room in &mut rooms {
            let committed = room.head;
            if state.head(room.id).is_none() && self.flaw == Some(Flaw::UnknownRoomIsNew) {
                room.head = 0;
            }
            let loaded = state.bring_up_to_date(room, me.id);
            if loaded || committed > room.head {
                behind.push(room.id);
            }
        }
        let missed = cursors.as_ref().and_then(|cursors| {
            let recovers = !self.rng.chance(20);
            self.server.nodes[node]
                .state
                .missed(&rooms, cursors, RECOVERED)
                .filter(|_| recovers)
        });
        let lacks = usize::from(self.flaw == Some(Flaw::TailOffByOne));
        let recovered = missed.is_some();
        let mut missed = missed.unwrap_or_default();
        for missed in &mut missed {
            missed.entries.drain(..lacks.min(missed.entries.len()));
        }
        let heads = rooms.iter().map(|room| (room.id, room.head)).collect();
        if let Some((_, _, connection)) = self.connection(line) {
            connection.heads = Some(heads);
        }
        for room in behind {
            self.hint(node, room);
        }
        let there = self.online();
        let (online, watched) = match watches {
            true => (
                Vec::new(),
                Some(Watched {
                    people: there,
                    rooms: Vec::new(),
                }),
            ),
            false => (there, None),
        };
        let opened = Opened {
            rooms,
            me,
            owner: false,
            role: Role::Member,
            blocked: Vec::new(),
            epoch,
            recovered,
            missed,
            reset,
            online,
            watched,
            last_closed: None,
        };
        crate::check::opened(self, &cursors.unwrap_or_default(), &opened);
        self.send_event(line, event::SESSION, &event::Session::Open(opened));
    }

    pub(crate) fn say_to(&mut self, line: LineId, life: u32, response: Response) {
        if self.connection(line).is_none_or(|(_, now, _)| now != life) {
            return;
        }
        match response {
            Response::Resume(resume) => self.open_with(line, resume),
            Response::Watched { ack } => {
                let people = self.online();
                let watched: Result<_, WireError> = Ok(Watched {
                    people,
                    rooms: Vec::new(),
                });
                let mut packet = Packet::new(Kind::Ack, "/", payload(&event::Reply::from(watched)));
                packet.id = Some(ack);
                self.send_packet(line, packet);
            }
            Response::Answer { ack, payload } => {
                if !self.rng.chance(self.weather.swallow_answers) {
                    let mut packet = Packet::new(Kind::Ack, "/", payload);
                    packet.id = Some(ack);
                    self.send_packet(line, packet);
                }
            }
        }
    }

    pub(super) fn request(&mut self, line: LineId, ack: Option<u64>, name: &str, args: Payload) {
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
                if let Some(mut request) = self.read::<HistoryRequest>(args) {
                    if self.flaw == Some(Flaw::PageOffByOne) {
                        request.after = request.after.map(|after| after + 1);
                    }
                    let page = self.server.database.page(&request);
                    crate::check::paged(self, &page);
                    let page: event::Reply<Page> = page.into();
                    self.answer_later(line, life, ack, &page);
                }
            }
            (event::SYNC, Some(ack)) => {
                let Some(node) = self.node_of(line) else { return };
                let heads = match self.is_stale(node) {
                    true => Err(WireError::new(ErrorCode::Unavailable, "nothing is seen")),
                    false => Ok(Heads::from_iter(self.server.nodes[node].state.heads())),
                };
                self.answer_later(line, life, ack, &event::Reply::from(heads));
            }
            (event::WATCH, Some(ack)) => {
                let response = Box::new(Response::Watched { ack });
                let after = self.reading_takes();
                self.plan(after, Happening::Say { line, life, response });
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
            _ => self.breaks(Rule::Manners, || format!("there is no event {name}")),
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
        let response = Box::new(Response::Answer { ack, payload });
        let after = self.reading_takes();
        self.plan(after, Happening::Say { line, life, response });
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
