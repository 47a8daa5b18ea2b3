//! A device's secret, and its stored hash.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use steadfast_shared::SignInKey;

/// 256 random bits that identify a signed-in device. Only that device receives and stores them.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// The SHA-256 of a [`Token`], which the store saves and looks up.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TokenHash([u8; 32]);

impl Token {
    /// Makes a token from the operating system's randomness. Fails if there is none.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The token of a client's sign-in key: the same for the same key, and unknown to anybody without this server's secret.
    pub fn of_key(secret: &Self, key: &SignInKey) -> Self {
        let hash = Sha256::new()
            .chain_update(&secret.0)
            .chain_update(key.as_str())
            .finalize();
        Self(URL_SAFE_NO_PAD.encode(hash))
    }

    /// Wraps a client's token. It is not validated: an invalid one matches no session.
    pub fn shown(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The token on the wire: 43 characters of base64url.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The hash that is stored.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_bytes()).into())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl TokenHash {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_256_bits_and_never_comes_twice() {
        let token = Token::random().unwrap();
        assert_eq!(token.as_str().len(), 43);
        assert_ne!(token, Token::random().unwrap());
        assert_eq!(token.hash(), Token::shown(token.as_str()).hash());
    }

    #[test]
    fn a_token_does_not_show_itself_in_logs() {
        let token = Token::shown("secret");
        assert!(!format!("{token:?}").contains("secret"));
    }
}
