//! The arguments of an event or an ack, and their conversion from and to Rust values.
//!
//! A tuple is several arguments, `()` none, any other value one. A fixed-size array counts as a tuple, as in serde; to send
//! a list as one argument use a `Vec` or a slice. When arguments are read, further ones are ignored and missing ones are null, so
//! that a tuple may end in `Option`s: `(Option<E>, Option<T>)` reads the `callback(error)` and `callback(null, value)` of JavaScript. Bytes in a [`Binary`], at any depth, travel as binary attachments.

mod args;
mod binary;
pub(crate) mod json;
mod write;

pub use binary::Binary;
#[cfg(feature = "client")]
pub(crate) use write::fail;
pub(crate) use write::to_json;

use std::ops::Range;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Arguments, with the binary attachments to which their placeholders refer. They are kept as JSON, and parsed on request.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Payload {
    /// The text that contains the arguments: of a received event the whole frame, so that nothing is copied.
    text: String,
    /// The position of the arguments, separated by commas.
    json: Range<usize>,
    /// Bytes; `{"_placeholder":true,"num":n}` among the arguments stands for the `n`th.
    pub attachments: Vec<Vec<u8>>,
}

impl Payload {
    /// Converts a value into arguments.
    ///
    /// # Errors
    /// If it does not serialize, has a map with keys that are not texts, or nests lists and objects deeper than 126 levels.
    pub fn from_serialize<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        let several = write::is_several(value);
        let (written, attachments) = binary::with_attachments(Vec::new(), || to_json(value));
        let mut payload = Self::from_json(written?);
        if several {
            // Without the brackets; nothing for `()`, which serde writes as null.
            let args = json::between(&payload.text, '[', ']');
            payload.json = args.map_or(0..0, |args| 1..1 + args.len());
        }
        payload.attachments = attachments;
        Ok(payload)
    }

    /// Reads the arguments into a value, by the rule of [`Payload::from_serialize`].
    ///
    /// # Errors
    /// If they have another shape.
    pub fn parse<T: DeserializeOwned>(self) -> Result<T, serde_json::Error> {
        let json = self.text.get(self.json).unwrap_or_default();
        let (value, _) = binary::with_attachments(self.attachments, || T::deserialize(args::Args(json)));
        value
    }

    /// The arguments as JSON, in order, with placeholders for bytes.
    pub fn args(&self) -> Vec<Value> {
        match serde_json::from_str(&["[", self.json(), "]"].concat()) {
            Ok(Value::Array(args)) => args,
            _ => Vec::new(),
        }
    }

    /// Its approximate size in bytes, in memory and on the wire.
    pub fn size(&self) -> usize {
        self.text.len() + self.attachments.iter().map(Vec::len).sum::<usize>()
    }

    /// Wraps comma-separated arguments, each of which was [`json::check`]ed.
    pub(crate) fn from_json(json: String) -> Self {
        let all = 0..json.len();
        Self::within(json, all)
    }

    /// Likewise the part of a text.
    pub(crate) fn within(text: String, json: Range<usize>) -> Self {
        Self {
            text,
            json,
            attachments: Vec::new(),
        }
    }

    /// The arguments, separated by commas.
    pub(crate) fn json(&self) -> &str {
        self.text.get(self.json.clone()).unwrap_or_default()
    }

    /// Inserts a text before the arguments.
    pub(crate) fn insert_first(&mut self, text: &str) {
        let mut json = json::quoted(text);
        if !self.json.is_empty() {
            json.push(',');
            json.push_str(self.json());
        }
        self.json = 0..json.len();
        self.text = json;
    }

    /// Removes the first argument, if it is a text or a number.
    pub(crate) fn take_name(&mut self) -> Option<String> {
        let (name, rest) = json::split_first(self.json())?;
        // JavaScript accepts a number as a name.
        let name = match name.bytes().next()? {
            b'"' => json::text(name)?,
            b'-' | b'0'..=b'9' => name.to_owned(),
            _ => return None,
        };
        self.json.start = self.json.end - rest.len();
        Some(name)
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        self.json() == other.json() && self.attachments == other.attachments
    }
}

impl From<Vec<Value>> for Payload {
    fn from(args: Vec<Value>) -> Self {
        let mut json = String::new();
        for arg in args {
            if !json.is_empty() {
                json.push(',');
            }
            json.push_str(&arg.to_string());
        }
        Self::from_json(json)
    }
}

