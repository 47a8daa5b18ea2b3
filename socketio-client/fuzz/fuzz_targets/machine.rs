//! A server that says anything at any time, to the machine: no panic, no busy loop, no buffer past its limit, and every link opened and
//! closed once.
//!
//! The input is steps, one per line; the first letter says which:
//! `<` a text frame, `>` a binary frame, `+` the link opens, `w` it is writable, `x` it closes, `t` milliseconds pass,
//! `c` connect, `d` disconnect, `n` reconnect now, `h` hold, `l` release, `/` another namespace from here on,
//! `e` emit, `v` emit volatile, `a` emit with ack, `r` answer the server's last question.

#![no_main]

use std::collections::BTreeSet;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use serde_json::json;
use socketio_client::packet::Frame;
use socketio_client::protocol::{AckRequest, Event, Input, LinkEvent, LinkId, Machine, Output, SocketKey};
use socketio_client::{DisconnectReason, Payload, Settings};

/// More outputs than this from one step are taken for an endless loop.
const OUTPUTS: usize = 10_000;
const SEND_BUFFER: usize = 16;

fuzz_target!(|data: &[u8]| {
    let mut world = World::new();
    for line in data.split(|byte| *byte == b'\n') {
        if let Some((step, rest)) = line.split_first() {
            world.step(*step, rest);
            world.settle();
        }
    }
});

struct World {
    machine: Machine,
    socket: SocketKey,
    now: Duration,
    /// The links that are open, and the latest of them.
    links: BTreeSet<LinkId>,
    link: Option<LinkId>,
    question: Option<AckRequest>,
}

impl World {
    fn new() -> Self {
        let mut settings = Settings::default();
        settings.limits.packet = 1024;
        settings.limits.attachments = 4;
        settings.limits.send_buffer = SEND_BUFFER;
        settings.limits.send_bytes = 4096;
        settings.limits.events = 16;
        let mut machine = Machine::new(settings, 7);
        let socket = machine.socket("/");
        Self {
            machine,
            socket,
            now: Duration::ZERO,
            links: BTreeSet::new(),
            link: None,
            question: None,
        }
    }

    fn step(&mut self, step: u8, rest: &[u8]) {
        let text = String::from_utf8_lossy(rest);
        let (socket, now) = (self.socket, self.now);
        let payload = || Payload::from(vec![json!(text)]);
        match step {
            b'<' => self.link_event(LinkEvent::Received(Frame::Text(text.into_owned()))),
            b'>' => self.link_event(LinkEvent::Received(Frame::Binary(rest.to_vec()))),
            b'+' => self.link_event(LinkEvent::Opened),
            b'w' => self.link_event(LinkEvent::Writable),
            b'x' => self.link_event(LinkEvent::Closed {
                reason: DisconnectReason::TransportClose,
                details: None,
            }),
            b't' => {
                self.now += Duration::from_millis(text.parse::<u32>().unwrap_or(1).into());
                self.input(Input::Tick);
            }
            b'c' => self.input(Input::Connect(socket)),
            b'd' => self.input(Input::Disconnect(socket)),
            b'n' => self.input(Input::ReconnectNow),
            b'h' => self.input(Input::Hold),
            b'l' => self.input(Input::Release),
            b'/' => self.socket = self.machine.socket(&text),
            b'e' => drop(self.machine.emit(socket, "event", payload(), now)),
            b'v' => drop(self.machine.emit_volatile(socket, "event", payload(), now)),
            b'a' => {
                let timeout = Duration::from_millis(rest.len() as u64);
                drop(
                    self.machine
                        .emit_with_ack(socket, "event", payload(), timeout, now),
                );
            }
            b'r' => {
                if let Some(question) = self.question {
                    drop(self.machine.respond(socket, question, payload(), now));
                }
            }
            _ => {}
        }
    }

    fn input(&mut self, input: Input) {
        self.machine.handle(input, self.now);
    }

    fn link_event(&mut self, event: LinkEvent) {
        let Some(link) = self.link else { return };
        if matches!(event, LinkEvent::Closed { .. }) {
            self.links.remove(&link);
            self.link = self.links.last().copied();
        }
        self.input(Input::Link { link, event });
    }

    /// Does what the machine asks for, until it waits for something that is still to come.
    fn settle(&mut self) {
        for _ in 0..OUTPUTS {
            match self.machine.poll_output() {
                Output::Open { link, .. } => {
                    assert!(self.links.insert(link), "no link is opened twice");
                    self.link = Some(link);
                }
                Output::Send { link, frames } => {
                    assert!(self.links.contains(&link), "frames go to open links only");
                    assert!(!frames.is_empty());
                }
                Output::Close { link } => {
                    assert!(self.links.remove(&link), "only open links are closed, once");
                    self.link = self.links.last().copied();
                }
                Output::Authenticate { socket, link } => {
                    let auth = Some(json!({"token": "secret"}));
                    self.input(Input::Authenticated { socket, link, auth });
                }
                Output::Event {
                    event: Event::Message { ack: Some(ack), .. },
                    ..
                } => self.question = Some(ack),
                Output::Wait(Some(until)) if until <= self.now => self.input(Input::Tick),
                Output::Wait(_) => {
                    assert!(self.machine.buffered(self.socket) <= SEND_BUFFER);
                    assert!(self.links.len() <= 1, "there is at most one connection");
                    return;
                }
                _ => {}
            }
        }
        panic!("the machine does not come to rest");
    }
}
