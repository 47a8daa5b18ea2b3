//! The machine on networks that carry no WebSocket: it falls back to long-polling, and tries again later.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use socketio_anywhere::packet::Frame;
use socketio_anywhere::protocol::{Input, LinkEvent, LinkId, Machine, Output, SocketEvent, Transport};
use socketio_anywhere::{DisconnectReason, Settings, WebSocketFailure};

const OPEN: &str = r#"0{"sid":"s","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000}"#;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A machine that prefers WebSocket, and its actions, in words. Requests of long-polling are answered as soon as they are made.
struct Bench {
    machine: Machine,
    now: Duration,
    /// The newest WebSocket.
    socket: Option<LinkId>,
    get: Option<LinkId>,
    greeted: bool,
    granting: bool,
    polling_works: bool,
    did: Vec<String>,
}

impl Bench {
    fn new() -> Self {
        Self::with(|settings| settings.try_all_transports = true)
    }

    fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::default();
        settings.randomization_factor = 0.0;
        change(&mut settings);
        let mut machine = Machine::new(settings, 1);
        let key = machine.socket("/");
        machine.handle(Input::Connect(key), Duration::ZERO);
        let mut bench = Self {
            machine,
            now: Duration::ZERO,
            socket: None,
            get: None,
            greeted: false,
            granting: false,
            polling_works: true,
            did: Vec::new(),
        };
        bench.drain();
        bench
    }

    fn drain(&mut self) {
        loop {
            let line = match self.machine.poll_output() {
                Output::Wait(_) => return,
                Output::Open { link, sid } => {
                    self.socket = Some(link);
                    format!("ws {}", sid.unwrap_or_default())
                }
                Output::Request { link, body, .. } => {
                    self.answer(link, body);
                    continue;
                }
                Output::Send { frames, .. } => {
                    let texts = frames.into_iter().map(|frame| match frame {
                        Frame::Text(text) => text,
                        Frame::Binary(_) => panic!("text"),
                    });
                    texts.collect::<Vec<_>>().join(" ")
                }
                Output::Close { link } if Some(link) == self.get => continue,
                Output::Close { .. } => "close".into(),
                Output::Authenticate { socket, link } => {
                    let auth = None;
                    self.machine
                        .handle(Input::Authenticated { socket, link, auth }, self.now);
                    continue;
                }
                Output::Event { event, .. } => match event {
                    SocketEvent::Connected { .. } => {
                        format!("connected by {}", self.machine.transport().as_str())
                    }
                    SocketEvent::Disconnected { reason, .. } => reason.to_string(),
                    SocketEvent::ConnectError { .. } => "error".into(),
                    SocketEvent::Upgraded => "upgraded".into(),
                    SocketEvent::UpgradeFailed { failure } => format!("{failure:?}"),
                    _ => continue,
                },
                other => panic!("{other:?}"),
            };
            self.did.push(line);
        }
    }

    fn answer(&mut self, link: LinkId, body: Option<String>) {
        let event = match body {
            _ if !self.polling_works => gone(),
            Some(body) => {
                self.granting |= body == "40";
                LinkEvent::Answered("ok".into())
            }
            None if self.greeted => {
                // Nothing to tell, until something is.
                self.get = Some(link);
                return self.grant();
            }
            None => {
                self.greeted = true;
                LinkEvent::Answered(OPEN.into())
            }
        };
        self.machine.handle(Input::Link { link, event }, self.now);
        self.grant();
    }

    fn grant(&mut self) {
        if self.granting
            && let Some(link) = self.get.take()
        {
            self.granting = false;
            let event = LinkEvent::Answered(r#"40{"sid":"a"}"#.into());
            self.machine.handle(Input::Link { link, event }, self.now);
        }
    }

    fn event(&mut self, event: LinkEvent) {
        let link = self.socket.unwrap();
        self.machine.handle(Input::Link { link, event }, self.now);
        self.drain();
    }

    fn hear(&mut self, text: &str) {
        self.event(LinkEvent::Received(Frame::Text(text.into())));
    }

    fn opens(&mut self) {
        self.event(LinkEvent::Opened);
        self.event(LinkEvent::Writable);
    }

    /// The newest WebSocket is a connection that is granted its namespace.
    fn stands(&mut self) {
        self.opens();
        self.hear(OPEN);
        self.hear(r#"40{"sid":"a"}"#);
    }

    fn breaks(&mut self) {
        self.greeted = false;
        self.event(gone());
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.machine.handle(Input::Tick, self.now);
        self.drain();
    }

    /// The pending GET is answered.
    fn poll(&mut self, body: &str) {
        let link = self.get.take().unwrap();
        let event = LinkEvent::Answered(body.into());
        self.machine.handle(Input::Link { link, event }, self.now);
        self.drain();
    }

    fn did(&mut self) -> Vec<String> {
        std::mem::take(&mut self.did)
    }

    fn failure(&self) -> Option<WebSocketFailure> {
        self.machine.fallback(self.now).map(|fallback| fallback.failure)
    }

    fn retry_in(&self) -> Option<Duration> {
        self.machine.fallback(self.now)?.retry_in
    }

    /// The next try, which fails by silence.
    fn retry_in_vain(&mut self) {
        self.alive_until_retry();
        self.pass(seconds(5));
        assert_eq!(self.did(), ["ws ", "close", "Silent"]);
    }

    /// The server pings meanwhile.
    fn alive_until_retry(&mut self) {
        while let Some(left) = self.retry_in() {
            self.pass(left.min(seconds(25)));
            self.poll("2");
        }
    }
}

fn gone() -> LinkEvent {
    LinkEvent::Closed {
        reason: DisconnectReason::TransportClose,
        details: Some("gone".into()),
    }
}

#[test]
fn fault_f02_a_websocket_that_is_refused_is_replaced_at_once() {
    let mut bench = Bench::new();
    bench.event(gone());
    assert_eq!(bench.did(), ["ws ", "connected by polling"]);
    let fallback = bench.machine.fallback(bench.now).unwrap();
    assert_eq!(fallback.failure, WebSocketFailure::Refused);
    assert_eq!(fallback.details.as_deref(), Some("gone"));
    assert_eq!(fallback.retry_in, Some(seconds(15)));
}

#[test]
fn fault_f02_a_websocket_that_is_never_answered_is_replaced_in_seconds() {
    let mut bench = Bench::new();
    bench.pass(Duration::from_millis(4_999));
    assert_eq!(bench.did(), ["ws "]);
    bench.pass(Duration::from_millis(1));
    assert_eq!(bench.did(), ["close", "connected by polling"]);
    assert_eq!(bench.failure(), Some(WebSocketFailure::Silent));
}

#[test]
fn fault_f02_a_websocket_that_opens_and_stays_silent_is_replaced_in_seconds() {
    let mut bench = Bench::new();
    bench.opens();
    bench.pass(seconds(5));
    assert_eq!(bench.did(), ["ws ", "close", "connected by polling"]);
    assert_eq!(bench.failure(), Some(WebSocketFailure::Silent));

    // Silent behind the handshake: CONNECT is never answered.
    let mut bench = Bench::new();
    bench.opens();
    bench.hear(OPEN);
    bench.pass(seconds(5));
    assert_eq!(
        bench.did(),
        ["ws ", "40", "close", "transport error", "connected by polling"]
    );
    assert_eq!(bench.failure(), Some(WebSocketFailure::Silent));
}

#[test]
fn fault_f02_a_websocket_that_ends_after_a_packet_is_replaced_at_once() {
    let mut bench = Bench::new();
    bench.opens();
    bench.breaks();
    assert_eq!(bench.did(), ["ws ", "connected by polling"], "before a packet");
    assert_eq!(bench.failure(), Some(WebSocketFailure::Broken));

    let mut bench = Bench::new();
    bench.opens();
    bench.hear(OPEN);
    bench.breaks();
    assert_eq!(
        bench.did(),
        ["ws ", "40", "transport close", "connected by polling"]
    );
    assert_eq!(bench.failure(), Some(WebSocketFailure::Broken));
}

#[test]
fn fault_f02_websockets_that_keep_ending_before_a_heartbeat_are_replaced() {
    let mut bench = Bench::new();
    bench.stands();
    bench.breaks();
    bench.did();
    bench.pass(seconds(1));
    assert_eq!(bench.did(), ["ws "], "a server that restarts looks the same");
    bench.stands();
    bench.breaks();
    assert_eq!(
        bench.did(),
        [
            "40",
            "connected by websocket",
            "transport close",
            "connected by polling"
        ]
    );

    // One that has carried a heartbeat works, however often it ends.
    let mut bench = Bench::new();
    for _ in 0..5 {
        bench.stands();
        bench.hear("2");
        bench.breaks();
        bench.did();
        bench.pass(seconds(1));
        assert_eq!(bench.did(), ["ws "]);
    }
}

#[test]
fn fault_f02_a_websocket_that_falls_silent_before_a_heartbeat_is_replaced() {
    let mut bench = Bench::new();
    bench.stands();
    bench.did();
    bench.pass(seconds(45));
    assert_eq!(bench.did(), ["close", "ping timeout", "connected by polling"]);
    assert_eq!(bench.failure(), Some(WebSocketFailure::Silent));
}

#[test]
fn fault_f02_websocket_is_tried_again_with_growing_delays_and_the_session_never_at_stake() {
    let mut bench = Bench::new();
    bench.event(gone());
    bench.did();
    for delay in [15, 30, 60, 120, 240, 300, 300] {
        assert_eq!(bench.retry_in(), Some(seconds(delay)));
        bench.retry_in_vain();
    }
    assert_eq!(bench.machine.transport(), Transport::Polling);
}

#[test]
fn fault_f02_a_websocket_that_stands_again_takes_over_without_losing_anything() {
    let mut bench = Bench::new();
    bench.event(gone());
    bench.did();
    bench.pass(seconds(15));
    bench.opens();
    bench.hear(OPEN);
    assert_eq!(bench.did(), ["ws "], "with a session of its own");
    assert!(bench.machine.fallback(bench.now).unwrap().retry_in.is_none());
    bench.pass(seconds(2));
    assert_eq!(bench.did(), ["1", "close", "ws s"]);
    bench.opens();
    bench.hear("3probe");
    bench.poll("6");
    assert_eq!(bench.did(), ["2probe", "5", "upgraded"]);
    assert_eq!(bench.machine.fallback(bench.now), None);

    // It has not proved itself: long-polling is back at once, and the next try is further off.
    bench.breaks();
    bench.pass(seconds(1));
    assert_eq!(bench.did(), ["transport close", "connected by polling"]);
    assert_eq!(bench.retry_in(), Some(seconds(29)));

    // One that has carried a heartbeat makes up for all that was.
    bench.alive_until_retry();
    bench.opens();
    bench.hear(OPEN);
    bench.pass(seconds(2));
    bench.opens();
    bench.hear("3probe");
    bench.poll("6");
    bench.hear("2");
    bench.breaks();
    bench.did();
    bench.pass(seconds(1));
    assert_eq!(bench.did(), ["ws "]);
    assert_eq!(bench.failure(), None);
}

#[test]
fn fault_f02_a_scout_that_ends_or_says_nonsense_leaves_long_polling_alone() {
    for stage in 0..3 {
        let mut bench = Bench::new();
        bench.event(gone());
        bench.pass(seconds(15));
        bench.did();
        if stage > 0 {
            bench.opens();
        }
        if stage > 1 {
            bench.hear(OPEN);
        }
        bench.event(gone());
        let failure = if stage == 0 { "Refused" } else { "Broken" };
        assert_eq!(bench.did(), [failure]);
        assert_eq!(bench.retry_in(), Some(seconds(30)));
        bench.poll("2");
    }
}

#[test]
fn fault_f02_an_outage_of_everything_says_nothing_about_websocket() {
    let mut bench = Bench::new();
    bench.polling_works = false;
    for delay in [1, 2, 4, 5] {
        bench.event(gone());
        assert_eq!(bench.did(), ["ws ", "error"]);
        bench.pass(seconds(delay));
    }
    assert_eq!(bench.failure(), None);
    bench.stands();
    assert_eq!(bench.did(), ["ws ", "40", "connected by websocket"]);
}

#[test]
fn fault_f02_where_polling_fails_too_nothing_spins() {
    let mut bench = Bench::new();
    bench.opens();
    bench.hear(OPEN);
    bench.polling_works = false;
    bench.breaks();
    assert_eq!(bench.did(), ["ws ", "40", "transport close", "ws "]);
    for _ in 0..3 {
        bench.opens();
        bench.hear(OPEN);
        bench.breaks();
        assert_eq!(bench.did(), ["40", "transport close"]);
        bench.pass(seconds(1));
        assert_eq!(bench.did(), ["ws "], "long-polling first, then this");
    }
}

#[test]
fn fault_f02_a_device_on_another_network_need_not_wait_for_the_whole_delay() {
    let mut bench = Bench::new();
    bench.event(gone());
    bench.did();
    for _ in 0..3 {
        bench.retry_in_vain();
    }
    assert_eq!(bench.retry_in(), Some(seconds(120)));
    bench.machine.handle(Input::Wake, bench.now);
    bench.drain();
    assert_eq!(bench.retry_in(), Some(seconds(15)), "and no sooner");
}

#[test]
fn fault_f02_what_ends_on_purpose_says_nothing_about_websocket() {
    let mut bench = Bench::new();
    for _ in 0..3 {
        bench.stands();
        bench.machine.handle(Input::CloseTransport, bench.now);
        bench.drain();
        bench.pass(seconds(1));
        assert_eq!(bench.did().last().map(String::as_str), Some("ws "));
    }
}

#[test]
fn a_device_that_goes_offline_learns_nothing_about_websocket() {
    let mut bench = Bench::new();
    for _ in 0..3 {
        bench.stands();
        bench.machine.handle(Input::Offline, bench.now);
        bench.drain();
        bench.pass(seconds(1));
        assert_eq!(bench.did().last().map(String::as_str), Some("ws "));
    }
}

#[test]
fn without_the_option_websocket_is_all_there_is() {
    let mut bench = Bench::with(|_| {});
    bench.opens();
    bench.hear(OPEN);
    bench.pass(seconds(44));
    assert_eq!(bench.did(), ["ws ", "40"], "as long as the server's heartbeat");
    for _ in 0..3 {
        bench.breaks();
        bench.did();
        bench.pass(seconds(1));
        bench.opens();
        bench.hear(OPEN);
        assert_eq!(bench.did(), ["ws ", "40"]);
    }
}
