//! The parts of an unreadable packet that matter for skipping it alone.

use super::PacketError;
use crate::cut::{cut_last, position, without_end};

/// A packet that was not accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Skipped {
    /// Its namespace, if it names one.
    pub namespace: Option<String>,
    /// Its last argument, if that is a text: perhaps a recovery offset.
    pub last: Option<String>,
    /// Why it was not accepted.
    pub error: PacketError,
}

impl Skipped {
    pub(super) fn new(namespace: &str, text: &str, error: PacketError) -> Self {
        Self {
            namespace: Some(namespace.to_owned()),
            last: without_end(text.trim_ascii_end(), b']')
                .and_then(last_text)
                .map(str::to_owned),
            error,
        }
    }
}

/// The last of comma-separated JSON values, if it is a text without escapes. The text before it need not be JSON.
pub(crate) fn last_text(values: &str) -> Option<&str> {
    let text = without_end(values.trim_ascii_end(), b'"')?;
    let (before, last) = cut_last(text, b'"')?;
    let is_value = matches!(
        before.trim_ascii_end().as_bytes().last(),
        None | Some(b',' | b'[')
    );
    (is_value && position(last, b'\\').is_none()).then_some(last)
}

/// JSON as JavaScript reads it: lone surrogates become U+FFFD. `None` if there are none.
pub(super) fn without_lone_surrogates(json: &str) -> Option<String> {
    let bytes = json.as_bytes();
    let mut mended = String::new();
    // Up to here it is mended.
    let mut end = 0;
    let mut at = 0;
    while at < bytes.len() {
        let length = match (bytes[at], surrogate(bytes, at)) {
            (b'\\', Some(0xD800..=0xDBFF)) if matches!(surrogate(bytes, at + 6), Some(0xDC00..=0xDFFF)) => 12,
            (b'\\', Some(0xD800..=0xDFFF)) => {
                mended.push_str(json.get(end..at)?);
                mended.push_str("\\ufffd");
                end = at + 6;
                6
            }
            (b'\\', _) => 2,
            _ => 1,
        };
        at += length;
    }
    mended.push_str(json.get(end..)?);
    (end > 0).then_some(mended)
}

/// The code of the escape `\uXXXX` at this position.
fn surrogate(bytes: &[u8], at: usize) -> Option<u32> {
    let escape = bytes.get(at..at + 6)?;
    let digits = escape.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |code, digit| {
        Some(code << 4 | char::from(*digit).to_digit(16)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn client_c01_halves_of_surrogate_pairs_are_read() {
        for (text, read) in [
            (r#"["ab\ud83d"]"#, json!(["ab\u{fffd}"])),
            (r#"["\ude00b"]"#, json!(["\u{fffd}b"])),
            (r#"["\ud83d\ude00\ud83d"]"#, json!(["😀\u{fffd}"])),
            (r#"["\ud83d\ud83d\ude00"]"#, json!(["\u{fffd}😀"])),
            (r#"["\\ud83d","\ud83d\n"]"#, json!(["\\ud83d", "\u{fffd}\n"])),
            (r#"{"\ud83d":"é\udfffé"}"#, json!({"\u{fffd}": "é\u{fffd}é"})),
        ] {
            let mended = without_lone_surrogates(text).unwrap();
            assert_eq!(serde_json::from_str::<Value>(&mended).unwrap(), read, "{text}");
        }
        for text in [
            r#"["\ud83d\ude00"]"#,
            r#"["\ud8"]"#,
            "[",
            r#"["\u"]"#,
            "\\",
            r#"["\\ud83d"]"#,
        ] {
            assert_eq!(without_lone_surrogates(text), None, "{text}");
        }
    }

    #[test]
    fn client_c01_the_last_text_is_found_behind_what_cannot_be_read() {
        for (text, last) in [
            (r#"["x",[[[,"PkDVPqZ"]"#, Some("PkDVPqZ")),
            (r#"["x",1e400, "a.1" ]"#, Some("a.1")),
            (r#"["x"]"#, Some("x")),
            (r#"["x","a\"b"]"#, None),
            (r#"["x",1]"#, None),
            (r#"["x",{"a":"b"]"#, None),
            ("]", None),
            ("\"]", None),
            ("", None),
        ] {
            let skipped = Skipped::new("/", text, PacketError::Shape);
            assert_eq!(skipped.last.as_deref(), last, "{text}");
        }
        assert_eq!(last_text(r#""a.1""#), Some("a.1"), "the only one");
    }
}
