//! The server's optional features: `GET /api/features`.

use steadfast_shared::http::{FEATURES_PATH, Features};

use crate::browser::http;

/// The server's optional features; none if it does not answer.
pub(crate) async fn offered() -> Features {
    http::get(FEATURES_PATH).await.unwrap_or_default()
}
