//! Requests that declare a body that is too large. They are refused at once: nobody waits for a body that is not read.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::body::Body;

use crate::http::too_large;

/// Refuses a request whose headers declare a longer body than `most` bytes.
pub async fn check(State(most): State<u64>, request: Request, next: Next) -> Response {
    if request.body().size_hint().lower() > most {
        return too_large().into_response();
    }
    next.run(request).await
}
