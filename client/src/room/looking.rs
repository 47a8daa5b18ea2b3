//! The detached view of another place of a room's log, beside the inbox.

use std::time::Duration;

use socketio_anywhere::backoff::Rng;
use steadfast_shared::event::HistoryRequest;
use steadfast_shared::{Entry, Seq, UserId};

use super::Room;
use crate::request::RequestId;
use crate::room::detached::{Detached, DetachedView};
use crate::room::log_view::LogView;
use crate::room::paging::{Anchor, PageResult};
use crate::room::revisions::ChangedRows;
use crate::room::window::Window;

/// The window of a room that a person can scroll: the live one, or a detached view.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WindowView {
    /// Its oldest entry; one past the cursor if it is empty.
    pub low: Seq,
    /// Its newest entry, if it has any.
    pub high: Option<Seq>,
    /// Whether it is a detached view, which does not reach the newest entries.
    pub detached: bool,
    /// Whether a person is in a detached view, or waits for it to load.
    pub looking: bool,
    /// The place last asked for, once its entry is here, to bring into view.
    pub place: Option<Seq>,
    /// Whether an older page is on its way.
    pub loading_older: bool,
    /// Whether a newer page, or the place looked for, is on its way.
    pub loading_newer: bool,
    /// Whether it reaches the room's first entry.
    pub at_beginning: bool,
}

impl Room {
    pub(crate) fn window_view(&self) -> WindowView {
        let (log, detached) = (self.shown(), self.detached());
        let window = log.window();
        WindowView {
            low: window.low().unwrap_or(self.inbox.low()),
            high: window.high(),
            detached: detached.is_some(),
            looking: self.look.is_some(),
            place: self.place(),
            loading_older: log.is_loading_older(),
            loading_newer: self.look.as_ref().is_some_and(DetachedView::is_loading_newer),
            at_beginning: match detached {
                Some(view) => view.window().low() == Some(1),
                None => self.inbox.at_beginning(),
            },
        }
    }

    /// The visible view: the detached one, once it has entries, else the live one.
    pub(crate) fn shown(&self) -> &LogView {
        self.detached().map_or(self.inbox.log(), DetachedView::log)
    }

    /// The detached view, where its window is the visible one.
    pub(crate) fn detached(&self) -> Option<&DetachedView> {
        self.look.as_ref().filter(|look| look.window().len() > 0)
    }

    /// A person wants to see another place. If the live window has it, that stays visible.
    pub(crate) fn look(&mut self, at: Anchor, bound: usize) {
        self.place = Some(at);
        self.look = None;
        if place_in(self.inbox.window(), self.inbox.at_beginning(), at).is_none() {
            self.look = Some(DetachedView::new(at, bound));
        }
    }

    /// Back to the newest.
    pub(crate) fn look_end(&mut self) {
        self.look = None;
        self.place = None;
    }

    /// The `seq` of the place last requested, once its entry is here.
    fn place(&self) -> Option<Seq> {
        let at = self
            .place
            .filter(|_| self.look.is_none() || self.detached().is_some())?;
        let window = self.shown().window();
        // A detached view was read for its place: the first entry of a page that has nothing older is the first there
        // is.
        place_in(window, self.detached().is_some() || self.inbox.at_beginning(), at)
    }

    /// A person wants one more page of older entries. Returns whether that adds a page to request.
    pub(crate) fn want_older(&mut self, bound: usize) -> bool {
        if self.look.is_none() && self.inbox.log().is_full() && self.inbox.low() > 1 {
            let ahead = self.inbox.after(self.inbox.high().unwrap_or(0));
            self.look = Some(DetachedView::from(self.inbox.window(), ahead, bound));
            self.inbox.stop_browsing();
        }
        match &mut self.look {
            Some(look) => look.want_older(),
            None => self.inbox.want_older(),
        }
    }

    /// A person wants one more page of newer entries, in a detached view.
    pub(crate) fn want_newer(&mut self) -> bool {
        let wants = self.look.as_mut().is_some_and(DetachedView::want_newer);
        wants && !self.join()
    }

    /// Takes in entries of the log from any source. Returns the rows that changed, if the visible window did.
    pub(crate) fn offer(&mut self, entries: Vec<Entry>, missed: bool) -> Option<ChangedRows> {
        let rows = self.rows_appended_by(&entries);
        let last = entries.last().map(|entry| entry.seq);
        let low = self.inbox.low();
        let mut changed = self.apply_changes(&entries);
        let cursor = self.inbox.high();
        changed |= if missed {
            self.inbox.offer_missed(entries)
        } else {
            self.inbox.offer(entries)
        };
        self.notice_jump(cursor);
        changed |= self.join();
        changed.then(|| match rows {
            Some(mut rows) if self.inbox.high() == last => {
                // A reply to a message that the window has dropped shows the log's quote of it.
                let window = self.inbox.window();
                rows.extend(window.replies_to(low..self.inbox.low()));
                ChangedRows::Some(rows)
            }
            _ => ChangedRows::All,
        })
    }

