//! Unreadable packets of a server: each is skipped, and nothing but it is lost.

use std::time::Duration;

use socketio_anywhere::DisconnectReason;
use socketio_anywhere::packet::Frame;
use socketio_anywhere::protocol::{Input, LinkEvent};

use super::{Bench, OPEN};

#[test]
fn client_c01_what_cannot_be_read_is_skipped_and_told() {
    let deep = format!("42[\"x\",{}1{}]", "[".repeat(200), "]".repeat(200));
    for frame in [
        "42[oops",
        "42[]",
        "42{}",
        "42[null]",
        "42[\"x\",1e400]",
        &deep,
        "43[]",
        "43",
        "437{}",
        "42999999999999999999999[\"x\"]",
        "40{}",
        r#"40{"sid":"twice"}"#,
        "40[]",
        "44[]",
        "41{}",
        r#"451-["x",{"_placeholder":true,"num":7}]"#,
        r#"452-["x",oops]"#,
        "459999-[\"x\"]",
    ] {
        let mut bench = Bench::connected();
        bench.receive(frame);
        assert!(
            bench.said[0].starts_with("unreadable "),
            "{frame:?} {:?}",
            bench.said
        );
        // Its attachments go with it.
        if frame.starts_with("45") {
            bench.link(LinkEvent::Received(Frame::Binary(vec![1])));
        }
        bench.receive(r#"42["y"]"#);
        assert_eq!(bench.said[1..], ["y []"], "{frame:?}");
    }
    let mut bench = Bench::connected();
    bench.receive(r#"42[7,"x"]"#);
    bench.receive(r#"42["half","ab\ud83d"]"#);
    assert_eq!(bench.said, [r#"7 ["x"]"#, "half [\"ab\u{fffd}\"]"]);
}

#[test]
fn client_c01_the_recovery_moves_past_what_cannot_be_read() {
    let presented = |frame: &str| {
        let mut bench = Bench::new(|_| {});
        bench.input(Input::Connect(bench.key));
        bench.link(LinkEvent::Opened);
        bench.receive(OPEN);
        bench.receive(r#"40{"sid":"a","pid":"p"}"#);
        bench.receive(r#"42["x","QbmV8w0"]"#);
        bench.receive(frame);
        bench.link(LinkEvent::Closed {
            reason: DisconnectReason::TransportClose,
            details: None,
        });
        bench.sent.clear();
        bench.input(Input::ReconnectNow);
        bench.link(LinkEvent::Opened);
        bench.link(LinkEvent::Writable);
        bench.receive(OPEN);
        bench.sent.join(" ")
    };
    assert_eq!(
        presented(r#"42["y",1e400,"QbmV8w1"]"#),
        r#"40{"offset":"QbmV8w1","pid":"p"}"#
    );
    assert_eq!(
        presented(r#"451-["y",{"_placeholder":true,"num":9},"QbmV8w2"]"#),
        r#"40{"offset":"QbmV8w2","pid":"p"}"#
    );
    assert_eq!(presented("42[oops"), r#"40{"offset":"QbmV8w0","pid":"p"}"#);
    assert_eq!(
        presented("49"),
        "40",
        "what ends the connection is not asked for again"
    );
}

#[test]
fn client_c01_a_heartbeat_with_a_decimal_point_is_one() {
    let mut bench = Bench::new(|_| {});
    bench.input(Input::Connect(bench.key));
    bench.link(LinkEvent::Opened);
    bench.receive(r#"0{"sid":"s","upgrades":[],"pingInterval":25000.0,"pingTimeout":2e4}"#);
    assert_eq!(bench.wait, Some(Duration::from_secs(45)));
}

#[test]
fn client_c08_a_server_of_the_2x_line_is_one_clear_refusal() {
    for connect in ["40", "40{}"] {
        let mut bench = Bench::new(|_| {});
        bench.input(Input::Connect(bench.key));
        bench.link(LinkEvent::Opened);
        bench.link(LinkEvent::Writable);
        bench.receive(OPEN);
        bench.receive(connect);
        assert!(bench.said[1].contains("2.x"), "{:?}", bench.said);
        assert!(bench.said[1].ends_with("true"), "refused: {:?}", bench.said);
        assert_eq!(bench.wait, None, "nothing is dialled");
    }
}
