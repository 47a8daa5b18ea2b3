//! One room's log as this device has it: the contiguous window `low..=high`, and the entries buffered ahead of a gap.
//!
//! - `ahead`: the entries past the cursor
//! - `pull`: which page to request, and how to apply the answer
//!
//! Invariant: the window is contiguous, and `high` moves by one entry at a time, or by a jump that replaces the window.

mod ahead;
mod pull;

use steadfast_shared::{Body, Cursor, Entry, EntryId, Seq, UserId};

use ahead::Ahead;

use crate::room::log_view::LogView;
use crate::room::window::{LAST_SEQ, Window, is_contiguous};
use crate::vec_map::VecMap;

/// How many entries an inbox may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct InboxBounds {
    pub(crate) window: usize,
    pub(crate) window_browsing: usize,
    pub(crate) buffered: usize,
}

/// One room's log on this device.
#[derive(Debug)]
pub(crate) struct Inbox {
    bounds: InboxBounds,
    log: LogView,
    /// The cursor; `None` until a first page sets it.
    high: Option<Seq>,
    head: Seq,
    /// The cached entries may be from a log that no longer exists: the newest page has to agree with them.
    doubted: bool,
    /// A deletion that is perhaps not in the log has erased a text here: the newest page has to replace the window.
    erased_in_vain: bool,
    ahead: Ahead,
    /// The place of each entry of the window, and of each acknowledged ahead of a gap.
    keys: VecMap<(UserId, EntryId), Seq>,
    /// The newest `seq` known to exist when the page under way was requested.
    head_when_pulled: Seq,
    /// A person has scrolled back: old pages stay until the newest entry is seen again.
    browsing: bool,
}

impl Inbox {
    pub(crate) fn new(bounds: InboxBounds) -> Self {
        Self {
            bounds,
            log: LogView::new(bounds.window_browsing),
            high: None,
            head: 0,
            doubted: false,
            erased_in_vain: false,
            ahead: Ahead::default(),
            keys: VecMap::default(),
            head_when_pulled: 0,
            browsing: false,
        }
    }

    /// An inbox as cached; an empty one if the cache contradicts itself.
    pub(crate) fn restored(bounds: InboxBounds, high: Seq, entries: Vec<Entry>) -> Self {
        let mut inbox = Self::new(bounds);
        let contiguous = is_contiguous(&entries) && entries.last().map_or(high == 0, |last| last.seq == high);
        if contiguous {
            // Erased by a deletion after the cursor, which the log may have lost since.
            let in_vain = entries
                .iter()
                .any(|entry| entry.body == Body::Erased && !deletes(&entries, entry.seq));
            inbox.replace(entries, high);
            inbox.erased_in_vain = in_vain;
        }
        inbox
    }

    /// The cursor, with the entry that is there.
    pub(crate) fn cursor(&self) -> Option<Cursor> {
        let high = self.high?;
        Some(self.log.window.get(high).map_or(high.into(), Cursor::from))
    }

    pub(crate) fn high(&self) -> Option<Seq> {
        self.high
    }

    /// The newest `seq` known to exist.
    pub(crate) fn head(&self) -> Seq {
        self.head
    }

    /// The oldest `seq` of the window; one past the cursor where it is empty.
    pub(crate) fn low(&self) -> Seq {
        self.log.window.low().unwrap_or(self.high.unwrap_or(0) + 1)
    }

    /// The view whose window ends at the cursor.
    pub(crate) fn log(&self) -> &LogView {
        &self.log
    }

    pub(crate) fn want_older(&mut self) -> bool {
        self.log.want_older()
    }

    /// The entries without a gap up to the cursor.
    pub(crate) fn window(&self) -> &Window {
        self.log.window()
    }

    /// The entries past the cursor.
    pub(crate) fn ahead(&self) -> &Ahead {
        &self.ahead
    }

    /// The entry with this author and id, if it is in the window.
    pub(crate) fn find(&self, author: UserId, id: EntryId) -> Option<&Entry> {
        self.log.window.get(*self.keys.get(&(author, id))?)
    }

    /// Whether an entry with this author and id is in the window, or acknowledged ahead of a gap.
    pub(crate) fn shows(&self, author: UserId, id: EntryId) -> bool {
        self.keys.contains_key(&(author, id))
    }

