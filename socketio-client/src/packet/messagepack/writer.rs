//! Writes values, with bytes in place of their placeholders.

use serde_json::{Number, Value};

/// The shortest encoding of a value.
pub(super) fn write(value: &Value, attachments: &[Vec<u8>]) -> Vec<u8> {
    let mut writer = Writer {
        out: Vec::with_capacity(64),
        attachments,
    };
    writer.value(value);
    writer.out
}

struct Writer<'a> {
    out: Vec<u8>,
    attachments: &'a [Vec<u8>],
}

/// The markers for a type with a length: the first with its maximum, then those for 8, 16 and 32 bits.
struct Lengths {
    short: (u8, usize),
    byte: Option<u8>,
    two: u8,
    four: u8,
}

const TEXT: Lengths = Lengths {
    short: (0xa0, 32),
    byte: Some(0xd9),
    two: 0xda,
    four: 0xdb,
};
const BYTES: Lengths = Lengths {
    short: (0, 0),
    byte: Some(0xc4),
    two: 0xc5,
    four: 0xc6,
};
const LIST: Lengths = Lengths {
    short: (0x90, 16),
    byte: None,
    two: 0xdc,
    four: 0xdd,
};
const MAP: Lengths = Lengths {
    short: (0x80, 16),
    byte: None,
    two: 0xde,
    four: 0xdf,
};

impl Writer<'_> {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.out.push(0xc0),
            Value::Bool(false) => self.out.push(0xc2),
            Value::Bool(true) => self.out.push(0xc3),
            Value::Number(number) => self.number(number),
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                self.length(&LIST, items.len());
                for item in items {
                    self.value(item);
                }
            }
            Value::Object(fields) => {
                let bytes =
                    crate::payload::placeholder(value).and_then(|number| self.attachments.get(number));
                if let Some(bytes) = bytes {
                    self.length(&BYTES, bytes.len());
                    self.out.extend_from_slice(bytes);
                    return;
                }
                self.length(&MAP, fields.len());
                for (name, field) in fields {
                    self.text(name);
                    self.value(field);
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.length(&TEXT, text.len());
        self.out.extend_from_slice(text.as_bytes());
    }

    fn number(&mut self, number: &Number) {
        if let Some(number) = number.as_u64() {
            self.unsigned(number);
        } else if let Some(number) = number.as_i64() {
            self.negative(number);
        } else {
            self.out.push(0xcb);
            let number = number.as_f64().unwrap_or_default();
            self.out.extend_from_slice(&number.to_be_bytes());
        }
    }

    fn unsigned(&mut self, number: u64) {
        if let Ok(byte) = u8::try_from(number) {
            if byte >= 0x80 {
                self.out.push(0xcc);
            }
            self.out.push(byte);
        } else if let Ok(number) = u16::try_from(number) {
            self.out.push(0xcd);
            self.out.extend_from_slice(&number.to_be_bytes());
        } else if let Ok(number) = u32::try_from(number) {
            self.out.push(0xce);
            self.out.extend_from_slice(&number.to_be_bytes());
        } else {
            self.out.push(0xcf);
            self.out.extend_from_slice(&number.to_be_bytes());
        }
    }

    fn negative(&mut self, number: i64) {
        if let Ok(byte) = i8::try_from(number) {
            if byte < -0x20 {
                self.out.push(0xd0);
            }
            self.out.extend_from_slice(&byte.to_be_bytes());
        } else if let Ok(number) = i16::try_from(number) {
            self.out.push(0xd1);
            self.out.extend_from_slice(&number.to_be_bytes());
        } else if let Ok(number) = i32::try_from(number) {
            self.out.push(0xd2);
            self.out.extend_from_slice(&number.to_be_bytes());
        } else {
            self.out.push(0xd3);
            self.out.extend_from_slice(&number.to_be_bytes());
        }
    }

    /// A length beyond 32 bits exceeds the format, and every limit of this crate; it is written as the maximum.
    fn length(&mut self, markers: &Lengths, length: usize) {
        let (short, below) = markers.short;
        match (u8::try_from(length), markers.byte) {
            (Ok(length), _) if usize::from(length) < below => self.out.push(short | length),
            (Ok(length), Some(marker)) => self.out.extend_from_slice(&[marker, length]),
            _ => {
                if let Ok(length) = u16::try_from(length) {
                    self.out.push(markers.two);
                    self.out.extend_from_slice(&length.to_be_bytes());
                } else {
                    let length = u32::try_from(length).unwrap_or(u32::MAX);
                    self.out.push(markers.four);
                    self.out.extend_from_slice(&length.to_be_bytes());
                }
            }
        }
    }
}
