//! Engine.IO over HTTP: several packets in one body, separated by a control character; bytes in base 64.

use super::{EnginePacket, Frame, PacketError};

/// Stands between packets. JSON escapes it, so it occurs in none.
const SEPARATOR: char = '\u{1e}';
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Reads the packets of a body.
pub fn decode(body: &str) -> Result<Vec<EnginePacket>, PacketError> {
    let mut packets = Vec::new();
    for packet in body.split(SEPARATOR) {
        packets.push(EnginePacket::decode(match packet.strip_prefix('b') {
            Some(base64) => Frame::Binary(from_base64(base64).ok_or(PacketError::Header)?),
            None => Frame::Text(packet.to_owned()),
        })?);
    }
    Ok(packets)
}

/// Adds a frame to a body.
pub fn push(body: &mut String, frame: &Frame) {
    if !body.is_empty() {
        body.push(SEPARATOR);
    }
    match frame {
        Frame::Text(text) => body.push_str(text),
        Frame::Binary(bytes) => {
            body.push('b');
            to_base64(body, bytes);
        }
    }
}

/// How many bytes [`push`] adds to a body that holds something.
pub fn cost(frame: &Frame) -> usize {
    match frame {
        Frame::Text(text) => text.len() + 1,
        Frame::Binary(bytes) => bytes.len().div_ceil(3) * 4 + 2,
    }
}

pub(crate) fn to_base64(text: &mut String, bytes: &[u8]) {
    for chunk in bytes.chunks(3) {
        let mut group = [0; 3];
        group[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for place in 0..4 {
            if place <= chunk.len() {
                text.push(char::from(ALPHABET[(bits >> (18 - 6 * place)) as usize & 63]));
            } else {
                text.push('=');
            }
        }
    }
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=').as_bytes();
    if text.len() - digits.len() > 2 || digits.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for chunk in digits.chunks(4) {
        let mut bits = 0u32;
        for place in 0..4 {
            let digit = match chunk.get(place) {
                None => 0,
                Some(letter @ b'A'..=b'Z') => letter - b'A',
                Some(letter @ b'a'..=b'z') => letter - b'a' + 26,
                Some(letter @ b'0'..=b'9') => letter - b'0' + 52,
                Some(b'+') => 62,
                Some(b'/') => 63,
                Some(_) => return None,
            };
            bits = bits << 6 | u32::from(digit);
        }
        bytes.extend_from_slice(&bits.to_be_bytes()[1..chunk.len()]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_read_back_as_written() {
        let frames: Vec<Frame> = (0..20u8)
            .map(|length| Frame::Binary((0..length).map(|byte| byte.wrapping_mul(37)).collect()))
            .chain([Frame::Text("4hello €".into()), Frame::Text("2".into())])
            .collect();
        let mut body = String::new();
        let mut bytes = 0;
        for frame in &frames {
            push(&mut body, frame);
            bytes += cost(frame);
        }
        assert_eq!(body.len() + 1, bytes);
        let packets = decode(&body).unwrap();
        let back: Vec<Frame> = packets.into_iter().map(EnginePacket::encode).collect();
        assert_eq!(back, frames);
    }

    #[test]
    fn the_wire_is_the_specifications() {
        let mut body = String::new();
        push(&mut body, &Frame::Text("4hello".into()));
        push(&mut body, &Frame::Binary(vec![1, 2, 3, 4]));
        assert_eq!(body, "4hello\u{1e}bAQIDBA==");
        for wrong in ["", "4a\u{1e}", "b!", "bA", "bA===", "bé"] {
            assert!(decode(wrong).is_err(), "{wrong:?}");
        }
    }
}
