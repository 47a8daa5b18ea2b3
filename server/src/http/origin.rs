//! Which pages may ask: those of this host, and those of the allowed origins. Programs send no `Origin` and may too.

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, HOST, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use steadfast_shared::ErrorCode;

use super::{Refusal, Shared};

/// Whether a request with these headers may be answered.
pub fn is_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let Some(origin) = origin.to_str().ok().map(str::to_ascii_lowercase) else {
        return false;
    };
    is_listed(&origin, allowed) || is_own(&origin, headers)
}

fn is_listed(origin: &str, allowed: &[String]) -> bool {
    allowed.iter().any(|allowed| allowed == origin)
}

fn is_own(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    matches!((authority, host), (Some(authority), Some(host)) if authority.eq_ignore_ascii_case(host))
}

/// Refuses requests of other pages, and lets allowed origins read the answers.
pub async fn guard(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let allowed = &shared.config.allowed_origins;
    if !is_allowed(headers, allowed) {
        let message =
            "this page may not use this server: the server has to be started with --allowed-origin for it";
        let mut answer = Refusal::new(ErrorCode::Unauthorized, message).into_response();
        *answer.status_mut() = StatusCode::FORBIDDEN;
        return answer;
    }
    let listed = headers
        .get(ORIGIN)
        .filter(|origin| {
            origin
                .to_str()
                .is_ok_and(|origin| is_listed(&origin.to_ascii_lowercase(), allowed))
        })
        .cloned();
    let preflight = request.method() == Method::OPTIONS;
    let mut answer = match (&listed, preflight) {
        (Some(_), true) => StatusCode::NO_CONTENT.into_response(),
        _ => next.run(request).await,
    };
    if let Some(origin) = listed {
        let headers = answer.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        headers.insert(
            ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, POST, PUT, DELETE"),
        );
        headers.insert(
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("authorization, content-type"),
        );
        headers.append(VARY, HeaderValue::from_static("origin"));
    }
    answer
}

#[cfg(test)]
mod tests {
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
