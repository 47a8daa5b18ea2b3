//! Each way from one state to the next, by hand.

use socketio_anywhere::backoff::Rng;
use steadfast_shared::{Epoch, Person, UserId};
use uuid::Uuid;

use super::*;
use DialerOutput::{Dial, Ended, HangUp, RenewSession};

const SECOND: Duration = Duration::from_secs(1);
const LOST: LinkEnd = LinkEnd::Lost { at_once: false };

fn me() -> Identity {
    Identity {
        me: Person {
            id: UserId(Uuid::from_u128(1)),
            name: "ann".into(),
        },
        epoch: Epoch(Uuid::from_u128(2)),
    }
}

/// A dialer at whose hands everything happens.
struct Line {
    dialer: Dialer,
    rng: Rng,
    now: Duration,
}

impl Line {
    fn off() -> Self {
        Self {
            dialer: Dialer::new(),
            rng: Rng::new(7),
            now: SECOND,
        }
    }

    fn dialing() -> Self {
        let mut line = Self::off();
        line.dialer.connect();
        assert_eq!(line.outputs(), [Dial]);
        line
    }

    fn opening() -> Self {
        let mut line = Self::dialing();
        line.up();
        line
    }

    fn online() -> Self {
        let mut line = Self::opening();
        assert!(line.opens().is_some());
        line
    }

    fn waiting() -> Self {
        let mut line = Self::dialing();
        line.fails();
        line
    }

    fn up(&mut self) {
        self.dialer.link_up(self.now);
    }

    fn opens(&mut self) -> Option<Early> {
        self.dialer.opened(me(), true, None, self.now)
    }

    fn fails(&mut self) {
        self.dialer.dial_failed(false, self.now, &mut self.rng);
    }

    fn down(&mut self, end: LinkEnd) {
        self.dialer.link_down(end, self.now, &mut self.rng);
    }

    fn refuses(&mut self, error: HandshakeError, wait: Option<Duration>) {
        self.dialer.refused(error, wait, self.now, &mut self.rng);
    }

    fn says(&mut self, reason: ClosingReason) {
        self.dialer.closing(reason, self.now, &mut self.rng);
    }

    fn outputs(&mut self) -> Vec<DialerOutput> {
        std::iter::from_fn(|| self.dialer.poll_output()).collect()
    }

    fn state(&self) -> &Connection {
        self.dialer.connection()
    }

    /// How long until something is due.
    fn wait(&self) -> Duration {
        self.dialer.deadline().expect("something is due") - self.now
    }

    /// Time passes until the next deadline.
    fn pass(&mut self) -> Vec<DialerOutput> {
        self.now = self.dialer.deadline().expect("something is due");
        self.dialer.drive(self.now);
        self.outputs()
    }

    fn attempt(&self) -> Option<u32> {
        match self.state() {
            Connection::Waiting { attempt, .. } | Connection::Dialing { attempt, .. } => Some(*attempt),
            _ => None,
        }
    }
}

#[test]
fn nothing_is_dialed_before_somebody_asks_and_nothing_twice() {
    let mut line = Line::off();
    assert_eq!(line.dialer.deadline(), None);
    line.dialer.wake();
    line.dialer.renew();
    assert_eq!(line.outputs(), []);
    line.dialer.connect();
    line.dialer.connect();
    assert_eq!(line.outputs(), [Dial]);
    line.up();
    line.dialer.connect();
    assert!(line.opens().is_some());
    line.dialer.connect();
    assert_eq!(line.outputs(), []);
    assert_eq!(line.state().identity(), Some(&me()));
}

#[test]
fn attempts_that_fail_are_made_again_within_bounds_and_counted() {
    let mut line = Line::dialing();
    let longest = (2_500, 5_000);
    let bounds = [(500, 1_500), (1_000, 3_000), (2_000, 5_000), longest, longest];
    for (n, (least, most)) in (1..).zip(bounds) {
        line.fails();
        assert_eq!(line.attempt(), Some(n));
        let wait = line.wait().as_millis();
        assert!((least..=most).contains(&wait), "{n}: {wait}");
        assert_eq!(line.pass(), [Dial]);
        assert_eq!(line.attempt(), Some(n));
    }
    line.up();
    line.down(LOST);
    assert_eq!(line.attempt(), Some(1), "a link that came up starts them over");
    assert!(line.wait() <= 2 * SECOND);
}

