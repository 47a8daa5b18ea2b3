//! Reads what a round needs, all from one snapshot.

use std::collections::{BTreeSet, HashMap};

use steadfast_shared::{Room, RoomId, Seq, UserId, limit};

use crate::realtime::entries::hub::Hub;
use crate::store::{ChangeKind, ChangeNumber, FeedChange, Grown, Profile, SessionId, Snapshot, StoreError};

/// Most changes applied in one round.
const CHANGES: usize = 256;
/// Most people whose connections are synchronized with the store in one round.
pub(super) const PEOPLE: usize = 64;

/// The state of this process at the start of a round.
pub(super) struct Start {
    pub(super) applied: ChangeNumber,
    /// The published heads of the rooms to check.
    pub(super) heads: Vec<(RoomId, Seq)>,
    /// People whose connections need a full synchronization, at most [`PEOPLE`].
    pub(super) unsynced: Vec<UserId>,
}

pub(super) struct Gathered {
    pub(super) as_of: ChangeNumber,
    /// The changes after the applied ones.
    pub(super) changes: Vec<FeedChange>,
    /// The feed's position to continue from, if some of the changes have been deleted or are of an unknown kind.
    pub(super) skip_to: Option<ChangeNumber>,
    views: HashMap<RoomId, Views>,
    /// The rooms of people whose role changed, as they see them.
    pub(super) rooms_of: HashMap<UserId, Vec<Room>>,
    /// People whose connections are synchronized with the store.
    pub(super) unsynced: Vec<StoredPerson>,
    /// The entries to publish after the changes.
    pub(super) grown: Vec<Grown>,
    /// Whether there is more to read at once.
    pub(super) more: bool,
}

/// A room as its members see it.
#[derive(Default)]
struct Views {
    requested: BTreeSet<UserId>,
    seen: HashMap<UserId, Room>,
}

/// Everything stored about a person that their connections follow.
pub(super) struct StoredPerson {
    pub(super) user: UserId,
    /// `None` if the person does not exist.
    pub(super) profile: Option<Profile>,
    pub(super) rooms: Vec<Room>,
    /// Their connected devices that were signed out.
    pub(super) ended: Vec<SessionId>,
}

impl Gathered {
    pub(super) async fn read(hub: &Hub, start: Start) -> Result<Self, StoreError> {
        if start.unsynced.is_empty()
            && let Some(grown) = hub
                .store
                .glance(start.applied, &start.heads, limit::PAGE_ENTRIES)
                .await?
        {
            return Ok(Self::of_logs(start.applied, grown));
        }
        Self::read_all(hub, start).await
    }

    /// Entries alone: the feed has not moved.
    fn of_logs(as_of: ChangeNumber, grown: Vec<Grown>) -> Self {
        Self {
            as_of,
            changes: Vec::new(),
            skip_to: None,
            views: HashMap::new(),
            rooms_of: HashMap::new(),
            unsynced: Vec::new(),
            grown,
            more: false,
        }
    }

    async fn read_all(hub: &Hub, start: Start) -> Result<Self, StoreError> {
        let mut snapshot = hub.store.snapshot().await?;
        let as_of = snapshot.feed_head().await?;
        let changes = snapshot.changes_after(start.applied, CHANGES).await?;
        let understood = changes.filter(|changes| {
            let unknown = |change: &FeedChange| change.kind == ChangeKind::Unknown;
            !changes.iter().any(unknown)
        });
        let skip_to = understood.is_none().then_some(as_of);
        let mut gathered = Self {
            more: understood
                .as_ref()
                .is_some_and(|changes| changes.len() == CHANGES),
            changes: understood.unwrap_or_default(),
            skip_to,
            ..Self::of_logs(as_of, Vec::new())
        };
        for user in start.unsynced {
            let stored = StoredPerson::read(hub, snapshot.as_mut(), user).await?;
            gathered.unsynced.push(stored);
        }
        gathered.read_views(hub, snapshot.as_mut()).await?;
        gathered.grown = snapshot.grown(&start.heads, limit::PAGE_ENTRIES).await?;
        Ok(gathered)
    }

    async fn read_views(&mut self, hub: &Hub, snapshot: &mut dyn Snapshot) -> Result<(), StoreError> {
        for change in &self.changes {
            let mut ask = |room: RoomId, users: &mut dyn Iterator<Item = UserId>| {
                self.views.entry(room).or_default().requested.extend(users);
            };
            match &change.kind {
                ChangeKind::Joined { room, people, .. } => {
                    let here = people.iter().map(|person| person.id);
                    ask(*room, &mut here.filter(|user| hub.people.is_here(*user)));
                }
                ChangeKind::RoomChanged { room } => ask(*room, &mut hub.people.in_room(*room).into_iter()),
                ChangeKind::EntriesRevised { rooms } => {
                    for room in rooms {
                        ask(*room, &mut hub.people.in_room(*room).into_iter());
                    }
                }
                ChangeKind::ViewChanged { room, person } if hub.people.is_here(*person) => {
                    ask(*room, &mut std::iter::once(*person));
                }
                ChangeKind::RoleChanged { person, .. } if hub.people.is_here(*person) => {
                    let rooms = snapshot.rooms_of(*person).await?;
                    self.rooms_of.insert(*person, rooms);
                }
                _ => {}
            }
        }
        for (room, views) in &mut self.views {
            let requested: Vec<UserId> = views.requested.iter().copied().collect();
            if !requested.is_empty() {
                views.seen = snapshot.views(*room, &requested).await?;
            }
        }
        Ok(())
    }

    /// A room as a person sees it: `Some(None)` if they are not in it, `None` if it was not read.
    pub(super) fn view(&self, room: RoomId, user: UserId) -> Option<Option<&Room>> {
        let views = self.views.get(&room)?;
        views.requested.contains(&user).then(|| views.seen.get(&user))
    }
}

impl StoredPerson {
    async fn read(hub: &Hub, snapshot: &mut dyn Snapshot, user: UserId) -> Result<Self, StoreError> {
        let connections = hub.people.of(user);
        let sessions: Vec<SessionId> = connections
            .iter()
            .map(|connection| connection.device.session)
            .collect();
        Ok(Self {
            user,
            profile: snapshot.profile(user).await?,
            rooms: snapshot.rooms_of(user).await?,
            ended: snapshot.ended(&sessions).await?,
        })
    }
}
