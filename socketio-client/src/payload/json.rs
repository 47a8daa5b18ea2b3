//! Finds the parts of JSON text. No tree is built for an argument that the program reads as its own type.

/// How deep lists and objects may nest, as in `serde_json`.
const MAX_DEPTH: usize = 127;

/// A longer number may exceed the range that `serde_json` reads.
const SHORT_NUMBER: usize = 300;

/// Whether a text is one JSON value that `serde_json` can read, except for lone surrogates; `Some(true)` if it escapes
/// surrogates.
pub(crate) fn check(text: &str) -> Option<bool> {
    let mut scanner = Scanner::new(text, 0);
    scanner.value()?;
    scanner.blank();
    (scanner.at == text.len()).then_some(scanner.surrogates)
}

/// The first of comma-separated values, and the rest.
pub(crate) fn split_first(values: &str) -> Option<(&str, &str)> {
    let mut scanner = Scanner::new(values, 0);
    scanner.blank();
    let start = scanner.at;
    scanner.value()?;
    let first = values.get(start..scanner.at)?;
    scanner.blank();
    let rest = values.get(scanner.at + 1..).unwrap_or_default();
    Some((first, rest))
}

/// The value of an object's field, whose name needs no escapes. Of several, the last.
pub(crate) fn field<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    let mut found = None;
    let mut rest = between(object, '{', '}')?;
    // The scanner treats a name like a value, and a colon like a comma.
    while let Some((key, behind)) = split_first(rest) {
        let (value, behind) = split_first(behind)?;
        if between(key, '"', '"') == Some(name) {
            found = Some(value);
        }
        rest = behind;
    }
    found
}

/// The text in a JSON string; `None` for any other value.
pub(crate) fn text(json: &str) -> Option<String> {
    // Most have no escapes.
    if let Some(plain) = between(json, '"', '"')
        && !plain.bytes().any(is_special)
    {
        return Some(plain.to_owned());
    }
    match serde_json::from_str(json) {
        Ok(serde_json::Value::String(text)) => Some(text),
        _ => None,
    }
}

/// The part of a text between its first and last character, if they are these.
pub(crate) fn between(text: &str, first: char, last: char) -> Option<&str> {
    text.strip_prefix(first)?.strip_suffix(last)
}

/// A text as a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

/// Whether a byte ends a string, or stands in it for something else.
#[inline(always)]
fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}