/// The number of the attachment that a value stands for, if it is a placeholder.
pub(crate) fn placeholder(value: &Value) -> Option<usize> {
    let fields = value.as_object()?;
    if fields.get("_placeholder") != Some(&Value::Bool(true)) {
        return None;
    }
    fields.get("num")?.as_u64()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn args<T: Serialize>(value: T) -> Vec<Value> {
        Payload::from_serialize(&value).unwrap().args()
    }

    #[test]
    fn a_tuple_is_several_arguments_and_anything_else_is_one() {
        assert_eq!(args((1, "two")), [json!(1), json!("two")]);
        assert_eq!(args((vec![1, 2],)), [json!([1, 2])]);
        assert_eq!(args(vec![1, 2]), [json!([1, 2])]);
        assert_eq!(args(&[1, 2][..]), [json!([1, 2])]);
        assert_eq!(args([1, 2]), [json!(1), json!(2)]);
        assert_eq!(args("text"), [json!("text")]);
        assert_eq!(args(json!({"a": 1})), [json!({"a": 1})]);
        assert_eq!(args(json!([1])), [json!([1])]);
        assert_eq!(args(None::<u8>), [json!(null)]);
        assert!(args(()).is_empty());
        assert_eq!(Payload::from_serialize(&()).unwrap().json(), "");
    }

    #[test]
    fn bytes_at_any_depth_are_attachments() {
        let value = (1, Binary(vec![7]), vec![("a", Binary(vec![8, 9]))]);
        let payload = Payload::from_serialize(&value).unwrap();
        assert_eq!(payload.attachments, [vec![7], vec![8, 9]]);
        assert_eq!(
            payload.args(),
            [
                json!(1),
                json!({"_placeholder": true, "num": 0}),
                json!([["a", {"_placeholder": true, "num": 1}]])
            ]
        );
        let back: (u8, Binary, Vec<(String, Binary)>) = payload.parse().unwrap();
        assert_eq!((back.1, &back.2[0].1), (value.1, &value.2[0].1));
        let lost = Payload::from(vec![json!({"_placeholder": true, "num": 0})]);
        assert!(lost.parse::<Binary>().is_err());
        let alone = Payload::from_serialize(&Binary(vec![1]))
            .unwrap()
            .parse::<Binary>();
        assert_eq!(alone.unwrap(), Binary(vec![1]));
    }

    #[test]
    fn arguments_are_read_back_by_the_same_rule() {
        let payload = |args: &[Value]| Payload::from(args.to_vec());
        let two: (u8, String) = payload(&[json!(1), json!("two")]).parse().unwrap();
        assert_eq!(two, (1, "two".into()));
        let list: Vec<u8> = payload(&[json!([1, 2])]).parse().unwrap();
        assert_eq!(list, [1, 2]);
        let first: u8 = payload(&[json!(7), json!("ignored")]).parse().unwrap();
        assert_eq!(first, 7);
        let none: Option<u8> = payload(&[]).parse().unwrap();
        assert_eq!(none, None);
        let pair = Payload::from_serialize(&Some((1, 2))).unwrap();
        assert_eq!(pair.args(), [json!([1, 2])]);
        assert_eq!(pair.parse::<Option<(u8, u8)>>().unwrap(), Some((1, 2)));
        payload(&[]).parse::<()>().unwrap();
        payload(&[json!("ok")]).parse::<()>().unwrap();
        assert!(payload(&[]).parse::<u8>().is_err());
        // As in a JavaScript function, a missing argument is `undefined`.
        let node: (Option<String>, Option<u8>) = payload(&[json!("bad token")]).parse().unwrap();
        assert_eq!(node, (Some("bad token".into()), None));
        let nothing: (Option<u8>, Value, ()) = payload(&[]).parse().unwrap();
        assert_eq!(nothing, (None, Value::Null, ()));
        let error = payload(&[json!(1)]).parse::<(u8, u8)>().unwrap_err();
        assert!(error.to_string().contains("invalid length 1"), "{error}");
        assert!(
            payload(&[json!(1), json!("x")])
                .parse::<(u8, Option<u8>)>()
                .is_err()
        );
        assert_eq!(payload(&[json!(1.5)]).parse::<f64>().unwrap(), 1.5);
        let wide = Payload::from_serialize(&u128::MAX).unwrap();
        assert_eq!(wide.parse::<u128>().unwrap(), u128::MAX);
        let json: Value = payload(&[json!({"a": [1]})]).parse().unwrap();
        assert_eq!(json, json!({"a": [1]}));
    }
}
