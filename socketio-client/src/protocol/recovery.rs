//! Connection state recovery: the session and the offset that let a server replay missed events.
//!
//! A server with recovery names each session with a `pid`, and appends an offset to every event that it could replay: not to
//! volatile ones, and not to those that request an ack. Nothing marks the offset as such. The JavaScript client takes any
//! trailing string for it, so a volatile event with a text loses the session; here the string must look like an offset, in
//! an event that is not named in [`Settings::volatile_events`](crate::Settings::volatile_events).

use crate::cut::cut;
use crate::packet::last_text;
use crate::payload::json;
use crate::time::Time;

/// The session to resume with the next connection.
#[derive(Debug, Default)]
pub(super) struct Recovery {
    pid: Option<String>,
    offset: Option<String>,
    pub(super) recovered: bool,
    /// The wall-clock time at time zero, if known.
    pub(super) epoch: Option<Time>,
    pub(super) any_text: bool,
}

/// The largest difference between this device's clock and the server's.
const CLOCKS_DIFFER: Time = Time::from_secs(7 * 24 * 3600);

impl Recovery {
    /// The `auth` of CONNECT, an object in JSON, with the session in it. The program's own fields take precedence.
    pub(super) fn present(&self, auth: Option<String>) -> Option<String> {
        let Some(pid) = &self.pid else {
            return auth;
        };
        let own = auth.unwrap_or_default();
        let mut fields = String::new();
        for (name, value) in [("offset", self.offset.as_ref()), ("pid", Some(pid))] {
            if let Some(value) = value
                && json::field(&own, name).is_none()
            {
                fields.push(if fields.is_empty() { '{' } else { ',' });
                fields.push_str(&json::quoted(name));
                fields.push(':');
                fields.push_str(&json::quoted(value));
            }
        }
        match own.strip_prefix('{') {
            Some(_) if fields.is_empty() => return Some(own),
            None | Some("}") => {}
            Some(rest) => {
                fields.push(',');
                fields.push_str(rest);
                return Some(fields);
            }
        }
        fields.push('}');
        Some(fields)
    }

    /// The server granted the namespace, with this session.
    pub(super) fn granted(&mut self, pid: Option<String>) {
        self.recovered = pid.is_some() && pid == self.pid;
        if !self.recovered {
            self.offset = None;
        }
        self.pid = pid;
    }

    /// Handles the arguments of an event that may carry an offset.
    pub(super) fn event(&mut self, args: &str, now: Time) {
        if self.pid.is_none() || !args.trim_ascii_end().ends_with('"') {
            return;
        }
        if let Some(last) = last_text(args) {
            return self.last_text(last, now);
        }
        let (mut last, mut rest) = ("", args);
        while let Some(split) = json::split_first(rest) {
            (last, rest) = split;
        }
        if let Some(last) = json::text(last) {
            self.last_text(&last, now);
        }
    }

    /// Handles the last argument of an event that may carry an offset.
    pub(super) fn last_text(&mut self, last: &str, now: Time) {
        let wall = self.epoch.map(|epoch| epoch.saturating_add(now));
        if self.pid.is_some() && (self.any_text || looks_like_an_offset(last, wall)) {
            self.offset = Some(last.to_owned());
        }
    }

    /// The session led to a packet that ended the connection: resuming it would bring the same packet.
    pub(super) fn forget(&mut self) {
        self.pid = None;
        self.offset = None;
    }
}

/// Whether a string looks like an offset of one of the adapters with recovery: in-memory (`yeast`: a time in its own base
/// 64, seven characters between the years 2020 and 2040, then perhaps a counter), Redis streams (`1692083131012-0`), MongoDB
/// (24 hexadecimal digits). If the time is known, a yeast's time has to be close to it, so that a word of seven letters does
/// not count.
fn looks_like_an_offset(text: &str, wall: Option<Time>) -> bool {
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (time, counter) = cut(text, b'.').unwrap_or((text, "0"));
    let yeast = time.len() == 7
        && matches!(time.as_bytes()[0], b'M'..=b'W')
        && time.bytes().all(base64)
        && !counter.is_empty()
        && counter.len() <= 8
        && counter.bytes().all(base64)
        && wall.is_none_or(|wall| yeast_time(time).abs_diff(wall) < CLOCKS_DIFFER);
    let redis =
        cut(text, b'-').is_some_and(|(time, number)| digits(time) && digits(number) && text.len() <= 40);
    let mongo = text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    yeast || redis || mongo
}

