//! A device's position in the log of each room.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Entry, EntryId, Millis, RoomId, Seq};

/// A device's cursor for each room.
pub type Cursors = BTreeMap<RoomId, Cursor>;

/// The newest entry of a room that was applied without a gap: `[seq, id, at]` on the wire, `[seq, id]`, or `seq` alone.
///
/// The id reveals a database that went back in time: it has another entry at that place, or none. An entry that was sent
/// again since may happen to be at the same place, after different entries; then its time differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    /// The entry's `seq`; 0 before the first one.
    pub seq: Seq,
    /// The entry's id, if known.
    pub id: Option<EntryId>,
    /// When the entry was stored, if known.
    pub at: Option<Millis>,
}

impl From<Seq> for Cursor {
    fn from(seq: Seq) -> Self {
        Self {
            seq,
            id: None,
            at: None,
        }
    }
}

impl From<&Entry> for Cursor {
    fn from(entry: &Entry) -> Self {
        Self {
            seq: entry.seq,
            id: Some(entry.id),
            at: Some(entry.at),
        }
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.id, self.at) {
            (Some(id), Some(at)) => (self.seq, id, at).serialize(serializer),
            (Some(id), None) => (self.seq, id).serialize(serializer),
            (None, _) => self.seq.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CursorVisitor)
    }
}

struct CursorVisitor;

impl<'de> Visitor<'de> for CursorVisitor {
    type Value = Cursor;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a seq, or [seq, id, at]")
    }

    fn visit_u64<E: Error>(self, seq: u64) -> Result<Cursor, E> {
        Ok(seq.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> Result<Cursor, A::Error> {
        let seq = members.next_element()?;
        let id = members.next_element()?;
        Ok(Cursor {
            seq: seq.ok_or_else(|| Error::invalid_length(0, &self))?,
            id: Some(id.ok_or_else(|| Error::invalid_length(1, &self))?),
            at: members.next_element()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_cursor_is_a_place_with_or_without_its_entry() {
        let id = EntryId(Uuid::from_u128(7));
        let text = id.to_string();
        for (cursor, json) in [
            (Cursor::from(41), "41".to_owned()),
            (
                Cursor {
                    id: Some(id),
                    ..Cursor::from(41)
                },
                format!(r#"[41,"{text}"]"#),
            ),
            (
                Cursor {
                    seq: 41,
                    id: Some(id),
                    at: Some(5),
                },
                format!(r#"[41,"{text}",5]"#),
            ),
        ] {
            assert_eq!(serde_json::to_string(&cursor).unwrap(), json);
            assert_eq!(serde_json::from_str::<Cursor>(&json).unwrap(), cursor);
            let value: serde_json::Value = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::from_value::<Cursor>(value).unwrap(), cursor);
        }
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let id = Uuid::from_u128(7);
        for json in [
            "-1".to_owned(),
            "1.5".to_owned(),
            r#""41""#.to_owned(),
            "null".to_owned(),
            "[]".to_owned(),
            "[41]".to_owned(),
            r#"[41,"x"]"#.to_owned(),
            format!(r#"[-1,"{id}"]"#),
            format!(r#"[41,"{id}",-5]"#),
            format!(r#"[41,"{id}",5,6]"#),
        ] {
            assert!(serde_json::from_str::<Cursor>(&json).is_err(), "{json}");
        }
    }
}
