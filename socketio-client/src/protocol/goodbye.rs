//! Leaving a connection: what was sent before is still delivered, then the server is told, then the links are closed.

use super::current_transport::{CurrentTransport, Deps};
use super::engine::Engine;
use super::long_polling::LongPolling;
use super::{Output, Transport};
use crate::packet::{EnginePacket, Frame};
use crate::time::{Time, earliest};

/// How long a connection that is left waits for a WebSocket that has joined it.
const SILENCE: Time = Time::from_secs(2);

impl Engine {
    /// Leaves, with a last packet: frames sent before are still delivered, after those in flight, within a time limit. To be
    /// driven by [`Engine::go_on_leaving`].
    pub(super) fn leave(&mut self, goodbye: Vec<Frame>, deps: &mut Deps) {
        self.goodbye.extend(
            goodbye
                .into_iter()
                .map(|frame| EnginePacket::Message(frame).encode()),
        );
        self.leaving = Some(deps.now.saturating_add(deps.settings.close_timeout));
        self.probe_at = None;
        // A server may end the session whose upgrade is aborted: if the WebSocket has joined the session, wait for it, but not for one that
        // is silent.
        if LongPolling::is_wanted()
            && let Some(probe) = self.probe.take_if(|probe| !probe.has_joined())
        {
            deps.outputs.push_back(Output::Close { link: probe.link });
        }
        if let Some(probe) = self.probe.as_mut().filter(|_| LongPolling::is_wanted()) {
            probe.until = earliest(probe.until, Some(deps.now.saturating_add(SILENCE)));
        }
    }

    /// Continues to leave; returns whether that is done.
    pub(super) fn go_on_leaving(&mut self, deps: &mut Deps) -> bool {
        if self.leaving.is_some_and(|until| until <= deps.now) {
            if LongPolling::is_wanted()
                && let Some(probe) = self.probe.take()
            {
                deps.outputs.push_back(Output::Close { link: probe.link });
            }
            self.transport.close_links(deps);
            if LongPolling::is(self.transport()) {
                self.transport = CurrentTransport::Gone(Transport::Polling);
                self.say_goodbye(deps);
            }
            return true;
        }
        if LongPolling::is_wanted() && self.probe.is_some() {
            return false;
        }
        self.flush(deps);
        if !self.is_settled() && !matches!(self.transport, CurrentTransport::Gone(_)) {
            return false;
        }
        match (&self.transport, self.processed) {
            (CurrentTransport::WebSocket { link, .. }, None) => {
                deps.outputs.push_back(Output::Barrier { link: *link });
                self.processed = Some(false);
                return false;
            }
            (CurrentTransport::WebSocket { .. }, Some(false)) => return false,
            (CurrentTransport::WebSocket { .. }, Some(true)) if !self.goodbye.is_empty() => {}
            // An answered request has been processed.
            (CurrentTransport::WebSocket { .. } | CurrentTransport::Polling { .. }, Some(true))
            | (CurrentTransport::Gone(_), _) => {
                self.transport.close_links(deps);
                return true;
            }
            (CurrentTransport::Polling { .. }, processed) if LongPolling::is_wanted() => {
                // Each in a request of its own: npm's server ends the session before it looks at a packet that came along.
                let ends = self.goodbye.is_empty() || processed.is_some();
                if ends {
                    self.goodbye = vec![EnginePacket::Close.encode()];
                    self.transport.end_poll(deps);
                }
                self.processed = Some(ends);
            }
            (CurrentTransport::Polling { .. }, _) => {}
        }
        for frame in self.goodbye.drain(..) {
            self.waiting.push(frame);
        }
        self.flush(deps);
        false
    }

    /// Sends the waiting frames, and closes. A server that is polled does not notice the end of a connection: it is told by one last
    /// request, after a failure too, which nobody waits for. So does engine.io-client (`_onClose` in socket.ts, `doClose` in polling.ts).
    pub(super) fn say_goodbye(&mut self, deps: &mut Deps) {
        match self.transport {
            CurrentTransport::WebSocket { link, .. } => {
                if self.is_open() && !self.waiting.is_empty() {
                    deps.outputs.push_back(Output::Send {
                        link,
                        frames: self.waiting.take(),
                    });
                }
                deps.outputs.push_back(Output::Close { link });
            }
            CurrentTransport::Polling { .. } | CurrentTransport::Gone(Transport::Polling)
                if LongPolling::is_wanted() =>
            {
                self.transport.end_poll(deps);
                // What was sent before these may be lost.
                if matches!(self.transport, CurrentTransport::Gone(_)) {
                    self.waiting.take();
                }
                // Left already, it has said so.
                let ended = self.leaving.is_some() && self.processed == Some(true);
                if let Some(sid) = self.sid.take().filter(|_| !ended) {
                    self.waiting.push(EnginePacket::Close.encode());
                    let body = self.waiting.take_payload(self.max_payload);
                    deps.request(Some(sid), Some(body));
                }
            }
            CurrentTransport::Polling { .. } | CurrentTransport::Gone(_) => {}
        }
    }
}
