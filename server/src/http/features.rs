//! `GET /api/features`: which optional parts the server was started with.

use axum::Json;
use axum::extract::State;
use steadfast_shared::http::Features;

use super::HttpState;

/// Tells which optional parts the page shall offer. Nothing in it is a secret, so anybody may ask.
pub async fn list(State(shared): State<HttpState>) -> Json<Features> {
    Json(Features {
        fault_panel: shared.config.fault_panel,
    })
}
