//! Which pages may ask: those of this host, and those of the allowed origins. Programs send no `Origin` and may too.

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};

/// Whether a request with these headers may be answered.
pub fn is_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    if !headers.contains_key(ORIGIN) {
        return true;
    }
    is_listed(headers, allowed) || is_own(headers)
}

/// Whether its page is of an allowed origin.
pub fn is_listed(headers: &HeaderMap, allowed: &[String]) -> bool {
    let origin = origin(headers);
    origin.is_some_and(|origin| allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin)))
}

fn is_own(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let authority = origin(headers).and_then(|origin| origin.split_once("://"));
    matches!((authority, host), (Some((_, authority)), Some(host)) if authority.eq_ignore_ascii_case(host))
}

fn origin(headers: &HeaderMap) -> Option<&str> {
    headers.get(ORIGIN)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn asked(origin: Option<&'static str>, host: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static(host));
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_static(origin));
        }
        headers
    }

    #[test]
    fn own_pages_programs_and_listed_origins_may_ask() {
        let listed = ["https://other.example".to_owned()];
        assert!(is_allowed(&asked(None, "chat.example"), &[]));
        assert!(is_allowed(
            &asked(Some("https://Chat.example"), "chat.example"),
            &[]
        ));
        assert!(is_allowed(
            &asked(Some("http://localhost:3000"), "localhost:3000"),
            &[]
        ));
        assert!(is_allowed(
            &asked(Some("https://other.example"), "chat.example"),
            &listed
        ));
    }

    #[test]
    fn other_pages_may_not() {
        assert!(!is_allowed(
            &asked(Some("https://evil.example"), "chat.example"),
            &[]
        ));
        assert!(!is_allowed(
            &asked(Some("http://localhost:8080"), "localhost:3000"),
            &[]
        ));
        assert!(!is_allowed(&asked(Some("null"), "chat.example"), &[]));
    }
}
