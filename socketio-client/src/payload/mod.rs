//! The arguments of an event or an ack, and how Rust values become them.
//!
//! A tuple is several arguments, `()` none, anything else one. A fixed-size array counts as a tuple, as it does in serde;
//! to send a list as one argument use a `Vec` or a slice. Bytes in a [`Binary`], at any depth, travel as binary attachments.

mod args;
mod binary;
mod value;

pub use binary::Binary;
pub(crate) use value::is_shallow;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Arguments, with the binary attachments that placeholders in them point at.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct Payload {
    /// The arguments in order.
    pub args: Vec<Value>,
    /// Bytes; `{"_placeholder":true,"num":n}` among the arguments stands for the `n`th.
    pub attachments: Vec<Vec<u8>>,
}

impl Payload {
    /// Turns a value into arguments.
    ///
    /// # Errors
    /// Where it does not serialize, has a map whose keys are no texts, or nests lists and objects deeper than 126 levels.
    pub fn from_serialize<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        let (read, attachments) = binary::with_attachments(Vec::new(), || value::to_value(value));
        let args = match read? {
            (Value::Array(args), true) => args,
            (Value::Null, true) => Vec::new(),
            (value, _) => vec![value],
        };
        Ok(Self { args, attachments })
    }

    /// Reads the arguments as a value, by the rule of [`Payload::from_serialize`].
    pub fn parse<T: DeserializeOwned>(self) -> Result<T, serde_json::Error> {
        let (value, _) = binary::with_attachments(self.attachments, || T::deserialize(args::Args(self.args)));
        value
    }

    /// About how many bytes this takes in memory and on the wire.
    pub fn size(&self) -> usize {
        self.args.iter().map(size).sum::<usize>() + self.attachments.iter().map(Vec::len).sum::<usize>()
    }
}

/// A value as JSON.
#[cfg(feature = "client")]
pub(crate) fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<Value, serde_json::Error> {
    value::to_value(value).map(|(value, _)| value)
}

impl From<Vec<Value>> for Payload {
    fn from(args: Vec<Value>) -> Self {
        Self {
            args,
            attachments: Vec::new(),
        }
    }
}

/// The attachment a value stands for, where it stands for one.
pub(crate) fn placeholder(value: &Value) -> Option<usize> {
    let fields = value.as_object()?;
    if fields.get("_placeholder") != Some(&Value::Bool(true)) {
        return None;
    }
    fields.get("num")?.as_u64()?.try_into().ok()
}

fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(text) => text.len() + 2,
        Value::Array(items) => 2 + items.iter().map(|item| size(item) + 1).sum::<usize>(),
        Value::Object(fields) => {
            2 + fields
                .iter()
                .map(|(name, field)| name.len() + 4 + size(field))
                .sum::<usize>()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn args<T: Serialize>(value: T) -> Vec<Value> {
        Payload::from_serialize(&value).unwrap().args
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
    }

    #[test]
    fn bytes_at_any_depth_are_attachments() {
        let value = (1, Binary(vec![7]), vec![("a", Binary(vec![8, 9]))]);
        let payload = Payload::from_serialize(&value).unwrap();
        assert_eq!(payload.attachments, [vec![7], vec![8, 9]]);
        assert_eq!(
            payload.args,
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
        payload(&[]).parse::<()>().unwrap();
        payload(&[json!("ok")]).parse::<()>().unwrap();
        assert!(payload(&[]).parse::<u8>().is_err());
        let json: Value = payload(&[json!({"a": [1]})]).parse().unwrap();
        assert_eq!(json, json!({"a": [1]}));
    }
}
