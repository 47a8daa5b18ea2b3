//! A device that slept for less than a heartbeat.

use std::time::Duration;

use socketio_anywhere::protocol::{Input, LinkEvent, Machine, Output, PROOF_OF_LIFE, State};
use socketio_anywhere::{Settings, Transport};

use crate::{Bench, OPEN};

const NAP: Duration = Duration::from_secs(20);

#[test]
fn client_c10_a_connection_that_died_during_a_short_sleep_is_made_anew_at_once() {
    let mut bench = Bench::connected();
    bench.dead = true;
    bench.now += NAP;
    bench.input(Input::Slept);
    assert!(bench.said.is_empty(), "{:?}", bench.said);
    assert_eq!(bench.wait, Some(bench.now + PROOF_OF_LIFE));
    bench.now += PROOF_OF_LIFE;
    bench.input(Input::Tick);
    bench.input(Input::Tick);
    assert_eq!(
        bench.said,
        ["close 0", "ping timeout", "attempt 1 in 0", "connecting 1"]
    );
}

#[test]
fn client_c10_a_connection_that_lives_goes_on_after_a_sleep() {
    let mut bench = Bench::connected();
    bench.now += NAP;
    bench.input(Input::Slept);
    bench.now += PROOF_OF_LIFE;
    bench.input(Input::Tick);
    assert!(bench.said.is_empty(), "{:?}", bench.said);
    assert!(matches!(
        bench.machine.state(bench.key, bench.now),
        State::Connected { .. }
    ));
    // The pong said that the server lives, and nothing of what was sent: leaving asks again.
    bench.input(Input::Disconnect(bench.key));
    assert_eq!(bench.sent.last().map(String::as_str), Some("41"));
}

#[test]
fn client_c10_an_attempt_that_is_waited_for_is_made_on_waking() {
    let mut bench = Bench::new(|settings| settings.reconnection_delay = Duration::from_secs(4));
    bench.input(Input::Connect(bench.key));
    bench.grant();
    bench.input(Input::CloseTransport);
    bench.clear();
    bench.now += Duration::from_millis(1);
    bench.input(Input::Slept);
    assert_eq!(bench.said, ["connecting 0"]);
}

#[test]
fn client_c10_long_polling_is_made_anew_after_a_sleep() {
    let mut settings = Settings::default();
    settings.transports = vec![Transport::Polling];
    let mut machine = Machine::new(settings, 1);
    let key = machine.socket("/");
    machine.handle(Input::Connect(key), Duration::ZERO);
    let Output::Request { link, .. } = machine.poll_output() else {
        panic!("a handshake is asked for");
    };
    let event = LinkEvent::Answered(OPEN.to_owned());
    machine.handle(Input::Link { link, event }, Duration::ZERO);
    while !matches!(machine.poll_output(), Output::Wait(_)) {}
    machine.handle(Input::Slept, NAP);
    let all: Vec<Output> = std::iter::from_fn(|| match machine.poll_output() {
        Output::Wait(_) => None,
        other => Some(other),
    })
    .collect();
    let dialled = |output: &Output| {
        matches!(
            output,
            Output::Request {
                sid: None,
                body: None,
                ..
            }
        )
    };
    assert!(all.iter().any(dialled), "{all:?}");
}
