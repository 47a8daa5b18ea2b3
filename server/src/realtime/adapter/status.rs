//! Tells sessions whether other nodes are connected: otherwise their typing and presence may be wrong.

use std::sync::Weak;
use std::time::Duration;

use steadfast_shared::event::Nodes;
use tokio::time::timeout;

use super::AdapterStatus;
use crate::realtime::entries::hub::Hub;

/// How long other nodes may be disconnected before sessions are told: a brief reconnect is no outage.
const PATIENCE: Duration = Duration::from_secs(1);

pub(super) async fn broadcast_status(hub: Weak<Hub>) {
    let Some(mut status) = hub.upgrade().map(|hub| hub.adapter.status()) else {
        return;
    };
    let is_degraded = |status: &AdapterStatus| matches!(status, AdapterStatus::Degraded { .. });
    let mut reported = false;
    loop {
        let degraded = is_degraded(&status.borrow_and_update());
        if degraded == reported {
            if status.changed().await.is_err() {
                return;
            }
            continue;
        }
        let heals = status.wait_for(|status| !is_degraded(status));
        if degraded && matches!(timeout(PATIENCE, heals).await, Ok(Ok(_))) {
            continue;
        }
        let Some(hub) = hub.upgrade() else { return };
        hub.broadcast_nodes(Nodes { degraded }).await;
        reported = degraded;
    }
}
