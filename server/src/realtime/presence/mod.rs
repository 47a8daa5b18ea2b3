//! Presence: the union over a person's connections, sent by room to its watchers.
//!
//! - [`board`]: presence, watchers, and the pending updates
//! - `send`: sends updates to watchers, in batches
//! - `share`: exchanges presence with the other nodes
//!
//! Nothing here moves a cursor, and late updates do no harm: a client that watches again gets the current state.

mod board;
mod send;
mod share;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::socket::Sid;
use steadfast_shared::event::{Availability, Presence, Reply, Watch, Watched};
use steadfast_shared::{ErrorCode, Person, RoomId, UserId, WireError, limit};
use tokio::sync::Notify;

use super::args::EventArgs;
use super::connection::{ClientConnection, Cost};
use super::people::People;
use super::resume::Resume;
use super::{Realtime, cost_of};
use crate::store::PeoplePage;
use board::{Board, HERE, Node};

use share::BufferedHints;

pub(super) use send::keep_sending;
pub(super) use share::keep_sharing;

/// How long a new connection of a person who was away has to report that it is away too.
const TO_SAY_AWAY: Duration = Duration::from_secs(1);
/// How long a change of availability, on any device, may be reverted before it is sent.
const TO_SETTLE: Duration = Duration::from_millis(200);

/// The board behind its lock. No query is awaited under it.
#[derive(Debug)]
pub(super) struct PresenceBoard {
    people: Arc<People>,
    /// How long a person may be gone before others see it.
    grace: Duration,
    board: Mutex<Board>,
    changed: Notify,
    /// Hints from other nodes.
    hints: Mutex<BufferedHints>,
    /// Signals that there is something to send to other nodes, or to read from them.
    to_share: Notify,
}

/// The presence part of a session's first response.
#[derive(Debug, Default)]
pub(super) struct Opening {
    /// The person's availability on this node before.
    pub(super) known: Option<Availability>,
    pub(super) online: Vec<Presence>,
    pub(super) watched: Option<Watched>,
}

impl PresenceBoard {
    pub(super) fn new(people: Arc<People>, grace: Duration) -> Self {
        Self {
            people,
            grace,
            board: Mutex::default(),
            changed: Notify::new(),
            hints: Mutex::default(),
            to_share: Notify::new(),
        }
    }

    /// Prepares the presence part of a session. Nothing is sent to the connection before [`PresenceBoard::opened`].
    pub(super) fn open(
        &self,
        connection: &ClientConnection,
        me: &Person,
        rooms: &[RoomId],
        watch: Option<Watch>,
    ) -> Opening {
        let mut board = self.board();
        let known = board.state_at(me.id, HERE);
        let state = known.unwrap_or(Availability::Online);
        board.arrive(HERE, me, state, rooms.iter().copied());
        let mut opening = Opening {
            known,
            ..Opening::default()
        };
        match watch {
            Some(Watch {
                rooms: watched,
                people,
            }) => {
                let watched = watched.into_iter().filter(|room| rooms.contains(room));
                opening.watched = Some(board.watch(connection.id, me.id, watched, people));
                opening.online = vec![Presence {
                    person: me.clone(),
                    state: board.state(me.id),
                }];
            }
            None => opening.online = board.watch_all(connection.id, me.id, rooms.iter().copied()),
        }
        self.wake(&board);
        opening
    }

    /// Records that a connection's first response has been sent: updates may follow.
    pub(super) fn opened(&self, id: Sid) {
        let mut board = self.board();
        board.open(id);
        self.wake(&board);
    }

    fn forget(&self, id: Sid) {
        self.board().forget(id);
    }

    /// Adds a person to a room.
    pub(super) fn join(&self, room: RoomId, user: UserId, own: &[Sid]) {
        let mut board = self.board();
        board.join(room, user, own);
        self.wake(&board);
    }

    /// Removes a person from a room.
    pub(super) fn leave(&self, room: RoomId, user: UserId, own: &[Sid]) {
        let mut board = self.board();
        board.leave_room(room, user, own);
        self.wake(&board);
    }

    /// Applies a person's new name.
    pub(super) fn rename(&self, person: &Person) {
        let mut board = self.board();
        board.rename(person);
        self.wake(&board);
    }

    /// A page of a room's online members, by name.
    pub(super) fn listed(&self, room: RoomId, page: &PeoplePage) -> Vec<(Person, Availability)> {
        self.board().listed(room, page)
    }

    /// The online members of a room.
    pub(super) fn members_of(&self, room: RoomId) -> HashSet<UserId> {
        self.board().members_of(room)
    }

    /// A person's availability, as watchers see it.
    pub(super) fn state(&self, user: UserId) -> Availability {
        self.board().state(user)
    }

    /// Starts sharing changes with other nodes.
    pub(super) fn share(&self) {
        self.board().share();
    }

    /// Buffers another node's hint.
    pub(super) fn on_hint(&self, hint: Value) {
        self.hints().on_hint(hint);
        self.to_share.notify_one();
    }

    /// Records that hints of other nodes may have been lost.
    pub(super) fn on_lost_hints(&self) {
        self.on_hint(Value::Null);
    }

    /// Removes a deleted room.
    pub(super) fn delete_room(&self, room: RoomId) {
        let mut board = self.board();
        board.delete_room(room);
        self.wake(&board);
    }

