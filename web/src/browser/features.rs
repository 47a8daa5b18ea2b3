//! Which optional parts the server offers: `GET /api/features`.

use steadfast_shared::http::{FEATURES_PATH, Features};

use crate::browser::http;

/// The server's optional features; none where it does not say.
pub(crate) async fn offered() -> Features {
    http::ask("GET", FEATURES_PATH).await.unwrap_or_default()
}
