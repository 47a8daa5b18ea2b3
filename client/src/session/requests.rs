//! The requests to the server, when they are due, and who takes their answers.

use std::time::Duration;

use steadfast_shared::RoomId;
use steadfast_shared::event::Cursors;

use super::Session;
use super::conversation::Conversation;
use super::input::Answer;
use super::output::{Change, Effects, Output, Request};
use crate::connection::Connection;
use crate::people::names::NamesVersion;
use crate::request::{RequestError, RequestId};
use crate::room::Room;
use crate::vec_map::VecMap;

/// Most pages under way at once, all rooms together.
const PULLS: usize = 4;

/// An item that waits this long in sight of a tab that is online is sent by it, leader or not.
const TAKE_OVER: Duration = Duration::from_secs(15);

/// So many requests in a row without an answer, and the link is taken for deaf.
const UNANSWERED: u32 = 2;

/// The purpose of a request under way. A page's has the version of the names when it was requested, too.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RequestPurpose {
    Send,
    History(RoomId, NamesVersion),
    Look(RoomId, NamesVersion),
    Sync,
    Watch,
}

/// The requests under way on this link.
#[derive(Debug)]
pub(super) struct Requests {
    under_way: VecMap<RequestId, RequestPurpose>,
    last: u64,
    /// Those in a row that nobody answered in time.
    unanswered: u32,
    /// How long an answer may take.
    timeout: Duration,
    /// How often cursors are compared with heads, and when next.
    sync_every: Duration,
    sync_at: Duration,
    /// The cursors that the last `sync` sent.
    synced: Cursors,
}

impl Requests {
    pub(super) fn new(timeout: Duration, sync_every: Duration) -> Self {
        Self {
            under_way: VecMap::default(),
            last: 0,
            unanswered: 0,
            timeout,
            sync_every,
            sync_at: Duration::ZERO,
            synced: Cursors::new(),
        }
    }

    pub(super) fn ask(&mut self, purpose: RequestPurpose, ask: Request, effects: &mut Effects) {
        let request = self.next();
        self.last = request.0;
        self.under_way.insert(request, purpose);
        effects.outputs.push_back(Output::Request {
            request,
            ask,
            timeout: self.timeout,
        });
    }

    /// Whether a request of this purpose is under way.
    pub(super) fn has(&self, purpose: RequestPurpose) -> bool {
        self.under_way.values().any(|asked| *asked == purpose)
    }

    /// The purpose of a request that is answered. `None` for one of a link that is gone.
    pub(super) fn answered(
        &mut self,
        request: RequestId,
        result: &Result<Answer, RequestError>,
    ) -> Option<RequestPurpose> {
        let purpose = self.under_way.remove(&request)?;
        match result {
            Err(RequestError::Timeout) => self.unanswered += 1,
            Err(RequestError::Disconnected) => {}
            Ok(_) | Err(RequestError::Malformed) => self.unanswered = 0,
        }
        Some(purpose)
    }

    /// Whether the link is to be taken for deaf.
    pub(super) fn are_unanswered(&self) -> bool {
        self.unanswered >= UNANSWERED
    }

    /// A session opened, with the heads of all rooms: the next comparison is due later.
    pub(super) fn opened(&mut self, now: Duration) {
        self.unanswered = 0;
        self.sync_at = now + self.sync_every;
    }

    /// A connection's requests die with it: an answer to them, should one still come, is of another connection, and
    /// perhaps of another epoch.
    pub(super) fn forget(&mut self) {
        self.under_way.clear();
        self.unanswered = 0;
    }

    /// The cursors that the last `sync` sent, for its answer.
    pub(super) fn take_synced(&mut self) -> Cursors {
        std::mem::take(&mut self.synced)
    }

    /// Requests whatever is due of the conversation while the session is open.
    pub(super) fn drive(&mut self, chat: &mut Conversation, connection: &Connection, now: Duration) {
        self.send(chat, connection, now);
        self.pull_pages(chat, now);
    }

    /// Compares cursors with heads, where that is due.
    pub(super) fn drive_sync(&mut self, chat: &mut Conversation, now: Duration) {
        if self.sync_at > now {
            return;
        }
        self.sync_at = now + self.sync_every;
        if !self.has(RequestPurpose::Sync) {
            let cursors = chat.rooms.cursors();
            self.synced.clone_from(&cursors);
            self.ask(RequestPurpose::Sync, Request::Sync(cursors), &mut chat.effects);
        }
    }