#[test]
fn a_wait_that_nothing_is_gained_by_is_none() {
    let mut line = Line::dialing();
    line.dialer.dial_failed(true, line.now, &mut line.rng);
    assert_eq!((line.wait(), line.attempt()), (Duration::ZERO, Some(1)));
    assert_eq!(line.pass(), [Dial]);
    line.up();
    line.down(LinkEnd::Lost { at_once: true });
    assert_eq!(line.wait(), Duration::ZERO);
}

#[test]
fn a_link_that_is_lost_ends_once_and_is_had_again() {
    for mut line in [Line::opening(), Line::online()] {
        line.down(LOST);
        assert_eq!(line.outputs(), [Ended(None)]);
        line.down(LOST);
        assert_eq!(line.outputs(), []);
        assert_eq!(line.pass(), [Dial]);
    }
    // The namespace was not granted yet: nothing was up.
    let mut line = Line::dialing();
    line.down(LOST);
    assert_eq!(line.outputs(), []);
    assert_eq!(line.attempt(), Some(1));
}

#[test]
fn a_server_that_closes_is_left_alone_for_longer_each_time_until_a_session_opens() {
    let mut line = Line::online();
    for full in [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000] {
        line.says(ClosingReason::Shutdown);
        line.down(LinkEnd::ClosedByServer);
        assert_eq!(line.outputs(), [Ended(Some(ClosingReason::Shutdown))]);
        assert_eq!(line.state().closed(), Some(ClosingReason::Shutdown));
        let wait = line.wait().as_millis();
        assert!((full / 2..=10_000.min(full * 3 / 2)).contains(&wait), "{wait}");
        assert_eq!(line.pass(), [Dial]);
        assert_eq!(
            line.state().closed(),
            Some(ClosingReason::Shutdown),
            "while it is dialed"
        );
        line.up();
        assert_eq!(line.state().closed(), None);
    }
    assert!(line.opens().is_some());
    line.down(LinkEnd::ClosedByServer);
    assert!(line.wait() <= SECOND * 3 / 4);
}

#[test]
fn who_said_too_much_is_quiet_for_a_while() {
    let mut line = Line::online();
    line.says(ClosingReason::Flooding);
    line.down(LinkEnd::ClosedByServer);
    assert!(line.wait() >= 5 * SECOND, "{:?}", line.wait());
}

#[test]
fn a_refusal_that_passes_is_waited_for_as_long_as_it_asks() {
    let mut line = Line::dialing();
    line.refuses(HandshakeError::Busy, Some(3 * SECOND));
    let wait = line.wait();
    assert!(
        wait > 3 * SECOND && wait <= 3 * SECOND + SECOND * 3 / 4,
        "{wait:?}"
    );
    assert_eq!(line.pass(), [Dial]);
    line.refuses(HandshakeError::Busy, Some(Duration::MAX));
    assert!(line.wait() <= 61 * SECOND, "a server that errs");
}

#[test]
fn a_refusal_for_good_waits_for_a_person() {
    let mut line = Line::dialing();
    line.refuses(HandshakeError::ForbiddenOrigin, None);
    assert_eq!((line.outputs(), line.dialer.deadline()), (vec![], None));
    line.dialer.wake();
    assert_eq!(line.outputs(), []);
    line.dialer.connect();
    assert_eq!(line.outputs(), [Dial]);
    line.refuses(HandshakeError::ForbiddenOrigin, None);
    line.dialer.renew();
    assert_eq!(line.outputs(), [Dial], "somebody signed in");
}

#[test]
fn the_session_of_a_device_that_is_not_known_is_looked_for_until_the_server_answers() {
    let mut line = Line::dialing();
    line.refuses(HandshakeError::Unauthorized, None);
    assert_eq!(line.outputs(), [RenewSession]);
    assert_eq!(line.dialer.deadline(), None, "it is being asked");
    for pause in [500, 1_000, 2_000, 5_000, 5_000] {
        line.dialer.not_renewed(line.now);
        assert_eq!(line.wait().as_millis(), pause);
        assert_eq!(line.pass(), [RenewSession]);
    }
    line.dialer.not_renewed(line.now);
    line.dialer.wake();
    assert_eq!(line.outputs(), [RenewSession], "the network is back");
    line.dialer.disconnect();
    line.dialer.not_renewed(line.now);
    assert_eq!((line.outputs(), line.dialer.deadline()), (vec![HangUp], None));
}

