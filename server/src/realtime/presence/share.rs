//! Presence across nodes: each writes its own people, and reads those of the others.
//!
//! Changes also travel as hints. A hint is applied only if it directly follows the last version of its node; everything else is
//! read from the database. So a lost, late or duplicated hint leaves nothing wrong for longer than [`ROUND`].

use std::collections::{HashMap, HashSet};
use std::sync::Weak;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use steadfast_shared::event::Availability;
use steadfast_shared::{Person, RoomId, UserId};
use tokio::time::timeout;

use super::super::adapter::hint::Hint;
use super::board::HERE;
use crate::clock::{self, Instant};
use crate::realtime::entries::hub::Hub;
use crate::store::presence::{PresenceChange, PresenceVersion, Present};
use crate::store::{NodeId, StoreError};

/// How often the other nodes' rows are compared with their last known state.
pub(super) const ROUND: Duration = Duration::from_secs(2);
/// Changes within this time are written together.
const PACE: Duration = Duration::from_millis(250);
/// How soon a failed write is retried.
const RETRY: Duration = Duration::from_secs(1);
/// Most people in one hint; beyond it the hint only says that there is something to read.
const IN_A_HINT: usize = 30;
/// Most buffered hints. Beyond it everything is read from the database instead.
const HINTS: usize = 1_000;
/// How often people's rooms are read again because the change feed advanced during the read.
const READS: u32 = 4;
/// Rounds between two deletions of dead nodes' rows.
const TIDY: u32 = 100;

/// The changed people of another node.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct PresenceHint {
    node: NodeId,
    /// The version of its rows that includes them.
    version: PresenceVersion,
    /// The changed people; left out if there are too many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    people: Option<Vec<(Person, Availability)>>,
}

/// Hints that are not applied yet.
#[derive(Debug, Default)]
pub(super) struct BufferedHints {
    hints: Vec<PresenceHint>,
    /// Whether hints were lost, so that everything must be compared.
    lost: bool,
}

impl BufferedHints {
    pub(super) fn on_hint(&mut self, hint: Value) {
        let Ok(hint) = serde_json::from_value(hint) else {
            self.lost = true;
            return;
        };
        if self.hints.len() == HINTS {
            self.hints.clear();
            self.lost = true;
        }
        self.hints.push(hint);
    }
}

/// The last known presence on the other nodes, and the version written for them.
#[derive(Debug)]
struct SharedPresence {
    nodes: HashMap<NodeId, OtherNode>,
    last_read: Option<Instant>,
    /// Whether this node's rows must be rewritten.
    rewrite: bool,
    /// The version of this node's rows.
    written: PresenceVersion,
    rounds: u32,
}

#[derive(Debug, Default)]
struct OtherNode {
    /// The version up to which its people are known here.
    version: Option<PresenceVersion>,
    /// Since when its lease has been expired.
    gone: Option<Instant>,
}

