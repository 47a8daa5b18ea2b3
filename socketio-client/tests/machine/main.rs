//! The machine alone: time and the server are the test's.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod chaos;
mod limits;
mod sleeping;
mod unreadable;
mod unsent;

use std::time::Duration;

use serde_json::Value;
use socketio_anywhere::packet::Frame;
use socketio_anywhere::protocol::{
    Input, LinkEvent, LinkId, Machine, Output, SocketEvent, SocketKey, State, Ticket,
};
use socketio_anywhere::{DisconnectReason, EmitError, Payload, Settings};

const OPEN: &str =
    r#"0{"sid":"e","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;

/// A machine, its time, and its outputs.
struct Bench {
    machine: Machine,
    key: SocketKey,
    now: Duration,
    said: Vec<String>,
    sent: Vec<String>,
    links: Vec<LinkId>,
    wait: Option<Duration>,
    /// Nothing comes through the link any more.
    dead: bool,
}

impl Bench {
    fn new(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::default();
        settings.randomization_factor = 0.0;
        change(&mut settings);
        let mut machine = Machine::new(settings, 1);
        let key = machine.socket("/");
        Self {
            machine,
            key,
            now: Duration::ZERO,
            said: Vec::new(),
            sent: Vec::new(),
            links: Vec::new(),
            wait: None,
            dead: false,
        }
    }

    /// One that is connected.
    fn connected() -> Self {
        let mut bench = Self::new(|_| {});
        bench.input(Input::Connect(bench.key));
        bench.grant();
        bench.clear();
        bench
    }

    fn input(&mut self, input: Input) {
        self.machine.handle(input, self.now);
        self.drain();
    }

    fn drain(&mut self) {
        loop {
            match self.machine.poll_output() {
                Output::Open { link, .. } => self.links.push(link),
                Output::Send { link, frames } => {
                    for frame in frames {
                        match frame {
                            Frame::Text(text) => self.sent.push(text),
                            Frame::Binary(bytes) => self.sent.push(format!("{bytes:?}")),
                        }
                    }
                    self.machine.handle(
                        Input::Link {
                            link,
                            event: LinkEvent::Writable,
                        },
                        self.now,
                    );
                }
                Output::Barrier { .. } if self.dead => {}
                Output::Barrier { link } => {
                    let event = LinkEvent::Passed;
                    self.machine.handle(Input::Link { link, event }, self.now);
                }
                Output::Close { link } => self.said.push(format!("close {}", self.index(link))),
                Output::Authenticate { socket, link } => self.machine.handle(
                    Input::Authenticated {
                        socket,
                        link,
                        auth: None,
                    },
                    self.now,
                ),
                Output::Event { event, .. } => self.said.push(match event {
                    SocketEvent::Connecting { attempt } => format!("connecting {attempt}"),
                    SocketEvent::Connected { id } => format!("connected {id}"),
                    SocketEvent::Disconnected { reason, .. } => reason.to_string(),
                    SocketEvent::ConnectError { message, refused, .. } => {
                        format!("error {message} {refused}")
                    }
                    SocketEvent::Reconnecting { attempt, delay } => {
                        format!("attempt {attempt} in {}", delay.as_millis())
                    }
                    SocketEvent::ReconnectFailed => "failed".into(),
                    SocketEvent::Message { event, payload, .. } => {
                        format!("{event} {}", Value::from(payload.args()))
                    }
                    SocketEvent::Unreadable { details } => format!("unreadable {details}"),
                    other => format!("{other:?}"),
                }),
                Output::Acked { result, .. } => self.said.push(match result {
                    Ok(payload) => format!("ack {}", Value::from(payload.args())),
                    Err(error) => format!("ack {error:?}"),
                }),
                Output::Wait(until) => {
                    self.wait = until;
                    return;
                }
                other => panic!("{other:?}"),
            }
        }
    }

    fn index(&self, link: LinkId) -> usize {
        self.links.iter().position(|known| *known == link).unwrap()
    }

    fn link(&mut self, event: LinkEvent) {
        let link = *self.links.last().unwrap();
        self.input(Input::Link { link, event });
    }

    fn receive(&mut self, text: &str) {
        self.link(LinkEvent::Received(Frame::Text(text.into())));
    }

