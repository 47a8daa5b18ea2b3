//! A detached view: a contiguous window around another place of a room's log, paged both ways, apart from the live one.
//!
//! It drops its far side beyond its bound, applies every change that arrives live, and joins the live window when it
//! reaches it. After a jump of the live window changes may have been missed, so every page is read again.

use std::time::Duration;

use steadfast_shared::event::{HistoryRequest, Page};
use steadfast_shared::limit::PAGE_ENTRIES;
use steadfast_shared::{Body, Entry, Millis, Now, RoomId, Seq};

use crate::request::RequestId;
use crate::rng::Rng;
use crate::room::inbox::{LAST_SEQ, is_contiguous};
use crate::room::paging::{PageResult, Paged, Paging};
use crate::room::window::Window;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Anchor {
    Around(Seq),
    /// At the first entry stored at this time or later.
    Since(Millis),
}

/// A contiguous window around another place of a room's log.
#[derive(Debug)]
pub(crate) struct DetachedView {
    at: Anchor,
    window: Window,
    bound: usize,
    paging: Paging<DetachedPage>,
    wants_older: bool,
    wants_newer: bool,
    /// A person scrolls away from the newest entries. Joining would drop the pages they are going to.
    leaving: bool,
    /// Up to here, changes may have been missed.
    stale: Option<Seq>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum DetachedPage {
    Place,
    Before(Seq),
    After(Seq),
    /// The entries after this place, read again.
    Again(Seq),
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
            window: Window::default(),
            bound: bound.max(3 * PAGE_ENTRIES),
            paging: Paging::default(),
            wants_older: false,
            wants_newer: false,
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
        look.window = live.entries().range(..many).cloned().collect();
        for later in live.entries().range(many..).chain(ahead) {
            look.window.change(later);
        }
        look
    }

    /// Its entries; empty until the first page has come.
    pub(crate) fn window(&self) -> &Window {
        &self.window
    }

    pub(crate) fn into_window(self) -> Window {
        self.window
    }

    /// Whether a page is on its way, or will be requested.
    pub(crate) fn is_loading_older(&self) -> bool {
        self.wants_older
    }

    pub(crate) fn is_loading_newer(&self) -> bool {
        self.wants_newer || self.window.len() == 0
    }

    pub(crate) fn want_older(&mut self) -> bool {
        let news = !self.wants_older && self.window.low().is_some_and(|low| low > 1);
        self.wants_older |= news;
        self.leaving = true;
        news
    }

    pub(crate) fn want_newer(&mut self) -> bool {
        let news = !self.wants_newer && self.window.len() > 0;
        self.wants_newer |= news;
        self.leaving = false;
        news
    }

    /// Whether it may join the live window: no page is on its way, and no change was missed.
    pub(crate) fn may_join(&self) -> bool {
        self.stale.is_none() && !self.paging.is_under_way() && !self.leaving
    }

    /// Applies a change. Returns whether it concerns an entry of the window, or a quote there.
    pub(crate) fn apply(&mut self, entry: &Entry) -> bool {
        let concerns = entry
            .body
            .changes()
            .is_some_and(|message| self.window.shows(message));
        if concerns {
            self.window.change(entry);
            if self.window.changes() > 4 * self.bound {
                // Reading again drops them.
                self.read_again();
            }
        }
        concerns
    }

    /// The live window jumped: the changes in between were missed. A page on its way may be older than the jump.
    pub(crate) fn read_again(&mut self) {
        self.paging.give_up();
        self.stale = self.window.low().map(|low| low - 1);
    }

    pub(crate) fn forget_requests(&mut self) {
        self.paging.give_up();
        self.paging.start_over();
    }

    pub(crate) fn pull_not_before(&self) -> Option<Duration> {
        self.paging.not_before().filter(|_| self.wanted().is_some())
    }

    pub(crate) fn is_pulling(&self) -> bool {
        self.paging.is_under_way()
    }

