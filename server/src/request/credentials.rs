//! What a device shows: a cookie or a bearer token.

use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::{HeaderMap, HeaderValue};

use crate::store::Token;

/// The cookie's name.
const COOKIE_NAME: &str = "steadfast_session";

/// How long a browser keeps the cookie, in seconds.
const COOKIE_SECONDS: u64 = 400 * 24 * 60 * 60;

/// The token a request shows; a bearer token goes before a cookie.
pub fn token(headers: &HeaderMap) -> Option<Token> {
    bearer(headers).or_else(|| cookie(headers))
}

/// The token in the cookie.
pub fn cookie(headers: &HeaderMap) -> Option<Token> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, value)| Token::shown(value))
}

fn bearer(headers: &HeaderMap) -> Option<Token> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| Token::shown(token.trim()))
}

/// The `Set-Cookie` that gives a device its token, or takes it away.
pub fn set_cookie(token: Option<&Token>, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let (value, seconds) = token.map_or(("", 0), |token| (token.as_str(), COOKIE_SECONDS));
    let cookie =
        format!("{COOKIE_NAME}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&cookie).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(
            COOKIE,
            HeaderValue::from_static("a=b; steadfast_session=xyz; c=d"),
        );
        assert_eq!(token(&headers), Some(Token::shown("xyz")));
        headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer abc"));
        assert_eq!(token(&headers), Some(Token::shown("abc")));
    }

    #[test]
    fn the_cookie_is_kept_from_scripts_and_other_sites() {
        let value = set_cookie(Some(&Token::shown("xyz")), true).unwrap();
        let value = value.to_str().unwrap();
        for part in [
            "steadfast_session=xyz",
            "HttpOnly",
            "SameSite=Strict",
            "Path=/",
            "Secure",
        ] {
            assert!(value.contains(part), "{value}");
        }
    }
}
