//! Presence over several nodes: each writes its own people, and reads those of the others.
//!
//! Changes travel as hints, too. A hint is taken only where it follows right after the last version read or heard of its node;
//! everything else is read. So a hint that is lost, late or doubled makes nothing wrong for longer than [`ROUND`].

use std::collections::{HashMap, HashSet};
use std::sync::Weak;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use steadfast_shared::event::Availability;
use steadfast_shared::{Person, RoomId, UserId};
use tokio::time::timeout;

use super::super::adapter::hint::Hint;
use super::super::hub::Hub;
use super::board::HERE;
use crate::clock::{self, Instant};
use crate::store::presence::{PresenceChange, PresenceVersion, Present};
use crate::store::{NodeId, StoreError};

/// How often the rows of the others are compared with the state known of them.
pub(super) const ROUND: Duration = Duration::from_secs(2);
/// Changes within this time are written together.
const PACE: Duration = Duration::from_millis(250);
/// How soon a failed write is tried again.
const RETRY: Duration = Duration::from_secs(1);
/// Most people in one hint; of more it is only said that there is something to read.
const IN_A_HINT: usize = 30;
/// Most hints that wait to be looked at. One more, and all of them are read instead.
const HINTS: usize = 1_000;
/// How often the rooms of people are read again because the change feed moved meanwhile.
const READS: u32 = 4;
/// So many rounds lie between two looks for rows of nodes that are gone.
const TIDY: u32 = 100;

/// The people of another node.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct PresenceHint {
    node: NodeId,
    /// The version of its rows, with this in them.
    version: PresenceVersion,
    /// Who has changed; left out where they are too many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    people: Option<Vec<(Person, Availability)>>,
}

/// Hints that wait to be looked at.
#[derive(Debug, Default)]
pub(super) struct HeardHints {
    hints: Vec<PresenceHint>,
    /// Some were lost: everything is to be compared.
    lost: bool,
}

