//! The machine over long-polling, and its move to WebSocket, step by step.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use serde_json::json;
use socketio_anywhere::packet::Frame;
use socketio_anywhere::protocol::{
    Input, LinkEvent, LinkFailure, LinkId, Machine, Output, SocketEvent, SocketKey, Transport,
};
use socketio_anywhere::{DisconnectReason, Payload, Settings};

const OPEN: &str =
    r#"0{"sid":"s1","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":30}"#;

/// A machine, and its outputs: `GET`, `POST body`, `WS sid`, `SEND frames`, `CLOSE`, and events.
struct Bench {
    machine: Machine,
    key: SocketKey,
    now: Duration,
    get: Option<LinkId>,
    post: Option<LinkId>,
    socket: Option<LinkId>,
    asked: Vec<String>,
}

impl Bench {
    fn new(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::default();
        settings.transports = vec![Transport::Polling, Transport::WebSocket];
        settings.randomization_factor = 0.0;
        change(&mut settings);
        let mut machine = Machine::new(settings, 1);
        let key = machine.socket("/");
        let mut bench = Self {
            machine,
            key,
            now: Duration::ZERO,
            get: None,
            post: None,
            socket: None,
            asked: Vec::new(),
        };
        bench.machine.handle(Input::Connect(key), bench.now);
        bench.drain();
        bench
    }

