//! Opens a session: the snapshot read for it, and the point from which the socket gets broadcasts.

use std::sync::Arc;

use socketioxide::extract::SocketRef;
use steadfast_shared::event::{self, Availability, ClosingReason, Cursors, Opened, Watch};
use steadfast_shared::{Person, Role, Room, RoomId, UserId};

use super::connection::{ClientConnection, ConnectionState};
use super::entries::hub::Hub;
use super::entries::published::PublishedState;
use super::presence::Opening;
use super::sockets::{EVERYBODY, person_room, room_name};
use crate::store::{ChangeKind, ChangeNumber, Profile, SessionId, Store, StoreError};

/// How often a connection's snapshot is read again because it changed during the read. After that the device has to reconnect.
const READS: u32 = 16;

/// The snapshot a session opens with.
#[derive(Clone, Debug)]
pub(super) struct Resume {
    /// The change feed's head at the snapshot.
    pub(super) as_of: ChangeNumber,
    pub(super) profile: Profile,
    pub(super) rooms: Vec<Room>,
    /// The device's cursors; `None` if it has nothing of this epoch.
    pub(super) cursors: Option<Cursors>,
    /// Rooms whose log lacks the entry that the cursor names.
    pub(super) reset: Vec<RoomId>,
    /// The people and rooms whose presence the client shows.
    pub(super) watch: Option<Watch>,
}

impl Resume {
    /// Reads the snapshot of a person's session. `None` if the device is no longer signed in.
    pub(super) async fn read(
        store: &dyn Store,
        user: UserId,
        session: SessionId,
        cursors: Option<Cursors>,
    ) -> Result<Option<Self>, StoreError> {
        let mut snapshot = store.handshake_snapshot().await?;
        let as_of = snapshot.feed_head().await?;
        if !snapshot.ended(&[session]).await?.is_empty() {
            return Ok(None);
        }
        let Some(profile) = snapshot.profile(user).await? else {
            return Ok(None);
        };
        let rooms = snapshot.rooms_of(user).await?;
        // Rooms that the person is not in must not be revealed.
        let cursors = cursors.map(|mut cursors| {
            cursors.retain(|room, _| rooms.iter().any(|known| known.id == *room));
            cursors
        });
        let reset = match &cursors {
            Some(cursors) => snapshot.mismatched(cursors).await?,
            None => Vec::new(),
        };
        Ok(Some(Self {
            as_of,
            profile,
            rooms,
            cursors,
            reset,
            watch: None,
        }))
    }

    /// Whether a change outdates the snapshot in a way that needs another read.
    pub(super) fn is_outdated_by(&self, change: &ChangeKind, user: UserId) -> bool {
        let is_in = |room| self.rooms.iter().any(|known| known.id == room);
        match change {
            ChangeKind::Joined { people, .. } | ChangeKind::Left { people, .. } => {
                people.iter().any(|person| person.id == user)
            }
            ChangeKind::RoomChanged { room } | ChangeKind::RoomDeleted { room } => is_in(*room),
            ChangeKind::EntriesRevised { rooms } => rooms.iter().any(|room| is_in(*room)),
            ChangeKind::ViewChanged { person, .. }
            | ChangeKind::RoleChanged { person, .. }
            | ChangeKind::LimitsChanged { person, .. } => *person == user,
            ChangeKind::BlockedChanged { by, .. } => *by == user,
            // A name is patched; a sign-up is announced to members; ended sessions are handled on entry.
            ChangeKind::Renamed { .. } | ChangeKind::SignedUp { .. } | ChangeKind::SessionsEnded { .. } => {
                false
            }
            ChangeKind::Unknown => true,
        }
    }

    /// Applies a person's new name wherever the snapshot contains it.
    pub(super) fn rename(&mut self, person: &Person) {
        let named = self
            .rooms
            .iter_mut()
            .flat_map(|room| room.with.iter_mut().chain(&mut room.brought_by))
            .chain(&mut self.profile.blocked)
            .chain([&mut self.profile.person]);
        for known in named.filter(|known| known.id == person.id) {
            known.name.clone_from(&person.name);
        }
    }
}

