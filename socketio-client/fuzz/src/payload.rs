//! Bodies of long-polling, decoded: no panic, and what was understood survives a round trip. The input is the body.

use socketio_anywhere::packet::payload;

pub fn run(body: &[u8]) {
    let Ok(body) = std::str::from_utf8(body) else {
        return;
    };
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
}