    /// The page to request next, unless none is wanted, one is under way, or it is too early.
    pub(crate) fn next_pull(
        &mut self,
        room: RoomId,
        request: RequestId,
        now: Duration,
    ) -> Option<HistoryRequest> {
        if self.paging.is_early(now) {
            return None;
        }
        let kind = self.wanted()?;
        self.paging.asked(request, kind);
        let asked = HistoryRequest {
            limit: Some(PAGE_ENTRIES),
            ..HistoryRequest::newest(room)
        };
        Some(match kind {
            DetachedPage::Place => match self.at {
                Anchor::Around(seq) => HistoryRequest {
                    around: Some(seq),
                    ..asked
                },
                Anchor::Since(since) => HistoryRequest {
                    since: Some(since),
                    ..asked
                },
            },
            DetachedPage::Before(low) => HistoryRequest {
                before: Some(low),
                ..asked
            },
            DetachedPage::After(high) | DetachedPage::Again(high) => HistoryRequest {
                after: Some(high),
                ..asked
            },
        })
    }

    fn wanted(&self) -> Option<DetachedPage> {
        if self.paging.is_under_way() {
            return None;
        }
        let (Some(low), Some(high)) = (self.window.low(), self.window.high()) else {
            return Some(DetachedPage::Place);
        };
        if let Some(after) = self.stale {
            Some(DetachedPage::Again(after))
        } else if self.wants_older && low > 1 {
            Some(DetachedPage::Before(low))
        } else {
            self.wants_newer.then_some(DetachedPage::After(high))
        }
    }

    /// Handles an answer. `heard`: cached changes; those newer than the page are applied to it.
    pub(crate) fn pulled<'a>(
        &mut self,
        request: RequestId,
        result: PageResult,
        heard: impl Iterator<Item = &'a Entry>,
        now: Duration,
        rng: &mut Rng,
    ) -> Detached {
        match self.paging.answered(request, result, fits, now, rng) {
            Some(Paged::Page(kind, page)) => {
                let head = page.head;
                let looked = self.take(kind, page);
                for change in heard.filter(|entry| entry.seq > head) {
                    self.apply(change);
                }
                looked
            }
            Some(Paged::Refused) => Detached::Nowhere,
            Some(Paged::Again) | None => Detached::Same,
        }
    }

    fn take(&mut self, kind: DetachedPage, page: Page) -> Detached {
        let Page {
            mut entries, head, ..
        } = page;
        for entry in &mut entries {
            complete(entry, head);
        }
        match kind {
            DetachedPage::Place if entries.is_empty() => return Detached::Nowhere,
            DetachedPage::Place => self.window = entries.into_iter().collect(),
            DetachedPage::Before(low) if self.window.low() == Some(low) => {
                self.wants_older = false;
                self.window.push_oldest(entries);
                let excess = self.window.len().saturating_sub(self.bound);
                self.window.drop_newest(excess);
            }
            DetachedPage::After(high) if self.window.high() == Some(high) => {
                self.wants_newer = false;
                for entry in entries {
                    self.window.push_newest(entry);
                }
                let excess = self.window.len().saturating_sub(self.bound);
                self.window.drop_oldest(excess);
            }
            DetachedPage::Again(after) if self.stale == Some(after) => {
                let last = entries.last().map_or(head, |entry| entry.seq);
                for entry in entries {
                    self.window.refresh(entry);
                }
                self.stale = Some(last).filter(|last| self.window.high().is_some_and(|high| *last < high));
            }
            DetachedPage::Before(_) | DetachedPage::After(_) | DetachedPage::Again(_) => {
                return Detached::Same;
            }
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

/// Whether a page answers the request.
fn fits(kind: DetachedPage, page: &Page) -> bool {
    let first = page.entries.first().map(|entry| entry.seq);
    let last = page.entries.last().map(|entry| entry.seq);
    is_contiguous(&page.entries)
        && last.is_none_or(|last| last <= LAST_SEQ)
        && match kind {
            DetachedPage::Place => true,
            DetachedPage::After(after) | DetachedPage::Again(after) => {
                first.is_none_or(|first| first == after + 1)
            }
            DetachedPage::Before(before) => last.is_some_and(|last| last + 1 == before),
        }
}