impl ConnectionState {
    /// Opens the connection with the state of this snapshot.
    fn open_as(&mut self, resume: &Resume) {
        self.rooms = resume.rooms.iter().map(|room| room.id).collect();
        self.person = resume.profile.person.clone();
        self.role = resume.profile.role;
        self.as_of = resume.as_of;
        self.open = true;
    }
}

impl Hub {
    /// Joins a socket to its rooms and opens its session. Returns the person's availability before.
    pub(super) async fn open(
        &self,
        socket: &SocketRef,
        connection: &Arc<ClientConnection>,
        mut resume: Resume,
    ) -> Result<Option<Availability>, StoreError> {
        let user = connection.user;
        for _ in 0..READS {
            let mut published = self.published().await;
            if !socket.connected() || connection.closing().is_some() {
                return Ok(None);
            }
            if published.catch_up(&mut resume, user) {
                return Ok(self.open_with(&mut published, socket, connection, resume));
            }
            drop(published);
            // Something of theirs changed while this device connected.
            let session = connection.device.session;
            let cursors = resume.cursors;
            let Some(read) = Resume::read(self.store.as_ref(), user, session, cursors).await? else {
                self.sockets
                    .end_socket(socket, connection, ClosingReason::SignedOut);
                return Ok(None);
            };
            self.people.limit_device(&connection.device, &read.profile.limits);
            resume = Resume {
                watch: resume.watch,
                ..read
            };
        }
        Err(StoreError::Locked)
    }

    fn open_with(
        &self,
        published: &mut PublishedState,
        socket: &SocketRef,
        connection: &Arc<ClientConnection>,
        mut resume: Resume,
    ) -> Option<Availability> {
        let user = connection.user;
        let rooms: Vec<RoomId> = resume.rooms.iter().map(|room| room.id).collect();
        connection.place().open_as(&resume);
        self.sockets.join(socket, connection, socket_rooms(user, &rooms));
        let Profile {
            person: me,
            role,
            blocked,
            ..
        } = resume.profile;
        self.bring_up_to_date(published, &mut resume.rooms, user);
        let missed = resume.cursors.and_then(|mut cursors| {
            cursors.retain(|room, _| !resume.reset.contains(room));
            published.missed(&resume.rooms, &cursors, self.recovered_entries)
        });
        let Opening {
            known,
            online,
            watched,
        } = self.presence.open(connection, &me, &rooms, resume.watch);
        let opened = event::Session::Open(Opened {
            me,
            owner: role == Role::Owner,
            role,
            blocked,
            epoch: self.store.epoch(),
            rooms: resume.rooms,
            recovered: missed.is_some(),
            missed: missed.unwrap_or_default(),
            reset: resume.reset,
            online,
            watched,
            last_closed: self.people.recall(connection),
        });
        self.sockets.emit(socket, connection, event::SESSION, &opened);
        self.presence.opened(connection.id);
        let nodes = self.adapter.nodes();
        if nodes.degraded {
            let _ = socket.emit(event::NODES, &nodes);
        }
        connection.reading.add_permits(1);
        known
    }

    /// Brings a snapshot's rooms up to the published state.
    fn bring_up_to_date(&self, published: &mut PublishedState, rooms: &mut [Room], user: UserId) {
        for room in rooms {
            let committed = room.head;
            let loaded = published.bring_up_to_date(room, user);
            if loaded || committed > room.head {
                // Entries committed since the read were published to nobody.
                self.hints.room(room.id);
            }
        }
    }
}

/// The Socket.IO rooms of a person's socket.
fn socket_rooms(person: UserId, rooms: &[RoomId]) -> Vec<String> {
    let of_all = [person_room(person), EVERYBODY.to_owned()];
    rooms.iter().copied().map(room_name).chain(of_all).collect()
}
