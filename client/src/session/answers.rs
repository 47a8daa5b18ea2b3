//! The server's answers.

use std::time::Duration;

use steadfast_shared::WireError;
use steadfast_shared::event::Sent;

use super::Session;
use super::input::Answer;
use super::output::Change;
use super::requests::RequestPurpose;
use crate::outbox::BatchOutcome;
use crate::record::{Rejection, Write};
use crate::request::{RequestError, RequestId};
use crate::tab_message::{Stored, TabMessage};

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
            (RequestPurpose::Send, Ok(Answer::Send(reply))) => self.send_answered(request, Ok(reply), now),
            (RequestPurpose::Send, result) => self.send_answered(request, Err(no_answer(&result)), now),
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
        if self.requests.are_unheard() {
            self.dialer.renew();
        }
    }

    fn send_answered(
        &mut self,
        request: RequestId,
        result: Result<Result<Vec<Sent>, WireError>, RequestError>,
        now: Duration,
    ) {
        let chat = &mut self.chat;
        let outcomes = chat.outbox.answered(request, result, now, &mut self.rng);
        let mut sent = Vec::new();
        for outcome in outcomes {
            match outcome {
                BatchOutcome::Stored { id, seq, at } => {
                    let room = chat.outbox.get(id).map(|item| item.room);
                    if let Some((room, epoch)) = room.zip(chat.account.epoch()) {
                        let stored = Stored { id, room, seq, at };
                        chat.settle(epoch, stored, true);
                        sent.push(stored);
                    }
                }
                BatchOutcome::Refused { id, error } => {
                    let rejection = Rejection::Refused(error);
                    if let Some(item) = chat.outbox.reject(id, rejection.clone()).cloned() {
                        chat.effects.rows_changed(item.room);
                        chat.effects.writes.push(Write::PutOutbox(item));
                        chat.effects.tell(TabMessage::Rejected { id, rejection });
                    }
                }
            }
        }
        chat.broadcast_sent(sent);
        chat.effects.changes.insert(Change::Outbox);
    }
}

/// Why there is no answer of the expected kind.
fn no_answer(result: &Result<Answer, RequestError>) -> RequestError {
    match result {
        Ok(_) => RequestError::Malformed,
        Err(error) => *error,
    }
}
