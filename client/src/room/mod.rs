//! One room: its name, its log on this device, how far it is read, and whether its cache is up to date.
//!
//! - `inbox`: the log up to its newest entries: a window without a gap, and the entries ahead of one
//! - `window`: a contiguous piece of a log; `fold`: each message as its changes left it
//! - `detached`: a window around another place; `looking`: the window that a person sees
//! - `log_view`: what both are, a window and its `paging`: one request for a page of the log at a time
//! - `timeline`: its rows, for the person it is shown to (`viewer`); `row`: one of them
//! - `revisions`: which rows changed since a view read them
//! - `former`: messages that were here before the server's database went back

pub(crate) mod detached;
pub(crate) mod fold;
pub(crate) mod former;
pub(crate) mod inbox;
pub(crate) mod log_view;
pub(crate) mod looking;
pub(crate) mod paging;
pub(crate) mod revisions;
pub(crate) mod row;
pub(crate) mod timeline;
pub(crate) mod viewer;
pub(crate) mod window;

use steadfast_shared::limit::PAGE_ENTRIES;
use steadfast_shared::{Epoch, Millis, RoomId, Seq, UserId, event, mention};

use crate::record::{About, RoomCache};
use crate::room::detached::DetachedView;
use crate::room::former::{FormerLog, LostMessage};
use crate::room::inbox::{Inbox, InboxBounds};
use crate::room::paging::Anchor;

/// Other people's messages after the read marker.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Unread {
    pub(crate) news: u64,
    /// How much of it mentions this person.
    pub(crate) mentions: u64,
}

/// The server's counts: after `read`, up to `head`.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    unread: Unread,
    read: Seq,
    head: Seq,
}

/// One room, as this device knows it.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) id: RoomId,
    pub(crate) name: String,
    pub(crate) about: About,
    pub(crate) inbox: Inbox,
    /// A view of another place, instead of the newest entries.
    look: Option<DetachedView>,
    /// The place a person last asked to see.
    place: Option<Anchor>,
    read: Seq,
    counted: Counted,
    /// The read marker that the server has.
    read_told: Seq,
    former: FormerLog,
    /// Whether the cache on disk is older than the room in memory.
    pub(crate) cache_is_old: bool,
}

impl Room {
    pub(crate) fn restored(bounds: InboxBounds, cache: RoomCache, me: Option<UserId>) -> Self {
        let mut room = Self {
            id: cache.room,
            name: cache.name,
            about: cache.about,
            inbox: Inbox::restored(bounds, cache.high, cache.entries),
            look: None,
            place: None,
            read: cache.read,
            counted: Counted {
                head: cache.high,
                ..Counted::default()
            },
            read_told: 0,
            former: FormerLog::default(),
            cache_is_old: false,
        };
        // The server's counts have not come yet: the cached entries are a lower bound.
        room.counted.unread = room.news_after(room.read, me);
        room
    }

    pub(crate) fn new(bounds: InboxBounds, room: &event::Room) -> Self {
        Self {
            id: room.id,
            name: room.name.clone(),
            about: About::from(room),
            inbox: Inbox::new(bounds),
            look: None,
            place: None,
            read: room.read,
            counted: Counted::default(),
            read_told: room.read,
            former: FormerLog::default(),
            cache_is_old: true,
        }
    }

    /// A session opened with the room in this state; `reset` if the database does not have the cursor's entry. Returns
    /// whether the window was dropped.
    pub(crate) fn open(&mut self, room: &event::Room, reset: bool) -> bool {
        let revised = self.revise(room);
        if reset {
            self.former.remember(self.inbox.window());
            self.former.replaced(room.head);
        }
        self.inbox.open(room.head, reset);
        if reset {
            self.read = room.read;
            self.look_end();
            self.cache_is_old = true;
        }
        self.read_told = room.read;
        self.apply_state(room);
        reset || revised
    }

    /// The messages shown of this room, to compare with its log in a database that replaces this one.
    pub(crate) fn into_former(mut self) -> FormerLog {
        self.former.remember(self.inbox.window());
        self.former
    }

    /// Takes over the messages shown of the log that this one replaces.
    pub(crate) fn replaces(&mut self, former: FormerLog, head: Seq) {
        self.former = former;
        self.former.replaced(head);
    }

    /// The messages shown here that the server's database no longer has. None until that is known.
    pub(crate) fn lost(&self) -> impl Iterator<Item = &LostMessage> {
        let is_known = self.inbox.high().is_some();
        let lost = is_known.then(|| self.former.lost(self.inbox.window()));
        lost.into_iter().flatten()
    }

    /// A person has seen the list of lost messages. Returns whether there was one.
    pub(crate) fn forget_lost(&mut self) -> bool {
        let had_some = !self.former.is_empty();
        self.former.forget();
        had_some
    }

