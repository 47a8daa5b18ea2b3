//! Bodies stored under older rules that could no longer be sent. A log must stay readable, so such a body becomes the nearest
//! valid one.

use serde_json::Value;
use steadfast_shared::text::is_unseen;
use steadfast_shared::{Body, Emoji, MessageText, is_blank};

/// Replaces a text or a name without visible characters.
const BLANK: &str = "…";

/// Replaces a reaction that is not an emoji; the reaction counts as removed.
const NO_EMOJI: &str = "❔";

/// The nearest valid body; `None` if its shape is unknown to this version.
pub(in crate::store) fn read(body: &str) -> Option<Body> {
    let mut value: Value = serde_json::from_str(body).ok()?;
    mend(&mut value);
    serde_json::from_value(value).ok()
}

/// A name without its invisible characters.
pub(in crate::store) fn seen(name: &str) -> String {
    let seen: String = name.chars().filter(|c| !is_unseen(*c)).collect();
    if is_blank(&seen) { BLANK.to_owned() } else { seen }
}

fn mend(body: &mut Value) {
    let Some(members) = body.as_object_mut() else {
        return;
    };
    let mut is_reaction = true;
    for (name, member) in members.iter_mut() {
        match (name.as_str(), member.as_str()) {
            ("text", Some(text)) if MessageText::parse(text).is_err() => *member = BLANK.into(),
            ("emoji", Some(emoji)) if Emoji::parse(emoji).is_err() => {
                *member = NO_EMOJI.into();
                is_reaction = false;
            }
            ("name" | "was", Some(name)) => *member = seen(name).into(),
            ("topic", Some(topic)) => {
                let seen: String = topic.chars().filter(|c| !is_unseen(*c)).collect();
                *member = seen.into();
            }
            ("change", None) => mend(member),
            _ => {}
        }
    }
    if !is_reaction {
        members.insert("on".to_owned(), false.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_could_send_any_more_is_read_all_the_same() {
        for (stored, read_as) in [
            (
                r#"{"kind":"message","text":"\u200b"}"#,
                r#"{"kind":"message","text":"…"}"#,
            ),
            (
                r#"{"kind":"edit","message":3,"text":"\u3164"}"#,
                r#"{"kind":"edit","message":3,"text":"…"}"#,
            ),
            (
                r#"{"kind":"react","message":3,"emoji":"→"}"#,
                r#"{"kind":"react","message":3,"emoji":"❔","on":false}"#,
            ),
            (
                r#"{"kind":"nickname","name":"a\u180bb","was":"\u2800"}"#,
                r#"{"kind":"nickname","name":"ab","was":"…"}"#,
            ),
            (
                r#"{"kind":"room","change":{"change":"renamed","name":"a\u200db","was":"b"}}"#,
                r#"{"kind":"room","change":{"change":"renamed","name":"ab","was":"b"}}"#,
            ),
        ] {
            assert!(serde_json::from_str::<Body>(stored).is_err(), "{stored}");
            let body = read(stored).unwrap();
            assert_eq!(serde_json::to_string(&body).unwrap(), read_as);
        }
        assert!(read("[]").is_none());
    }
}
