//! Hints and their wire format: a notification carries all pending hints, up to a bound.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use steadfast_shared::event::Typing;
use steadfast_shared::{Millis, RoomId, Seq, UserId};
use uuid::Uuid;

use crate::store::postgres::notification::NOTIFICATION_BYTES;
use crate::store::{ChangeNumber, NodeId, SessionId};

/// Most bytes of one notification, over any transport.
pub(super) const MOST_BYTES: usize = NOTIFICATION_BYTES;

/// A message that something may have changed. It may be lost, late or duplicated, and is never taken for truth.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum Hint {
    /// A room's log may have grown up to here.
    Room {
        room: RoomId,
        head: Seq,
    },
    /// The change feed may have grown, up to this change if it is known.
    Feed(Option<ChangeNumber>),
    /// Anything may have changed: hints were lost.
    Everything,
    Typing(Typing),
    /// A person's read marker, for their other devices.
    Read {
        person: UserId,
        room: RoomId,
        seq: Seq,
    },
    /// A tab has connected, and replaces its older connections.
    Tab {
        person: UserId,
        session: SessionId,
        tab: Uuid,
        since: Millis,
    },
    /// A change of presence; see `presence`.
    Presence(Value),
}

/// Why a notification is ignored.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum HintError {
    #[error("it is longer than any that a node sends")]
    TooLong,
    #[error("it is not a list of hints")]
    NoHints,
}

#[derive(Debug, PartialEq)]
pub(super) struct HintPacket {
    pub(super) from: NodeId,
    pub(super) hints: Vec<Hint>,
    /// Hints of a kind that this version does not know.
    pub(super) unknown: usize,
}

#[derive(Deserialize)]
struct Envelope {
    from: NodeId,
    hints: Vec<Value>,
}

impl HintPacket {
    pub(super) fn read(text: &str) -> Result<Self, HintError> {
        if text.len() > MOST_BYTES {
            return Err(HintError::TooLong);
        }
        let Envelope { from, hints } = serde_json::from_str(text).map_err(|_| HintError::NoHints)?;
        let all = hints.len();
        let known = |hint| serde_json::from_value(hint).ok();
        let hints: Vec<Hint> = hints.into_iter().filter_map(known).collect();
        Ok(Self {
            from,
            unknown: all - hints.len(),
            hints,
        })
    }
}

/// A hint as JSON. `None` if it alone exceeds a notification.
pub(super) fn written(hint: &Hint) -> Option<String> {
    let text = serde_json::to_string(hint).ok()?;
    (envelope_bytes() + text.len() <= MOST_BYTES).then_some(text)
}

/// Joins hints as JSON into as few notifications as possible.
pub(super) fn join(from: NodeId, hints: &[String]) -> Vec<String> {
    let begin = || format!("{{\"from\":\"{from}\",\"hints\":[");
    let mut joined = Vec::new();
    let mut text = begin();
    let empty = text.len();
    for hint in hints {
        // A comma goes before the hint, and the end after it.
        if text.len() > empty && text.len() + 1 + hint.len() + END.len() > MOST_BYTES {
            text.push_str(END);
            joined.push(std::mem::replace(&mut text, begin()));
        }
        if text.len() > empty {
            text.push(',');
        }
        text.push_str(hint);
    }
    if text.len() > empty {
        text.push_str(END);
        joined.push(text);
    }
    joined
}

const END: &str = "]}";

/// Bytes of a notification without hints.
fn envelope_bytes() -> usize {
    r#"{"from":"","hints":["#.len() + Uuid::nil().to_string().len() + END.len()
}

#[cfg(test)]
mod tests {
    use steadfast_shared::Person;

    use super::*;

    fn node() -> NodeId {
        NodeId(Uuid::from_u128(7))
    }

    fn room(nth: u128) -> Hint {
        Hint::Room {
            room: RoomId(Uuid::from_u128(nth)),
            head: u64::MAX,
        }
    }

    fn typing(name: &str) -> Hint {
        Hint::Typing(Typing {
            room: RoomId(Uuid::from_u128(1)),
            person: Person {
                id: UserId(Uuid::from_u128(2)),
                name: name.to_owned(),
            },
        })
    }

    fn sent(hints: &[Hint]) -> Vec<String> {
        let written: Vec<String> = hints.iter().filter_map(written).collect();
        join(node(), &written)
    }

    #[test]
    fn hints_that_wait_are_joined_and_split_at_the_bound() {
        assert_eq!(sent(&[]), Vec::<String>::new());
        let one = sent(&[room(1), Hint::Feed(Some(3)), Hint::Feed(None), Hint::Everything]);
        assert_eq!(one.len(), 1);
        let heard = HintPacket::read(&one[0]).unwrap();
        assert_eq!((heard.from, heard.unknown, heard.hints.len()), (node(), 0, 4));

        let many: Vec<Hint> = (0..1_000).map(room).collect();
        let several = sent(&many);
        assert!(several.len() > 1);
        assert!(several.iter().all(|text| text.len() <= MOST_BYTES));
        // The next notification's first hint must not have fitted into this one.
        let longest = written(&many[0]).unwrap().len() + 1;
        assert!(
            several[..several.len() - 1]
                .iter()
                .all(|text| text.len() + longest > MOST_BYTES)
        );
        let heard = several
            .iter()
            .flat_map(|text| HintPacket::read(text).unwrap().hints);
        assert_eq!(heard.collect::<Vec<_>>(), many, "in order, none twice");
    }

    #[test]
    fn a_hint_that_just_fits_is_sent_and_a_longer_one_is_not() {
        let bytes = |name: &str| written(&typing(name)).map(|text| envelope_bytes() + text.len());
        let left = MOST_BYTES - bytes("").unwrap();
        assert_eq!(bytes(&"x".repeat(left)), Some(MOST_BYTES));
        assert_eq!(bytes(&"x".repeat(left + 1)), None);
        let text = sent(&[room(1), typing(&"x".repeat(left)), room(2)]);
        let lengths: Vec<usize> = text.iter().map(String::len).collect();
        assert_eq!(lengths.len(), 3);
        assert_eq!(lengths[1], MOST_BYTES);
        assert_eq!(HintPacket::read(&text[1]).unwrap().hints.len(), 1);
    }

    #[test]
    fn names_of_every_script_come_as_they_were_sent() {
        let hint = typing("지민 \"🦊\" \\ \u{202e}\u{0} é");
        let text = sent(std::slice::from_ref(&hint));
        assert_eq!(HintPacket::read(&text[0]).unwrap().hints, [hint]);
    }

    #[test]
    fn what_is_not_understood_is_passed_over_and_the_rest_is_heard() {
        let from = node();
        for garbled in [
            "",
            "null",
            "[]",
            "{\"from\":7}",
            "{\"from\":\"x\",\"hints\":[]}",
            "\u{0}",
        ] {
            assert_eq!(HintPacket::read(garbled), Err(HintError::NoHints), "{garbled}");
        }
        let long = format!(
            "{{\"from\":\"{from}\",\"hints\":[{}null]}}",
            "1,".repeat(MOST_BYTES)
        );
        assert_eq!(HintPacket::read(&long), Err(HintError::TooLong));
        let newer = format!(
            r#"{{"from":"{from}","v":2,"hints":["everything",{{"later":1}},{{"room":{{"room":"x","head":1}}}},7,{{"feed":2}}]}}"#
        );
        let heard = HintPacket::read(&newer).unwrap();
        assert_eq!(heard.hints, [Hint::Everything, Hint::Feed(Some(2))]);
        assert_eq!(heard.unknown, 3);
    }
}
