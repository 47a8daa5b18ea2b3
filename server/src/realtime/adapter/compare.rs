//! Nodes with different adapters do not hear each other, and nothing else shows it: so each node's row says which one it has, and
//! each compares its own with theirs.

use std::sync::Weak;
use std::time::Duration;

use tokio::time::sleep;

use super::super::RealtimeParts;
use crate::config::AdapterChoice;

/// How often a node looks at the others' adapters.
const COMPARED_EVERY: Duration = Duration::from_secs(10);

/// Says in the log when other nodes have another adapter than this one, and when none has any more, until the server is gone.
pub(super) async fn compare(realtime: Weak<RealtimeParts>, own: AdapterChoice) {
    let own = own.to_string();
    let mut warned_of = Vec::new();
    loop {
        let Some(store) = realtime.upgrade().map(|realtime| realtime.store.clone()) else {
            return;
        };
        match store.other_adapters(&own).await {
            Ok(others) if others != warned_of => {
                if others.is_empty() {
                    tracing::info!(adapter = own, "every other node has this node's adapter again");
                } else {
                    tracing::warn!(
                        adapter = own,
                        others = others.join(", "),
                        "other nodes of this database have another adapter: what they tell is heard late or not at all; start all of them with the same --adapter"
                    );
                }
                warned_of = others;
            }
            Ok(_) => {}
            // The listener says it where the database is away.
            Err(error) => tracing::debug!(%error, "the other nodes' adapters cannot be read yet"),
        }
        drop(store);
        sleep(COMPARED_EVERY).await;
    }
}
