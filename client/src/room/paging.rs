//! Requests for pages of a room's log: one at a time, and none while a server has asked for time.

use std::time::Duration;

use socketio_anywhere::backoff::{Backoff, Rng};
use steadfast_shared::event::{HistoryRequest, Page};
use steadfast_shared::{Millis, RoomId, Seq, WireError};

use crate::chance;
use crate::request::{RequestError, RequestId};
use crate::room::window::{LAST_SEQ, is_contiguous};

/// The result of requesting a page: the server's answer, or none.
pub(crate) type PageResult = Result<Result<Page, WireError>, RequestError>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Anchor {
    Around(Seq),
    /// At the first entry stored at this time or later.
    Since(Millis),
}

/// A page, by its place in the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LogPage {
    Newest,
    At(Anchor),
    Before(Seq),
    After(Seq),
    /// The entries after this place, read again.
    Again(Seq),
}

impl LogPage {
    fn request(self, room: RoomId, limit: usize) -> HistoryRequest {
        let newest = HistoryRequest {
            limit: Some(limit),
            ..HistoryRequest::newest(room)
        };
        let (mut before, mut after, mut around, mut since) = (None, None, None, None);
        match self {
            Self::Newest => {}
            Self::At(Anchor::Around(seq)) => around = Some(seq),
            Self::At(Anchor::Since(time)) => since = Some(time),
            Self::Before(low) => before = Some(low),
            Self::After(high) | Self::Again(high) => after = Some(high),
        }
        HistoryRequest {
            before,
            after,
            around,
            since,
            ..newest
        }
    }

    /// Whether an answer is this page.
    fn is(self, page: &Page) -> bool {
        let first = page.entries.first().map(|entry| entry.seq);
        let last = page.entries.last().map(|entry| entry.seq);
        is_contiguous(&page.entries)
            && last.is_none_or(|last| last <= LAST_SEQ)
            && match self {
                Self::Newest => last.is_some(),
                Self::At(_) => true,
                Self::Before(low) => last.is_some_and(|last| last + 1 == low),
                Self::After(high) | Self::Again(high) => {
                    first.map_or(page.head <= high, |first| first == high + 1)
                }
            }
    }
}

/// The state of the requests for one window's pages.
#[derive(Debug)]
pub(crate) struct Paging {
    under_way: Option<(RequestId, LogPage)>,
    not_before: Option<Duration>,
    /// The server refused for good: nothing is requested until a session opens again.
    refused: bool,
    backoff: Backoff,
}

/// The use of an answer.
#[derive(Debug)]
pub(crate) enum Paged {
    /// The page that was requested.
    Page(LogPage, Page),
    /// The server refuses for good.
    Refused,
    /// Nothing: the request is to be repeated.
    Again,
}

impl Default for Paging {
    fn default() -> Self {
        Self {
            under_way: None,
            not_before: None,
            refused: false,
            backoff: chance::backoff(Duration::from_millis(250), Duration::from_secs(5)),
        }
    }
}

impl Paging {
    /// Whether a page is on its way.
    pub(crate) fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// Whether this request's page is on its way.
    pub(crate) fn waits_for(&self, request: RequestId) -> bool {
        self.under_way.is_some_and(|(under_way, _)| under_way == request)
    }

    /// Whether a page may be requested, at once or later.
    pub(crate) fn is_idle(&self) -> bool {
        self.under_way.is_none() && !self.refused
    }

    /// When the next page may be requested, if the server has imposed a wait.
    pub(crate) fn not_before(&self) -> Option<Duration> {
        self.not_before
    }

    /// The request for a page, unless it is too early.
    pub(crate) fn ask(
        &mut self,
        room: RoomId,
        page: LogPage,
        limit: usize,
        request: RequestId,
        now: Duration,
    ) -> Option<HistoryRequest> {
        if self.not_before.is_some_and(|at| now < at) {
            return None;
        }
        self.under_way = Some((request, page));
        self.not_before = None;
        Some(page.request(room, limit))
    }

    /// The page under way is no longer of use.
    pub(crate) fn give_up(&mut self) {
        self.under_way = None;
    }

    /// The next server has neither refused nor asked for time.
    pub(crate) fn start_over(&mut self) {
        self.refused = false;
        self.not_before = None;
        self.backoff.reset();
    }

    /// Interprets an answer; `None` if another request is under way.
    pub(crate) fn answered(
        &mut self,
        request: RequestId,
        result: PageResult,
        now: Duration,
        rng: &mut Rng,
    ) -> Option<Paged> {
        let (_, asked) = self.under_way.take_if(|(under_way, _)| *under_way == request)?;
        let asks_for = match result {
            Ok(Ok(page)) if asked.is(&page) => {
                self.backoff.reset();
                return Some(Paged::Page(asked, page));
            }
            Ok(Err(error)) if !error.code.is_transient() => {
                self.refused = true;
                return Some(Paged::Refused);
            }
            Err(RequestError::Timeout | RequestError::Disconnected) => return Some(Paged::Again),
            Ok(Err(error)) => error.retry_after_ms.map_or(Duration::ZERO, Duration::from_millis),
            Ok(Ok(_)) | Err(RequestError::Malformed) => Duration::ZERO,
        };
        self.not_before = Some(now + self.backoff.next_delay(rng).max(asks_for));
        Some(Paged::Again)
    }
}