    /// Drops the cached entries if some were hidden, shown again or erased since. Returns whether it did.
    fn revise(&mut self, room: &event::Room) -> bool {
        let revised = self.about.revision != room.revision;
        if revised {
            self.inbox.start_over(self.inbox.head());
            self.look_end();
            self.cache_is_old = true;
        }
        revised
    }

    /// Takes in the server's description of the room.
    pub(crate) fn apply_state(&mut self, room: &event::Room) {
        self.revise(room);
        let about = About::from(room);
        self.inbox.raise_head(room.head);
        self.cache_is_old |= self.name != room.name || self.about != about || self.read < room.read;
        self.name.clone_from(&room.name);
        self.about = about;
        self.read = self.read.max(room.read);
        self.read_told = self.read_told.max(room.read);
        self.counted = Counted {
            unread: Unread {
                news: room.unread,
                mentions: room.mentions,
            },
            read: room.read,
            head: room.head,
        };
    }

    /// The time of the newest known message.
    pub(crate) fn active_at(&self) -> Millis {
        let mut newest_first = self.inbox.window().entries().iter().rev();
        let newest = newest_first.find(|entry| entry.body.is_news());
        self.about.active_at.max(newest.map_or(0, |entry| entry.at))
    }

    /// Whether this person has hidden it, and nobody has written in it since.
    pub(crate) fn is_hidden(&self) -> bool {
        self.about.hidden && self.active_at() <= self.about.active_at
    }

    pub(crate) fn read(&self) -> Seq {
        self.read
    }

    /// This person has read up to `seq`, here or in another tab. Returns whether that moves the read marker.
    pub(crate) fn mark_read(&mut self, seq: Seq, reported: bool) -> bool {
        let seq = seq.min(self.inbox.head());
        if reported {
            self.read_told = self.read_told.max(seq);
        }
        let news = seq > self.read;
        if news {
            self.read = seq;
            self.cache_is_old = true;
        }
        news
    }

    /// The read marker to send, if the server does not have it yet.
    pub(crate) fn unreported_read(&self) -> Option<event::Read> {
        (self.read > self.read_told).then_some(event::Read {
            room: self.id,
            seq: self.read,
        })
    }

    pub(crate) fn read_reported(&mut self) {
        self.read_told = self.read;
    }

    /// Other people's messages after the read marker, and how many of them mention this person. The window is counted if it
    /// reaches back that far. For entries that are not in it, the server's count holds; without one, all of them count.
    pub(crate) fn unread(&self, me: Option<UserId>) -> Unread {
        let counted = self.counted;
        let reaches_back = self.inbox.high().is_some() && self.inbox.low() <= self.read + 1;
        if !reaches_back {
            let since = self.news_after(counted.head.max(self.read), me);
            // Some of the entries counted may have been read since, in a detached view.
            let left = counted.head.saturating_sub(self.read);
            return Unread {
                news: counted.unread.news.min(left) + since.news,
                mentions: counted.unread.mentions.min(left) + since.mentions,
            };
        }
        let here = self.news_after(self.read, me);
        let head = self.inbox.head();
        let missing = head - self.inbox.high().unwrap_or(0).min(head);
        if missing == 0 {
            return here;
        }
        if (counted.head, counted.read) == (head, self.read) {
            return Unread {
                news: here.news.max(counted.unread.news),
                mentions: here.mentions.max(counted.unread.mentions),
            };
        }
        Unread {
            news: here.news + missing,
            ..here
        }
    }

    fn news_after(&self, seq: Seq, me: Option<UserId>) -> Unread {
        let window = self.inbox.window();
        let newest_first = window.entries().iter().rev();
        let after = newest_first.take_while(|entry| entry.seq > seq);
        let news = after.filter(|entry| entry.body.is_news() && Some(entry.author.id) != me);
        let mut unread = Unread::default();
        for entry in news {
            unread.news += 1;
            let edited = window.folded(entry.seq).and_then(|folded| folded.edited.as_ref());
            let text = edited.map(|edited| &edited.text).or(entry.body.text());
            let mentioned =
                text.is_some_and(|text| mention::of(text.as_str()).iter().any(|of| Some(*of) == me));
            unread.mentions += u64::from(mentioned);
        }
        unread
    }

    /// The cache to write to disk: the newest page and the cursor, in one record.
    pub(crate) fn cache(&self, epoch: Epoch) -> Option<RoomCache> {
        let window = self.inbox.window();
        let newest = window.len().saturating_sub(PAGE_ENTRIES);
        Some(RoomCache {
            room: self.id,
            epoch,
            name: self.name.clone(),
            about: self.about.clone(),
            read: self.read,
            high: self.inbox.high()?,
            entries: window.entries().range(newest..).cloned().collect(),
        })
    }
}
