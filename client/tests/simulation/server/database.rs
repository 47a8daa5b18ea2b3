//! Durable state: one log per room, `seq` contiguous from 1, `(author, id)` unique for ever.

use std::collections::BTreeMap;

use steadfast_shared::event::{Cursors, Entries, Heads, HistoryRequest, Page, Room, SendItem, Sent};
use steadfast_shared::{
    Body, Cursor, Entry, EntryId, Epoch, ErrorCode, Millis, Person, RoomId, Seq, UserId, WireError, limit,
};
use uuid::Uuid;

use super::change::erase;
use super::guest::GuestChange;

/// The server refuses a text that contains this for good, alone.
pub(crate) const REFUSED: &str = "refused";

#[derive(Clone)]
pub(crate) struct Database {
    pub(crate) epoch: Epoch,
    pub(crate) rooms: Vec<Log>,
    people: BTreeMap<&'static str, Person>,
    stored: BTreeMap<(UserId, EntryId), (RoomId, Seq, Body)>,
    read: BTreeMap<(UserId, RoomId), Seq>,
    made: u128,
    /// The change feed: where the guest was, and since when.
    pub(super) feed: Vec<GuestChange>,
}

#[derive(Clone)]
pub(crate) struct Log {
    pub(crate) id: RoomId,
    pub(crate) name: String,
    pub(crate) entries: Vec<Entry>,
}

impl Log {
    pub(crate) fn head(&self) -> Seq {
        self.entries.len() as Seq
    }

    /// Everything after `seq`.
    pub(crate) fn after(&self, seq: Seq) -> Entries {
        let from = (seq as usize).min(self.entries.len());
        Entries {
            room: self.id,
            from: from as Seq + 1,
            entries: self.entries[from..].to_vec(),
        }
    }
}

impl Database {
    pub(crate) fn new(rooms: usize) -> Self {
        let mut database = Self {
            epoch: Epoch(Uuid::nil()),
            rooms: Vec::new(),
            people: BTreeMap::new(),
            stored: BTreeMap::new(),
            read: BTreeMap::new(),
            made: 0,
            feed: Vec::new(),
        };
        database.epoch = Epoch(database.uuid());
        for n in 0..rooms {
            let id = RoomId(database.uuid());
            database.rooms.push(Log {
                id,
                name: format!("room {n}"),
                entries: Vec::new(),
            });
        }
        database
    }

    fn uuid(&mut self) -> Uuid {
        self.made += 1;
        Uuid::from_u128(0xBEEF_0000_0000_0000_0000_0000_0000_0000 + self.made)
    }

    /// A new database: only the names of the rooms remain.
    pub(crate) fn wiped(&self, same_rooms: bool) -> Self {
        let mut fresh = Self {
            people: BTreeMap::new(),
            stored: BTreeMap::new(),
            read: BTreeMap::new(),
            feed: Vec::new(),
            ..self.clone()
        };
        fresh.epoch = Epoch(fresh.uuid());
        for room in 0..fresh.rooms.len() {
            fresh.rooms[room].entries.clear();
            let id = RoomId(fresh.uuid());
            if !same_rooms {
                fresh.rooms[room].id = id;
            }
        }
        fresh
    }

    /// This backup in place of another database. It has a new epoch, as with `steadfast restore`, unless its file was copied
    /// back by hand.
    pub(crate) fn restored(&self, instead_of: &Self, by_hand: bool) -> Self {
        let mut back = self.clone();
        back.made = instead_of.made;
        if !by_hand {
            back.epoch = Epoch(back.uuid());
        }
        back
    }

    /// `POST /api/session`.
    pub(crate) fn sign_in(&mut self, nickname: &'static str) -> Person {
        let id = UserId(self.uuid());
        self.people
            .entry(nickname)
            .or_insert_with(|| Person {
                id,
                name: nickname.to_owned(),
            })
            .clone()
    }

    pub(crate) fn knows(&self, person: &Person) -> bool {
        self.people.values().any(|other| other == person)
    }

    pub(crate) fn room(&self, id: RoomId) -> Option<&Log> {
        self.rooms.iter().find(|room| room.id == id)
    }