    fn grant(&mut self) {
        self.link(LinkEvent::Opened);
        self.link(LinkEvent::Writable);
        self.receive(OPEN);
        self.receive(r#"40{"sid":"s"}"#);
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.input(Input::Tick);
    }

    fn clear(&mut self) {
        self.said.clear();
        self.sent.clear();
    }

    fn emit(&mut self, event: &str) {
        self.machine
            .emit(self.key, event, Payload::default(), self.now)
            .unwrap();
        self.drain();
    }

    fn ask(&mut self, event: &str, timeout: u64) -> Ticket {
        let ticket = self
            .machine
            .emit_with_ack(self.key, event, Payload::default(), secs(timeout), self.now)
            .unwrap();
        self.drain();
        ticket
    }
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn a_connection_is_made_step_by_step() {
    let mut bench = Bench::new(|_| {});
    bench.input(Input::Connect(bench.key));
    assert_eq!(bench.wait, Some(secs(20)), "the timeout of dialling");
    bench.link(LinkEvent::Opened);
    bench.link(LinkEvent::Writable);
    assert!(bench.sent.is_empty(), "nothing goes before the handshake");
    bench.receive(OPEN);
    assert_eq!(bench.sent, ["40"]);
    assert_eq!(
        bench.machine.state(bench.key, bench.now),
        State::Connecting { attempt: 0 }
    );
    bench.receive(r#"40{"sid":"abc"}"#);
    assert_eq!(bench.said, ["connecting 0", "connected abc"]);
    assert_eq!(bench.wait, Some(secs(45)), "the heartbeat");
    bench.now = secs(25);
    bench.receive("2");
    assert_eq!(bench.sent, ["40", "3"]);
    assert_eq!(bench.wait, Some(secs(70)));
}

#[test]
fn a_missed_heartbeat_ends_the_connection() {
    let mut bench = Bench::connected();
    bench.pass(secs(44));
    assert!(bench.said.is_empty());
    bench.pass(secs(1));
    assert_eq!(bench.said, ["close 0", "ping timeout", "attempt 1 in 1000"]);
}

#[test]
fn after_a_long_sleep_the_connection_is_made_anew_at_once() {
    let mut bench = Bench::connected();
    bench.now = secs(100_000);
    bench.receive(r#"42["stale"]"#);
    assert_eq!(
        bench.said,
        ["close 0", "ping timeout", "attempt 1 in 0", "connecting 1"]
    );
    bench.grant();
    assert_eq!(bench.said.last().unwrap(), "connected s");
}

#[test]
fn a_connection_lost_comes_back_with_growing_delays() {
    let mut bench = Bench::connected();
    let gone = || LinkEvent::Closed {
        reason: DisconnectReason::TransportClose,
        details: None,
    };
    bench.link(gone());
    assert_eq!(bench.said, ["transport close", "attempt 1 in 1000"]);
    for (attempt, delay) in [(1, 2000), (2, 4000), (3, 5000), (4, 5000)] {
        let wait = bench.wait.unwrap() - bench.now;
        bench.clear();
        bench.pass(wait);
        bench.link(LinkEvent::Closed {
            reason: DisconnectReason::TransportError,
            details: Some("refused".into()),
        });
        assert_eq!(
            bench.said,
            [
                format!("connecting {attempt}"),
                "error refused false".into(),
                format!("attempt {} in {delay}", attempt + 1),
            ]
        );
    }
    bench.clear();
    bench.input(Input::ReconnectNow);
    assert_eq!(bench.said, ["connecting 0"]);
    bench.grant();
    bench.link(gone());
    assert_eq!(
        bench.said.last().unwrap(),
        "attempt 1 in 1000",
        "success starts over"
    );
}

#[test]
fn what_no_server_says_is_a_parse_error() {
    for frame in ["", "9", "0{}", OPEN, "4", "49", "451[\"x\"]", "5"] {
        let mut bench = Bench::connected();
        bench.receive(frame);
        assert_eq!(
            bench.said,
            ["close 0", "parse error", "attempt 1 in 1000"],
            "{frame:?}"
        );
    }
    let mut bench = Bench::new(|settings| settings.limits.packet = 10);
    bench.input(Input::Connect(bench.key));
    bench.link(LinkEvent::Opened);
    bench.receive(OPEN);
    assert_eq!(
        bench.said,
        [
            "connecting 0",
            "close 0",
            "error packet too large false",
            "attempt 1 in 1000"
        ]
    );
}

#[test]
fn a_connection_broken_on_purpose_comes_back_like_a_lost_one() {
    let mut bench = Bench::connected();
    bench.input(Input::CloseTransport);
    assert_eq!(bench.said, ["close 0", "forced close", "attempt 1 in 1000"]);
    bench.clear();
    bench.input(Input::CloseTransport);
    assert!(bench.said.is_empty(), "there is nothing to break");
    bench.input(Input::ReconnectNow);
    bench.input(Input::CloseTransport);
    assert_eq!(
        bench.said,
        [
            "connecting 0",
            "close 1",
            "error forced close false",
            "attempt 1 in 1000"
        ],
        "so is an attempt at one"
    );
}

#[test]
fn the_two_final_ends_stay_final() {
    let mut bench = Bench::connected();
    bench.receive("41");
    assert_eq!(bench.said, ["io server disconnect", "close 0"]);
    assert_eq!(bench.wait, None);
    bench.input(Input::ReconnectNow);
    assert_eq!(bench.wait, None, "nobody wants it connected");

    let mut bench = Bench::connected();
    bench.input(Input::Disconnect(bench.key));
    assert_eq!(bench.sent, ["41"]);
    assert_eq!(bench.said, ["io client disconnect", "close 0"]);
    assert_eq!(bench.wait, None);
    bench.input(Input::Disconnect(bench.key));
    assert_eq!(bench.said.len(), 2, "once");
}

#[test]
fn disconnecting_while_dialling_or_waiting_stops_everything() {
    let mut bench = Bench::new(|_| {});
    bench.input(Input::Connect(bench.key));
    bench.input(Input::Disconnect(bench.key));
    assert_eq!(bench.said, ["connecting 0", "io client disconnect", "close 0"]);
    assert_eq!(bench.wait, None);

    let mut bench = Bench::connected();
    bench.pass(secs(45));
    bench.clear();
    assert!(bench.wait.is_some(), "waits to reconnect");
    bench.input(Input::Disconnect(bench.key));
    assert_eq!(
        (bench.said.as_slice(), bench.wait),
        (&["io client disconnect".to_owned()][..], None)
    );
    bench.input(Input::Connect(bench.key));
    bench.grant();
    assert_eq!(bench.said.last().unwrap(), "connected s");
}

#[test]
fn disconnecting_and_connecting_again_at_once_makes_a_new_connection() {
    let mut bench = Bench::connected();
    bench.input(Input::Disconnect(bench.key));
    bench.input(Input::Connect(bench.key));
    bench.grant();
    assert_eq!(
        bench.said,
        ["io client disconnect", "close 0", "connecting 0", "connected s"]
    );
    bench.clear();
    bench.link(LinkEvent::Closed {
        reason: DisconnectReason::TransportClose,
        details: None,
    });
    bench.pass(secs(1));
    bench.grant();
    assert_eq!(
        bench.said,
        [
            "transport close",
            "attempt 1 in 1000",
            "connecting 1",
            "connected s"
        ],
        "from then on it comes back by itself"
    );
}

#[test]
fn one_socket_stops_while_another_comes_back() {
    let mut bench = Bench::connected();
    let other = bench.machine.socket("/other");
    bench.input(Input::Connect(other));
    bench.receive(r#"40/other,{"sid":"o"}"#);
    bench.pass(secs(45));
    bench.input(Input::Disconnect(bench.key));
    bench.clear();
    bench.pass(secs(1));
    bench.grant();
    bench.receive(r#"40/other,{"sid":"o"}"#);
    assert_eq!(bench.sent, ["40/other,"]);
    assert_eq!(bench.machine.id(bench.key), None);
    assert_eq!(bench.machine.id(other), Some("o"));
}

#[test]
fn a_refusal_is_final_until_connect() {
    let mut bench = Bench::new(|_| {});
    bench.input(Input::Connect(bench.key));
    bench.link(LinkEvent::Opened);
    bench.link(LinkEvent::Writable);
    bench.receive(OPEN);
    bench.receive(r#"44{"message":"no","data":1}"#);
    assert_eq!(bench.said, ["connecting 0", "error no true", "close 0"]);
    assert_eq!(bench.wait, None);
    bench.input(Input::Connect(bench.key));
    bench.grant();
    assert_eq!(bench.said.last().unwrap(), "connected s");
}

#[test]
fn acks_come_time_out_or_fail_and_each_only_once() {
    let mut bench = Bench::connected();
    bench.ask("a", 5);
    bench.ask("b", 5);
    bench.ask("c", 50);
    let forgotten = bench.ask("d", 1);
    bench.machine.forget(forgotten);
    assert_eq!(
        bench.sent,
        [r#"420["a"]"#, r#"421["b"]"#, r#"422["c"]"#, r#"423["d"]"#]
    );
    bench.now += secs(1);
    bench.receive("430[1,2]");
    bench.receive("430[1,2]");
    bench.receive("4377[]");
    assert_eq!(bench.said, ["ack [1,2]"]);
    assert_eq!(bench.machine.round_trip(), Some(secs(1)));
    bench.pass(secs(4));
    bench.receive("431[]");
    bench.receive("41");
    assert_eq!(
        bench.said,
        [
            "ack [1,2]",
            "ack Timeout",
            "io server disconnect",
            "ack Disconnected",
            "close 0"
        ]
    );
}

#[test]
fn each_ack_has_its_own_timeout_whatever_the_others_have() {
    let mut bench = Bench::connected();
    bench.ask("a", 5);
    bench.ask("b", 1);
    bench.ask("c", 9);
    assert_eq!(bench.wait, Some(secs(1)));
    bench.receive("431[]");
    // To look once too often is allowed.
    bench.pass(secs(1));
    assert_eq!((bench.said.len(), bench.wait), (1, Some(secs(5))));
    bench.pass(secs(4));
    assert_eq!(bench.said, ["ack []", "ack Timeout"]);
    assert_eq!(bench.wait, Some(secs(9)));
    bench.receive("432[]");
    assert_eq!(bench.said.len(), 3);
    assert!(bench.wait > Some(secs(9)), "no ack is awaited");
}

#[test]
fn what_is_kept_goes_in_order_and_not_after_its_time() {
    let mut bench = Bench::new(|_| {});
    bench.emit("one");
    bench.ask("late", 5);
    bench.ask("two", 50);
    bench.emit("three");
    bench.pass(secs(5));
    assert_eq!(bench.said, ["ack Timeout"]);
    bench.input(Input::Connect(bench.key));
    bench.grant();
    assert_eq!(
        bench.sent,
        ["40", r#"42["one"]"#, r#"421["two"]"#, r#"42["three"]"#]
    );
    assert_eq!(bench.machine.buffered(bench.key), 0);
}

#[test]
fn after_a_long_sleep_a_volatile_question_is_not_kept_for_another_connection() {
    let mut bench = Bench::connected();
    bench.now = secs(100_000);
    assert!(
        bench.machine.id(bench.key).is_some(),
        "nobody has looked at the clock"
    );
    let ask = |bench: &mut Bench| {
        let (key, now) = (bench.key, bench.now);
        let asked = bench
            .machine
            .emit_volatile_with_ack(key, "ask", Payload::default(), secs(5), now);
        bench.drain();
        asked
    };
    assert_eq!(ask(&mut bench), Err(EmitError::Disconnected));
    assert_eq!(bench.machine.buffered(bench.key), 0);
    bench.grant();
    assert_eq!(bench.sent, ["40"]);
    assert!(ask(&mut bench).is_ok());
    assert_eq!(bench.sent, ["40", r#"420["ask"]"#]);
}

#[test]
fn client_c05_while_nothing_is_read_silence_means_nothing_and_nothing_is_dialled() {
    let mut bench = Bench::connected();
    bench.input(Input::Pause);
    bench.pass(secs(1000));
    assert!(bench.said.is_empty());
    bench.input(Input::Resume);
    bench.pass(secs(44));
    assert!(bench.said.is_empty());
    bench.pass(secs(1));
    assert_eq!(bench.said, ["close 0", "ping timeout", "attempt 1 in 1000"]);

    let mut bench = Bench::connected();
    bench.input(Input::Pause);
    bench.input(Input::CloseTransport);
    bench.clear();
    bench.pass(secs(1000));
    bench.input(Input::ReconnectNow);
    bench.input(Input::Connect(bench.key));
    assert!(bench.said.is_empty());
    bench.input(Input::Resume);
    assert_eq!(bench.said, ["connecting 0"]);
}

#[test]
fn a_server_that_pings_and_does_not_read_gets_one_pong() {
    let mut bench = Bench::connected();
    let link = bench.links[0];
    bench
        .machine
        .emit(bench.key, "fills", Payload::default(), bench.now)
        .unwrap();
    let Output::Send { .. } = bench.machine.poll_output() else {
        panic!("sent");
    };
    for _ in 0..1000 {
        let event = LinkEvent::Received(Frame::Text("2".into()));
        bench.machine.handle(Input::Link { link, event }, bench.now);
    }
    bench.input(Input::Link {
        link,
        event: LinkEvent::Writable,
    });
    assert_eq!(bench.sent, ["3"]);
}
