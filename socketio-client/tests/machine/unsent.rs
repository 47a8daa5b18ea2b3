//! What is not sent yet of the events emitted so far.

use std::time::Duration;

use serde_json::json;
use socketio_anywhere::protocol::{Input, LinkEvent, Output};
use socketio_anywhere::{Payload, Retries};

use crate::Bench;

fn emit(bench: &mut Bench) {
    let payload = Payload::from(vec![json!(1)]);
    bench.machine.emit(bench.key, "n", payload, bench.now).unwrap();
}

#[test]
fn events_emitted_later_do_not_count() {
    let mut bench = Bench::connected();
    emit(&mut bench);
    let Output::Send { link, .. } = bench.machine.poll_output() else {
        panic!("sent");
    };
    let first = bench.machine.watch_emitted();
    emit(&mut bench);
    assert_eq!(bench.machine.unsent(bench.key, first), 1);
    assert_eq!(bench.machine.unsent(bench.key, first + 1), 2);
    let event = LinkEvent::Writable;
    bench.machine.handle(Input::Link { link, event }, bench.now);
    assert_eq!(
        bench.machine.unsent(bench.key, first),
        0,
        "the link is busy again"
    );
    assert_eq!(bench.machine.unsent(bench.key, first + 1), 1);
}

#[test]
fn an_event_that_runs_out_of_tries_was_not_sent() {
    let mut bench = Bench::new(|settings| {
        settings.retries = Some(Retries::new(0).ack_timeout(Duration::from_secs(1)));
    });
    bench.input(Input::Connect(bench.key));
    bench.grant();
    emit(&mut bench);
    let emitted = bench.machine.watch_emitted();
    emit(&mut bench);
    assert_eq!(bench.machine.unsent(bench.key, emitted), 1, "it has no ack");
    for _ in 0..2 {
        bench.now += Duration::from_secs(1);
        bench.input(Input::Tick);
    }
    assert_eq!(bench.machine.unsent(bench.key, emitted + 1), 0);
    assert_eq!(
        bench.machine.take_dropped(),
        [(bench.key, 0)],
        "the later one is not watched"
    );
    assert!(bench.machine.take_dropped().is_empty());
}
