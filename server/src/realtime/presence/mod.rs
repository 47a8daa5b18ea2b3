//! Who is there: the union over a person's connections, told by room to those who watch.
//!
//! - [`board`]: who is there, who watches whom, and the pending updates
//! - `send`: watchers get updates, in batches
//! - `share`: the other nodes are told, and tell
//!
//! Nothing here touches a cursor, and late updates do no harm: a client that watches anew gets the current state.

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
use super::hub::Hub;
use super::resume::Resume;
use super::{Realtime, cost_of};
use crate::store::PeoplePage;
use board::{Board, HERE, Node};

use share::HeardHints;

pub(super) use send::keep_sending;
pub(super) use share::keep_sharing;

/// How long a connection of somebody who was away has to say that nobody sits at it either.
const TO_SAY_AWAY: Duration = Duration::from_secs(1);
/// How long somebody who goes away and comes back, at whichever of their devices, may change their mind.
const TO_SETTLE: Duration = Duration::from_millis(200);

/// Who is there, and who is to be told. No query is awaited under its lock.
#[derive(Debug, Default)]
pub(super) struct PresenceBoard {
    board: Mutex<Board>,
    changed: Notify,
    /// The state of other nodes.
    hints: Mutex<HeardHints>,
    /// There is something for other nodes, or from them.
    to_share: Notify,
}

/// The presence part of a session that opens.
#[derive(Debug, Default)]
pub(super) struct Opening {
    /// How the person was known before.
    pub(super) known: Option<Availability>,
    pub(super) online: Vec<Presence>,
    pub(super) watched: Option<Watched>,
}

impl PresenceBoard {
    /// A connection's session is about to open. Nothing is told to it before [`PresenceBoard::opened`].
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
            Some(Watch { rooms: asked, people }) => {
                let asked = asked.into_iter().filter(|room| rooms.contains(room));
                opening.watched = Some(board.watch(connection.id, me.id, asked, people));
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

    /// A connection's first answer is on its way: changes follow.
    pub(super) fn opened(&self, id: Sid) {
        let mut board = self.board();
        board.open(id);
        self.wake(&board);
    }

    /// A connection is gone.
    pub(super) fn forget(&self, id: Sid) {
        self.board().forget(id);
    }

    /// Somebody came into a room.
    pub(super) fn join(&self, room: RoomId, user: UserId, own: &[Sid]) {
        let mut board = self.board();
        board.join(room, user, own);
        self.wake(&board);
    }

    /// Somebody left a room.
    pub(super) fn leave(&self, room: RoomId, user: UserId, own: &[Sid]) {
        let mut board = self.board();
        board.leave_room(room, user, own);
        self.wake(&board);
    }

    /// Somebody goes by another name.
    pub(super) fn rename(&self, person: &Person) {
        let mut board = self.board();
        board.rename(person);
        self.wake(&board);
    }

    /// A page of those in a room who are there, by name.
    pub(super) fn listed(&self, room: RoomId, page: &PeoplePage) -> Vec<(Person, Availability)> {
        self.board().listed(room, page)
    }

    /// Who of those who are there is in a room.
    pub(super) fn members_of(&self, room: RoomId) -> HashSet<UserId> {
        self.board().members_of(room)
    }

    /// Whether somebody is there, as it is told.
    pub(super) fn state(&self, user: UserId) -> Availability {
        self.board().state(user)
    }

    /// Has other nodes told from here on.
    pub(super) fn share(&self) {
        self.board().share();
    }

    /// Another node tells something.
    pub(super) fn on_hint(&self, hint: Value) {
        self.hints().on_hint(hint);
        self.to_share.notify_one();
    }

    /// Something other nodes told may have been lost.
    pub(super) fn on_lost_hints(&self) {
        self.on_hint(Value::Null);
    }

    /// A room is gone.
    pub(super) fn delete_room(&self, room: RoomId) {
        let mut board = self.board();
        board.delete_room(room);
        self.wake(&board);
    }

    fn take_hints(&self) -> HeardHints {
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

    fn hints(&self) -> MutexGuard<'_, HeardHints> {
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
        match self.0.hub.open(socket, connection, resume).await {
            Ok(Some(Availability::Away)) => self.reassess(connection.user, TO_SAY_AWAY),
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, "a session could not be opened");
                // It connects again, and asks again.
                match self.0.people.peer_of(connection) {
                    Some(peer) => peer.abort(),
                    None => drop(socket.clone().disconnect()),
                }
            }
        }
        if self.0.people.get(connection.id).is_none() {
            // It left while its session opened: nobody else takes it off the board.
            self.0.hub.presence.forget(connection.id);
            self.reassess(connection.user, self.0.config.limits.presence_grace);
        }
    }

    /// `watch`: tells who is there of those a client shows, and changes from here on.
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
            if !board.knows(connection.id) {
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

    /// Has watchers told soon whether somebody is there, where that is otherwise then. However often this is asked for, they
    /// are told once in [`TO_SETTLE`].
    pub(super) fn reassess_soon(&self, person: UserId) {
        if !self.0.people.expect_change(person) {
            return;
        }
        let realtime = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(TO_SETTLE).await;
            realtime.0.people.change_expected(person);
            let grace = realtime.0.config.limits.presence_grace;
            realtime.0.hub.reassess(person, grace);
        });
    }

    /// Has watchers told after a while whether somebody is there, where that is otherwise then.
    pub(super) fn reassess(&self, person: UserId, after: Duration) {
        let realtime = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            let grace = realtime.0.config.limits.presence_grace;
            realtime.0.hub.reassess(person, grace);
        });
    }
}

/// Whether no more is watched than one connection may.
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
            "more than {} rooms or {} people watched",
            limit::WATCHED_ROOMS,
            limit::WATCHED_PEOPLE
        ),
    ))
}

impl Hub {
    /// Notes whether somebody is there, over their connections to this process.
    fn reassess(&self, person: UserId, grace: Duration) {
        let mut board = self.presence.board();
        // Under the board's lock, so that of two who look at once the later view stays.
        if let Some(state) = self.people.availability(person, grace)
            && board.set(HERE, person, state)
        {
            self.presence.wake(&board);
        }
    }
}