fn yeast_time(text: &str) -> Time {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => byte - b'0',
        b'A'..=b'Z' => byte - b'A' + 10,
        b'a'..=b'z' => byte - b'a' + 36,
        b'-' => 62,
        _ => 63,
    };
    let milliseconds = text
        .bytes()
        .fold(0, |time: u64, byte| time << 6 | u64::from(digit(byte)));
    Time::from_millis(milliseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_c09_a_word_of_seven_letters_is_no_offset_where_the_time_is_known() {
        // `Date.now()` on a November day in 2026, as yeast writes it.
        let now = Time::from_millis(1_795_882_000_000);
        assert_eq!(yeast_time("Q8Yw9w0"), now);
        assert!(looks_like_an_offset(
            "Q8Yw9w0.1",
            Some(now.saturating_add(Time::from_secs(60)))
        ));
        for word in ["Mailing", "Orlando", "Suzanne", "Tuesday", "VANILLA", "Weekend"] {
            assert!(looks_like_an_offset(word, None), "{word}");
            assert!(!looks_like_an_offset(word, Some(now)), "{word}");
        }
        let mut recovery = Recovery {
            pid: Some("p".into()),
            epoch: Some(now),
            ..Recovery::default()
        };
        recovery.event(r#""Tuesday""#, Time::ZERO);
        assert_eq!(recovery.offset, None);
        recovery.any_text = true;
        recovery.event(r#""4711""#, Time::ZERO);
        assert_eq!(
            recovery.offset.as_deref(),
            Some("4711"),
            "another adapter's, where asked to"
        );
        recovery.event(r#"1,"a\"b""#, Time::ZERO);
        assert_eq!(recovery.offset.as_deref(), Some("a\"b"), "escapes and all");
    }

    #[test]
    fn only_what_looks_like_an_offset_is_one() {
        for offset in [
            "PkDVPqZ",
            "QbmV8w0.3",
            "1692083131012-0",
            "64dc5d3b2f8e4b0012345678",
        ] {
            assert!(looks_like_an_offset(offset, None), "{offset}");
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
            assert!(!looks_like_an_offset(text, None), "{text}");
        }
    }

    #[test]
    fn the_session_is_presented_beside_the_programs_own_fields() {
        let mut recovery = Recovery::default();
        assert_eq!(recovery.present(None), None);
        recovery.granted(Some("p".into()));
        assert!(!recovery.recovered);
        assert_eq!(recovery.present(None).unwrap(), r#"{"pid":"p"}"#);
        recovery.event(r#""x","PkDVPqZ""#, Time::ZERO);
        recovery.event(r#""PkDVPqA",1"#, Time::ZERO);
        let present = |recovery: &Recovery, own: &str| recovery.present(Some(own.to_owned())).unwrap();
        let session = r#"{"offset":"PkDVPqZ","pid":"p""#;
        assert_eq!(
            present(&recovery, r#"{"token":1}"#),
            format!(r#"{session},"token":1}}"#)
        );
        assert_eq!(present(&recovery, "{}"), format!("{session}}}"));
        let own = r#"{"pid":1,"offset":{}}"#;
        assert_eq!(present(&recovery, own), own);
        recovery.granted(Some("p".into()));
        assert!(recovery.recovered);
        recovery.granted(Some("q".into()));
        assert!(!recovery.recovered);
        assert_eq!(recovery.present(None).unwrap(), r#"{"pid":"q"}"#);
    }
}
