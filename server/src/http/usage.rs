//! A person's quota and the disk's free space, so that the page can warn before they run out.

use axum::Json;
use axum::extract::State;
use steadfast_shared::Role;
use steadfast_shared::http::{DiskRoom, Usage};

use super::caller::Caller;
use super::{HttpRefusal, HttpState, failed};
use crate::clock;
use crate::store::quota::{DAY, DiskSpace};

// `GET /api/usage`
pub async fn show(
    State(shared): State<HttpState>,
    Caller(caller): Caller,
) -> Result<Json<Usage>, HttpRefusal> {
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
            DiskSpace::Enough => DiskRoom::Enough,
            DiskSpace::Low => DiskRoom::Low,
            DiskSpace::Full => DiskRoom::Full,
        }),
    }))
}
