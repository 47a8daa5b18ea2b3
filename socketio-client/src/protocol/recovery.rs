//! Connection state recovery: what a client keeps so that a server can replay what it missed.
//!
//! A server with recovery names each session with a `pid`, and appends an offset to every event that it could replay: not to volatile
//! ones, and not to those that ask for an ack. Nothing marks the offset as one. The JavaScript client takes any trailing string for it,
//! so that a volatile event with a text loses the session; here it must look like one, and come in an event that is not named in
//! [`Settings::volatile_events`](crate::Settings::volatile_events).

use serde_json::{Map, Value};

/// What is presented when the connection is made anew.
#[derive(Debug, Default)]
pub(super) struct Recovery {
    pid: Option<String>,
    offset: Option<String>,
    pub(super) recovered: bool,
}

impl Recovery {
    /// The `auth` of CONNECT with the session in it. The program's own fields win.
    pub(super) fn present(&self, auth: Option<Value>) -> Option<Value> {
        let Some(pid) = &self.pid else {
            return auth;
        };
        let mut fields = Map::new();
        fields.insert("pid".into(), pid.clone().into());
        if let Some(offset) = &self.offset {
            fields.insert("offset".into(), offset.clone().into());
        }
        match auth {
            Some(Value::Object(own)) => fields.extend(own),
            Some(Value::Null) | None => {}
            other => return other,
        }
        Some(Value::Object(fields))
    }

    /// The server granted the namespace, with this session.
    pub(super) fn granted(&mut self, pid: Option<String>) {
        self.recovered = pid.is_some() && pid == self.pid;
        if !self.recovered {
            self.offset = None;
        }
        self.pid = pid;
    }

    /// An event came that could carry an offset.
    pub(super) fn event(&mut self, args: &[Value]) {
        if let Some(Value::String(last)) = args.last() {
            self.last_text(last);
        }
    }

    /// The last argument of an event that could carry an offset.
    pub(super) fn last_text(&mut self, last: &str) {
        if self.pid.is_some() && looks_like_an_offset(last) {
            self.offset = Some(last.to_owned());
        }
    }

    /// The session led to a packet that ended the connection: taking it up again would bring the same packet.
    pub(super) fn forget(&mut self) {
        self.pid = None;
        self.offset = None;
    }
}

/// Whether a string has the form of an offset of one of the adapters with recovery: in-memory (`yeast`: a time in base 64 of its own, seven
/// characters between the years 2020 and 2040, then perhaps a counter), Redis streams (`1692083131012-0`), MongoDB (24 hexadecimal digits).
fn looks_like_an_offset(text: &str) -> bool {
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (time, counter) = text.split_once('.').unwrap_or((text, "0"));
    let yeast = time.len() == 7
        && matches!(time.as_bytes()[0], b'M'..=b'W')
        && time.bytes().all(base64)
        && !counter.is_empty()
        && counter.len() <= 8
        && counter.bytes().all(base64);
    let redis = text
        .split_once('-')
        .is_some_and(|(time, number)| digits(time) && digits(number) && text.len() <= 40);
    let mongo = text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    yeast || redis || mongo
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_looks_like_an_offset_is_one() {
        for offset in [
            "PkDVPqZ",
            "QbmV8w0.3",
            "1692083131012-0",
            "64dc5d3b2f8e4b0012345678",
        ] {
            assert!(looks_like_an_offset(offset), "{offset}");
        }
        for text in [
            "",
            "Ana",
            "Mallory is typing",
            "hello!!",
            "writing",
            "PkDVPqZ.",
            "-",
            "12-",
            "x.y",
        ] {
            assert!(!looks_like_an_offset(text), "{text}");
        }
    }

    #[test]
    fn the_session_is_presented_beside_the_programs_own_fields() {
        let mut recovery = Recovery::default();
        assert_eq!(recovery.present(None), None);
        recovery.granted(Some("p".into()));
        assert!(!recovery.recovered);
        assert_eq!(recovery.present(None), Some(json!({"pid": "p"})));
        recovery.event(&[json!("x"), json!("PkDVPqZ")]);
        recovery.event(&[json!("PkDVPqA"), json!(1)]);
        assert_eq!(
            recovery.present(Some(json!({"token": 1}))),
            Some(json!({"pid": "p", "offset": "PkDVPqZ", "token": 1}))
        );
        recovery.granted(Some("p".into()));
        assert!(recovery.recovered);
        recovery.granted(Some("q".into()));
        assert!(!recovery.recovered);
        assert_eq!(recovery.present(None), Some(json!({"pid": "q"})));
    }
}
