//! The server's events and answers.

use std::time::Duration;

use steadfast_shared::event::{self, ClosingReason, Entries, Heads, Nodes, Opened, Sent};
use steadfast_shared::{Role, WireError};

use super::Session;
use super::asking::RequestPurpose;
use super::input::{Answer, ServerEvent};
use super::output::Change;
use crate::mutants::{Mutant, mutant_active};
use crate::outbox::BatchOutcome;
use crate::paging::PageResult;
use crate::record::{Identity, Rejection, Write};
use crate::request::{RequestError, RequestId};
use crate::tab_message::{Stored, TabMessage};

/// So many requests in a row without an answer, and the link is taken for deaf.
const UNANSWERED: u32 = 2;

impl Session {
    pub(super) fn event(&mut self, event: ServerEvent, now: Duration) {
        match event {
            ServerEvent::Session(event::Session::Open(opened)) => self.open(opened, now),
            ServerEvent::Session(event::Session::Closing { reason }) => {
                self.dialer.closing(reason, now, &mut self.rng);
                if matches!(
                    reason,
                    ClosingReason::SignedOut | ClosingReason::Banned | ClosingReason::Deactivated
                ) {
                    self.ended = Some(reason);
                }
            }
            ServerEvent::Entries(entries) if self.is_online() => self.entries(entries, false),
            ServerEvent::Entries(entries) => {
                if let Some(early) = self.dialer.early() {
                    early.keep_entries(entries);
                }
            }
            ServerEvent::Sync(heads) => self.heads(heads),
            ServerEvent::Typing(typing) => {
                if self.my_id() != Some(typing.person.id) && self.rooms.contains_key(&typing.room) {
                    let person = self.names.current(&typing.person).clone();
                    self.presence.writes(typing.room, person, now);
                    self.changes.insert(Change::Typing(typing.room));
                }
            }
            ServerEvent::Presence(presence) => self.comes_or_goes(presence, now),
            ServerEvent::Watched(watched) => self.watched(watched, now),
            ServerEvent::Read(read) => {
                if let Some(room) = self.rooms.get_mut(&read.room)
                    && room.mark_read(read.seq, true)
                {
                    self.changes.insert(Change::Rooms);
                }
            }
            ServerEvent::Room(news) => self.room_news(news),
            ServerEvent::Members(news) => self.member_news(&news, now),
            ServerEvent::Blocked(news) => self.block_news(news),
            ServerEvent::Role(news) => {
                self.role = news.role;
                self.changes.insert(Change::Connection);
            }
            ServerEvent::Nodes(nodes) => {
                self.nodes = nodes;
                self.changes.insert(Change::Connection);
            }
            ServerEvent::MemberRole(news) => {
                self.changes.insert(Change::Role(news.person, news.role));
            }
        }
    }

    fn open(&mut self, opened: Opened, now: Duration) {
        let identity = Identity {
            me: opened.me.clone(),
            epoch: opened.epoch,
        };
        let early = self
            .dialer
            .opened(identity, opened.recovered, opened.last_closed, now);
        // Of a link that was hung up.
        let Some(early) = early else { return };
        self.identify(opened.me, opened.epoch);
        self.role = if opened.owner { Role::Owner } else { opened.role };
        self.blocked = opened.blocked;
        self.ended = None;
        // A degraded cluster is reported next.
        self.nodes = Nodes { degraded: false };
        self.unanswered = 0;
        self.sync_at = now + self.options.sync_every;
        self.open_rooms(&opened.rooms, &opened.reset);
        self.migrate();
        self.acknowledge_early();
        self.early_acked.clear();
        for missed in opened.missed {
            self.entries(missed, true);
        }
        for early in early.entries {
            self.entries(early, false);
        }
        self.open_presence(opened.online, opened.watched, now);
        for news in early.rooms {
            self.room_news(news);
        }
        if self.away {
            self.tell_away();
        }
        self.changes.extend([Change::Connection, Change::Rooms]);
    }

    /// Takes in entries of the log, however they came.
    pub(super) fn entries(
        &mut self,
        Entries {
            room: id, entries, ..
        }: Entries,
        missed: bool,
    ) {
        if !self.rooms.contains_key(&id) {
            return self.too_early(id, entries);
        }
        self.recognise_all(id, &entries);
        if self.names.hear(&entries) {
            self.renamed();
        }
        for entry in entries.iter().filter(|entry| entry.body.text().is_some()) {
            if self.presence.wrote(id, entry.author.id) {
                self.changes.insert(Change::Typing(id));
            }
        }
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        if room.offer(entries, missed) {
            room.cache_is_old = true;
            self.changes.insert(Change::Timeline(id));
        }
        self.changes.insert(Change::Rooms);
    }

