//! A device's credentials: a cookie or a bearer token.

use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::{HeaderMap, HeaderValue};

use crate::config::BasePath;
use crate::store::Token;

/// The cookie's name over plain HTTP; formerly the only name.
const PLAIN_NAME: &str = "steadfast_session";
/// The cookie's name over HTTPS: no other host and no plain HTTP page can set a cookie with this prefix.
const HOST_NAME: &str = "__Host-steadfast_session";

/// The cookie's name over HTTPS below a base path: `__Host-` cookies apply to the whole host only.
const PATH_NAME: &str = "__Secure-steadfast_session";

/// How long a browser keeps the cookie, in seconds.
const COOKIE_SECONDS: u64 = 400 * 24 * 60 * 60;

/// The token of a request; a bearer token goes before a cookie.
pub fn token(headers: &HeaderMap) -> Option<Token> {
    bearer(headers).or_else(|| cookie(headers))
}

/// The token in the cookie.
pub fn cookie(headers: &HeaderMap) -> Option<Token> {
    named(headers, HOST_NAME).or_else(|| named(headers, PLAIN_NAME))
}

/// The token of the plain HTTP cookie, if the request has no other credential.
pub fn plain_cookie(headers: &HeaderMap) -> Option<Token> {
    if headers.contains_key(AUTHORIZATION) || named(headers, HOST_NAME).is_some() {
        return None;
    }
    named(headers, PLAIN_NAME)
}

fn named(headers: &HeaderMap, wanted: &str) -> Option<Token> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| Token::shown(value))
}

fn bearer(headers: &HeaderMap) -> Option<Token> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| Token::shown(token.trim()))
}

/// The `Set-Cookie` headers that give a device its token, or remove it. Over HTTPS the plain HTTP cookie is always removed.
pub fn set_cookies(token: Option<&Token>, https: bool, base: &BasePath) -> Vec<HeaderValue> {
    let path = base.cookie_path();
    let set = |name: &str, token: Option<&Token>| {
        let secure = if https { "; Secure" } else { "" };
        let (value, seconds) = token.map_or(("", 0), |token| (token.as_str(), COOKIE_SECONDS));
        let cookie =
            format!("{name}={value}; Max-Age={seconds}; Path={path}; HttpOnly; SameSite=Strict{secure}");
        HeaderValue::from_str(&cookie).ok()
    };
    let cookies = if https {
        let name = if base.is_root() { HOST_NAME } else { PATH_NAME };
        [set(name, token), set(PLAIN_NAME, None)]
    } else {
        [set(PLAIN_NAME, token), None]
    };
    cookies.into_iter().flatten().collect()
}

/// Rewrites the cookies of a request to a server below a path: its own counts as [`HOST_NAME`] does at a root, and the cookie
/// of another server at the root of the same host is dropped.
pub fn read_below_path(headers: &mut HeaderMap) {
    let pairs: Vec<String> = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| {
            let pair = pair.trim();
            match pair.split_once('=') {
                Some((HOST_NAME, _)) => None,
                Some((PATH_NAME, value)) => Some(format!("{HOST_NAME}={value}")),
                _ => Some(pair.to_owned()),
            }
        })
        .collect();
    headers.remove(COOKIE);
    if let Ok(cookies) = HeaderValue::from_str(&pairs.join("; "))
        && !pairs.is_empty()
    {
        headers.insert(COOKIE, cookies);
    }
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
        assert_eq!(plain_cookie(&headers), Some(Token::shown("xyz")));
        headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer abc"));
        assert_eq!(token(&headers), Some(Token::shown("abc")));
        assert_eq!(plain_cookie(&headers), None);
    }

    #[test]
    fn fault_l01_the_cookie_that_others_cannot_set_goes_first() {
        let mut headers = HeaderMap::new();
        headers.insert(
            COOKIE,
            HeaderValue::from_static("steadfast_session=planted; __Host-steadfast_session=own"),
        );
        assert_eq!(token(&headers), Some(Token::shown("own")));
        assert_eq!(plain_cookie(&headers), None);
    }

    #[test]
    fn fault_f31_below_a_path_the_cookie_is_that_paths() {
        let chat = BasePath::parse("/chat").unwrap();
        for (https, name) in [(false, PLAIN_NAME), (true, PATH_NAME)] {
            let set = set_cookies(Some(&Token::shown("xyz")), https, &chat);
            let value = set[0].to_str().unwrap();
            assert!(value.starts_with(&format!("{name}=xyz;")), "{value}");
            assert!(value.contains("Path=/chat;"), "{value}");
        }
        let mut headers = HeaderMap::new();
        headers.insert(
            COOKIE,
            HeaderValue::from_static(
                "a=b; __Host-steadfast_session=the_roots; __Secure-steadfast_session=own; steadfast_session=planted",
            ),
        );
        read_below_path(&mut headers);
        assert_eq!(token(&headers), Some(Token::shown("own")));
        assert!(headers[COOKIE].to_str().unwrap().starts_with("a=b;"));
    }

    #[test]
    fn the_cookie_is_kept_from_scripts_and_other_sites() {
        for (https, name) in [(false, PLAIN_NAME), (true, HOST_NAME)] {
            let set = set_cookies(Some(&Token::shown("xyz")), https, &BasePath::default());
            let value = set[0].to_str().unwrap();
            assert!(value.starts_with(&format!("{name}=xyz;")), "{value}");
            for part in ["HttpOnly", "SameSite=Strict", "Path=/;"] {
                assert!(value.contains(part), "{value}");
            }
            assert_eq!(value.contains("Secure"), https);
            assert_eq!(set.len(), if https { 2 } else { 1 });
        }
    }
}
