//! The machine behind the connection: what happens moves it from one state to the next, and it says when to dial and when
//! to hang up.
//!
//! Invariant: nothing else decides to dial. An event that the socket reported before it was hung up is told from one of
//! its next link by the state: a state that cannot have it passes over it.

use std::collections::VecDeque;
use std::time::Duration;

use socketio_anywhere::backoff::{Backoff, Rng};
use steadfast_shared::HandshakeError;
use steadfast_shared::event::ClosingReason;

use super::{Connection, Early, LinkEnd, Renewal};
use crate::chance;
use crate::record::Identity;

/// How long the server may take to open the session of a connected socket.
const OPENING_TAKES: Duration = Duration::from_secs(10);

/// After `flooding` the server is left alone for so long.
const FLOODING_PAUSE: Duration = Duration::from_secs(5);

/// The longest wait after a refused handshake, even where the server asks for more.
const LONGEST_REFUSAL: Duration = Duration::from_secs(60);

/// A server that lets go of its connections is left within so long: not by all of them at once.
const DRAINING_PAUSE: Duration = Duration::from_secs(1);

/// How long to wait before asking an unreachable server for the session again: doubled each time, up to the last.
const RENEW_AFTER: [Duration; 4] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
];

/// One thing that the machine wants done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DialerOutput {
    Dial,
    /// Disconnect the socket, or give up connecting it.
    HangUp,
    /// Ask the server for the session that this device has.
    RenewSession,
    /// The link that was up is no more; why, where the server said so.
    Ended(Option<ClosingReason>),
}

#[derive(Debug)]
pub(crate) struct Dialer {
    connection: Connection,
    /// Attempts since a link last came up, or a person last asked for one.
    attempts: u32,
    /// After a link that was lost, or could not be had.
    lost: Backoff,
    /// After a server that closed the link, or refused it. A session that opens starts it over.
    turned_away: Backoff,
    outputs: VecDeque<DialerOutput>,
}

