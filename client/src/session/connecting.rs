//! What follows from the state of the connection.

use std::time::Duration;

use steadfast_shared::event::ClosingReason;

use super::Session;
use super::input::Input;
use super::output::{Change, Output};
use crate::connection::DialerOutput;

impl Session {
    /// Hands the connection what concerns nothing else.
    pub(super) fn move_connection(&mut self, input: &Input, now: Duration) {
        let (dialer, rng) = (&mut self.dialer, &mut self.rng);
        match *input {
            Input::Connect => dialer.connect(),
            Input::Disconnect => dialer.disconnect(),
            Input::Wake => dialer.wake(),
            Input::LinkUp => dialer.link_up(now),
            Input::LinkDown(end) => dialer.link_down(end, now, rng),
            Input::DialFailed { at_once } => dialer.dial_failed(at_once, now, rng),
            Input::LinkRefused(error, wait) => dialer.refused(error, wait, now, rng),
            Input::NotRenewed => dialer.not_renewed(now),
            _ => {}
        }
        self.chat.effects.changes.insert(Change::Connection);
    }

    /// Does what the connection wants done.
    pub(super) fn follow_dialer(&mut self) {
        while let Some(output) = self.dialer.poll_output() {
            let outputs = &mut self.chat.effects.outputs;
            match output {
                DialerOutput::Dial => outputs.push_back(Output::Dial),
                DialerOutput::HangUp => outputs.push_back(Output::HangUp),
                DialerOutput::RenewSession => outputs.push_back(Output::RenewSession),
                DialerOutput::Ended(closed) => self.link_ended(closed),
            }
            self.chat.effects.changes.insert(Change::Connection);
        }
    }

    fn link_ended(&mut self, closed: Option<ClosingReason>) {
        self.forget_requests();
        self.chat.rooms.link_ended();
        self.people.link_ended(&mut self.chat.effects);
        if closed == Some(ClosingReason::Replaced) {
            // Another connection goes by this tab's name: a copy of the tab. This one takes another name.
            self.tab = self.rng.uuid();
        }
    }

    /// A connection's requests die with it.
    pub(super) fn forget_requests(&mut self) {
        self.requests.forget();
        self.chat.forget_requests();
    }

    pub(super) fn is_online(&self) -> bool {
        self.dialer.connection().is_online()
    }
}
