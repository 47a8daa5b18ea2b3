//! Bytes among the arguments.
//!
//! Invariant: the collector is set only during one call into serde, on this thread; the guard restores the previous one in
//! every case.

use std::cell::RefCell;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, SerializeStruct, Serializer};

thread_local! {
    static ATTACHMENTS: RefCell<Option<Vec<Vec<u8>>>> = const { RefCell::new(None) };
}

/// Bytes that travel as a binary attachment, anywhere in an event's arguments. In JavaScript: a `Buffer` or an `ArrayBuffer`.
///
/// ```
/// use socketio_anywhere::{Binary, Payload};
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Picture {
///     name: String,
///     pixels: Binary,
/// }
///
/// # fn main() -> Result<(), serde_json::Error> {
/// let picture = Picture { name: "face".into(), pixels: Binary(vec![0x89, 0x50]) };
/// let payload = Payload::from_serialize(&picture)?; // `emit` does the same
/// let Picture { pixels: Binary(bytes), .. } = payload.parse()?; // and `on::<Picture>` this
/// assert_eq!(bytes, [0x89, 0x50]);
/// # Ok(()) }
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Binary(pub Vec<u8>);

impl From<Vec<u8>> for Binary {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<Binary> for Vec<u8> {
    fn from(binary: Binary) -> Self {
        binary.0
    }
}

impl AsRef<[u8]> for Binary {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Binary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Binary({} bytes)", self.0.len())
    }
}

/// Restores the previous collector, however the call ends.
struct Collecting(Option<Vec<Vec<u8>>>);

impl Drop for Collecting {
    fn drop(&mut self) {
        ATTACHMENTS.set(self.0.take());
    }
}

/// Runs `act` with these attachments; returns them as `act` left them.
pub(super) fn with_attachments<R>(attachments: Vec<Vec<u8>>, act: impl FnOnce() -> R) -> (R, Vec<Vec<u8>>) {
    let _before = Collecting(ATTACHMENTS.replace(Some(attachments)));
    let result = act();
    (result, ATTACHMENTS.take().unwrap_or_default())
}

impl Serialize for Binary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = ATTACHMENTS.with_borrow_mut(|attachments| {
            let attachments = attachments.as_mut()?;
            attachments.push(self.0.clone());
            Some(attachments.len() - 1)
        });
        let Some(number) = number else {
            // Not in an event's arguments: plain bytes of the format.
            return serializer.serialize_bytes(&self.0);
        };
        let mut placeholder = serializer.serialize_struct("Binary", 2)?;
        placeholder.serialize_field("_placeholder", &true)?;
        placeholder.serialize_field("num", &number)?;
        placeholder.end()
    }
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum BinaryForm {
    Placeholder {
        #[serde(rename = "_placeholder")]
        placeholder: bool,
        num: usize,
    },
    Bytes(Vec<u8>),
}

impl<'de> Deserialize<'de> for Binary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match BinaryForm::deserialize(deserializer)? {
            BinaryForm::Bytes(bytes) => Ok(Self(bytes)),
            BinaryForm::Placeholder { placeholder, num } => ATTACHMENTS
                .with_borrow(|attachments| attachments.as_ref()?.get(num).cloned())
                .filter(|_| placeholder)
                .map(Self)
                .ok_or_else(|| D::Error::custom("no such attachment")),
        }
    }
}
