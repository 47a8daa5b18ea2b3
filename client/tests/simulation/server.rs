//! What a server promises, and no more: contiguous `seq`, unique `(author, id)`, an answer after the commit.

use std::collections::BTreeMap;

use steadfast_shared::event::{
    Availability, Cursors, Entries, Heads, HistoryRequest, Opened, Page, Presence, Room, SendItem, Sent,
};
use steadfast_shared::{
    Body, Entry, EntryId, Epoch, ErrorCode, Millis, Person, RoomId, Seq, UserId, WireError, limit,
};
use uuid::Uuid;

use crate::dice::Dice;

/// A text with this in it is refused for good, alone.
pub(crate) const REFUSED: &str = "refused";
/// A text with this in it makes the server refuse the whole batch for good.
pub(crate) const POISON: &str = "poison";

pub(crate) struct LogRoom {
    pub(crate) id: RoomId,
    pub(crate) name: String,
    pub(crate) log: Vec<Entry>,
}

pub(crate) struct Server {
    pub(crate) up: bool,
    pub(crate) epoch: Epoch,
    pub(crate) rooms: Vec<LogRoom>,
    pub(crate) people: BTreeMap<String, Person>,
    stored: BTreeMap<(UserId, EntryId), (RoomId, Seq, Body)>,
    /// What earlier epochs had stored, by id.
    pub(crate) wiped: BTreeMap<EntryId, usize>,
    /// How many entries a gap may have for the tail to cover it.
    tail: usize,
    /// Percent of batches refused from some item on as transient.
    pub(crate) busy: u64,
    made: u128,
}

impl Server {
    pub(crate) fn new(rooms: usize, tail: usize) -> Self {
        let mut server = Self {
            up: true,
            epoch: Epoch(Uuid::nil()),
            rooms: Vec::new(),
            people: BTreeMap::new(),
            stored: BTreeMap::new(),
            wiped: BTreeMap::new(),
            tail,
            busy: 0,
            made: 0,
        };
        server.epoch = Epoch(server.uuid());
        for n in 0..rooms {
            let id = RoomId(server.uuid());
            server.rooms.push(LogRoom {
                id,
                name: format!("room {n}"),
                log: Vec::new(),
            });
        }
        server
    }

    fn uuid(&mut self) -> Uuid {
        self.made += 1;
        Uuid::from_u128(0xBEEF_0000_0000_0000_0000_0000_0000_0000 + self.made)
    }

    /// Another database: nothing of the first is left but the names of its rooms.
    pub(crate) fn wipe(&mut self, same_room_ids: bool) {
        for room in &self.rooms {
            for entry in &room.log {
                *self.wiped.entry(entry.id).or_default() += 1;
            }
        }
        self.epoch = Epoch(self.uuid());
        self.people.clear();
        self.stored.clear();
        let fresh: Vec<Uuid> = (0..self.rooms.len()).map(|_| self.uuid()).collect();
        for (room, id) in self.rooms.iter_mut().zip(fresh) {
            room.log.clear();
            if !same_room_ids {
                room.id = RoomId(id);
            }
        }
    }

    /// `POST /api/session`.
    pub(crate) fn sign_in(&mut self, nickname: &str) -> Person {
        let id = UserId(self.uuid());
        self.people
            .entry(nickname.to_owned())
            .or_insert_with(|| Person {
                id,
                name: nickname.to_owned(),
            })
            .clone()
    }

    pub(crate) fn room(&self, id: RoomId) -> Option<&LogRoom> {
        self.rooms.iter().find(|room| room.id == id)
    }

    pub(crate) fn open(
        &self,
        me: &Person,
        epoch: Option<Epoch>,
        cursors: &Cursors,
        dice: &mut Dice,
    ) -> Opened {
        let known = epoch == Some(self.epoch);
        let mut missed = Vec::new();
        let mut recovered = known && dice.chance(80);
        for room in &self.rooms {
            let from = cursors.get(&room.id).copied().unwrap_or(0) as usize;
            let gap = room.log.len().saturating_sub(from);
            recovered &= gap <= self.tail;
            if gap > 0 {
                missed.push(Entries {
                    room: room.id,
                    from: from as Seq + 1,
                    entries: room.log[from..].to_vec(),
                });
            }
        }
        Opened {
            me: me.clone(),
            epoch: self.epoch,
            rooms: self
                .rooms
                .iter()
                .map(|room| Room {
                    head: room.log.len() as Seq,
                    unread: room.log.iter().filter(|entry| entry.author.id != me.id).count() as u64,
                    ..Room::new(room.id, room.name.clone())
                })
                .collect(),
            recovered,
            missed: if recovered { missed } else { Vec::new() },
            online: vec![Presence {
                person: me.clone(),
                state: Availability::Online,
            }],
            last_closed: None,
        }
    }

