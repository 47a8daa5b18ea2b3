//! JSON from text to record and back, as the socket reads it: serde writes a reader per type and source, and a page that reads
//! its records from text alone carries one of each.

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) fn text_of(record: &impl Serialize) -> Result<String, serde_json::Error> {
    serde_json::to_string(record)
}

pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    serde_json::from_str(text)
}

#[cfg(target_arch = "wasm32")]
/// Parses a record that may be in an older format: if it does not parse, `mend` repairs it first.
pub(crate) fn parse_or<T: DeserializeOwned>(text: &str, mend: fn(&mut serde_json::Value)) -> Option<T> {
    parse(text).ok().or_else(|| {
        let mut value = serde_json::from_str(text).ok()?;
        mend(&mut value);
        parse(&value.to_string()).ok()
    })
}