    /// The rows that these entries bring or change, if they continue the live window and nothing else is shown: the rows of
    /// messages, and for a change its message and the replies that quote it.
    fn rows_appended_by(&self, entries: &[Entry]) -> Option<Vec<Seq>> {
        let next = self.inbox.high()? + 1;
        let follow = entries.iter().zip(next..).all(|(entry, seq)| entry.seq == seq);
        if !follow || self.look.is_some() || !self.inbox.ahead().is_empty() {
            return None;
        }
        let mut rows = Vec::new();
        for entry in entries {
            match entry.body.changes() {
                None => rows.push(entry.seq),
                Some(message) => {
                    rows.push(message);
                    rows.extend(self.inbox.window().replies_to(message..message + 1));
                }
            }
        }
        Some(rows)
    }

    /// Takes in an own entry from its ack. Returns whether the window grew.
    pub(crate) fn acknowledge(&mut self, entry: Entry, elsewhere: bool) -> bool {
        self.apply_changes(std::slice::from_ref(&entry));
        self.inbox.acknowledge(entry, elsewhere)
    }

    /// Takes in a page. Returns whether the visible window changed.
    pub(crate) fn pulled(
        &mut self,
        request: RequestId,
        result: PageResult,
        now: Duration,
        rng: &mut Rng,
    ) -> bool {
        let mut changed = match &result {
            Ok(Ok(page)) => self.apply_changes(&page.entries),
            _ => false,
        };
        let cursor = self.inbox.high();
        changed |= self.inbox.pulled(request, result, now, rng);
        if self.inbox.high() < cursor {
            // The log is another one than that of the cached entries.
            self.look_end();
            self.read = self.read.min(self.inbox.head());
            self.read_told = self.read_told.min(self.read);
        }
        self.notice_jump(cursor);
        changed | self.join()
    }

    /// Takes in a page of the detached view. Returns whether the visible window changed.
    pub(crate) fn looked(
        &mut self,
        request: RequestId,
        result: PageResult,
        now: Duration,
        rng: &mut Rng,
    ) -> bool {
        let Some(look) = &mut self.look else {
            return false;
        };
        let looked = look.pulled(request, result, self.inbox.after(0), now, rng);
        if looked == Detached::Nowhere {
            self.look_end();
        }
        self.join() | (looked != Detached::Same)
    }

    pub(crate) fn look_pull(&mut self, request: RequestId, now: Duration) -> Option<HistoryRequest> {
        let room = self.id;
        self.look.as_mut()?.next_pull(room, request, now)
    }

    pub(crate) fn pull_not_before(&self) -> Option<Duration> {
        let look = self.look.as_ref().and_then(DetachedView::pull_not_before);
        [look, self.inbox.pull_not_before()].into_iter().flatten().min()
    }

    /// The number of pages on their way.
    pub(crate) fn pulling(&self) -> usize {
        let look = self.look.as_ref().is_some_and(|look| look.log().is_pulling());
        usize::from(look) + usize::from(self.inbox.log().is_pulling())
    }

    pub(crate) fn link_down(&mut self) {
        self.inbox.link_down();
    }

    /// No request so far will be answered.
    pub(crate) fn forget_requests(&mut self) {
        self.inbox.forget_requests();
        if let Some(look) = &mut self.look {
            look.forget_requests();
        }
    }

    /// The first message of another person after the read marker. If the live window does not reach back that far, the place
    /// from which to search for it.
    pub(crate) fn first_unread(&self, me: Option<UserId>) -> Option<Seq> {
        if self.inbox.high().is_some() && self.inbox.low() <= self.read + 1 {
            let mut after = self.inbox.window().after(self.read);
            let others = |entry: &&Entry| entry.body.is_news() && Some(entry.author.id) != me;
            return after.find(others).map(|entry| entry.seq);
        }
        (self.unread(me).news > 0).then_some(self.read + 1)
    }

    /// Passes changes from any source to the detached view. Returns whether any concern it.
    fn apply_changes(&mut self, entries: &[Entry]) -> bool {
        let Some(look) = &mut self.look else {
            return false;
        };
        entries
            .iter()
            .fold(false, |concerns, entry| look.apply(entry) | concerns)
    }

    fn notice_jump(&mut self, cursor: Option<Seq>) {
        let jumped = cursor.is_none_or(|cursor| self.inbox.low() > cursor + 1);
        if let Some(look) = self.look.as_mut().filter(|_| jumped) {
            look.read_again();
        }
    }

    /// Joins the detached view to the live window if it reaches it. Returns whether it did.
    fn join(&mut self) -> bool {
        let can = |look: &mut DetachedView| look.may_join() && self.inbox.can_join(look.window());
        let Some(look) = self.look.take_if(can) else {
            return false;
        };
        self.inbox.join(look.into_window());
        self.cache_is_old = true;
        true
    }
}

/// The `seq` of a place in a window, if it is there. `from_start`: nothing is older than the window.
fn place_in(window: &Window, from_start: bool, at: Anchor) -> Option<Seq> {
    match at {
        Anchor::Around(seq) => window.get(seq).map(|entry| entry.seq),
        Anchor::Since(since) => {
            let first = window.entries().iter().find(|entry| entry.at >= since)?;
            (from_start || window.low() != Some(first.seq)).then_some(first.seq)
        }
    }
}