#[test]
fn a_device_that_was_signed_out_looks_for_no_session() {
    let mut line = Line::online();
    line.says(ClosingReason::SignedOut);
    line.down(LinkEnd::ClosedByServer);
    line.pass();
    line.refuses(HandshakeError::Unauthorized, None);
    assert_eq!(line.outputs(), []);
    assert_eq!(line.state().closed(), Some(ClosingReason::SignedOut));
}

#[test]
fn a_person_who_wants_quiet_has_it_in_every_state() {
    for (mut line, ended) in [
        (Line::dialing(), vec![HangUp]),
        (Line::waiting(), vec![HangUp]),
        (Line::opening(), vec![Ended(None), HangUp]),
        (Line::online(), vec![Ended(None), HangUp]),
    ] {
        line.dialer.disconnect();
        assert_eq!(line.outputs(), ended);
        let off = Connection::Off { by_person: true };
        assert_eq!((line.state(), line.dialer.deadline()), (&off, None));
        // Whatever the socket still had to say.
        line.up();
        line.down(LinkEnd::ClosedHere);
        line.fails();
        line.refuses(HandshakeError::Busy, None);
        line.says(ClosingReason::Draining);
        line.dialer.wake();
        line.dialer.renew();
        assert!(line.opens().is_none());
        assert_eq!(line.outputs(), []);
        assert_eq!(line.state(), &off);
    }
}

#[test]
fn waking_ends_a_wait_and_nothing_else() {
    let mut line = Line::waiting();
    line.dialer.wake();
    assert_eq!((line.outputs(), line.attempt()), (vec![Dial], Some(0)));
    for mut line in [Line::dialing(), Line::opening(), Line::online()] {
        let before = line.state().clone();
        line.dialer.wake();
        assert_eq!((line.outputs(), line.state()), (vec![], &before));
    }
}

#[test]
fn a_link_that_is_of_no_use_is_hung_up_and_dialed_anew() {
    let mut line = Line::online();
    line.dialer.renew();
    assert_eq!(line.outputs(), [Ended(None), HangUp, Dial]);
    // The old link's end is heard after the new one was dialed.
    line.down(LinkEnd::ClosedHere);
    assert_eq!((line.outputs(), line.attempt()), (vec![], Some(0)));
    line.up();
    assert!(line.state().is_up());
}

#[test]
fn a_link_that_came_up_as_it_was_hung_up_is_not_taken_for_the_next() {
    let mut line = Line::dialing();
    line.dialer.renew();
    assert_eq!(line.outputs(), [HangUp, Dial]);
    line.up();
    line.down(LinkEnd::ClosedHere);
    assert_eq!((line.outputs(), line.attempt()), (vec![Ended(None)], Some(0)));
    line.up();
    assert!(line.opens().is_some());
}

#[test]
fn a_session_that_does_not_open_in_time_is_dialed_anew() {
    let mut line = Line::opening();
    assert_eq!(line.wait(), 10 * SECOND);
    assert_eq!(line.pass(), [Ended(None), HangUp, Dial]);
}

#[test]
fn a_server_that_lets_go_is_left_within_a_second_by_a_link_that_works_meanwhile() {
    for mut line in [Line::opening(), Line::online()] {
        line.says(ClosingReason::Draining);
        assert!(line.state().is_up());
        assert!(
            line.wait() >= SECOND / 5 && line.wait() <= SECOND,
            "{:?}",
            line.wait()
        );
        let ended = Ended(Some(ClosingReason::Draining));
        assert_eq!(line.pass(), [ended, HangUp, Dial]);
    }
}

#[test]
fn events_that_overtake_the_opening_are_kept_for_it_and_bounded() {
    let mut line = Line::opening();
    let entries = Entries {
        room: steadfast_shared::RoomId(Uuid::from_u128(3)),
        from: 1,
        entries: Vec::new(),
    };
    for _ in 0..2 * EARLY {
        let early = line.dialer.early().expect("the opening is waited for");
        early.keep_entries(entries.clone());
    }
    assert_eq!(line.opens().map(|early| early.entries.len()), Some(EARLY));
    assert!(line.dialer.early().is_none());
    assert!(line.opens().is_some(), "an opening said twice is taken twice");
}