// The small functions are inlined because a page is optimised for size, where a call for each byte of a message took a
// quarter of the client's time.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// Whether the text escapes a surrogate.
    surrogates: bool,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str, at: usize) -> Self {
        Self {
            text,
            at,
            surrogates: false,
        }
    }

    #[inline(always)]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Skips a byte if it is this one.
    #[inline(always)]
    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    #[inline(always)]
    fn blank(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Skips a value. Without recursion, because the server controls the depth.
    fn value(&mut self) -> Option<()> {
        // The bracket that closes each level.
        let mut levels = [0_u8; MAX_DEPTH];
        let mut depth = 0;
        loop {
            self.blank();
            let byte = self.peek()?;
            match byte {
                b'[' | b'{' => {
                    self.at += 1;
                    *levels.get_mut(depth)? = byte + 2;
                    depth += 1;
                    self.blank();
                    if self.peek() != Some(byte + 2) {
                        if byte == b'{' {
                            self.name()?;
                        }
                        continue;
                    }
                }
                b'"' => self.string()?,
                b't' => self.word("true")?,
                b'f' => self.word("false")?,
                b'n' => self.word("null")?,
                _ => self.number()?,
            }
            // After the end of a value, or before the end of an empty list or object.
            loop {
                let Some(close) = depth.checked_sub(1).and_then(|level| levels.get(level)) else {
                    return Some(());
                };
                self.blank();
                if self.take(*close).is_some() {
                    depth -= 1;
                    continue;
                }
                self.take(b',')?;
                if *close == b'}' {
                    self.blank();
                    self.name()?;
                }
                break;
            }
        }
    }

    fn name(&mut self) -> Option<()> {
        self.string()?;
        self.blank();
        self.take(b':')
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        self.at += word.len();
        rest.starts_with(word).then_some(())
    }

    fn string(&mut self) -> Option<()> {
        self.take(b'"')?;
        loop {
            let rest = self.text.as_bytes().get(self.at..)?;
            let plain = rest.iter().position(|byte| is_special(*byte))?;
            self.at += plain + 1;
            match rest.get(plain)? {
                b'"' => return Some(()),
                b'\\' => self.escape()?,
                _ => return None,
            }
        }
    }

    /// Skips an escape behind its backslash.
    fn escape(&mut self) -> Option<()> {
        let escape = self.peek()?;
        self.at += 1;
        match escape {
            b'u' => {
                let digits = self.text.get(self.at..self.at + 4)?.as_bytes();
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return None;
                }
                self.surrogates |= matches!(digits, [b'd' | b'D', b'8'..=b'f', ..]);
                self.at += 4;
            }
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
            _ => return None,
        }
        Some(())
    }

    fn number(&mut self) -> Option<()> {
        let start = self.at;
        let _ = self.take(b'-');
        if self.take(b'0').is_none() {
            self.digits()?;
        }
        if self.take(b'.').is_some() {
            self.digits()?;
        }
        let mut simple = true;
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if self.take(b'-').is_none() {
                let _ = self.take(b'+');
            }
            self.digits()?;
            simple = false;
        }
        let number = self.text.get(start..self.at)?;
        (simple && number.len() < SHORT_NUMBER || serde_json::from_str::<serde_json::Value>(number).is_ok())
            .then_some(())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_serde_json_reads_is_json_and_nothing_else() {
        let deepest = format!("{}{}", "[".repeat(127), "]".repeat(127));
        let deeper = format!("{}{}", "[".repeat(128), "]".repeat(128));
        let mixed = format!("{}1{}", "[{\"a\":".repeat(64), "}]".repeat(64));
        let long = "9".repeat(309);
        let longer = format!("{}.5", "9".repeat(310));
        for text in [
            "1",
            "-1",
            "0",
            "-0",
            "01",
            "-",
            "1.",
            ".5",
            "1.5",
            "1e5",
            "1E+5",
            "1e-5",
            "1e",
            "1e400",
            "-1e-400",
            "+1",
            "[]",
            "[ ]",
            "[1]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1",
            "]",
            "{}",
            "{ }",
            "{\"a\":1}",
            "{\"a\" : 1 , \"b\":[]}",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "{1:1}",
            "{\"a\":1,}",
            "{,}",
            "[}",
            "{]",
            "[[]",
            "true",
            "tru",
            "truee",
            "false",
            "null",
            "nul",
            "n",
            "\"\"",
            "\"a",
            "\"\\n\\u00e9\\/\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u12g4\"",
            "\"\u{1}\"",
            "\"é\u{7f}\"",
            " [ 1 , \"é\" ]\r\n\t",
            "",
            " ",
            "1 1",
            "[1]x",
            "\u{a0}1",
            &deepest,
            &deeper,
            &mixed,
            &long,
            &longer,
        ] {
            let read = serde_json::from_str::<Value>(text).is_ok();
            assert_eq!(check(text).is_some(), read, "{text:?}");
        }
        assert_eq!(check(r#"["\ud83d"]"#), Some(true));
        assert_eq!(check(r#"["\\ud83d","\u0d83"]"#), Some(false));
    }

    #[cfg(not(target_family = "wasm"))]
    proptest::proptest! {
        #[test]
        fn serde_json_agrees_on_any_text(text in r#"[\[\]{}",:0-9eE.+\-tfnruals \\/u]{0,16}"#, nearly in r#"(\[|\{"a":|-?[0-9]{1,2}(\.[0-9])?(e[+-]?[0-9]{1,3})?|"(\\[nu"]|x)*"|true|null|,|\]|\}| ){0,12}"#) {
            for text in [text, nearly] {
                let read = serde_json::from_str::<Value>(&text).is_ok();
                proptest::prop_assert_eq!(check(&text).is_some(), read, "{:?}", text);
            }
        }
    }

    #[test]
    fn parts_are_found() {
        assert_eq!(
            split_first(r#" "a,b" , [1,{"c":2}],3"#),
            Some((r#""a,b""#, r#" [1,{"c":2}],3"#))
        );
        assert_eq!(split_first("1"), Some(("1", "")));
        assert_eq!(split_first(""), None);
        let object = r#"{ "a" : {"pid":1}, "offset":"x" }"#;
        assert_eq!(
            (field(object, "a"), field(object, "offset")),
            (Some(r#"{"pid":1}"#), Some(r#""x""#))
        );
        assert_eq!(
            (field(object, "pid"), field("{}", "a"), field("[1]", "a")),
            (None, None, None)
        );
        assert_eq!(field(r#"{"a":1,"a":2}"#, "a"), Some("2"), "as in JavaScript");
        assert_eq!((text(r#""\u00e9""#).as_deref(), text("1")), (Some("é"), None));
    }
}