    /// Whether the window reaches the room's first entry.
    pub(crate) fn at_beginning(&self) -> bool {
        self.high.is_some() && self.low() <= 1
    }

    /// Raises the head to a newer `seq`. Returns whether it was newer.
    pub(crate) fn raise_head(&mut self, head: Seq) -> bool {
        let news = head > self.head && head <= LAST_SEQ;
        if news {
            self.head = head;
        }
        news
    }

    /// The link is down: the next handshake's cursor covers the entries received by now.
    pub(crate) fn link_down(&mut self) {
        self.doubted = false;
        self.forget_requests();
    }

    /// The cached entries may be from a log that no longer exists, or only ahead of the node that answered: the newest
    /// page will show which.
    pub(crate) fn doubt(&mut self) {
        self.doubted = self.high.is_some();
    }

    /// No request sent so far will be answered.
    pub(crate) fn forget_requests(&mut self) {
        self.log.give_up();
        self.log.start_over();
    }

    /// Forgets every entry, to read them again from a log that ends at `head`: their contents have changed, or their log no
    /// longer exists.
    pub(crate) fn start_over(&mut self, head: Seq) {
        *self = Self::new(self.bounds);
        self.head = head;
        if head == 0 {
            self.high = Some(0);
        }
    }

    /// The server opened a session with this head. It may be below the cursor: a node that is a little behind.
    ///
    /// `reset`: the cursor's entry is not in the database, which was replaced or went back in time.
    pub(crate) fn open(&mut self, head: Seq, reset: bool) {
        if reset {
            *self = Self::new(self.bounds);
        }
        // They may be from a log that no longer exists: the handshake's cursor is before them. Otherwise they come again.
        self.ahead.session_opened();
        let known = [self.high, self.ahead.last_acked(), Some(head.min(LAST_SEQ))];
        self.head = known.into_iter().flatten().max().unwrap_or(0);
        self.log.start_over();
        if self.head == 0 && self.high.is_none() {
            self.high = Some(0);
        }
    }

    /// Takes in entries from any source. Repeats are dropped, entries ahead of a gap are buffered. Returns whether the
    /// window grew.
    pub(crate) fn offer(&mut self, entries: impl IntoIterator<Item = Entry>) -> bool {
        for entry in entries {
            if entry.seq > LAST_SEQ {
                continue;
            }
            self.raise_head(entry.seq);
            // Another entry at the same place: one of them is from a log that no longer exists.
            self.doubted |= self.log.window.has_another(&entry);
            if self.high.is_none_or(|high| entry.seq > high) {
                self.ahead.buffer(entry);
            }
        }
        let grew = self.drain();
        self.ahead.bound_buffered(self.bounds.buffered);
        grew
    }

    /// Takes in missed entries, as the session's opening brings them: consecutive, up to the head. Returns whether the
    /// window grew.
    pub(crate) fn offer_missed(&mut self, entries: Vec<Entry>) -> bool {
        match entries.last() {
            Some(last) if self.high.is_none() && last.seq == self.head && is_contiguous(&entries) => {
                let high = last.seq;
                self.replace(entries, high);
                true
            }
            _ => self.offer(entries),
        }
    }

    /// Takes in an own entry from its ack, before or after the log's copy; `elsewhere` if another tab's link brought the
    /// ack. Returns whether the window grew.
    pub(crate) fn acknowledge(&mut self, entry: Entry, elsewhere: bool) -> bool {
        if !elsewhere {
            self.raise_head(entry.seq);
        }
        if self.high.is_some_and(|high| entry.seq <= high) || entry.seq > LAST_SEQ {
            return false;
        }
        self.keys.insert((entry.author.id, entry.id), entry.seq);
        self.log.window.change(&entry);
        if let Some(gone) = self.ahead.acknowledge(entry, elsewhere) {
            // One of the two is from a log that no longer exists; the log's copy shows which.
            self.forget(&gone);
        }
        while let Some(oldest) = self.ahead.pop_acked_past(self.bounds.window_browsing) {
            self.forget(&oldest);
        }
        self.drain()
    }

    /// A person has seen the room up to `seq`. Returns whether old pages were let go.
    pub(crate) fn seen(&mut self, seq: Seq) -> bool {
        if self.browsing && self.high.is_some_and(|high| seq >= high) {
            self.browsing = false;
            return self.trim();
        }
        false
    }

