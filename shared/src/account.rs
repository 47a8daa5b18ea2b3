//! Texts about a person's own account: passphrases, and names of devices.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{TextError, is_blank, limit};

/// A passphrase: [`limit::PASSPHRASE_CHARS_MIN`] to [`limit::PASSPHRASE_CHARS`] characters of any kind, kept as typed.
///
/// Its `Debug` output hides the text, so that no log shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Passphrase(String);

/// Why a passphrase is not acceptable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PassphraseError {
    /// It has fewer characters than [`limit::PASSPHRASE_CHARS_MIN`].
    TooShort,
    /// It has more characters than [`limit::PASSPHRASE_CHARS`].
    TooLong,
}

impl Passphrase {
    /// Validates a passphrase as typed.
    pub fn parse(typed: &str) -> Result<Self, PassphraseError> {
        match typed.chars().count() {
            chars if chars < limit::PASSPHRASE_CHARS_MIN => Err(PassphraseError::TooShort),
            chars if chars > limit::PASSPHRASE_CHARS => Err(PassphraseError::TooLong),
            _ => Ok(Self(typed.to_owned())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Passphrase {
    type Error = PassphraseError;

    fn try_from(typed: String) -> Result<Self, PassphraseError> {
        Self::parse(&typed)
    }
}

impl From<Passphrase> for String {
    fn from(passphrase: Passphrase) -> Self {
        passphrase.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

impl fmt::Display for PassphraseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort => write!(
                f,
                "a passphrase has at least {} characters",
                limit::PASSPHRASE_CHARS_MIN
            ),
            Self::TooLong => write!(
                f,
                "a passphrase has at most {} characters",
                limit::PASSPHRASE_CHARS
            ),
        }
    }
}

impl std::error::Error for PassphraseError {}

/// A client's own secret for one sign-in: [`limit::SIGN_IN_KEY_CHARS_MIN`] to [`limit::SIGN_IN_KEY_CHARS`] ASCII letters, digits, `-`
/// and `_`, made of randomness.
///
/// Its `Debug` output hides the text, so that no log shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SignInKey(String);

impl SignInKey {
    /// Validates a key. `None` if it has another form.
    pub fn parse(text: &str) -> Option<Self> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let fits = (limit::SIGN_IN_KEY_CHARS_MIN..=limit::SIGN_IN_KEY_CHARS).contains(&text.len());
        (fits && text.bytes().all(is_allowed)).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SignInKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a key has 32 to 64 letters, digits, - and _")
    }
}

impl From<SignInKey> for String {
    fn from(key: SignInKey) -> Self {
        key.0
    }
}

impl fmt::Debug for SignInKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignInKey(…)")
    }
}

/// A person's name for one of their devices: 1 to [`limit::DEVICE_NAME_CHARS`] characters on one line.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeviceName(String);

impl DeviceName {
    /// Validates a name as typed; runs of white space become one space.
    pub fn parse(typed: &str) -> Result<Self, TextError> {
        let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((at, c)) = name.char_indices().find(|(_, c)| c.is_control()) {
            return Err(TextError::forbidden(&name, at, c));
        }
        if is_blank(&name) {
            return Err(TextError::Empty);
        }
        if name.chars().count() > limit::DEVICE_NAME_CHARS {
            return Err(TextError::TooLong {
                limit: limit::DEVICE_NAME_CHARS,
            });
        }
        Ok(Self(name))
    }

    /// The name as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for DeviceName {
    type Error = TextError;

    fn try_from(typed: String) -> Result<Self, TextError> {
        Self::parse(&typed)
    }
}

impl From<DeviceName> for String {
    fn from(name: DeviceName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_is_kept_as_typed_and_counted_in_characters() {
        let spaced = "  eight ";
        assert_eq!(Passphrase::parse(spaced).unwrap().as_str(), spaced);
        assert!(Passphrase::parse(&"가".repeat(256)).is_ok());
        assert_eq!(
            Passphrase::parse(&"가".repeat(257)),
            Err(PassphraseError::TooLong)
        );
        assert_eq!(Passphrase::parse("7 chars"), Err(PassphraseError::TooShort));
    }

    #[test]
    fn a_passphrase_does_not_show_itself_in_logs() {
        let passphrase = Passphrase::parse("correct horse").unwrap();
        assert!(!format!("{passphrase:?}").contains("horse"));
    }

    #[test]
    fn a_devices_name_is_one_line() {
        let name = DeviceName::parse(" Mina's \n phone ").unwrap();
        assert_eq!(name.as_str(), "Mina's phone");
        assert_eq!(DeviceName::parse(" "), Err(TextError::Empty));
        assert!(DeviceName::parse(&"x".repeat(65)).is_err());
        assert!(DeviceName::parse("a\0").is_err());
    }
}