impl HeardHints {
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

/// The state of the other nodes.
#[derive(Debug)]
struct Others {
    nodes: HashMap<NodeId, Other>,
    looked: Option<Instant>,
    /// Whether this node's rows are to be written anew.
    rewrite: bool,
    /// The version of this node's rows.
    written: PresenceVersion,
    rounds: u32,
}

#[derive(Debug, Default)]
struct Other {
    /// Up to where its people are known.
    version: Option<PresenceVersion>,
    /// Since when its lease has been seen to be over.
    gone: Option<Instant>,
}

/// Shares presence with the other nodes until the server is gone.
pub(in super::super) async fn keep_sharing(hub: Weak<Hub>, grace: Duration) {
    let Some(board) = hub.upgrade().map(|hub| hub.presence.clone()) else {
        return;
    };
    let mut others = Others {
        nodes: HashMap::new(),
        looked: None,
        rewrite: true,
        written: 0,
        rounds: 0,
    };
    let mut failed = false;
    loop {
        let _ = timeout(ROUND, board.to_share.notified()).await;
        let Some(hub) = hub.upgrade() else { return };
        match hub.share(&mut others, grace).await {
            Ok(()) => {
                failed = false;
                tokio::time::sleep(PACE).await;
            }
            Err(error) => {
                if !std::mem::replace(&mut failed, true) {
                    tracing::warn!(%error, "presence could not be shared with the other nodes yet");
                }
                others.rewrite = true;
                others.looked = None;
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}

impl Hub {
    async fn share(&self, others: &mut Others, grace: Duration) -> Result<(), StoreError> {
        self.write_own(others).await?;
        let HeardHints { hints, lost } = self.presence.take_hints();
        let mut is_due = lost;
        for hint in hints {
            is_due |= !self.take_hint(others, hint).await?;
        }
        let now = clock::instant();
        let looked = others.looked;
        if is_due || looked.is_none_or(|looked| now.duration_since(looked) >= ROUND) {
            self.read_others(others, grace).await?;
            others.looked = Some(now);
        }
        Ok(())
    }

    /// Writes changes here, and broadcasts them to the others.
    async fn write_own(&self, others: &mut Others) -> Result<(), StoreError> {
        let changed = self.presence.take_changed();
        if changed.is_empty() && !others.rewrite {
            return Ok(());
        }
        let store = &self.store;
        let mut written = None;
        if !others.rewrite {
            let changes: Vec<PresenceChange> = changed
                .iter()
                .map(|(person, state)| (person.id, is_away(*state)))
                .collect();
            written = store.write_presence(&changes).await?;
        }
        let (version, people) = match written {
            Some(version) => (version, (changed.len() <= IN_A_HINT).then_some(changed)),
            None => {
                let all: Vec<(UserId, bool)> = self
                    .presence
                    .at(HERE)
                    .into_iter()
                    .filter_map(|(user, state)| Some((user, is_away(state)?)))
                    .collect();
                (store.rewrite_presence(&all, others.written).await?, None)
            }
        };
        others.rewrite = false;
        others.written = version;
        let hint = PresenceHint {
            node: store.node(),
            version,
            people,
        };
        if let Ok(hint) = serde_json::to_value(hint) {
            self.adapter.send(&Hint::Presence(hint));
        }
        Ok(())
    }

    /// Takes another node's people. `false` where they do not follow the version known of that node.
    async fn take_hint(&self, others: &mut Others, hint: PresenceHint) -> Result<bool, StoreError> {
        let Some(other) = others.nodes.get_mut(&hint.node) else {
            return Ok(hint.node == self.store.node());
        };
        match (other.version, hint.people) {
            (Some(known), _) if hint.version <= known => Ok(true),
            (Some(known), Some(people)) if hint.version == known + 1 => {
                self.put(hint.node, people).await?;
                other.version = Some(hint.version);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Reads the people of those nodes of which not everything is known, and lets those of nodes go that are gone for a while.
    async fn read_others(&self, others: &mut Others, grace: Duration) -> Result<(), StoreError> {
        let own = self.store.node();
        let alive: HashMap<NodeId, Option<PresenceVersion>> =
            self.store.nodes_alive().await?.into_iter().collect();
        others.rewrite |= alive.get(&own).is_some_and(Option::is_none);
        for (node, version) in &alive {
            if *node == own {
                continue;
            }
            let other = others.nodes.entry(*node).or_default();
            other.gone = None;
            // It writes its people anew where they are lost.
            if version.is_none() || *version == other.version {
                continue;
            }
            if let Some((version, people)) = self.store.present_at(*node).await? {
                self.put_all(*node, people).await?;
                other.version = Some(version);
            }
        }
        let now = clock::instant();
        for (node, other) in &mut others.nodes {
            if !alive.contains_key(node) {
                let since = *other.gone.get_or_insert(now);
                if now.duration_since(since) >= grace {
                    self.presence.forget_node(node.0);
                }
            }
        }
        others
            .nodes
            .retain(|_, other| other.gone.is_none_or(|since| now.duration_since(since) < grace));
        others.rounds = others.rounds.wrapping_add(1);
        if others.rounds.is_multiple_of(TIDY) {
            self.store.tidy_presence().await?;
        }
        Ok(())
    }

    /// These are all the people of a node.
    async fn put_all(&self, node: NodeId, people: Vec<Present>) -> Result<(), StoreError> {
        let there: HashSet<UserId> = people.iter().map(|present| present.person.id).collect();
        let gone = self.presence.at(node.0).into_iter();
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
        self.put(node, people.collect()).await?;
        self.presence.gone_from(node.0, &gone);
        Ok(())
    }

    /// Applies changes of people at a node. Of those who were not there yet the rooms are read, and read again where the change
    /// feed moved meanwhile: so nobody stays in a room they have left.
    async fn put(&self, node: NodeId, people: Vec<(Person, Availability)>) -> Result<(), StoreError> {
        let there = people
            .iter()
            .filter(|(_, state)| *state != Availability::Offline)
            .map(|(person, _)| person.id);
        let arriving: Vec<UserId> = self.presence.unknown(there);
        let mut rooms: HashMap<UserId, Vec<RoomId>> = HashMap::new();
        let mut reads = 0;
        // While it is held no change is applied.
        let _published = loop {
            let before = *self.applied.borrow();
            rooms.clear();
            if !arriving.is_empty() {
                for (user, room) in self.store.rooms_of_people(&arriving).await? {
                    rooms.entry(user).or_default().push(room);
                }
            }
            reads += 1;
            let published = self.published().await;
            if published.applied() == before || arriving.is_empty() || reads == READS {
                break published;
            }
        };
        self.presence.put(node.0, people, &mut rooms);
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
        let mut heard = HeardHints::default();
        heard.on_hint(hint(1));
        assert_eq!((heard.hints.len(), heard.lost), (1, false));
        heard.on_hint(json!({ "node": 3 }));
        assert!(heard.lost);
        let mut heard = HeardHints::default();
        for version in 0..=HINTS as u64 {
            heard.on_hint(hint(version));
        }
        assert_eq!((heard.hints.len(), heard.lost), (1, true));
    }
}
