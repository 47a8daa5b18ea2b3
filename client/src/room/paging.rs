//! Requests for pages of a room's log: one at a time, and none while a server has asked for time.

use std::time::Duration;

use steadfast_shared::WireError;
use steadfast_shared::event::Page;

use crate::backoff::Backoff;
use crate::request::{RequestError, RequestId};
use crate::rng::Rng;

/// The result of requesting a page: the server's answer, or none.
pub(crate) type PageResult = Result<Result<Page, WireError>, RequestError>;

/// The state of requests for pages of several kinds.
#[derive(Debug)]
pub(crate) struct Paging<Kind> {
    under_way: Option<(RequestId, Kind)>,
    not_before: Option<Duration>,
    backoff: Backoff,
}

/// The use of an answer.
#[derive(Debug)]
pub(crate) enum Paged<Kind> {
    /// The page that was requested.
    Page(Kind, Page),
    /// The server refuses for good.
    Refused,
    /// Nothing: the request is to be repeated.
    Again,
}

impl<Kind> Default for Paging<Kind> {
    fn default() -> Self {
        Self {
            under_way: None,
            not_before: None,
            backoff: Backoff::new(Duration::from_millis(250), Duration::from_secs(5)),
        }
    }
}

impl<Kind: Copy> Paging<Kind> {
    /// Whether a page is on its way.
    pub(crate) fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// Whether this request's page is on its way.
    pub(crate) fn waits_for(&self, request: RequestId) -> bool {
        self.under_way
            .as_ref()
            .is_some_and(|(under_way, _)| *under_way == request)
    }

    /// When the next page may be requested, if the server has imposed a wait.
    pub(crate) fn not_before(&self) -> Option<Duration> {
        self.not_before
    }

    /// Whether it is too early for a request.
    pub(crate) fn is_early(&self, now: Duration) -> bool {
        self.not_before.is_some_and(|at| now < at)
    }

    /// Notes a request for a page.
    pub(crate) fn asked(&mut self, request: RequestId, kind: Kind) {
        self.under_way = Some((request, kind));
        self.not_before = None;
    }

    /// The page under way is no longer of use.
    pub(crate) fn give_up(&mut self) {
        self.under_way = None;
    }

    /// The next server has not asked for time.
    pub(crate) fn start_over(&mut self) {
        self.not_before = None;
        self.backoff.reset();
    }

    /// Interprets an answer; `None` if another request is under way. `fits`: whether a page answers the request.
    pub(crate) fn answered(
        &mut self,
        request: RequestId,
        result: PageResult,
        fits: impl FnOnce(Kind, &Page) -> bool,
        now: Duration,
        rng: &mut Rng,
    ) -> Option<Paged<Kind>> {
        let (_, kind) = self.under_way.take_if(|(under_way, _)| *under_way == request)?;
        let asks_for = match result {
            Ok(Ok(page)) if fits(kind, &page) => {
                self.backoff.reset();
                return Some(Paged::Page(kind, page));
            }
            Ok(Err(error)) if !error.code.is_transient() => return Some(Paged::Refused),
            Err(RequestError::Timeout | RequestError::Disconnected) => return Some(Paged::Again),
            Ok(Err(error)) => error.retry_after_ms.map_or(Duration::ZERO, Duration::from_millis),
            Ok(Ok(_)) | Err(RequestError::Malformed) => Duration::ZERO,
        };
        self.not_before = Some(now + self.backoff.next(rng).max(asks_for));
        Some(Paged::Again)
    }
}
