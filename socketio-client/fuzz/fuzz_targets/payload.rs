//! Bodies of long-polling, decoded: no panic, and what was understood survives a round trip. The input is the body.

#![no_main]

use libfuzzer_sys::fuzz_target;
use socketio_anywhere::packet::payload;

fuzz_target!(|body: &str| {
    let Ok(packets) = payload::decode(body) else {
        return;
    };
    let mut written = String::new();
    let mut most = 0;
    for packet in &packets {
        let frame = packet.clone().encode();
        most += payload::cost(&frame);
        payload::push(&mut written, &frame);
    }
    assert!(written.len() <= most, "a frame costs no more than was said");
    assert_eq!(
        payload::decode(&written).as_ref(),
        Ok(&packets),
        "a body is read back as written"
    );
});
