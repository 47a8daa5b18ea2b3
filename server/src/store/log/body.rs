//! Bodies of entries, as stored in rows.

use steadfast_shared::Body;
use steadfast_shared::admin::Messages;

use crate::store::StoreError;
use crate::store::older;

/// Serializes a body for its row.
pub(in crate::store) fn written(body: &Body) -> Result<String, StoreError> {
    serde_json::to_string(body).map_err(|_| StoreError::Unreadable("body"))
}

pub(in crate::store) fn read(body: &str) -> Result<Body, StoreError> {
    serde_json::from_str(body)
        .ok()
        .or_else(|| older::read(body))
        .ok_or(StoreError::Unreadable("body"))
}

/// The body that readers get for an entry that is hidden or erased with everything its author wrote.
pub(in crate::store) fn masked(body: Body, messages: Messages) -> Body {
    match (body, messages) {
        (body, Messages::Kept) => body,
        (Body::Message { .. }, Messages::Hidden) => Body::Hidden,
        (Body::Message { .. }, Messages::Erased) => Body::Erased,
        (Body::Edit { .. }, _) => Body::ErasedEdit,
        (body, _) => body,
    }
}

/// The body's name on the wire, stored for queries.
pub(in crate::store) fn kind(body: &Body) -> &'static str {
    match body {
        Body::Message { .. } => "message",
        Body::Edit { .. } => "edit",
        Body::Delete { .. } => "delete",
        Body::React { .. } => "react",
        Body::Nickname { .. } => "nickname",
        Body::Room { .. } => "room",
        Body::Erased => "erased",
        Body::Hidden => "hidden",
        Body::ErasedEdit => "erased_edit",
        Body::Unknown => "unknown",
    }
}