impl Dialer {
    pub(crate) fn new() -> Self {
        Self {
            connection: Connection::Off { by_person: false },
            attempts: 0,
            lost: chance::backoff(Duration::from_secs(1), Duration::from_secs(5)),
            turned_away: chance::backoff(Duration::from_millis(500), Duration::from_secs(10)),
            outputs: VecDeque::new(),
        }
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(crate) fn early(&mut self) -> Option<&mut Early> {
        self.connection.early()
    }

    pub(crate) fn poll_output(&mut self) -> Option<DialerOutput> {
        self.outputs.pop_front()
    }

    /// A person wants it up. Nothing while it is, or comes.
    pub(crate) fn connect(&mut self) {
        match self.connection {
            Connection::Off { .. } | Connection::Waiting { .. } | Connection::Refused { .. } => {
                self.dial_anew();
            }
            Connection::Dialing { .. } | Connection::Opening { .. } | Connection::Online { .. } => {}
        }
    }

    /// A person wants it down.
    pub(crate) fn disconnect(&mut self) {
        if !matches!(self.connection, Connection::Off { .. }) {
            self.end();
            self.outputs.push_back(DialerOutput::HangUp);
            self.connection = Connection::Off { by_person: true };
        }
    }

    /// There is no point in waiting any longer: the network is back, or a person looks again.
    pub(crate) fn wake(&mut self) {
        match self.connection {
            Connection::Waiting { .. } => self.dial_anew(),
            Connection::Refused {
                renewal: Renewal::Waiting { .. },
                ..
            } => self.ask_for_session(),
            _ => {}
        }
    }

    /// The link is of no use as it is: it is deaf, or speaks for another person. Nothing where a person wants it down.
    pub(crate) fn renew(&mut self) {
        match self.connection {
            Connection::Off { .. } => {}
            Connection::Waiting { .. } | Connection::Refused { .. } => self.dial_anew(),
            Connection::Dialing { .. } | Connection::Opening { .. } | Connection::Online { .. } => {
                self.end();
                self.outputs.push_back(DialerOutput::HangUp);
                self.dial_anew();
            }
        }
    }

    /// The socket is connected.
    pub(crate) fn link_up(&mut self, now: Duration) {
        if matches!(self.connection, Connection::Off { .. }) {
            return;
        }
        self.end();
        self.attempts = 0;
        self.lost.reset();
        self.connection = Connection::Opening {
            until: now + OPENING_TAKES,
            early: Early::default(),
            closing: None,
        };
    }

    /// The socket could not be connected. `at_once`: waiting is pointless.
    pub(crate) fn dial_failed(&mut self, at_once: bool, now: Duration, rng: &mut Rng) {
        if matches!(self.connection, Connection::Dialing { .. }) {
            self.retry_lost(at_once, self.connection.closed(), now, rng);
        }
    }

    /// The socket is not connected any more.
    pub(crate) fn link_down(&mut self, end: LinkEnd, now: Duration, rng: &mut Rng) {
        let closing = match self.connection {
            Connection::Opening { closing, .. } | Connection::Online { closing, .. } => closing,
            Connection::Dialing { closed, .. } => closed,
            // It was hung up, and this is the echo.
            Connection::Off { .. } | Connection::Waiting { .. } | Connection::Refused { .. } => return,
        };
        match end {
            // The echo again. The link taken for the one that was dialed since then was the one hung up.
            LinkEnd::ClosedHere => {
                if self.connection.is_up() {
                    self.end();
                    self.connection = Connection::Dialing {
                        attempt: 0,
                        closed: None,
                    };
                }
            }
            LinkEnd::Lost { at_once } => {
                self.end();
                self.retry_lost(at_once, closing, now, rng);
            }
            LinkEnd::ClosedByServer => {
                self.end();
                let pause = match closing {
                    Some(ClosingReason::Flooding) => FLOODING_PAUSE,
                    _ => Duration::ZERO,
                };
                let wait = self.turned_away.next_delay(rng).max(pause);
                self.retry_after(wait, closing, now);
            }
        }
    }

    /// The server refused the handshake, and may have said how long to wait.
    pub(crate) fn refused(
        &mut self,
        error: HandshakeError,
        wait: Option<Duration>,
        now: Duration,
        rng: &mut Rng,
    ) {
        if matches!(self.connection, Connection::Off { .. }) {
            return;
        }
        let closed = self.connection.closed();
        self.end();
        if error.is_transient() {
            let pause = wait.unwrap_or_default().min(LONGEST_REFUSAL);
            let wait = pause + self.turned_away.next_delay(rng);
            return self.retry_after(wait, closed, now);
        }
        self.connection = Connection::Refused {
            error,
            closed,
            renewal: Renewal::Pointless,
        };
        // A device that was signed out has no session to find.
        if error == HandshakeError::Unauthorized && closed != Some(ClosingReason::SignedOut) {
            self.ask_for_session();
        }
    }

    /// The server could not be asked for the session that this device has.
    pub(crate) fn not_renewed(&mut self, now: Duration) {
        if let Connection::Refused { renewal, .. } = &mut self.connection
            && let Renewal::Asked { tries } = *renewal
        {
            let last = RENEW_AFTER.len() - 1;
            let wait = RENEW_AFTER[last.min(tries as usize)];
            *renewal = Renewal::Waiting {
                retry_at: now + wait,
                tries: tries.saturating_add(1),
            };
        }
    }

    /// The server opened the session: the events that overtook it. `None` where no link is up that it could belong to.
    pub(crate) fn opened(
        &mut self,
        identity: Identity,
        recovered: bool,
        last_closed: Option<ClosingReason>,
        now: Duration,
    ) -> Option<Early> {
        let (early, closing) = match &mut self.connection {
            Connection::Opening { early, closing, .. } => (std::mem::take(early), *closing),
            // The server said it twice.
            Connection::Online { closing, .. } => (Early::default(), *closing),
            _ => return None,
        };
        self.turned_away.reset();
        self.connection = Connection::Online {
            identity,
            recovered,
            since: now,
            last_closed,
            closing,
            leave_at: None,
        };
        Some(early)
    }

    /// The server says that it is about to close the link.
    pub(crate) fn closing(&mut self, reason: ClosingReason, now: Duration, rng: &mut Rng) {
        // Another node takes it. Requests under way may still be answered meanwhile.
        let leave = (reason == ClosingReason::Draining)
            .then(|| now + DRAINING_PAUSE.mul_f64(0.2 + 0.8 * rng.next_unit()));
        match &mut self.connection {
            Connection::Opening { until, closing, .. } => {
                *closing = Some(reason);
                *until = leave.map_or(*until, |at| at.min(*until));
            }
            Connection::Online {
                closing, leave_at, ..
            } => {
                *closing = Some(reason);
                *leave_at = leave.or(*leave_at);
            }
            _ => {}
        }
    }

    /// Does what is due.
    pub(crate) fn drive(&mut self, now: Duration) {
        if self.deadline().is_none_or(|at| at > now) {
            return;
        }
        match self.connection {
            Connection::Waiting { attempt, closed, .. } => self.dial(attempt, closed),
            Connection::Opening { .. } | Connection::Online { .. } => self.renew(),
            Connection::Refused { .. } => self.ask_for_session(),
            Connection::Off { .. } | Connection::Dialing { .. } => {}
        }
    }

    /// When something is due.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        match self.connection {
            Connection::Waiting { retry_at, .. }
            | Connection::Opening { until: retry_at, .. }
            | Connection::Refused {
                renewal: Renewal::Waiting { retry_at, .. },
                ..
            } => Some(retry_at),
            Connection::Online { leave_at, .. } => leave_at,
            Connection::Off { .. } | Connection::Dialing { .. } | Connection::Refused { .. } => None,
        }
    }

    fn end(&mut self) {
        if let Connection::Opening { closing, .. } | Connection::Online { closing, .. } = self.connection {
            self.outputs.push_back(DialerOutput::Ended(closing));
        }
    }

    fn dial_anew(&mut self) {
        self.attempts = 0;
        self.lost.reset();
        let closed = self.connection.closed();
        self.dial(0, closed);
    }

    fn dial(&mut self, attempt: u32, closed: Option<ClosingReason>) {
        self.connection = Connection::Dialing { attempt, closed };
        self.outputs.push_back(DialerOutput::Dial);
    }

    fn retry_lost(&mut self, at_once: bool, closed: Option<ClosingReason>, now: Duration, rng: &mut Rng) {
        let wait = self.lost.next_delay(rng);
        let wait = if at_once { Duration::ZERO } else { wait };
        self.retry_after(wait, closed, now);
    }

    fn retry_after(&mut self, wait: Duration, closed: Option<ClosingReason>, now: Duration) {
        self.attempts = self.attempts.saturating_add(1);
        self.connection = Connection::Waiting {
            retry_at: now + wait,
            attempt: self.attempts,
            closed,
        };
    }

    fn ask_for_session(&mut self) {
        if let Connection::Refused { renewal, .. } = &mut self.connection {
            let tries = match *renewal {
                Renewal::Waiting { tries, .. } => tries,
                Renewal::Pointless | Renewal::Asked { .. } => 0,
            };
            *renewal = Renewal::Asked { tries };
            self.outputs.push_back(DialerOutput::RenewSession);
        }
    }
}
