//! One room: its name, its inbox, how far it is read, and whether its cache is up to date.

use std::time::Duration;

use steadfast_shared::limit::PAGE_ENTRIES;
use steadfast_shared::{Epoch, RoomId, Seq, UserId, event};

use crate::inbox::{Bounds, Inbox};
use crate::record::RoomCache;

/// One room, as this device knows it.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) id: RoomId,
    pub(crate) name: String,
    pub(crate) inbox: Inbox,
    read: Seq,
    /// What the server counted as unread, and the head it counted up to.
    counted: (u64, Seq),
    /// How far the server knows this person to have read.
    read_told: Seq,
    /// The cache on disk is older than what is held.
    pub(crate) cache_is_old: bool,
}

impl Room {
    pub(crate) fn restored(bounds: Bounds, cache: RoomCache) -> Self {
        Self {
            id: cache.room,
            name: cache.name,
            inbox: Inbox::restored(bounds, cache.high, cache.entries),
            read: cache.read,
            counted: (0, cache.high),
            read_told: 0,
            cache_is_old: false,
        }
    }

    pub(crate) fn new(bounds: Bounds, room: &event::Room) -> Self {
        Self {
            id: room.id,
            name: room.name.clone(),
            inbox: Inbox::new(bounds),
            read: room.read,
            counted: (0, 0),
            read_told: room.read,
            cache_is_old: true,
        }
    }

    /// A session opened, with the room in this state. Says whether the window had to go.
    pub(crate) fn open(&mut self, room: &event::Room) -> bool {
        let gone_back = self.inbox.open(room.head);
        if gone_back {
            self.read = room.read;
        }
        self.cache_is_old |= gone_back || self.name != room.name || self.read < room.read;
        self.name.clone_from(&room.name);
        self.read = self.read.max(room.read);
        self.read_told = room.read;
        self.counted = (room.unread, room.head);
        gone_back
    }

    pub(crate) fn read(&self) -> Seq {
        self.read
    }

    /// This person has read up to `seq`, here or elsewhere. Says whether that is news.
    pub(crate) fn mark_read(&mut self, seq: Seq, told: bool) -> bool {
        let seq = seq.min(self.inbox.head());
        if told {
            self.read_told = self.read_told.max(seq);
        }
        let news = seq > self.read;
        if news {
            self.read = seq;
            self.cache_is_old = true;
        }
        news
    }

    /// How far the server is to be told, where it does not know yet.
    pub(crate) fn read_to_tell(&self) -> Option<event::Read> {
        (self.read > self.read_told).then_some(event::Read {
            room: self.id,
            seq: self.read,
        })
    }

    pub(crate) fn read_was_told(&mut self) {
        self.read_told = self.read;
    }

    /// Entries of other people after what was read. Counted in the window where it reaches back that far; what is
    /// known to exist and not held counts as other people's.
    pub(crate) fn unread(&self, me: Option<UserId>) -> u64 {
        let others_after = |seq: Seq| {
            let newest_first = self.inbox.window().iter().rev();
            let after = newest_first.take_while(|entry| entry.seq > seq);
            after.filter(|entry| Some(entry.author.id) != me).count() as u64
        };
        let high = self.inbox.high().unwrap_or(0);
        if self.inbox.high().is_some() && self.inbox.low() <= self.read + 1 {
            return others_after(self.read) + (self.inbox.head() - high.min(self.inbox.head()));
        }
        let (unread, head) = self.counted;
        unread + others_after(head)
    }

    /// What is written to disk: the newest page and the cursor, in one record.
    pub(crate) fn cache(&self, epoch: Epoch) -> Option<RoomCache> {
        let window = self.inbox.window();
        let newest = window.len().saturating_sub(PAGE_ENTRIES);
        Some(RoomCache {
            room: self.id,
            epoch,
            name: self.name.clone(),
            read: self.read,
            high: self.inbox.high()?,
            entries: window.range(newest..).cloned().collect(),
        })
    }
}

/// When the next of something may go, at most once every so often: the first at once.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    last: Option<Duration>,
}

impl Pace {
    /// When the next may go; zero for at once.
    pub(crate) fn due(&self, every: Duration) -> Duration {
        self.last.map_or(Duration::ZERO, |last| last + every)
    }

    pub(crate) fn went(&mut self, now: Duration) {
        self.last = Some(now);
    }
}