    /// Checks a person's availability soon, and sends a change to watchers. Repeated calls within [`TO_SETTLE`] lead to one
    /// check.
    pub(super) fn reassess_soon(self: &Arc<Self>, person: UserId) {
        if !self.people.expect_change(person) {
            return;
        }
        let board = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(TO_SETTLE).await;
            board.people.change_expected(person);
            board.reassess(person);
        });
    }

    /// Checks a person's availability after a delay, and sends a change to watchers.
    pub(super) fn reassess_after(self: &Arc<Self>, person: UserId, delay: Duration) {
        let board = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            board.reassess(person);
        });
    }

    /// Removes a connection that is gone, and checks its person's availability once the grace period is over.
    pub(super) fn left(self: &Arc<Self>, connection: &ClientConnection) {
        self.forget(connection.id);
        self.reassess_after(connection.user, self.grace);
    }

    /// Sets a person's availability from their connections to this process.
    fn reassess(&self, person: UserId) {
        let mut board = self.board();
        // Computed under the board's lock, so that of two concurrent checks the later result stays.
        if let Some(state) = self.people.availability(person, self.grace)
            && board.set(HERE, person, state)
        {
            self.wake(&board);
        }
    }

    fn take_hints(&self) -> BufferedHints {
        std::mem::take(&mut *self.hints())
    }

    fn take_changed(&self) -> Vec<(Person, Availability)> {
        self.board().take_changed_here()
    }

    fn at(&self, node: Node) -> Vec<(UserId, Availability)> {
        self.board().at(node)
    }

    fn unknown(&self, people: impl Iterator<Item = UserId>) -> Vec<UserId> {
        self.board().unknown(people)
    }

    fn put(&self, node: Node, people: Vec<(Person, Availability)>, rooms: &mut HashMap<UserId, Vec<RoomId>>) {
        let mut board = self.board();
        board.put(node, people, rooms);
        self.wake(&board);
    }

    fn gone_from(&self, node: Node, people: &[UserId]) {
        let mut board = self.board();
        for user in people {
            board.set(node, *user, Availability::Offline);
        }
        self.wake(&board);
    }

    fn forget_node(&self, node: Node) {
        let people: Vec<UserId> = self.at(node).into_iter().map(|(user, _)| user).collect();
        self.gone_from(node, &people);
    }

    fn hints(&self) -> MutexGuard<'_, BufferedHints> {
        self.hints.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self, board: &Board) {
        if board.is_pending() {
            self.changed.notify_one();
        }
        if board.has_changed_here() {
            self.to_share.notify_one();
        }
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Realtime {
    /// Opens a connection's session.
    pub(super) async fn open(&self, socket: &SocketRef, connection: &Arc<ClientConnection>, resume: Resume) {
        let presence = &self.0.hub.presence;
        match self.0.hub.open(socket, connection, resume).await {
            Ok(Some(Availability::Away)) => presence.reassess_after(connection.user, TO_SAY_AWAY),
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, "a session could not be opened");
                // The client reconnects and tries again. A packet that disconnects it would keep npm's client from that.
                match self.0.people.websocket_of(connection) {
                    Some(peer) => peer.abort(),
                    None => connection.end_polls(),
                }
            }
        }
        if self.0.people.get(connection.id).is_none() {
            // It disconnected while its session opened, so nothing else removes it from the board.
            presence.left(connection);
        }
    }

    /// `watch`: returns which of the watched people are online, and sends later changes.
    pub(super) fn watch(
        &self,
        _: &SocketRef,
        connection: &Arc<ClientConnection>,
        args: &EventArgs,
        ack: AckSender,
    ) {
        let checked = self
            .charge(connection, Cost::Events(cost_of(args)))
            .and_then(|()| args.read())
            .and_then(within_limits);
        let Watch { mut rooms, people } = match checked {
            Ok(watch) => watch,
            Err(error) => return self.handle::<Watched>(connection, ack, || Err(error)),
        };
        ClientConnection::count(&connection.events);
        rooms.retain(|room| connection.member_of(*room).is_ok());
        let watched = {
            let mut board = self.0.hub.presence.board();
            if !board.has_watcher(connection.id) {
                drop(board);
                return self.handle::<Watched>(connection, ack, || {
                    Err(WireError::new(
                        ErrorCode::Busy,
                        "the session is not open yet: wait for it",
                    ))
                });
            }
            board.watch(connection.id, connection.user, rooms, people)
        };
        self.answer(connection, ack, &Reply::Ok(watched));
        self.0.hub.presence.opened(connection.id);
    }
}

/// Whether a watch is within the limits of one connection.
pub(super) fn is_within_limits(watch: &Watch) -> bool {
    watch.rooms.len() <= limit::WATCHED_ROOMS && watch.people.len() <= limit::WATCHED_PEOPLE
}

fn within_limits(watch: Watch) -> Result<Watch, WireError> {
    if is_within_limits(&watch) {
        return Ok(watch);
    }
    Err(WireError::new(
        ErrorCode::TooLarge,
        format!(
            "you can watch at most {} rooms and {} people",
            limit::WATCHED_ROOMS,
            limit::WATCHED_PEOPLE
        ),
    ))
}
