//! What is still known of a packet that cannot be read: so that it is skipped, and nothing but it is lost.

use serde_json::Value;

use super::PacketError;

/// A packet that was not taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Skipped {
    /// Whose it was, where it says so.
    pub namespace: Option<String>,
    /// Its last argument, where it is a text: a recovery offset, perhaps.
    pub last: Option<String>,
    /// Why it was not taken.
    pub error: PacketError,
}

impl Skipped {
    pub(super) fn new(namespace: &str, text: &str, error: PacketError) -> Self {
        Self {
            namespace: Some(namespace.to_owned()),
            last: last_text(text).map(str::to_owned),
            error,
        }
    }
}

/// The last item of a list in JSON, where it is a text without escapes. What comes before it need not be JSON.
fn last_text(json: &str) -> Option<&str> {
    let text = json.trim_end().strip_suffix(']')?.trim_end().strip_suffix('"')?;
    let start = text.bytes().rposition(|byte| byte == b'"')?;
    let before = text[..start].trim_end();
    let last = &text[start + 1..];
    (before.ends_with([',', '[']) && !last.contains('\\')).then_some(last)
}

/// Reads JSON as a JavaScript client does, which takes halves of surrogate pairs: each becomes U+FFFD.
pub(crate) fn read_json(json: &str) -> Result<Value, PacketError> {
    match serde_json::from_str(json) {
        Err(error) => match without_lone_surrogates(json) {
            Some(mended) => serde_json::from_str(&mended),
            None => Err(error),
        },
        read => read,
    }
    .map_err(|error| PacketError::Json(error.to_string()))
}

/// `None` where there are none.
fn without_lone_surrogates(json: &str) -> Option<String> {
    let bytes = json.as_bytes();
    let mut mended = json.to_owned();
    let (mut at, mut changed) = (0, false);
    while at < bytes.len() {
        let length = match (bytes[at], surrogate(bytes, at)) {
            (b'\\', Some(0xD800..=0xDBFF)) if matches!(surrogate(bytes, at + 6), Some(0xDC00..=0xDFFF)) => 12,
            (b'\\', Some(0xD800..=0xDFFF)) => {
                mended.replace_range(at..at + 6, "\\ufffd");
                changed = true;
                6
            }
            (b'\\', _) => 2,
            _ => 1,
        };
        at += length;
    }
    changed.then_some(mended)
}

/// The code of the escape `\uXXXX` that begins here.
fn surrogate(bytes: &[u8], at: usize) -> Option<u16> {
    let escape = bytes.get(at..at.checked_add(6)?)?;
    let digits = escape.strip_prefix(b"\\u")?;
    let digits = std::str::from_utf8(digits).ok()?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
            assert_eq!(read_json(text), Ok(read), "{text}");
        }
        for text in [r#"["\ud83d""#, r#"["\ud8"]"#, "[", r#"["\u"]"#, "\\"] {
            assert!(read_json(text).is_err(), "{text}");
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
            assert_eq!(last_text(text), last, "{text}");
        }
    }
}