    /// A head below the cursor that was sent is that of a node a little behind, or of a database that went back in
    /// time.
    fn synced(&mut self, heads: Heads) {
        for (id, cursor) in std::mem::take(&mut self.synced_cursors) {
            if heads.get(&id).is_some_and(|head| *head < cursor.seq)
                && let Some(room) = self.rooms.get_mut(&id)
            {
                room.inbox.doubt();
            }
        }
        self.heads(heads);
    }

    fn heads(&mut self, heads: Heads) {
        if !self.is_online() || mutant_active(Mutant::SyncIgnored) {
            return;
        }
        for (id, head) in heads {
            if let Some(room) = self.rooms.get_mut(&id)
                && room.inbox.hear_head(head)
            {
                self.changes.insert(Change::Rooms);
            }
        }
    }

    pub(super) fn answered(
        &mut self,
        request: RequestId,
        result: Result<Answer, RequestError>,
        now: Duration,
    ) {
        let Some(asked) = self.asked.remove(&request) else {
            return;
        };
        match &result {
            Err(RequestError::Timeout) => self.unanswered += 1,
            Err(RequestError::Disconnected) => {}
            Ok(_) | Err(RequestError::Malformed) => self.unanswered = 0,
        }
        match (asked, result) {
            (RequestPurpose::Send, Ok(Answer::Send(reply))) => self.send_answered(request, Ok(reply), now),
            (RequestPurpose::Send, result) => self.send_answered(request, Err(no_answer(&result)), now),
            (RequestPurpose::History(..) | RequestPurpose::Look(..), result) => {
                let result = match result {
                    Ok(Answer::History(reply)) => Ok(reply),
                    result => Err(no_answer(&result)),
                };
                self.pulled(request, asked, result, now);
            }
            (RequestPurpose::Sync, Ok(Answer::Sync(Ok(heads)))) => self.synced(heads),
            // The next one comes soon enough.
            (RequestPurpose::Sync, _) => {}
            (RequestPurpose::Watch, Ok(Answer::Watch(reply))) => self.watch_answered(Ok(reply), now),
            (RequestPurpose::Watch, result) => self.watch_answered(Err(no_answer(&result)), now),
        }
        if self.unanswered >= UNANSWERED {
            self.unanswered = 0;
            self.dialer.renew();
        }
    }

    fn send_answered(
        &mut self,
        request: RequestId,
        result: Result<Result<Vec<Sent>, WireError>, RequestError>,
        now: Duration,
    ) {
        let outcomes = self.outbox.answered(request, result, now, &mut self.rng);
        let mut sent = Vec::new();
        for outcome in outcomes {
            match outcome {
                BatchOutcome::Stored { id, seq, at } => {
                    let room = self.outbox.get(id).map(|item| item.room);
                    if let Some((room, epoch)) = room.zip(self.epoch()) {
                        let stored = Stored { id, room, seq, at };
                        self.settle(epoch, stored, true);
                        sent.push(stored);
                    }
                }
                BatchOutcome::Refused { id, .. } if mutant_active(Mutant::RejectedDropped) => {
                    self.outbox.discard(id);
                }
                BatchOutcome::Refused { id, error } => {
                    let rejection = Rejection::Refused(error);
                    if let Some(item) = self.outbox.reject(id, rejection.clone()).cloned() {
                        self.rows_changed(item.room);
                        self.writes.push(Write::PutOutbox(item));
                        self.tell(TabMessage::Rejected { id, rejection });
                    }
                }
            }
        }
        self.broadcast_sent(sent);
        self.changes.insert(Change::Outbox);
    }

    fn pulled(&mut self, request: RequestId, asked: RequestPurpose, result: PageResult, now: Duration) {
        let (RequestPurpose::History(id, heard) | RequestPurpose::Look(id, heard)) = asked else {
            return;
        };
        if !self.rooms.contains_key(&id) {
            return;
        }
        if let Ok(Ok(page)) = &result
            && page.room == id
        {
            self.recognise_all(id, &page.entries);
            if self.names.read(&page.entries, heard) {
                self.renamed();
            }
        }
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        let result = match result {
            Ok(Ok(page)) if page.room != id => Err(RequestError::Malformed),
            result => result,
        };
        let cursor = room.inbox.high();
        let changed = match asked {
            RequestPurpose::Look(..) => room.looked(request, result, now, &mut self.rng),
            _ => room.pulled(request, result, now, &mut self.rng),
        };
        if changed {
            room.cache_is_old = true;
            self.changes.insert(Change::Timeline(id));
        }
        if room.inbox.high() < cursor {
            self.let_go_of_places(id);
        }
        self.changes.insert(Change::Rooms);
    }
}

/// Why there is no answer of the expected kind.
fn no_answer(result: &Result<Answer, RequestError>) -> RequestError {
    match result {
        Ok(_) => RequestError::Malformed,
        Err(error) => *error,
    }
}
