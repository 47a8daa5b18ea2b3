//! The query of an address, after its question mark.

use std::fmt::{Display, Write as _};

/// An address with its query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AddressQuery(String);

impl AddressQuery {
    /// Starts with a path.
    pub fn of(path: &str) -> Self {
        Self(path.to_owned())
    }

    /// Adds a parameter, if a value is given.
    #[must_use]
    pub fn with(mut self, name: &str, value: Option<impl Display>) -> Self {
        if let Some(value) = value {
            self.0.push(if self.0.contains('?') { '&' } else { '?' });
            self.0.push_str(name);
            self.0.push('=');
            encode(&value.to_string(), &mut self.0);
        }
        self
    }

    pub fn into_path(self) -> String {
        self.0
    }
}

/// Percent-encodes all but the characters that RFC 3986 calls unreserved.
fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_without_a_value_are_left_out() {
        let query = AddressQuery::of("/api/admin/people").with("search", None::<&str>);
        assert_eq!(query.into_path(), "/api/admin/people");
    }

    #[test]
    fn no_text_breaks_out_of_its_value() {
        let query = AddressQuery::of("/p")
            .with("search", Some("a&b=c #%+민"))
            .with("before", Some(7));
        assert_eq!(
            query.into_path(),
            "/p?search=a%26b%3Dc%20%23%25%2B%EB%AF%BC&before=7"
        );
    }
}