    /// When something is due of the conversation.
    pub(super) fn deadline(&self, chat: &Conversation, connection: &Connection) -> Option<Duration> {
        let now = chat.outbox.now;
        let pulls_full = chat.rooms.iter().map(Room::pulling).sum::<usize>() >= PULLS;
        let pulls = chat.rooms.iter().filter_map(Room::pull_not_before);
        let pull = pulls.min().filter(|_| !pulls_full);
        let takes_over = takes_over_at(chat, connection).filter(|_| !chat.leads);
        let drains = takes_over.is_none_or(|at| at <= now);
        let send = chat.outbox.flight.not_before().filter(|_| drains);
        let takes_over = takes_over.filter(|_| !drains);
        let due = [Some(self.sync_at), pull, send, takes_over];
        due.into_iter().flatten().filter(|at| *at > now).min()
    }

    fn send(&mut self, chat: &mut Conversation, connection: &Connection, now: Duration) {
        let Some(whose) = connection.identity() else {
            return;
        };
        if !chat.leads && takes_over_at(chat, connection).is_none_or(|at| at > now) {
            return;
        }
        if let Some(batch) = chat.outbox.next_batch(self.next(), whose, now) {
            self.ask(RequestPurpose::Send, Request::Send(batch), &mut chat.effects);
            chat.effects.changes.insert(Change::Outbox);
        }
    }

    fn pull_pages(&mut self, chat: &mut Conversation, now: Duration) {
        let mut under_way = chat.rooms.iter().map(Room::pulling).sum::<usize>();
        let mut pulls = Vec::new();
        let version = chat.names.version();
        for room in chat.rooms.iter_mut() {
            if under_way >= PULLS {
                break;
            }
            // A person waits for the detached view.
            let request = RequestId(self.next().0 + pulls.len() as u64);
            if let Some(pull) = room.look_pull(request, now) {
                under_way += 1;
                pulls.push((RequestPurpose::Look(room.id, version), pull));
            }
            let request = RequestId(self.next().0 + pulls.len() as u64);
            if let Some(pull) = room.inbox.next_pull(room.id, request, now) {
                under_way += 1;
                pulls.push((RequestPurpose::History(room.id, version), pull));
            }
        }
        for (purpose, pull) in pulls {
            self.ask(purpose, Request::History(pull), &mut chat.effects);
        }
    }

    fn next(&self) -> RequestId {
        RequestId(self.last + 1)
    }
}

/// When this tab sends the waiting items although another one is the leader: that one is frozen, or cut off. The server
/// knows a repeat, so nothing is stored twice where both send.
fn takes_over_at(chat: &Conversation, connection: &Connection) -> Option<Duration> {
    let Connection::Online {
        identity,
        since: online,
        ..
    } = connection
    else {
        return None;
    };
    let waiting = chat.outbox.waiting_since(identity)?;
    Some(waiting.max(*online) + TAKE_OVER)
}

impl Session {
    pub(super) fn answered(
        &mut self,
        request: RequestId,
        result: Result<Answer, RequestError>,
        now: Duration,
    ) {
        let Some(purpose) = self.requests.answered(request, &result) else {
            return;
        };
        let chat = &mut self.chat;
        match (purpose, result) {
            (RequestPurpose::Send, Ok(Answer::Send(reply))) => {
                chat.batch_answered(request, Ok(reply), now, &mut self.rng);
            }
            (RequestPurpose::Send, result) => {
                chat.batch_answered(request, Err(no_answer(&result)), now, &mut self.rng);
            }
            (RequestPurpose::History(..) | RequestPurpose::Look(..), result) => {
                let result = match result {
                    Ok(Answer::History(reply)) => Ok(reply),
                    result => Err(no_answer(&result)),
                };
                chat.pulled(request, purpose, result, now, &mut self.rng);
            }
            (RequestPurpose::Sync, Ok(Answer::Sync(Ok(heads)))) => {
                chat.heads(heads, &self.requests.take_synced());
            }
            // The next one comes soon enough.
            (RequestPurpose::Sync, _) => {}
            (RequestPurpose::Watch, Ok(Answer::Watch(reply))) => {
                self.people.watch_answered(Ok(reply), chat, now);
            }
            (RequestPurpose::Watch, result) => {
                self.people.watch_answered(Err(no_answer(&result)), chat, now);
            }
        }
        if self.requests.are_unanswered() {
            self.dialer.renew();
        }
    }
}

/// Why there is no answer of the expected kind.
fn no_answer(result: &Result<Answer, RequestError>) -> RequestError {
    match result {
        Ok(_) => RequestError::Malformed,
        Err(error) => *error,
    }
}
