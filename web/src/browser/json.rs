//! JSON by way of [`serde_json::Value`], as on the socket.
//!
//! serde generates a reader and a writer per type and format. Using one intermediate format keeps
//! only one of each in the page, and no record here is large enough for the detour to matter.

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) fn text_of(record: &impl Serialize) -> Result<String, serde_json::Error> {
    serde_json::to_value(record).map(|value| value.to_string())
}

pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    serde_json::from_str::<serde_json::Value>(text).and_then(serde_json::from_value)
}

#[cfg(target_arch = "wasm32")]
/// Parses a record that may be in an older format: if it does not parse, `mend` repairs it first.
pub(crate) fn parse_or<T: DeserializeOwned>(text: &str, mend: fn(&mut serde_json::Value)) -> Option<T> {
    parse(text).ok().or_else(|| {
        let mut value = serde_json::from_str(text).ok()?;
        mend(&mut value);
        serde_json::from_value(value).ok()
    })
}
