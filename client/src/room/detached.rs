//! A detached view: a contiguous window around another place of a room's log, paged both ways, apart from the live one.
//!
//! It drops its far side beyond its bound, applies every change that arrives live, and joins the live window when it
//! reaches it. After a jump of the live window changes may have been missed, so every page is read again.

use std::time::Duration;

use socketio_anywhere::backoff::Rng;
use steadfast_shared::event::{HistoryRequest, Page};
use steadfast_shared::limit::PAGE_ENTRIES;
use steadfast_shared::{Body, Entry, Now, RoomId, Seq};

use crate::request::RequestId;
use crate::room::log_view::LogView;
use crate::room::paging::{Anchor, LogPage, PageResult, Paged};
use crate::room::window::Window;

/// A contiguous window around another place of a room's log.
#[derive(Debug)]
pub(crate) struct DetachedView {
    at: Anchor,
    log: LogView,
    bound: usize,
    /// A person scrolls away from the newest entries. Joining would drop the pages they are going to.
    leaving: bool,
    /// Up to here, changes may have been missed.
    stale: Option<Seq>,
}

/// The effect of a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Detached {
    Same,
    /// More entries are visible, or they are up to date.
    More,
    /// There are no entries here.
    Nowhere,
}

impl DetachedView {
    pub(crate) fn new(at: Anchor, bound: usize) -> Self {
        Self {
            at,
            // It is never full: it drops its far side.
            log: LogView::new(usize::MAX),
            bound: bound.max(3 * PAGE_ENTRIES),
            leaving: false,
            stale: None,
        }
    }

    /// A detached view that begins with the live window's old end. `ahead`: entries buffered ahead of a gap, which
    /// arrive once only.
    pub(crate) fn from<'a>(live: &'a Window, ahead: impl Iterator<Item = &'a Entry>, bound: usize) -> Self {
        let at = Anchor::Around(live.low().unwrap_or(1));
        let mut look = Self::new(at, bound);
        let many = look.bound.min(live.len());
        look.log.window = live.entries().range(..many).cloned().collect();
        for later in live.entries().range(many..).chain(ahead) {
            look.log.window.change(later);
        }
        look
    }

    /// Its entries; empty until the first page has come.
    pub(crate) fn window(&self) -> &Window {
        self.log.window()
    }

    pub(crate) fn into_window(self) -> Window {
        self.log.window
    }

    pub(crate) fn log(&self) -> &LogView {
        &self.log
    }

    /// Whether a newer page, or the place itself, is on its way or will be requested.
    pub(crate) fn is_loading_newer(&self) -> bool {
        self.log.is_loading_newer() || self.window().len() == 0
    }

    pub(crate) fn want_older(&mut self) -> bool {
        self.leaving = true;
        self.log.want_older()
    }

    pub(crate) fn want_newer(&mut self) -> bool {
        self.leaving = false;
        self.log.want_newer()
    }

    /// Whether it may join the live window: no page is on its way, and no change was missed.
    pub(crate) fn may_join(&self) -> bool {
        self.stale.is_none() && !self.log.is_pulling() && !self.leaving
    }

    /// Applies a change. Returns whether it concerns an entry of the window, or a quote there.
    pub(crate) fn apply(&mut self, entry: &Entry) -> bool {
        let concerns = entry
            .body
            .changes()
            .is_some_and(|message| self.log.window.shows(message));
        if concerns {
            self.log.window.change(entry);
            if self.log.window.changes() > 4 * self.bound {
                // Reading again drops them.
                self.read_again();
            }
        }
        concerns
    }

    /// The live window jumped: the changes in between were missed. A page on its way may be older than the jump.
    pub(crate) fn read_again(&mut self) {
        self.log.give_up();
        self.stale = self.window().low().map(|low| low - 1);
    }

    pub(crate) fn forget_requests(&mut self) {
        self.log.give_up();
        self.log.start_over();
    }

    pub(crate) fn pull_not_before(&self) -> Option<Duration> {
        self.log.pull_not_before(self.due())
    }

    /// The page to request next, unless none is wanted, one is under way, or it is too early.
    pub(crate) fn next_pull(
        &mut self,
        room: RoomId,
        request: RequestId,
        now: Duration,
    ) -> Option<HistoryRequest> {
        let due = self.due();
        self.log.next_pull(room, due, PAGE_ENTRIES, request, now)
    }

    /// The page of the place itself, then those to read again.
    fn due(&self) -> Option<LogPage> {
        if self.window().len() == 0 {
            return Some(LogPage::At(self.at));
        }
        self.stale.map(LogPage::Again)
    }

    /// Handles an answer. `received`: cached changes; those newer than the page are applied to it.
    pub(crate) fn pulled<'a>(
        &mut self,
        request: RequestId,
        result: PageResult,
        received: impl Iterator<Item = &'a Entry>,
        now: Duration,
        rng: &mut Rng,
    ) -> Detached {
        match self.log.answered(request, result, now, rng) {
            Some(Paged::Page(asked, page)) => {
                let head = page.head;
                let looked = self.take(asked, page);
                for change in received.filter(|entry| entry.seq > head) {
                    self.apply(change);
                }
                looked
            }
            Some(Paged::Refused) => Detached::Nowhere,
            Some(Paged::Again) | None => Detached::Same,
        }
    }

    fn take(&mut self, asked: LogPage, page: Page) -> Detached {
        let Page {
            mut entries, head, ..
        } = page;
        for entry in &mut entries {
            complete(entry, head);
        }
        match asked {
            LogPage::At(_) if entries.is_empty() => return Detached::Nowhere,
            LogPage::At(_) => self.log.window = entries.into_iter().collect(),
            LogPage::Before(low) => {
                if !self.log.take_older(low, entries) {
                    return Detached::Same;
                }
                let excess = self.window().len().saturating_sub(self.bound);
                self.log.window.drop_newest(excess);
            }
            LogPage::After(high) => {
                if !self.log.take_newer(high, entries) {
                    return Detached::Same;
                }
                let excess = self.window().len().saturating_sub(self.bound);
                self.log.window.drop_oldest(excess);
            }
            LogPage::Again(after) if self.stale == Some(after) => {
                let last = entries.last().map_or(head, |entry| entry.seq);
                for entry in entries {
                    self.log.window.refresh(entry);
                }
                self.stale = Some(last).filter(|last| self.window().high().is_some_and(|high| *last < high));
            }
            LogPage::Again(_) | LogPage::Newest => return Detached::Same,
        }
        Detached::More
    }
}

/// Marks a message without recorded changes, and its quote, as unchanged up to the head. A detached view has only some
/// of the changes: earlier ones must not be mistaken for later ones.
fn complete(entry: &mut Entry, head: Seq) {
    if matches!(entry.body, Body::Message { .. }) && entry.now.is_none() {
        entry.now = Some(Box::new(Now {
            as_of: head,
            ..Now::default()
        }));
    }
}
