//! Sessions are told whether other nodes are heard: who types there, and who is there, may be wrong where they are not.

use std::sync::Weak;
use std::time::Duration;

use steadfast_shared::event::Nodes;
use tokio::time::timeout;

use super::super::hub::Hub;
use super::AdapterStatus;

/// How long other nodes may be unheard before anybody is told: a link that is made anew at once is no outage.
const PATIENCE: Duration = Duration::from_secs(1);

pub(super) async fn broadcast_status(hub: Weak<Hub>) {
    let Some(mut status) = hub.upgrade().map(|hub| hub.adapter.status()) else {
        return;
    };
    let is_degraded = |status: &AdapterStatus| matches!(status, AdapterStatus::Degraded { .. });
    let mut told = false;
    loop {
        let degraded = is_degraded(&status.borrow_and_update());
        if degraded == told {
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
        told = degraded;
    }
}
