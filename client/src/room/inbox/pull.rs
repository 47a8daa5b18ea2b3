//! Which page is due, and how to apply an answer.

use std::time::Duration;

use socketio_anywhere::backoff::Rng;
use steadfast_shared::event::{HistoryRequest, Page};
use steadfast_shared::limit::PAGE_ENTRIES;
use steadfast_shared::{RoomId, Seq};

use super::{Inbox, place_of};
use crate::request::RequestId;
use crate::room::paging::{LogPage, PageResult, Paged};

/// A gap of more than this many pages is not walked: the window jumps to the newest page.
const PAGES_WALKED: u64 = 3;

impl Inbox {
    /// When the next page may be requested, if one is wanted and it is too early.
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
        let limit = match due {
            Some(LogPage::After(high)) => self.gap_after(high),
            _ => PAGE_ENTRIES,
        };
        let pull = self.log.next_pull(room, due, limit, request, now)?;
        let acked = self.ahead.last_acked().filter(|_| self.doubted);
        let known = [Some(self.head), self.high, acked].into_iter().flatten();
        self.head_when_pulled = known.max().unwrap_or(0);
        Some(pull)
    }

    /// The page that brings the window up to the head.
    fn due(&self) -> Option<LogPage> {
        match self.high {
            Some(_) if self.doubted || self.erased_in_vain => Some(LogPage::Newest),
            None => Some(LogPage::Newest).filter(|_| self.head > 0),
            Some(high) if self.head > high + PAGES_WALKED * PAGE_ENTRIES as u64 => Some(LogPage::Newest),
            Some(high) => Some(LogPage::After(high)).filter(|_| self.head > high),
        }
    }

    /// How many entries are missing, at most a page: those after the gap are buffered already.
    fn gap_after(&self, high: Seq) -> usize {
        let first = self.ahead.first_buffered();
        let gap = first.map_or(u64::MAX, |first| first - high - 1);
        usize::try_from(gap)
            .unwrap_or(PAGE_ENTRIES)
            .clamp(1, PAGE_ENTRIES)
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
            && self.log.waits_for(request)
            && self.is_contradicted_by(page)
        {
            self.start_over(page.head);
            return true;
        }
        match self.log.answered(request, result, now, rng) {
            Some(Paged::Page(asked, page)) => self.take(asked, page),
            Some(Paged::Refused) => true,
            Some(Paged::Again) | None => false,
        }
    }

    /// Whether a page is from another log than the cached entries: the database went back in time. It ends before the
    /// head known when it was requested, or has another entry at a place.
    fn is_contradicted_by(&self, page: &Page) -> bool {
        let window = self.window();
        page.head < self.head_when_pulled || page.entries.iter().any(|entry| window.has_another(entry))
    }

    fn take(&mut self, asked: LogPage, page: Page) -> bool {
        self.raise_head(page.head);
        match asked {
            LogPage::Newest => self.take_newest(page),
            LogPage::Before(low) => {
                let places = page.entries.iter().map(place_of).collect::<Vec<_>>();
                if self.log.take_older(low, page.entries) {
                    self.browsing = true;
                    self.note_places(places);
                }
                true
            }
            LogPage::After(_) | LogPage::At(_) | LogPage::Again(_) => self.offer(page.entries),
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