    /// One transaction: the answer, and what is to be published.
    pub(crate) fn send(
        &mut self,
        me: &Person,
        items: Vec<SendItem>,
        at: Millis,
        dice: &mut Dice,
    ) -> (Result<Vec<Sent>, WireError>, Vec<Entries>) {
        assert!(items.len() <= limit::BATCH_ITEMS, "a batch of {}", items.len());
        let bytes: usize = items.iter().map(|item| item.body.text_bytes()).sum();
        assert!(
            bytes <= limit::BATCH_BYTES || items.len() == 1,
            "a batch of {bytes} bytes"
        );
        if items.iter().any(|item| text(&item.body).contains(POISON)) {
            return (Err(WireError::new(ErrorCode::Invalid, "poison")), Vec::new());
        }
        if dice.chance(self.busy) {
            return (Err(WireError::new(ErrorCode::Busy, "later")), Vec::new());
        }
        let busy_from = if dice.chance(self.busy) {
            dice.below(items.len())
        } else {
            items.len()
        };
        let mut sent = Vec::new();
        let mut published: BTreeMap<RoomId, Entries> = BTreeMap::new();
        for (index, item) in items.into_iter().enumerate() {
            if index >= busy_from {
                let error = WireError::new(ErrorCode::Unavailable, "later");
                sent.push(Sent::Refused { id: item.id, error });
            } else {
                sent.push(self.store(me, item, at, &mut published));
            }
        }
        (Ok(sent), published.into_values().collect())
    }

    fn store(
        &mut self,
        me: &Person,
        item: SendItem,
        at: Millis,
        published: &mut BTreeMap<RoomId, Entries>,
    ) -> Sent {
        let SendItem { id, room, body } = item;
        let refused = |code| Sent::Refused {
            id,
            error: WireError::new(code, "no"),
        };
        if let Some((stored_room, seq, stored_body)) = self.stored.get(&(me.id, id)) {
            if *stored_room != room || *stored_body != body {
                return refused(ErrorCode::Conflict);
            }
            let at = self.room(room).map_or(0, |room| room.log[*seq as usize - 1].at);
            return Sent::Stored { id, seq: *seq, at };
        }
        if text(&body).contains(REFUSED) {
            return refused(ErrorCode::Invalid);
        }
        let Some(log) = self.rooms.iter_mut().find(|log| log.id == room) else {
            return refused(ErrorCode::UnknownRoom);
        };
        let seq = log.log.len() as Seq + 1;
        let entry = Entry::new(seq, id, me.clone(), at, body.clone());
        log.log.push(entry.clone());
        self.stored.insert((me.id, id), (room, seq, body));
        let news = published.entry(room).or_insert_with(|| Entries {
            room,
            from: seq,
            entries: Vec::new(),
        });
        news.entries.push(entry);
        Sent::Stored { id, seq, at }
    }

    pub(crate) fn history(&self, asked: &HistoryRequest) -> Result<Page, WireError> {
        let room = self
            .room(asked.room)
            .ok_or_else(|| WireError::new(ErrorCode::UnknownRoom, "no such room"))?;
        let head = room.log.len();
        let limit = asked
            .limit
            .unwrap_or(limit::PAGE_ENTRIES)
            .min(limit::PAGE_ENTRIES);
        let (from, to) = match (asked.after, asked.before) {
            (Some(after), _) => {
                let from = (after as usize).min(head);
                (from, (from + limit).min(head))
            }
            (_, before) => {
                let to = before.map_or(head, |before| before as usize - 1).min(head);
                (to.saturating_sub(limit), to)
            }
        };
        Ok(Page {
            room: asked.room,
            entries: room.log[from..to].to_vec(),
            head: head as Seq,
        })
    }

    pub(crate) fn heads(&self) -> Heads {
        self.rooms
            .iter()
            .map(|room| (room.id, room.log.len() as Seq))
            .collect()
    }
}

fn text(body: &Body) -> &str {
    match body {
        Body::Message { text, .. } => text.as_str(),
        _ => "",
    }
}