    /// All entries after a place of the log: in the window, buffered or acknowledged.
    pub(crate) fn after(&self, seq: Seq) -> impl Iterator<Item = &Entry> {
        let newest_first = self.log.window.entries().iter().rev();
        let window = newest_first.take_while(move |entry| entry.seq > seq);
        window.chain(self.ahead.entries())
    }

    /// A person opens a detached view: the old pages go.
    pub(crate) fn stop_browsing(&mut self) -> bool {
        self.browsing = false;
        self.trim()
    }

    /// Whether a detached view's window reaches this one, and there is room for all of it.
    pub(crate) fn can_join(&self, view: &Window) -> bool {
        let (Some(low), Some(high)) = (view.low(), view.high()) else {
            return false;
        };
        let touches = self
            .high
            .is_some_and(|cursor| low <= cursor + 1 && high + 1 >= self.low());
        let older = usize::try_from(self.low().saturating_sub(low)).unwrap_or(usize::MAX);
        touches && self.log.window.len().saturating_add(older) <= self.bounds.window_browsing
    }

    /// Takes in the window of a detached view that reaches this one. Old pages stay until the newest entry is seen.
    pub(crate) fn join(&mut self, view: Window) {
        let low = self.low();
        let (older, newer): (Vec<Entry>, Vec<Entry>) =
            view.into_entries().into_iter().partition(|entry| entry.seq < low);
        self.browsing = true;
        self.note_places(older.iter().map(place_of).collect());
        self.log.window.push_oldest(older);
        self.offer(newer);
        self.trim();
    }

    /// Applies buffered entries for as long as the next one fits.
    fn drain(&mut self) -> bool {
        let Some(mut high) = self.high else {
            return false;
        };
        let before = high;
        while let Some((entry, gone)) = self.ahead.next_after(high) {
            if let Some(gone) = gone {
                self.forget(&gone);
            }
            high = entry.seq;
            self.keys.insert((entry.author.id, entry.id), entry.seq);
            self.log.window.push_newest(entry);
        }
        self.high = Some(high);
        let grew = high > before;
        if grew {
            self.trim();
        }
        grew
    }

    /// Starts over: the window is these entries, the cursor `high`.
    fn replace(&mut self, entries: Vec<Entry>, high: Seq) {
        self.log.window = entries.into_iter().collect();
        self.high = Some(high);
        self.browsing = false;
        self.erased_in_vain = false;
        self.raise_head(high);
        self.ahead.passed(high);
        for acked in self.ahead.acked() {
            self.log.window.change(acked);
        }
        let window = self.log.window().entries().iter();
        self.keys = window.chain(self.ahead.acked()).map(place_of).collect();
        self.drain();
        self.trim();
    }

    fn note_places(&mut self, places: Vec<((UserId, EntryId), Seq)>) {
        for (key, seq) in places {
            self.keys.insert(key, seq);
        }
    }

    /// Lets go of the oldest entries past the bound.
    fn trim(&mut self) -> bool {
        let bound = if self.browsing {
            self.bounds.window_browsing
        } else {
            self.bounds.window
        };
        let excess = self.log.window.len().saturating_sub(bound);
        if excess == 0 {
            return false;
        }
        self.log.window.drop_oldest(excess);
        let low = self.low();
        self.keys.retain(|_, seq| *seq >= low);
        true
    }

    fn forget(&mut self, entry: &Entry) {
        let key = (entry.author.id, entry.id);
        if self.keys.get(&key) == Some(&entry.seq) {
            self.keys.remove(&key);
        }
        self.log.window.forget_change(entry);
        self.erased_in_vain |= matches!(entry.body, Body::Delete { .. });
    }
}

/// Whether one of these entries deletes a message.
fn deletes(entries: &[Entry], deleted: Seq) -> bool {
    let mut bodies = entries.iter().map(|entry| &entry.body);
    bodies.any(|body| matches!(body, Body::Delete { message } if *message == deleted))
}

/// By whom and which an entry is, and where.
fn place_of(entry: &Entry) -> ((UserId, EntryId), Seq) {
    ((entry.author.id, entry.id), entry.seq)
}

#[cfg(test)]
mod tests;
