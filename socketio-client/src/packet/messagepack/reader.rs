//! Reads values, within bounds: nesting is limited, and no memory is allocated for a length beyond the actual bytes.

use serde_json::{Map, Number, Value, json};

use super::super::PacketError;
use super::date;

/// How deep lists and maps may nest, as in `serde_json`.
const MAX_DEPTH: usize = 128;

/// Reads one document, and moves its bytes into attachments.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    attachments: Vec<Vec<u8>>,
    max_attachments: usize,
    depth: usize,
}

/// A value; `None` is JavaScript's `undefined`.
type Item = Option<Value>;

fn malformed(what: &str) -> PacketError {
    PacketError::MessagePack(what.to_owned())
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], max_attachments: usize) -> Self {
        Self {
            rest: bytes,
            attachments: Vec::new(),
            max_attachments,
            depth: 0,
        }
    }

    /// The document's one value, and its attachments.
    pub(super) fn document(mut self) -> Result<(Value, Vec<Vec<u8>>), PacketError> {
        let value = self.value()?.unwrap_or_default();
        if !self.rest.is_empty() {
            return Err(malformed("bytes after the end"));
        }
        Ok((value, self.attachments))
    }

    fn value(&mut self) -> Result<Item, PacketError> {
        let [marker] = self.array()?;
        Ok(Some(match marker {
            0x00..=0x7f => marker.into(),
            0x80..=0x8f => self.map(usize::from(marker & 0x0f))?,
            0x90..=0x9f => self.list(usize::from(marker & 0x0f))?,
            0xa0..=0xbf => self.text(usize::from(marker & 0x1f))?.into(),
            0xc0 => Value::Null,
            0xc2 => false.into(),
            0xc3 => true.into(),
            0xc4..=0xc6 => {
                let length = self.length(marker - 0xc4)?;
                self.bytes(length)?
            }
            0xc7..=0xc9 => {
                let length = self.length(marker - 0xc7)?;
                return self.extension(length, false);
            }
            0xca => float(f32::from_be_bytes(self.array()?).into()),
            0xcb => float(f64::from_be_bytes(self.array()?)),
            0xcc => u8::from_be_bytes(self.array()?).into(),
            0xcd => u16::from_be_bytes(self.array()?).into(),
            0xce => u32::from_be_bytes(self.array()?).into(),
            0xcf => u64::from_be_bytes(self.array()?).into(),
            0xd0 => i8::from_be_bytes(self.array()?).into(),
            0xd1 => i16::from_be_bytes(self.array()?).into(),
            0xd2 => i32::from_be_bytes(self.array()?).into(),
            0xd3 => i64::from_be_bytes(self.array()?).into(),
            0xd4..=0xd8 => return self.extension(1 << (marker - 0xd4), true),
            0xd9..=0xdb => {
                let length = self.length(marker - 0xd9)?;
                self.text(length)?.into()
            }
            0xdc | 0xdd => {
                let length = self.length(marker - 0xdb)?;
                self.list(length)?
            }
            0xde | 0xdf => {
                let length = self.length(marker - 0xdd)?;
                self.map(length)?
            }
            0xe0..=0xff => i8::from_be_bytes([marker]).into(),
            0xc1 => return Err(malformed("a marker that is not used")),
        }))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], PacketError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or_else(|| malformed("too short"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], PacketError> {
        let (taken, rest) = self
            .rest
            .split_first_chunk()
            .ok_or_else(|| malformed("too short"))?;
        self.rest = rest;
        Ok(*taken)
    }

    /// A length of 1, 2 or 4 bytes: `size` is 0, 1 or 2.
    fn length(&mut self, size: u8) -> Result<usize, PacketError> {
        Ok(match size {
            0 => usize::from(u8::from_be_bytes(self.array()?)),
            1 => usize::from(u16::from_be_bytes(self.array()?)),
            _ => {
                let length = u32::from_be_bytes(self.array()?);
                usize::try_from(length).map_err(|_| PacketError::TooLarge)?
            }
        })
    }

    fn text(&mut self, length: usize) -> Result<String, PacketError> {
        let bytes = self.take(length)?;
        let text = std::str::from_utf8(bytes).map_err(|_| malformed("text that is not UTF-8"))?;
        Ok(text.to_owned())
    }

    /// Moves the bytes into an attachment and leaves a placeholder.
    fn bytes(&mut self, length: usize) -> Result<Value, PacketError> {
        let bytes = self.take(length)?.to_vec();
        if self.attachments.len() >= self.max_attachments {
            return Err(PacketError::Attachments);
        }
        self.attachments.push(bytes);
        Ok(json!({"_placeholder": true, "num": self.attachments.len() - 1}))
    }

    fn deeper<R>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<R, PacketError>,
    ) -> Result<R, PacketError> {
        if self.depth == MAX_DEPTH {
            return Err(malformed("nested too deep"));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn list(&mut self, length: usize) -> Result<Value, PacketError> {
        // Every item takes at least one byte.
        if length > self.rest.len() {
            return Err(malformed("too short"));
        }
        self.deeper(|reader| {
            (0..length)
                .map(|_| Ok(reader.value()?.unwrap_or_default()))
                .collect()
        })
    }

    fn map(&mut self, length: usize) -> Result<Value, PacketError> {
        self.deeper(|reader| {
            let mut fields = Map::new();
            for _ in 0..length {
                let Some(Value::String(name)) = reader.value()? else {
                    return Err(malformed("a name that is no text"));
                };
                match reader.value()? {
                    Some(field) => fields.insert(name, field),
                    None => fields.remove(&name),
                };
            }
            Ok(Value::Object(fields))
        })
    }

    /// `fixed` if the marker alone says the length.
    fn extension(&mut self, length: usize, fixed: bool) -> Result<Item, PacketError> {
        let kind = i8::from_be_bytes(self.array()?);
        match (kind, length, fixed) {
            (0, 1, true) => self.take(1).map(|_| None),
            (0, 8, true) => Ok(Some(date::text(i64::from_be_bytes(self.array()?)))),
            // An `ArrayBuffer` or a view of one; a `Buffer` is MessagePack's own bytes.
            (0, _, false) => self.bytes(length).map(Some),
            // Extensions that the JavaScript parser keeps as such.
            _ => Ok(Some(json!([kind, self.bytes(length)?]))),
        }
    }
}

/// A float without a JSON number becomes null, as in `JSON.stringify`.
fn float(number: f64) -> Value {
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}
