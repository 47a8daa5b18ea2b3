//! A window on a room's log, and the paging that fills it.
//!
//! A room has a live one, which ends at the newest entries (`inbox`), and perhaps a detached one around another place
//! (`detached`). They page alike: first comes the page that is due in their state, then the one that a person scrolls to.

use std::time::Duration;

use socketio_anywhere::backoff::Rng;
use steadfast_shared::event::HistoryRequest;
use steadfast_shared::{Entry, RoomId, Seq};

use crate::request::RequestId;
use crate::room::paging::{LogPage, PageResult, Paged, Paging};
use crate::room::window::Window;

/// A window on a room's log, live or detached.
#[derive(Debug)]
pub(crate) struct LogView {
    pub(super) window: Window,
    /// No older page is read into a window of this many entries.
    most: usize,
    paging: Paging,
    /// A person wants one more page of older entries.
    wants_older: bool,
    wants_newer: bool,
}

impl LogView {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            window: Window::default(),
            most,
            paging: Paging::default(),
            wants_older: false,
            wants_newer: false,
        }
    }

    pub(crate) fn window(&self) -> &Window {
        &self.window
    }

    /// Whether no older page fits in.
    pub(crate) fn is_full(&self) -> bool {
        self.window.len() >= self.most
    }

    /// A person scrolled to the top. Returns whether that adds a page to request.
    pub(crate) fn want_older(&mut self) -> bool {
        let news = !self.wants_older && self.has_older();
        self.wants_older |= news;
        news
    }

    /// A person scrolled to the bottom. Returns whether that adds a page to request.
    pub(crate) fn want_newer(&mut self) -> bool {
        let news = !self.wants_newer && self.window.len() > 0;
        self.wants_newer |= news;
        news
    }

    /// Whether an older page is on its way, or will be once the link is up.
    pub(crate) fn is_loading_older(&self) -> bool {
        self.wants_older && self.has_older()
    }

    /// Whether a newer page is on its way, or will be once the link is up.
    pub(crate) fn is_loading_newer(&self) -> bool {
        self.wants_newer
    }

    fn has_older(&self) -> bool {
        !self.is_full() && self.window.low().is_some_and(|low| low > 1)
    }

    /// Whether a page is on its way.
    pub(crate) fn is_pulling(&self) -> bool {
        self.paging.is_under_way()
    }

    /// Whether this request's page is on its way.
    pub(crate) fn waits_for(&self, request: RequestId) -> bool {
        self.paging.waits_for(request)
    }

    /// When the next page may be requested, if one is wanted and it is too early.
    pub(crate) fn pull_not_before(&self, due: Option<LogPage>) -> Option<Duration> {
        self.paging.not_before().filter(|_| self.wanted(due).is_some())
    }

    /// The page to request next, unless none is wanted, one is under way, or it is too early.
    pub(crate) fn next_pull(
        &mut self,
        room: RoomId,
        due: Option<LogPage>,
        limit: usize,
        request: RequestId,
        now: Duration,
    ) -> Option<HistoryRequest> {
        let page = self.wanted(due)?;
        self.paging.ask(room, page, limit, request, now)
    }

    fn wanted(&self, due: Option<LogPage>) -> Option<LogPage> {
        if !self.paging.is_idle() {
            return None;
        }
        let older = || self.window.low().filter(|_| self.is_loading_older());
        let newer = || self.window.high().filter(|_| self.wants_newer);
        due.or_else(|| older().map(LogPage::Before))
            .or_else(|| newer().map(LogPage::After))
    }

    /// Interprets an answer; `None` if another request is under way.
    pub(crate) fn answered(
        &mut self,
        request: RequestId,
        result: PageResult,
        now: Duration,
        rng: &mut Rng,
    ) -> Option<Paged> {
        let paged = self.paging.answered(request, result, now, rng);
        match paged {
            Some(Paged::Refused) => (self.wants_older, self.wants_newer) = (false, false),
            Some(Paged::Page(LogPage::Before(_), _)) => self.wants_older = false,
            Some(Paged::Page(LogPage::After(_), _)) => self.wants_newer = false,
            _ => {}
        }
        paged
    }

    /// Takes in the page before `low`. Returns whether it fits: the window may have been replaced or trimmed meanwhile.
    pub(crate) fn take_older(&mut self, low: Seq, entries: Vec<Entry>) -> bool {
        let fits = self.window.low() == Some(low);
        if fits {
            self.window.push_oldest(entries);
        }
        fits
    }

    /// Takes in the page after `high`. Returns whether it fits.
    pub(crate) fn take_newer(&mut self, high: Seq, entries: Vec<Entry>) -> bool {
        let fits = self.window.high() == Some(high);
        if fits {
            for entry in entries {
                self.window.push_newest(entry);
            }
        }
        fits
    }

    /// A page under way is no longer of use.
    pub(crate) fn give_up(&mut self) {
        self.paging.give_up();
    }

    /// A session opened: its server has neither refused nor asked for time.
    pub(crate) fn start_over(&mut self) {
        self.paging.start_over();
    }
}
