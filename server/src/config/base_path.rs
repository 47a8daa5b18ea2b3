//! The server's path on its host: the root, or a base path such as `https://host/chat/`.

use axum::http::Uri;
use axum::http::uri::PathAndQuery;

/// The base path: empty at the root, otherwise with a leading slash and no trailing one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BasePath(String);

impl BasePath {
    /// Parses a setting: `/chat`, `chat/` and `/chat/` are the same.
    pub fn parse(text: &str) -> Result<Self, String> {
        let path = text.trim_matches('/');
        if path.is_empty() {
            return Ok(Self::default());
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~');
        let fits = |segment: &str| {
            !segment.is_empty() && segment.chars().all(plain) && !matches!(segment, "." | "..")
        };
        if path.split('/').all(fits) {
            Ok(Self(format!("/{path}")))
        } else {
            Err("a base path is letters, digits and - _ . ~ between slashes, such as /chat".into())
        }
    }

    /// The prefix of every path: empty, or for example `/chat`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the server is at the root of its host.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The cookie's path on the host.
    pub fn cookie_path(&self) -> &str {
        if self.is_root() { "/" } else { &self.0 }
    }

    /// The path below the base path; `None` if it lies outside.
    fn within<'a>(&self, path: &'a str) -> Option<&'a str> {
        match path.strip_prefix(self.0.as_str())? {
            "" => Some("/"),
            within => within.starts_with('/').then_some(within),
        }
    }

    /// The request's URI without the base path; `None` if it lies outside.
    pub(crate) fn strip(&self, uri: &Uri) -> Option<Uri> {
        let within = self.within(uri.path())?;
        let path = match uri.query() {
            Some(query) => format!("{within}?{query}"),
            None => within.to_owned(),
        };
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = Some(PathAndQuery::try_from(path).ok()?);
        Uri::from_parts(parts).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str) -> BasePath {
        BasePath::parse(text).unwrap()
    }

    #[test]
    fn fault_f31_a_base_path_is_read_however_its_slashes_stand() {
        for text in ["/chat", "chat", "/chat/", "chat/"] {
            assert_eq!(base(text).as_str(), "/chat", "{text}");
        }
        for text in ["", "/"] {
            assert!(base(text).is_root(), "{text:?}");
        }
        assert_eq!(base("/team/chat").cookie_path(), "/team/chat");
        assert_eq!(base("/").cookie_path(), "/");
    }

    #[test]
    fn fault_f31_what_would_not_survive_a_header_or_a_page_is_refused() {
        for text in [
            "/a b", "/a\"b", "/a;b", "/a//b", "/../b", "/채팅", "/a?b", "/a%20b", "/<b>",
        ] {
            assert!(BasePath::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn fault_f31_only_a_whole_segment_is_taken_off() {
        let chat = base("/chat");
        let stripped = |uri: &str| chat.strip(&uri.parse().unwrap()).map(|uri| uri.to_string());
        assert_eq!(stripped("/chat").as_deref(), Some("/"));
        assert_eq!(stripped("/chat/").as_deref(), Some("/"));
        assert_eq!(
            stripped("/chat/api/session?a=b").as_deref(),
            Some("/api/session?a=b")
        );
        assert_eq!(stripped("http://h/chat/r/7").as_deref(), Some("http://h/r/7"));
        assert_eq!(stripped("/chatter"), None);
        assert_eq!(stripped("/chat*"), None);
        assert_eq!(stripped("/api/session"), None);
    }
}
