//! The limits of the data that waits in memory.

use serde_json::json;
use socketio_anywhere::packet::Frame;
use socketio_anywhere::protocol::{Input, LinkEvent, Output, SocketEvent};
use socketio_anywhere::{EmitError, Payload};

use crate::Bench;

const LIMIT: usize = 1_000;

fn bench() -> Bench {
    Bench::new(|settings| settings.limits.send_bytes = LIMIT)
}

/// Emits an event with a text of so many bytes.
fn emit(bench: &mut Bench, bytes: usize) -> Result<(), EmitError> {
    let payload = Payload::from(vec![json!("x".repeat(bytes))]);
    bench.machine.emit(bench.key, "n", payload, bench.now)
}

#[test]
fn bytes_that_wait_for_a_connection_are_bounded() {
    let mut bench = bench();
    assert_eq!(emit(&mut bench, LIMIT), Err(EmitError::BufferFull), "by itself");
    assert_eq!(emit(&mut bench, 600), Ok(()));
    assert_eq!(emit(&mut bench, 600), Err(EmitError::BufferFull));
    assert_eq!(emit(&mut bench, 200), Ok(()), "for less there is room");
    assert_eq!(bench.machine.buffered(bench.key), 2);
    bench.machine.clear_buffer(bench.key);
    assert_eq!(emit(&mut bench, 600), Ok(()));
    bench.input(Input::Connect(bench.key));
    bench.grant();
    assert_eq!(bench.sent.len(), 2, "CONNECT and the event");
    assert_eq!(emit(&mut bench, 600), Ok(()), "what is sent does not wait");
}

#[test]
fn bytes_that_wait_for_the_link_are_bounded() {
    let mut bench = bench();
    bench.input(Input::Connect(bench.key));
    bench.grant();
    assert_eq!(emit(&mut bench, 600), Ok(()));
    let Output::Send { link, .. } = bench.machine.poll_output() else {
        panic!("sent");
    };
    // The link has not accepted it.
    assert_eq!(emit(&mut bench, 600), Ok(()));
    assert_eq!(emit(&mut bench, 600), Err(EmitError::BufferFull));
    assert_eq!(emit(&mut bench, 200), Ok(()));
    bench.clear();
    let event = LinkEvent::Writable;
    bench.input(Input::Link { link, event });
    assert_eq!(bench.sent.len(), 2);
    assert_eq!(emit(&mut bench, 600), Ok(()));
}

#[test]
fn answers_that_wait_for_the_link_are_bounded() {
    let mut bench = bench();
    bench.input(Input::Connect(bench.key));
    bench.grant();
    let answer = |bench: &mut Bench| {
        let frame = Frame::Text(r#"421["ask"]"#.into());
        let (link, event) = (bench.links[0], LinkEvent::Received(frame));
        bench.machine.handle(Input::Link { link, event }, bench.now);
        loop {
            match bench.machine.poll_output() {
                Output::Event {
                    event: SocketEvent::Message { ack, .. },
                    ..
                } => {
                    let payload = Payload::from(vec![json!("x".repeat(600))]);
                    return bench.machine.respond(bench.key, ack.unwrap(), payload, bench.now);
                }
                Output::Wait(_) => panic!("asked"),
                _ => {}
            }
        }
    };
    assert_eq!(
        answer(&mut bench),
        Ok(()),
        "taken by the link, which is busy from then on"
    );
    assert_eq!(answer(&mut bench), Ok(()));
    assert_eq!(answer(&mut bench), Err(EmitError::BufferFull));
}
