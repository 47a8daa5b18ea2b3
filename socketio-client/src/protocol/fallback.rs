//! Falls back to long-polling on a network without WebSocket, and tries WebSocket again later.
//!
//! A failed WebSocket is remembered for the life of the machine. Later connections begin with long-polling, from which the
//! upgrade, which loses nothing, leads to WebSocket again.

use super::Transport;
use super::long_polling::LongPolling;
use std::time::Duration;

use crate::time::Time;
use crate::{DisconnectReason, Settings};

/// How a WebSocket failed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum WebSocketFailure {
    /// It could not be opened: the upgrade was answered with an error, or the connection was reset. A browser does not
    /// distinguish these.
    Refused,
    /// It did not open, or carried nothing, within the `fallback_timeout`.
    Silent,
    /// It opened, and ended before the server's first heartbeat.
    Broken,
}

/// Why the connection uses long-polling although WebSocket is preferred.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Fallback {
    /// How WebSocket failed last.
    pub failure: WebSocketFailure,
    /// Details for people, not for programs.
    pub details: Option<String>,
    /// The time until it is tried again; `None` while it is being tried, and if the server does not offer it.
    pub retry_in: Option<Duration>,
}

/// How many consecutive connections that were granted their namespace may end before their first heartbeat: a restarting
/// server looks the same.
const SHORT_LIVES: u32 = 2;

/// The history of WebSocket on this network.
#[derive(Debug, Default)]
pub(super) struct WebSocketRecord {
    /// Failures since a WebSocket last carried a heartbeat.
    failures: u32,
    short_lives: u32,
    last: Option<(WebSocketFailure, Option<String>)>,
    failed_at: Time,
    retry_at: Time,
}

impl Settings {
    /// Whether long-polling may take over from WebSocket.
    pub(super) fn may_fall_back(&self) -> bool {
        LongPolling::is_wanted()
            && self.try_all_transports
            && self.transports.contains(&Transport::WebSocket)
            && self.transports.contains(&Transport::Polling)
    }
}

impl WebSocketRecord {
    /// Whether connections begin with long-polling.
    pub(super) fn is_bad(&self) -> bool {
        LongPolling::is_wanted() && self.failures > 0
    }

    /// When WebSocket may be tried again.
    pub(super) fn retry_at(&self) -> Time {
        self.retry_at
    }

    pub(super) fn last(&self) -> Option<&(WebSocketFailure, Option<String>)> {
        self.last.as_ref().filter(|_| self.is_bad())
    }

    pub(super) fn failed(
        &mut self,
        failure: WebSocketFailure,
        details: Option<String>,
        settings: &Settings,
        now: Time,
    ) {
        if !settings.may_fall_back() {
            return;
        }
        let delay = Time::from(settings.upgrade_delay)
            .doubled(self.failures.min(16))
            .min(settings.upgrade_delay_max.into());
        self.failures = self.failures.saturating_add(1);
        self.short_lives = 0;
        self.last = Some((failure, details));
        self.failed_at = now;
        self.retry_at = now.saturating_add(delay);
    }

    /// A WebSocket carried a heartbeat.
    pub(super) fn proved(&mut self) {
        self.failures = 0;
        self.short_lives = 0;
    }

    /// No transport reaches the server, which says nothing about WebSocket.
    pub(super) fn outage(&mut self) {
        self.short_lives = 0;
    }

    /// The device may be on another network: the next attempt need not wait for the whole delay.
    pub(super) fn hurry(&mut self, settings: &Settings) {
        let soonest = self.failed_at.saturating_add(settings.upgrade_delay);
        self.retry_at = self.retry_at.min(soonest);
    }

    /// A WebSocket ended before its first heartbeat; returns whether to try long-polling at once.
    pub(super) fn ended_young(
        &mut self,
        life: Life,
        reason: DisconnectReason,
        details: Option<String>,
        settings: &Settings,
        now: Time,
    ) -> bool {
        let failure = match reason {
            DisconnectReason::TransportClose | DisconnectReason::TransportError => WebSocketFailure::Broken,
            DisconnectReason::PingTimeout => WebSocketFailure::Silent,
            _ => return false,
        };
        if life == Life::Heard && reason != DisconnectReason::PingTimeout {
            self.short_lives += 1;
            if self.short_lives < SHORT_LIVES {
                return false;
            }
        }
        let failure = if life == Life::Unanswered {
            WebSocketFailure::Silent
        } else {
            failure
        };
        let first = !self.is_bad();
        self.failed(failure, details, settings, now);
        first && settings.may_fall_back()
    }
}

/// The progress of a WebSocket when it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Life {
    /// At most the handshake was received.
    Unheard,
    /// The handshake was received, but no answer to CONNECT in time.
    Unanswered,
    /// At most the upgrade was completed.
    Upgraded,
    /// A Socket.IO packet was received.
    Heard,
}
