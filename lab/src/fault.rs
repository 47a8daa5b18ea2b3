//! Faults to inject between a session and its socket and storage, and their effect on each thing that passes.

use std::time::Duration;

use steadfast_client::session::{Answer, Request, RequestError, ServerEvent};

/// The longest delay either way. With it on both ways an answer still comes within a request's time.
pub const LONGEST_DELAY: Duration = Duration::from_secs(5);

/// One thing that can be broken for any length of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Every attempt to connect fails at once.
    Refuse,
    /// Nothing passes either way, and the socket seems open. Ends with that connection: the next one is another path.
    HalfOpen,
    /// Answers to `send` are lost. The items are stored all the same.
    SwallowAcks,
    /// `entries` are lost: newly stored entries, this device's own among them.
    LoseEntries,
    /// Each `send` goes out twice, and each `entries` comes twice.
    Repeat,
    /// Writes to the device's storage wait.
    StallStorage,
}

impl Fault {
    /// Every one of them.
    pub const ALL: [Self; 6] = [
        Self::Refuse,
        Self::HalfOpen,
        Self::SwallowAcks,
        Self::LoseEntries,
        Self::Repeat,
        Self::StallStorage,
    ];

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The faults that are on, and the delay.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Faults {
    on: u8,
    delay: Duration,
}

impl Faults {
    /// Whether this is broken.
    pub fn is_on(self, fault: Fault) -> bool {
        self.on & fault.bit() != 0
    }

    /// The delay added each way.
    pub fn delay(self) -> Duration {
        self.delay
    }

    /// Whether nothing is broken.
    pub fn is_none(self) -> bool {
        self == Self::default()
    }

    /// Breaks or mends one thing. Returns whether that changes it.
    pub(crate) fn set(&mut self, fault: Fault, on: bool) -> bool {
        let before = self.on;
        if on {
            self.on |= fault.bit();
        } else {
            self.on &= !fault.bit();
        }
        self.on != before
    }

    /// Sets the delay, up to [`LONGEST_DELAY`]. Returns whether that changes it.
    pub(crate) fn set_delay(&mut self, delay: Duration) -> bool {
        let delay = delay.min(LONGEST_DELAY);
        std::mem::replace(&mut self.delay, delay) != delay
    }

    /// How many copies of a request reach the socket.
    pub(crate) fn copies_out(self, request: &Request) -> usize {
        match request {
            _ if self.is_on(Fault::HalfOpen) => 0,
            Request::Send(_) if self.is_on(Fault::Repeat) => 2,
            _ => 1,
        }
    }

    /// How many copies of an event reach the session.
    pub(crate) fn copies_in(self, event: &ServerEvent) -> usize {
        match event {
            _ if self.is_on(Fault::HalfOpen) => 0,
            ServerEvent::Entries(_) if self.is_on(Fault::LoseEntries) => 0,
            ServerEvent::Entries(_) if self.is_on(Fault::Repeat) => 2,
            _ => 1,
        }
    }

    /// Whether an answer is lost on its way to the session. That there is none is known on this side, and is not lost.
    pub(crate) fn loses(self, answer: &Result<Answer, RequestError>) -> bool {
        match answer {
            Err(_) => false,
            Ok(_) if self.is_on(Fault::HalfOpen) => true,
            Ok(answer) => matches!(answer, Answer::Send(_)) && self.is_on(Fault::SwallowAcks),
        }
    }

    /// Whether messages that need no answer go out.
    pub(crate) fn delivers_ephemeral(self) -> bool {
        !self.is_on(Fault::HalfOpen)
    }
}

#[cfg(test)]
mod tests {
    use steadfast_shared::RoomId;
    use steadfast_shared::event::{Cursors, Entries, Heads};
    use uuid::Uuid;

    use super::*;

    fn with(fault: Fault) -> Faults {
        let mut faults = Faults::default();
        assert!(faults.set(fault, true));
        faults
    }

    fn entries() -> ServerEvent {
        ServerEvent::Entries(Entries {
            room: RoomId(Uuid::nil()),
            from: 1,
            entries: Vec::new(),
        })
    }

    /// News of another kind.
    fn heads() -> ServerEvent {
        ServerEvent::Sync(Heads::default())
    }

    fn sent() -> Result<Answer, RequestError> {
        Ok(Answer::Send(Ok(Vec::new())))
    }

    fn synced() -> Result<Answer, RequestError> {
        Ok(Answer::Sync(Ok(Heads::default())))
    }

    #[test]
    fn with_nothing_broken_everything_passes_once() {
        let faults = Faults::default();
        assert!(faults.is_none());
        assert_eq!(faults.copies_out(&Request::Send(Vec::new())), 1);
        assert_eq!((faults.copies_in(&entries()), faults.copies_in(&heads())), (1, 1));
        assert!(!faults.loses(&sent()) && faults.delivers_ephemeral());
    }

    #[test]
    fn a_half_open_link_carries_nothing_either_way() {
        let faults = with(Fault::HalfOpen);
        assert_eq!(faults.copies_out(&Request::Send(Vec::new())), 0);
        assert_eq!((faults.copies_in(&entries()), faults.copies_in(&heads())), (0, 0));
        assert!(faults.loses(&sent()) && faults.loses(&synced()) && !faults.delivers_ephemeral());
        assert!(
            !faults.loses(&Err(RequestError::Timeout)),
            "the clock is on this side"
        );
    }

    #[test]
    fn swallowed_acks_are_those_of_messages_and_nothing_else() {
        let faults = with(Fault::SwallowAcks);
        assert!(faults.loses(&sent()) && !faults.loses(&synced()));
        assert_eq!(faults.copies_out(&Request::Send(Vec::new())), 1);
        assert_eq!(faults.copies_in(&entries()), 1);
    }

    #[test]
    fn lost_and_repeated_news_is_that_of_the_log_and_nothing_else() {
        let lost = with(Fault::LoseEntries);
        assert_eq!((lost.copies_in(&entries()), lost.copies_in(&heads())), (0, 1));
        let twice = with(Fault::Repeat);
        assert_eq!((twice.copies_in(&entries()), twice.copies_in(&heads())), (2, 1));
        assert_eq!(twice.copies_out(&Request::Send(Vec::new())), 2);
        assert_eq!(twice.copies_out(&Request::Sync(Cursors::default())), 1);
    }

    #[test]
    fn each_is_broken_and_mended_by_itself() {
        let mut faults = Faults::default();
        for fault in Fault::ALL {
            assert!(faults.set(fault, true) && !faults.set(fault, true));
        }
        for fault in Fault::ALL {
            assert!(faults.is_on(fault));
            assert!(faults.set(fault, false) && !faults.is_on(fault));
        }
        assert!(faults.set_delay(Duration::from_secs(60)));
        assert_eq!(faults.delay(), LONGEST_DELAY);
        assert!(!faults.is_none());
    }
}