    /// Connected over polling, with a WebSocket being asked.
    fn probing() -> Self {
        let mut bench = Self::new(|_| {});
        bench.answer_get(OPEN);
        bench.answer_post();
        bench.answer_get(r#"40{"sid":"a"}"#);
        bench.asked.clear();
        bench
    }

    fn drain(&mut self) {
        loop {
            let line = match self.machine.poll_output() {
                Output::Wait(_) => return,
                Output::Request {
                    link,
                    sid,
                    body: None,
                } => {
                    assert!(self.get.replace(link).is_none(), "one GET at a time");
                    format!("GET {}", sid.unwrap_or_default())
                }
                Output::Request {
                    link,
                    body: Some(body),
                    ..
                } => {
                    assert!(self.post.replace(link).is_none(), "one POST at a time");
                    format!("POST {body}")
                }
                Output::Open { link, sid } => {
                    self.socket = Some(link);
                    format!("WS {}", sid.unwrap_or_default())
                }
                Output::Send { frames, .. } => {
                    let texts = frames.into_iter().map(|frame| match frame {
                        Frame::Text(text) => text,
                        Frame::Binary(_) => panic!("text"),
                    });
                    format!("SEND {}", texts.collect::<Vec<_>>().join(" "))
                }
                Output::Close { link } if Some(link) == self.get => {
                    self.get = None;
                    "ABORT".into()
                }
                Output::Barrier { .. } => "BARRIER".into(),
                Output::Close { .. } => "CLOSE".into(),
                Output::Authenticate { socket, link } => {
                    let input = Input::Authenticated {
                        socket,
                        link,
                        auth: None,
                    };
                    self.machine.handle(input, self.now);
                    continue;
                }
                Output::Event { event, .. } => match event {
                    SocketEvent::Message { payload, .. } => format!("got {}", payload.args()[0]),
                    SocketEvent::Disconnected { reason, .. } => reason.to_string(),
                    SocketEvent::ConnectError { message, .. } => format!("error {message}"),
                    SocketEvent::Upgraded => "upgraded".into(),
                    SocketEvent::UpgradeFailed { failure } => format!("{failure:?}"),
                    _ => continue,
                },
                other => panic!("{other:?}"),
            };
            self.asked.push(line);
        }
    }

    fn event(&mut self, link: LinkId, event: LinkEvent) {
        self.machine.handle(Input::Link { link, event }, self.now);
        self.drain();
    }

    fn answer_get(&mut self, body: &str) {
        let link = self.get.take().unwrap();
        self.event(link, LinkEvent::Answered(body.into()));
    }

    fn answer_post(&mut self) {
        let link = self.post.take().unwrap();
        self.event(link, LinkEvent::Answered("ok".into()));
    }

    fn socket(&mut self, event: LinkEvent) {
        let link = self.socket.unwrap();
        self.event(link, event);
    }

    fn hear(&mut self, text: &str) {
        self.socket(LinkEvent::Received(Frame::Text(text.into())));
    }

    fn emit(&mut self, number: u32) {
        let payload = Payload::from(vec![json!(number)]);
        self.machine.emit(self.key, "n", payload, self.now).unwrap();
        self.drain();
    }

    fn asked(&mut self) -> Vec<String> {
        std::mem::take(&mut self.asked)
    }
}

fn gone() -> LinkEvent {
    LinkEvent::Closed {
        reason: DisconnectReason::TransportError,
        details: Some("gone".into()),
    }
}

#[test]
fn the_move_waits_for_what_is_under_way() {
    let mut bench = Bench::new(|_| {});
    bench.answer_get(OPEN);
    assert_eq!(bench.asked(), ["GET ", "WS s1", "GET s1", "POST 40"]);
    bench.answer_post();
    bench.answer_get(r#"40{"sid":"a"}"#);
    bench.emit(1);
    bench.socket(LinkEvent::Opened);
    bench.socket(LinkEvent::Writable);
    assert_eq!(bench.asked(), ["GET s1", r#"POST 42["n",1]"#, "SEND 2probe"]);
    bench.hear("3probe");
    bench.emit(2);
    bench.answer_post();
    bench.emit(3);
    assert!(bench.asked().is_empty(), "polling rests");
    bench.answer_get("42[\"n\",7]\u{1e}6");
    assert_eq!(
        bench.asked(),
        [r#"SEND 5 42["n",2] 42["n",3]"#, "got 7", "upgraded"]
    );
    assert_eq!(bench.machine.transport(), Transport::WebSocket);
    bench.hear("42[\"n\",8]");
    bench.socket(LinkEvent::Writable);
    bench.emit(4);
    assert_eq!(bench.asked(), ["got 8", r#"SEND 42["n",4]"#]);
}

#[test]
fn a_websocket_that_does_not_answer_well_is_not_moved_to() {
    let mut bench = Bench::probing();
    bench.socket(gone());
    bench.emit(1);
    assert_eq!(bench.asked(), ["Refused", r#"POST 42["n",1]"#]);

    let mut bench = Bench::probing();
    bench.socket(LinkEvent::Opened);
    bench.hear("3wrong");
    assert_eq!(bench.asked(), ["SEND 2probe", "CLOSE", "Broken"]);

    let mut bench = Bench::probing();
    bench.now = Duration::from_secs(20);
    bench.machine.handle(Input::Tick, bench.now);
    bench.drain();
    assert_eq!(bench.asked(), ["CLOSE", "Silent"]);
    assert_eq!(bench.machine.transport(), Transport::Polling);
}

#[test]
fn a_websocket_that_breaks_during_the_move_leaves_polling_going() {
    let mut bench = Bench::probing();
    bench.socket(LinkEvent::Opened);
    bench.hear("3probe");
    bench.emit(1);
    bench.asked();
    bench.socket(gone());
    assert_eq!(bench.asked(), [r#"POST 42["n",1]"#, "Broken"]);
    bench.answer_get("6");
    assert_eq!(bench.asked(), ["GET s1"]);
}

#[test]
fn a_body_holds_what_the_server_takes() {
    let mut bench = Bench::probing();
    bench.emit(1);
    bench.asked();
    for number in [2, 3, 4, 5] {
        bench.emit(number);
    }
    bench.answer_post();
    assert_eq!(
        bench.asked(),
        ["POST 42[\"n\",2]\u{1e}42[\"n\",3]\u{1e}42[\"n\",4]"]
    );
    bench.answer_post();
    assert_eq!(bench.asked(), [r#"POST 42["n",5]"#]);
}

#[test]
fn one_failed_request_ends_the_connection_and_the_other_request() {
    let mut bench = Bench::probing();
    bench.emit(1);
    bench.asked();
    let post = bench.post.take().unwrap();
    bench.event(post, gone());
    // The server is told, as a last request: it does not notice.
    assert_eq!(bench.asked(), ["ABORT", "CLOSE", "POST 1", "transport error"]);
}

/// As engine.io-client does: otherwise the server keeps the session until its own ping timeout.
#[test]
fn a_polled_session_that_is_lost_is_ended_by_one_request_that_nobody_waits_for() {
    let polling = || {
        let mut bench = Bench::new(|settings| settings.upgrade = false);
        bench.answer_get(OPEN);
        bench.answer_post();
        bench.answer_get(r#"40{"sid":"a"}"#);
        bench.asked();
        bench
    };
    let failed = |status| {
        let mut failure = LinkFailure::new("gone");
        failure.status = status;
        LinkEvent::Failed(failure)
    };
    for event in [gone(), failed(None), failed(Some(502))] {
        let mut bench = polling();
        let get = bench.get.take().unwrap();
        bench.event(get, event);
        assert_eq!(bench.asked(), ["POST 1", "transport error"]);
        // The next attempt does not wait for it, and its end is nobody's.
        let last = bench.post.take().unwrap();
        bench.now = Duration::from_secs(1);
        bench.machine.handle(Input::Tick, bench.now);
        bench.drain();
        assert_eq!(bench.asked(), ["GET "]);
        bench.event(last, failed(Some(400)));
        assert_eq!(bench.asked(), Vec::<String>::new());
        bench.answer_get(OPEN);
        assert_eq!(bench.asked(), ["GET s1", "POST 40"]);
    }

    // What waits for its turn goes nowhere: what was sent before it may be lost.
    let mut bench = polling();
    bench.emit(1);
    bench.emit(2);
    bench.asked();
    let post = bench.post.take().unwrap();
    bench.event(post, gone());
    assert_eq!(bench.asked(), ["ABORT", "POST 1", "transport error"]);

    // A server that does not know the session is not told that it ends.
    let mut bench = polling();
    let get = bench.get.take().unwrap();
    bench.event(get, failed(Some(400)));
    assert_eq!(bench.asked(), ["transport error"]);

    for (input, seconds) in [(Input::Tick, 45), (Input::CloseTransport, 0)] {
        let mut bench = polling();
        bench.now = Duration::from_secs(seconds);
        bench.machine.handle(input, bench.now);
        bench.drain();
        assert_eq!(bench.asked()[..2], ["ABORT", "POST 1"]);
    }
    let mut bench = polling();
    bench.answer_get("nonsense");
    assert_eq!(bench.asked(), ["POST 1", "parse error"]);
}

#[test]
fn the_end_of_the_last_request_of_a_session_is_no_error_of_the_next_attempt() {
    let mut bench = Bench::new(|settings| settings.upgrade = false);
    bench.answer_get(OPEN);
    bench.answer_post();
    bench.answer_get(r#"40{"sid":"a"}"#);
    let get = bench.get.take().unwrap();
    bench.event(get, gone());
    let last = bench.post.take().unwrap();
    bench.now = Duration::from_secs(1);
    bench.machine.handle(Input::Tick, bench.now);
    bench.drain();
    let failure = LinkFailure::new("nobody asked");
    bench.event(last, LinkEvent::Failed(failure));
    bench.now = Duration::from_secs(30);
    bench.machine.handle(Input::Tick, bench.now);
    let failed = std::iter::from_fn(|| match bench.machine.poll_output() {
        Output::Wait(_) => None,
        output => Some(output),
    })
    .find_map(|output| match output {
        Output::Event {
            event: SocketEvent::ConnectError { message, failure, .. },
            ..
        } => Some((message, failure)),
        _ => None,
    });
    assert_eq!(failed, Some(("timeout".into(), None)));
}

#[test]
fn a_first_answer_of_something_else_says_what_it_is() {
    let mut bench = Bench::new(|_| {});
    bench.answer_get("<title>Welcome");
    let words = "error the answer is not that of Engine.IO 4: is the path right? HTTP status 200";
    assert_eq!(bench.asked(), ["GET ", words]);
}

#[test]
fn a_polled_session_that_is_lost_while_it_is_left_is_ended_too() {
    let mut bench = Bench::new(|settings| settings.upgrade = false);
    bench.answer_get(OPEN);
    bench.answer_post();
    bench.answer_get(r#"40{"sid":"a"}"#);
    bench.machine.handle(Input::Disconnect(bench.key), bench.now);
    bench.drain();
    bench.asked();
    let post = bench.post.take().unwrap();
    bench.event(post, gone());
    assert_eq!(bench.asked(), ["ABORT", "POST 1"]);
    assert!(bench.machine.is_settled());

    // Once it was told so, there is nothing more to say.
    let mut bench = Bench::new(|settings| settings.upgrade = false);
    bench.answer_get(OPEN);
    bench.answer_post();
    bench.answer_get(r#"40{"sid":"a"}"#);
    bench.machine.handle(Input::Disconnect(bench.key), bench.now);
    bench.drain();
    bench.answer_post();
    bench.asked();
    let post = bench.post.take().unwrap();
    bench.event(post, gone());
    assert_eq!(bench.asked(), Vec::<String>::new());
    assert!(bench.machine.is_settled());
}

#[test]
fn leaving_says_so() {
    let mut bench = Bench::probing();
    bench.emit(1);
    bench.emit(2);
    bench.asked();
    bench.machine.handle(Input::Disconnect(bench.key), bench.now);
    bench.drain();
    assert_eq!(bench.asked(), ["io client disconnect", "CLOSE"], "of the upgrade");
    bench.answer_post();
    assert_eq!(bench.asked(), ["POST 42[\"n\",2]"]);
    bench.answer_post();
    assert_eq!(bench.asked(), ["POST 41"], "in a request of its own");
    bench.answer_post();
    assert_eq!(bench.asked(), ["ABORT", "POST 1"], "so is the end of the session");
    bench.answer_post();
    assert_eq!(bench.asked(), Vec::<String>::new());
    assert!(bench.machine.is_settled());
}

#[test]
fn a_session_that_is_left_is_not_polled() {
    let mut bench = Bench::probing();
    bench.asked();
    bench.machine.handle(Input::Disconnect(bench.key), bench.now);
    bench.drain();
    assert_eq!(bench.asked(), ["io client disconnect", "CLOSE", "POST 41"]);
    // The server has nothing more to say.
    bench.answer_get("6");
    assert_eq!(bench.asked(), Vec::<String>::new());
    bench.answer_post();
    assert_eq!(bench.asked(), ["POST 1"]);
    bench.answer_post();
    assert_eq!(bench.asked(), Vec::<String>::new());
    assert!(bench.machine.is_settled());
}

/// The last packet, in a request of its own, may arrive before a poll.
#[test]
fn a_namespace_that_is_refused_ends_the_poll_before_the_session() {
    for refusal in [r#"44{"message":"no"}"#, "41"] {
        let mut bench = Bench::new(|settings| settings.upgrade = false);
        bench.answer_get(OPEN);
        bench.answer_post();
        if refusal == "41" {
            bench.answer_get(r#"40{"sid":"a"}"#);
        }
        bench.asked();
        bench.answer_get(refusal);
        let asked = bench.asked();
        let place = |what: &str| asked.iter().position(|one| one == what);
        assert!(place("ABORT") > place("GET s1"), "{asked:?}");
        assert!(place("POST 1") > place("ABORT"), "{asked:?}");
        assert_eq!(bench.get, None);
        bench.answer_post();
        assert_eq!(bench.asked(), Vec::<String>::new());
        assert!(bench.machine.is_settled());
    }
}

#[test]
fn a_session_that_the_server_ends_is_sent_nothing_more() {
    let mut bench = Bench::new(|settings| settings.upgrade = false);
    bench.answer_get(OPEN);
    bench.answer_post();
    bench.answer_get(r#"40{"sid":"a"}"#);
    bench.asked();
    bench.answer_get("1");
    assert_eq!(bench.asked(), ["transport close"]);
}

#[test]
fn client_c03_leaving_waits_for_the_upgrade_under_way() {
    let mut bench = Bench::probing();
    bench.socket(LinkEvent::Opened);
    bench.emit(1);
    bench.asked();
    bench.machine.handle(Input::Disconnect(bench.key), bench.now);
    bench.drain();
    bench.answer_post();
    assert_eq!(bench.asked(), ["io client disconnect"]);
    bench.hear("3probe");
    bench.answer_get("6");
    assert_eq!(bench.asked(), ["SEND 5"]);
    assert!(!bench.machine.is_settled());
    bench.socket(LinkEvent::Writable);
    assert_eq!(bench.asked(), ["BARRIER"]);
    bench.socket(LinkEvent::Passed);
    assert_eq!(bench.asked(), ["SEND 41"]);
    bench.socket(LinkEvent::Writable);
    assert_eq!(bench.asked(), ["CLOSE"]);
    assert!(bench.machine.is_settled());

    // One that fails is no reason to wait, or to lose anything.
    for answer in ["3probe", "3wrong"] {
        let mut bench = Bench::probing();
        bench.socket(LinkEvent::Opened);
        if answer == "3probe" {
            bench.hear(answer);
        }
        bench.asked();
        bench.machine.handle(Input::Disconnect(bench.key), bench.now);
        bench.drain();
        assert_eq!(bench.asked(), ["io client disconnect"], "it waits");
        if answer == "3wrong" {
            bench.hear(answer);
            assert_eq!(bench.asked(), ["CLOSE", "POST 41"]);
        } else {
            bench.socket(gone());
            assert_eq!(bench.asked(), ["POST 41"]);
        }
        bench.answer_post();
        assert_eq!(bench.asked(), ["ABORT", "POST 1"]);
        bench.answer_post();
        assert!(bench.machine.is_settled());
    }

    // One that is silent is not waited for.
    let mut bench = Bench::probing();
    bench.socket(LinkEvent::Opened);
    bench.machine.handle(Input::Disconnect(bench.key), bench.now);
    bench.drain();
    bench.asked();
    bench.now = Duration::from_secs(2);
    bench.machine.handle(Input::Tick, bench.now);
    bench.drain();
    assert_eq!(bench.asked(), ["CLOSE", "POST 41"]);
    bench.answer_post();
    assert_eq!(bench.asked(), ["ABORT", "POST 1"]);

    // Up to a bound.
    let mut bench = Bench::probing();
    bench.socket(LinkEvent::Opened);
    bench.machine.handle(Input::Disconnect(bench.key), bench.now);
    bench.drain();
    bench.asked();
    bench.now = Duration::from_secs(10);
    bench.machine.handle(Input::Tick, bench.now);
    bench.drain();
    assert!(bench.machine.is_settled());
    assert_eq!(bench.asked()[0], "CLOSE");
}

#[test]
fn malformed_payloads_are_parse_errors() {
    for body in ["", "hello", "b!!", "4", "49", "\u{1e}"] {
        let mut bench = Bench::probing();
        bench.answer_get(body);
        assert!(bench.asked().contains(&"parse error".to_owned()), "{body:?}");
    }
    for body in ["", "6", "40", "0{}"] {
        let mut bench = Bench::new(|_| {});
        bench.answer_get(body);
        assert!(bench.asked()[1].starts_with("error "), "{body:?}");
    }
}

#[test]
fn the_next_transport_is_tried_where_asked_to() {
    let mut bench = Bench::new(|settings| settings.try_all_transports = true);
    let get = bench.get.take().unwrap();
    bench.event(get, gone());
    assert_eq!(bench.asked(), ["GET ", "WS "]);
    bench.socket(gone());
    assert_eq!(bench.asked(), ["error gone"]);

    let mut bench = Bench::new(|_| {});
    let get = bench.get.take().unwrap();
    bench.event(get, gone());
    assert_eq!(bench.asked(), ["GET ", "error gone"]);
}

#[test]
fn a_page_that_goes_ends_a_polled_session_by_one_request() {
    let mut bench = Bench::new(|settings| settings.upgrade = false);
    bench.answer_get(OPEN);
    bench.answer_post();
    bench.answer_get(r#"40{"sid":"a"}"#);
    bench.asked();
    bench.machine.handle(Input::Unload, bench.now);
    bench.drain();
    assert_eq!(bench.asked(), ["ABORT", "POST 1", "transport close"]);
    // It may have been kept by the browser, and comes back.
    bench.post = None;
    bench.machine.handle(Input::Wake, bench.now);
    bench.drain();
    assert_eq!(bench.asked(), ["GET "]);
}

#[test]
fn a_page_that_goes_while_it_leaves_does_not_wait_for_what_it_sent() {
    let mut bench = Bench::new(|settings| settings.upgrade = false);
    bench.answer_get(OPEN);
    bench.answer_post();
    bench.answer_get(r#"40{"sid":"a"}"#);
    bench.machine.handle(Input::Disconnect(bench.key), bench.now);
    bench.drain();
    bench.asked();
    assert!(bench.post.take().is_some(), "its last packet is under way");
    bench.machine.handle(Input::Unload, bench.now);
    bench.drain();
    assert_eq!(bench.asked(), ["ABORT", "POST 1"]);
    assert!(bench.machine.is_settled());
    bench.machine.handle(Input::Unload, bench.now);
    bench.drain();
    assert_eq!(bench.asked(), Vec::<String>::new(), "once");
}

#[test]
fn a_page_that_goes_leaves_its_websocket_to_the_browser() {
    let mut bench = Bench::new(|settings| settings.transports = vec![Transport::WebSocket]);
    bench.socket(LinkEvent::Opened);
    bench.socket(LinkEvent::Received(Frame::Text(OPEN.into())));
    bench.socket(LinkEvent::Received(Frame::Text(r#"40{"sid":"a"}"#.into())));
    bench.asked();
    bench.machine.handle(Input::Unload, bench.now);
    bench.drain();
    assert_eq!(bench.asked(), Vec::<String>::new());
}
