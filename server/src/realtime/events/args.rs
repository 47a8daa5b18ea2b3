//! Event arguments, parsed strictly: exactly one argument of the documented shape, or a typed refusal.

use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::{DeserializeOwned, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use socketioxide::adapter::Adapter;
use socketioxide::handler::{FromConnectParts, FromMessageParts, Value};
use socketioxide::socket::Socket;
use steadfast_shared::event::Auth;
use steadfast_shared::{ErrorCode, WireError, limit};

use crate::realtime::presence;

/// An event's arguments, unparsed.
pub(in crate::realtime) struct EventArgs {
    value: Value,
}

impl EventArgs {
    /// Bytes of JSON, including the event's name.
    pub(in crate::realtime) fn len(&self) -> usize {
        match &self.value {
            Value::Str(text, _) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
        }
    }

    /// Parses the only argument.
    pub(in crate::realtime) fn read<T: DeserializeOwned>(&self) -> Result<T, WireError> {
        match &self.value {
            Value::Str(text, None) => one_argument(text.as_str()),
            Value::Str(_, Some(_)) | Value::Bytes(_) => Err(WireError::new(
                ErrorCode::Invalid,
                "binary attachments are not supported",
            )),
        }
    }
}

impl<A: Adapter> FromMessageParts<A> for EventArgs {
    type Error = Infallible;

    fn from_message_parts(
        _: &Arc<Socket<A>>,
        value: &mut Value,
        _: &Option<i64>,
    ) -> Result<Self, Infallible> {
        let value = std::mem::replace(value, Value::Bytes(bytes::Bytes::new()));
        Ok(Self { value })
    }
}

/// The `auth` of CONNECT; `None` if it is invalid. A missing `auth` counts as an empty one.
pub(in crate::realtime) struct ShownAuth(pub(in crate::realtime) Option<Auth>);

impl<A: Adapter> FromConnectParts<A> for ShownAuth {
    type Error = Infallible;

    fn from_connect_parts(_: &Arc<Socket<A>>, auth: &Option<Value>) -> Result<Self, Infallible> {
        let auth = match auth {
            None => Some(Auth::default()),
            Some(Value::Str(text, None)) => serde_json::from_str(text.as_str()).ok(),
            Some(_) => None,
        };
        Ok(Self(auth.filter(|auth| {
            auth.cursors.len() <= limit::CURSORS && auth.watch.as_ref().is_none_or(presence::is_within_limits)
        })))
    }
}

// Parses `["event", argument]`.
fn one_argument<T: DeserializeOwned>(json: &str) -> Result<T, WireError> {
    match serde_json::from_str::<EventPayload<T>>(json) {
        Ok(event) => Ok(event.0),
        Err(error) => {
            let error = error.to_string();
            // The position in the packet is of no use to people.
            let reason = error
                .rsplit_once(" at line ")
                .map_or(error.as_str(), |(reason, _)| reason);
            let reason: String = reason.chars().take(200).collect();
            Err(WireError::new(
                ErrorCode::Invalid,
                format!("invalid argument: {reason}"),
            ))
        }
    }
}

struct EventPayload<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for EventPayload<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Arguments<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Arguments<T> {
            type Value = EventPayload<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an event with one argument")
            }

            fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<EventPayload<T>, S::Error> {
                use serde::de::Error;
                seq.next_element::<IgnoredAny>()?;
                let argument = seq
                    .next_element()?
                    .ok_or_else(|| S::Error::custom("the argument is missing"))?;
                if seq.next_element::<IgnoredAny>()?.is_some() {
                    return Err(S::Error::custom("more than one argument"));
                }
                Ok(EventPayload(argument))
            }
        }

        deserializer.deserialize_seq(Arguments(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_argument_is_read() {
        assert_eq!(one_argument::<Vec<u8>>(r#"["send",[1,2]]"#), Ok(vec![1, 2]));
    }

    #[test]
    fn none_several_and_wrong_ones_are_refused_without_positions() {
        for json in [
            r#"["send"]"#,
            r#"["send",[],[]]"#,
            r#"["send",{}]"#,
            r#"["send",null]"#,
            "[]",
        ] {
            let error = one_argument::<Vec<u8>>(json).unwrap_err();
            assert_eq!(error.code, ErrorCode::Invalid);
            assert!(!error.message.contains("line"), "{}", error.message);
        }
    }

    #[test]
    fn what_is_nested_5000_deep_is_refused_not_followed() {
        let json = format!(r#"["send",{}{}]"#, "[".repeat(5_000), "]".repeat(5_000));
        assert!(one_argument::<serde_json::Value>(&json).is_err());
    }
}
