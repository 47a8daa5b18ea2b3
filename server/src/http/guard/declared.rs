//! Refuses requests that declare too large a body at once, instead of waiting for a body that is not read.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::body::Body;

use crate::http::too_large;

/// Refuses a request whose headers declare a body longer than `most` bytes.
pub async fn check(State(most): State<u64>, request: Request, next: Next) -> Response {
    if request.body().size_hint().lower() > most {
        return too_large().into_response();
    }
    next.run(request).await
}
