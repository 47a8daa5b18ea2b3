//! How much somebody has written today, and how much room is left: told before it runs out.

use axum::Json;
use axum::extract::State;
use steadfast_shared::Role;
use steadfast_shared::http::{DiskRoom, Usage};

use super::caller::Caller;
use super::{Refusal, Shared, failed};
use crate::clock;
use crate::store::quota::{DAY, Room};

// `GET /api/usage`
pub async fn look(State(shared): State<Shared>, Caller(caller): Caller) -> Result<Json<Usage>, Refusal> {
    let now = clock::now();
    let (used, most) = shared.store.usage(caller.person.id, now).await.map_err(failed)?;
    Ok(Json(Usage {
        entries: used.entries,
        max_entries: most.entries,
        bytes: used.bytes,
        max_bytes: most.bytes,
        renews_at: (now / DAY + 1) * DAY,
        near: most.is_near(used),
        disk: (caller.role == Role::Owner).then(|| match shared.store.disk() {
            Room::Enough => DiskRoom::Enough,
            Room::Low => DiskRoom::Low,
            Room::Full => DiskRoom::Full,
        }),
    }))
}