    pub(crate) fn entry(&self, id: EntryId) -> Option<&Entry> {
        self.rooms
            .iter()
            .find_map(|room| room.entries.iter().find(|entry| entry.id == id))
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = EntryId> {
        self.rooms
            .iter()
            .flat_map(|room| room.entries.iter().map(|entry| entry.id))
    }

    /// Whether an ack with this content is right.
    pub(crate) fn holds(&self, author: UserId, id: EntryId, at: Seq) -> bool {
        self.stored
            .get(&(author, id))
            .is_some_and(|(_, seq, _)| *seq == at)
    }

    /// Erases a message that was deleted.
    pub(crate) fn erase(&mut self, room: RoomId, message: Seq) {
        let log = self.rooms.iter_mut().find(|log| log.id == room);
        let entries = log.into_iter().flat_map(|log| &mut log.entries);
        entries.for_each(|entry| erase(entry, message));
    }

    pub(crate) fn mark_read(&mut self, user: UserId, room: RoomId, seq: Seq) {
        let mark = self.read.entry((user, room)).or_default();
        *mark = seq.max(*mark);
    }

    pub(crate) fn rooms_of(&self, me: &Person) -> Vec<Room> {
        let seen = |log: &Log| {
            let read = self.read.get(&(me.id, log.id)).copied().unwrap_or(0);
            let after = log.entries.iter().skip(read as usize);
            Room {
                head: log.head(),
                read,
                unread: after.filter(|entry| entry.author.id != me.id).count() as u64,
                ..Room::new(log.id, log.name.clone())
            }
        };
        self.rooms.iter().map(seen).collect()
    }

    /// One item of a transaction: the answer for its author, and the entry if it is new.
    ///
    /// `remembers`: how many of a room's newest entries are searched for a repeat.
    pub(crate) fn append(
        &mut self,
        me: &Person,
        item: SendItem,
        at: Millis,
        remembers: Seq,
    ) -> (Sent, Option<(RoomId, Entry)>) {
        let SendItem {
            id,
            room,
            body,
            message_id,
        } = item;
        let refused = |code| Sent::Refused {
            id,
            error: WireError::new(code, "no"),
        };
        let remembered = |(room, seq, _): &&(RoomId, Seq, Body)| {
            let head = self.room(*room).map_or(0, Log::head);
            head < seq.saturating_add(remembers)
        };
        if let Some((in_room, seq, stored)) = self.stored.get(&(me.id, id)).filter(remembered) {
            if *in_room != room || *stored != body {
                return (refused(ErrorCode::Conflict), None);
            }
            let at = self.room(room).map_or(0, |log| log.entries[*seq as usize - 1].at);
            return (Sent::Stored { id, seq: *seq, at }, None);
        }
        if body.text().is_some_and(|text| text.as_str().contains(REFUSED)) {
            return (refused(ErrorCode::Invalid), None);
        }
        let Some(log) = self.rooms.iter_mut().find(|log| log.id == room) else {
            return (refused(ErrorCode::UnknownRoom), None);
        };
        if let Err(code) = log.allows(me.id, &body, message_id) {
            return (refused(code), None);
        }
        let seq = log.head() + 1;
        let mut entry = Entry::new(seq, id, me.clone(), at, body.clone());
        entry.quoted = log.quote(&body);
        log.entries.push(entry.clone());
        self.stored.insert((me.id, id), (room, seq, body));
        (Sent::Stored { id, seq, at }, Some((room, entry)))
    }

    pub(crate) fn page(&self, request: &HistoryRequest) -> Result<Page, WireError> {
        let log = self
            .room(request.room)
            .ok_or_else(|| WireError::new(ErrorCode::UnknownRoom, "no such room"))?;
        let head = log.entries.len();
        let limit = request
            .limit
            .unwrap_or(limit::PAGE_ENTRIES)
            .min(limit::PAGE_ENTRIES);
        let (from, to) = match (request.after, request.before) {
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
            room: request.room,
            entries: log.with_changes(from, to),
            head: head as Seq,
        })
    }

    pub(crate) fn heads(&self) -> Heads {
        self.rooms.iter().map(|log| (log.id, log.head())).collect()
    }

    /// The cursors that are valid here, and the rooms of the others.
    pub(crate) fn cursors(&self, epoch: Option<Epoch>, cursors: &Cursors) -> (Cursors, Vec<RoomId>) {
        let mut reset = Vec::new();
        let mut hold = Cursors::new();
        for log in self.rooms.iter().filter(|_| epoch == Some(self.epoch)) {
            let Some(cursor) = cursors.get(&log.id) else {
                continue;
            };
            if cursor.seq == 0 || log.entry(cursor.seq).map(Cursor::from) == Some(*cursor) {
                hold.insert(log.id, *cursor);
            } else {
                reset.push(log.id);
            }
        }
        (hold, reset)
    }
}
