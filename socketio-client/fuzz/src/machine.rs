//! A server that says anything at any time, to the machine: no panic, no busy loop, no buffer past its limit, and every link opened and
//! closed once.
//!
//! The input is steps, one per line; the first letter says which:
//! - of the WebSocket: `<` a text frame, `>` a binary frame, `+` it opens, `w` it is writable, `x` it closes;
//! - of long-polling: `?` the GET is answered, `.` the POST is answered, `!` the oldest request fails;
//! - of the program: `c` connect, `d` disconnect, `n` reconnect now, `k` break the connection, `h` pause reading, `l` resume, `/` another namespace from here on,
//!   `e` emit, `v` emit volatile, `a` emit with ack, `r` answer the server's last question;
//! - `t` milliseconds pass.
//!
//! A first line that begins with `=` names settings: `p` long-polling first, `a` try all transports, `m` remember the upgrade,
//! `q` the retry queue, `k` keep what is out of tries, `b` a lost connection counts as a try, `g` packets in MessagePack.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use socketio_anywhere::packet::Frame;
use socketio_anywhere::protocol::{
    AckRequest, Input, LinkEvent, LinkId, Machine, Output, SocketEvent, SocketKey, Transport,
};
use socketio_anywhere::{DisconnectReason, Exhausted, Parser, Payload, Retries, Settings};

/// More outputs than this from one step are taken for an endless loop.
const OUTPUTS: usize = 10_000;
const SEND_BUFFER: usize = 16;
/// One in use, four that are being left, and one of those that ends.
const CONNECTIONS: usize = 6;

pub fn run(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n').peekable();
    let mut settings = Settings::default();
    if let Some([b'=', letters @ ..]) = lines.peek() {
        set(&mut settings, letters);
    }
    let mut world = World::new(settings);
    for line in lines {
        if let Some((step, rest)) = line.split_first() {
            world.step(*step, rest);
            world.settle();
        }
    }
}

fn set(settings: &mut Settings, letters: &[u8]) {
    let mut retries = Retries::new(2);
    for letter in letters {
        match letter {
            b'p' => settings.transports = vec![Transport::Polling, Transport::WebSocket],
            b'a' => settings.try_all_transports = true,
            b'm' => settings.remember_upgrade = true,
            b'g' => settings.parser = Parser::MessagePack,
            b'q' => {}
            b'k' => retries.exhausted = Exhausted::Keep,
            b'b' => retries.count_disconnects = true,
            _ => continue,
        }
    }
    settings.retries = letters.contains(&b'q').then_some(retries);
}

struct World {
    machine: Machine,
    socket: SocketKey,
    now: Duration,
    /// The WebSockets that are open, and the latest of them.
    links: BTreeSet<LinkId>,
    link: Option<LinkId>,
    /// The requests under way: the GETs and the POSTs.
    gets: BTreeSet<LinkId>,
    posts: BTreeSet<LinkId>,
    question: Option<AckRequest>,
}

impl World {
    fn new(mut settings: Settings) -> Self {
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
            gets: BTreeSet::new(),
            posts: BTreeSet::new(),
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
            b'x' => self.link_event(closed()),
            b'?' => {
                if let Some(link) = self.gets.pop_last() {
                    let event = LinkEvent::Answered(text.into_owned());
                    self.input(Input::Link { link, event });
                }
            }
            b'.' => {
                if let Some(link) = self.posts.pop_first() {
                    let event = LinkEvent::Answered(text.into_owned());
                    self.input(Input::Link { link, event });
                }
            }
            b'!' => {
                if let Some(link) = self.gets.pop_first().or_else(|| self.posts.pop_first()) {
                    let event = closed();
                    self.input(Input::Link { link, event });
                }
            }
            b't' => {
                self.now += Duration::from_millis(text.parse::<u32>().unwrap_or(1).into());
                self.input(Input::Tick);
            }
            b'c' => self.input(Input::Connect(socket)),
            b'd' => self.input(Input::Disconnect(socket)),
            b'n' => self.input(Input::ReconnectNow),
            b'k' => self.input(Input::CloseTransport),
            b'u' => self.input(Input::Unload),
            b'h' => self.input(Input::Pause),
            b'l' => self.input(Input::Resume),
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
                Output::Request { link, body, .. } => {
                    let requests = if body.is_some() {
                        &mut self.posts
                    } else {
                        &mut self.gets
                    };
                    assert!(requests.insert(link), "no request is made twice");
                    assert!(
                        self.gets.len() <= CONNECTIONS,
                        "each connection has at most one GET"
                    );
                }
                Output::Send { link, frames } => {
                    assert!(self.links.contains(&link), "frames go to open links only");
                    assert!(!frames.is_empty());
                }
                Output::Close { link } => {
                    assert!(
                        self.links.remove(&link) || self.gets.remove(&link) || self.posts.remove(&link),
                        "only what is open is closed, once"
                    );
                    self.link = self.links.last().copied();
                }
                Output::Authenticate { socket, link } => {
                    let auth = Some(json!({"token": "secret"}).to_string());
                    self.input(Input::Authenticated { socket, link, auth });
                }
                Output::Event {
                    event: SocketEvent::Message { ack: Some(ack), .. },
                    ..
                } => self.question = Some(ack),
                Output::Wait(Some(until)) if until <= self.now => self.input(Input::Tick),
                Output::Wait(_) => {
                    assert!(self.machine.buffered(self.socket) <= SEND_BUFFER);
                    assert!(
                        self.links.len() <= CONNECTIONS,
                        "each connection has at most one WebSocket"
                    );
                    return;
                }
                _ => {}
            }
        }
        panic!("the machine does not come to rest");
    }
}

fn closed() -> LinkEvent {
    LinkEvent::Closed {
        reason: DisconnectReason::TransportClose,
        details: None,
    }
}
