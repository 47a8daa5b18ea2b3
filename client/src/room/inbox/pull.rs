//! Which page to request, and how to apply the answer. One page of a room is under way at a time.

use std::time::Duration;

use steadfast_shared::event::{HistoryRequest, Page};
use steadfast_shared::limit::PAGE_ENTRIES;
use steadfast_shared::{RoomId, Seq};

use super::{Inbox, is_contiguous};
use crate::request::RequestId;
use crate::rng::Rng;
use crate::room::paging::{PageResult, Paged, Paging};

/// A gap of more than this many pages is not walked: the window jumps to the newest page.
const PAGES_WALKED: u64 = 3;

/// The pulling side's state.
#[derive(Debug, Default)]
pub(crate) struct Pull {
    paging: Paging<PullKind>,
    /// The newest `seq` known to exist when the page under way was requested.
    known: Seq,
    /// The server refused for good: nothing is pulled until a session opens again.
    blocked: bool,
    /// A person wants one more page of older entries.
    wants_older: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum PullKind {
    Newest,
    After(Seq),
    Before(Seq),
}

impl Pull {
    /// The link is down: a page under way will not come.
    pub(super) fn link_down(&mut self) {
        self.paging.give_up();
        self.unblock();
    }

    pub(super) fn unblock(&mut self) {
        self.blocked = false;
        self.paging.start_over();
    }

    fn wanted(&self, inbox: &Inbox) -> Option<PullKind> {
        if self.blocked || self.paging.is_under_way() {
            return None;
        }
        match inbox.high {
            Some(_) if inbox.doubted || inbox.erased_in_vain => Some(PullKind::Newest),
            None => Some(PullKind::Newest).filter(|_| inbox.head > 0),
            Some(high) if inbox.head > high + PAGES_WALKED * PAGE_ENTRIES as u64 => Some(PullKind::Newest),
            Some(high) if inbox.head > high => Some(PullKind::After(high)),
            Some(_) => Some(PullKind::Before(inbox.low())).filter(|_| inbox.is_loading_older()),
        }
    }

    /// Whether a page is from another log than the cached entries: the database went back in time. It ends before the
    /// head known when it was requested, or has another entry at a place.
    fn contradicts(&self, page: &Page, inbox: &Inbox) -> bool {
        page.head < self.known || page.entries.iter().any(|entry| inbox.window.has_another(entry))
    }
}

impl Inbox {
    /// A person scrolled to the top. Returns whether that adds a page to request.
    pub(crate) fn want_older(&mut self) -> bool {
        let news = !self.pull.wants_older && self.may_load_older();
        self.pull.wants_older |= news;
        news
    }

    /// Whether an older page is on its way, or will be once the link is up.
    pub(crate) fn is_loading_older(&self) -> bool {
        self.pull.wants_older && self.may_load_older()
    }

    /// Whether a page is on its way.
    pub(crate) fn is_pulling(&self) -> bool {
        self.pull.paging.is_under_way()
    }

    /// When the next page may be requested, if one is wanted and it is too early.
    pub(crate) fn pull_not_before(&self) -> Option<Duration> {
        self.pull
            .paging
            .not_before()
            .filter(|_| self.pull.wanted(self).is_some())
    }

    /// The page to request next, unless none is wanted, one is under way, or it is too early.
    pub(crate) fn next_pull(
        &mut self,
        room: RoomId,
        request: RequestId,
        now: Duration,
    ) -> Option<HistoryRequest> {
        if self.pull.paging.is_early(now) {
            return None;
        }
        let kind = self.pull.wanted(self)?;
        self.pull.paging.asked(request, kind);
        let acked = self.ahead.last_acked().filter(|_| self.doubted);
        let known = [Some(self.head), self.high, acked].into_iter().flatten();
        self.pull.known = known.max().unwrap_or(0);
        let (after, before, limit) = match kind {
            PullKind::Newest => (None, None, PAGE_ENTRIES),
            PullKind::After(high) => {
                // No more than the gap: the entries after it are buffered already.
                let gap = self
                    .ahead
                    .first_buffered()
                    .map_or(u64::MAX, |first| first - high - 1);
                let limit = usize::try_from(gap)
                    .unwrap_or(PAGE_ENTRIES)
                    .clamp(1, PAGE_ENTRIES);
                (Some(high), None, limit)
            }
            PullKind::Before(low) => (None, Some(low), PAGE_ENTRIES),
        };
        Some(HistoryRequest {
            after,
            before,
            limit: Some(limit),
            ..HistoryRequest::newest(room)
        })
    }

    /// Takes in an answer. Returns whether the visible window changed.
    pub(crate) fn pulled(
        &mut self,
        request: RequestId,
        result: PageResult,
        now: Duration,
        rng: &mut Rng,
    ) -> bool {
        if let Ok(Ok(page)) = &result
            && self.pull.paging.waits_for(request)
            && self.pull.contradicts(page, self)
        {
            self.start_over(page.head);
            return true;
        }
        match self.pull.paging.answered(request, result, fits, now, rng) {
            Some(Paged::Page(kind, page)) => self.take(kind, page),
            Some(Paged::Refused) => {
                self.pull.blocked = true;
                self.pull.wants_older = false;
                true
            }
            Some(Paged::Again) | None => false,
        }
    }

    fn may_load_older(&self) -> bool {
        self.high.is_some() && self.low() > 1 && !self.is_full()
    }

    /// Whether no older page fits in.
    pub(crate) fn is_full(&self) -> bool {
        self.window.len() >= self.bounds.window_browsing
    }

    fn take(&mut self, kind: PullKind, page: Page) -> bool {
        self.raise_head(page.head);
        match kind {
            PullKind::After(_) => self.offer(page.entries),
            PullKind::Newest => self.take_newest(page),
            PullKind::Before(before) => {
                self.pull.wants_older = false;
                // The window may have been replaced or trimmed meanwhile.
                if self.low() == before {
                    self.browsing = true;
                    for entry in &page.entries {
                        self.keys.insert((entry.author.id, entry.id), entry.seq);
                    }
                    self.window.push_oldest(page.entries);
                }
                true
            }
        }
    }

    fn take_newest(&mut self, page: Page) -> bool {
        self.doubted = false;
        let Some(last) = page.entries.last().map(|entry| entry.seq) else {
            return false;
        };
        let touches = page
            .entries
            .first()
            .zip(self.high)
            .is_some_and(|(first, high)| first.seq <= high + 1);
        if touches && !self.erased_in_vain {
            return self.offer(page.entries);
        }
        self.replace(page.entries, last);
        true
    }
}

/// Whether a page answers the request.
fn fits(kind: PullKind, page: &Page) -> bool {
    let first = page.entries.first().map(|entry| entry.seq);
    let last = page.entries.last().map(|entry| entry.seq);
    is_contiguous(&page.entries)
        && last.is_none_or(|last| last <= super::LAST_SEQ)
        && match kind {
            PullKind::Newest => last.is_some(),
            PullKind::After(after) => first == Some(after + 1),
            PullKind::Before(before) => last == before.checked_sub(1) && last.is_some(),
        }
}