/// Shares presence with the other nodes until the server is dropped.
pub(in super::super) async fn keep_sharing(hub: Weak<Hub>) {
    let Some(board) = hub.upgrade().map(|hub| hub.presence.clone()) else {
        return;
    };
    let mut shared = SharedPresence {
        nodes: HashMap::new(),
        last_read: None,
        rewrite: true,
        written: 0,
        rounds: 0,
    };
    let mut failed = false;
    loop {
        let _ = timeout(ROUND, board.to_share.notified()).await;
        let Some(hub) = hub.upgrade() else { return };
        match shared.share(&hub).await {
            Ok(()) => {
                failed = false;
                tokio::time::sleep(PACE).await;
            }
            Err(error) => {
                if !std::mem::replace(&mut failed, true) {
                    tracing::warn!(%error, "presence could not be shared with the other nodes yet");
                }
                shared.rewrite = true;
                shared.last_read = None;
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}

impl SharedPresence {
    async fn share(&mut self, hub: &Hub) -> Result<(), StoreError> {
        self.write_own(hub).await?;
        let BufferedHints { hints, lost } = hub.presence.take_hints();
        let mut is_due = lost;
        for hint in hints {
            is_due |= !self.take_hint(hub, hint).await?;
        }
        let now = clock::instant();
        let last_read = self.last_read;
        if is_due || last_read.is_none_or(|last_read| now.duration_since(last_read) >= ROUND) {
            self.read_others(hub).await?;
            self.last_read = Some(now);
        }
        Ok(())
    }

    /// Writes this node's changes, and sends them to the others as a hint.
    async fn write_own(&mut self, hub: &Hub) -> Result<(), StoreError> {
        let changed = hub.presence.take_changed();
        if changed.is_empty() && !self.rewrite {
            return Ok(());
        }
        let store = &hub.store;
        let mut written = None;
        if !self.rewrite {
            let changes: Vec<PresenceChange> = changed
                .iter()
                .map(|(person, state)| (person.id, is_away(*state)))
                .collect();
            written = store.write_presence(&changes).await?;
        }
        let (version, people) = match written {
            Some(version) => (version, (changed.len() <= IN_A_HINT).then_some(changed)),
            None => {
                let all: Vec<(UserId, bool)> = hub
                    .presence
                    .at(HERE)
                    .into_iter()
                    .filter_map(|(user, state)| Some((user, is_away(state)?)))
                    .collect();
                (store.rewrite_presence(&all, self.written).await?, None)
            }
        };
        self.rewrite = false;
        self.written = version;
        let hint = PresenceHint {
            node: store.node(),
            version,
            people,
        };
        if let Ok(hint) = serde_json::to_value(hint) {
            hub.adapter.send(&Hint::Presence(hint));
        }
        Ok(())
    }

    /// Applies another node's hint. `false` if it does not follow that node's last known version.
    async fn take_hint(&mut self, hub: &Hub, hint: PresenceHint) -> Result<bool, StoreError> {
        let Some(other) = self.nodes.get_mut(&hint.node) else {
            return Ok(hint.node == hub.store.node());
        };
        match (other.version, hint.people) {
            (Some(known), _) if hint.version <= known => Ok(true),
            (Some(known), Some(people)) if hint.version == known + 1 => {
                Self::put(hub, hint.node, people).await?;
                other.version = Some(hint.version);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Reads the people of nodes with unknown changes, and removes those of nodes that have been dead for a while.
    async fn read_others(&mut self, hub: &Hub) -> Result<(), StoreError> {
        let (own, grace) = (hub.store.node(), hub.presence.grace);
        let alive: HashMap<NodeId, Option<PresenceVersion>> =
            hub.store.nodes_alive().await?.into_iter().collect();
        self.rewrite |= alive.get(&own).is_some_and(Option::is_none);
        for (node, version) in &alive {
            if *node == own {
                continue;
            }
            let other = self.nodes.entry(*node).or_default();
            other.gone = None;
            // If the row is missing, its node writes its people again.
            if version.is_none() || *version == other.version {
                continue;
            }
            if let Some((version, people)) = hub.store.present_at(*node).await? {
                Self::put_all(hub, *node, people).await?;
                other.version = Some(version);
            }
        }
        let now = clock::instant();
        for (node, other) in &mut self.nodes {
            if !alive.contains_key(node) {
                let since = *other.gone.get_or_insert(now);
                if now.duration_since(since) >= grace {
                    hub.presence.forget_node(node.0);
                }
            }
        }
        self.nodes
            .retain(|_, other| other.gone.is_none_or(|since| now.duration_since(since) < grace));
        self.rounds = self.rounds.wrapping_add(1);
        if self.rounds.is_multiple_of(TIDY) {
            hub.store.tidy_presence().await?;
        }
        Ok(())
    }

    /// Replaces all people of a node.
    async fn put_all(hub: &Hub, node: NodeId, people: Vec<Present>) -> Result<(), StoreError> {
        let there: HashSet<UserId> = people.iter().map(|present| present.person.id).collect();
        let gone = hub.presence.at(node.0).into_iter();
        let gone: Vec<UserId> = gone
            .map(|(user, _)| user)
            .filter(|user| !there.contains(user))
            .collect();
        let people = people.into_iter().map(|Present { person, away }| {
            let state = if away {
                Availability::Away
            } else {
                Availability::Online
            };
            (person, state)
        });
        Self::put(hub, node, people.collect()).await?;
        hub.presence.gone_from(node.0, &gone);
        Ok(())
    }

    /// Applies changes of people at a node. For new people their rooms are read, and read again if the change feed advanced
    /// during the read, so that nobody stays in a room they have left.
    async fn put(hub: &Hub, node: NodeId, people: Vec<(Person, Availability)>) -> Result<(), StoreError> {
        let there = people
            .iter()
            .filter(|(_, state)| *state != Availability::Offline)
            .map(|(person, _)| person.id);
        let arriving: Vec<UserId> = hub.presence.unknown(there);
        let mut rooms: HashMap<UserId, Vec<RoomId>> = HashMap::new();
        let mut reads = 0;
        // While the lock is held no change is applied.
        let _published = loop {
            let before = hub.progress.applied();
            rooms.clear();
            if !arriving.is_empty() {
                for (user, room) in hub.store.rooms_of_people(&arriving).await? {
                    rooms.entry(user).or_default().push(room);
                }
            }
            reads += 1;
            let published = hub.published().await;
            if published.applied() == before || arriving.is_empty() || reads == READS {
                break published;
            }
        };
        hub.presence.put(node.0, people, &mut rooms);
        Ok(())
    }
}

fn is_away(state: Availability) -> Option<bool> {
    match state {
        Availability::Online => Some(false),
        Availability::Away => Some(true),
        Availability::Offline => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn hints_that_wait_are_bounded_and_what_is_not_understood_has_everything_compared() {
        let hint = |version| json!({ "node": uuid::Uuid::from_u128(7), "version": version });
        let mut buffered = BufferedHints::default();
        buffered.on_hint(hint(1));
        assert_eq!((buffered.hints.len(), buffered.lost), (1, false));
        buffered.on_hint(json!({ "node": 3 }));
        assert!(buffered.lost);
        let mut buffered = BufferedHints::default();
        for version in 0..=HINTS as u64 {
            buffered.on_hint(hint(version));
        }
        assert_eq!((buffered.hints.len(), buffered.lost), (1, true));
    }
}
