//! `GET /api/features`: the optional features the server was started with.

use axum::Json;
use axum::extract::State;
use steadfast_shared::http::Features;

use super::HttpState;

/// Lists the optional features for the page. None is a secret, so anybody may ask.
pub async fn list(State(shared): State<HttpState>) -> Json<Features> {
    Json(Features {
        fault_panel: shared.config.fault_panel,
    })
}
