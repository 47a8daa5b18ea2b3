//! The wait for one ack.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use serde::de::DeserializeOwned;

use super::shared::Shared;
use crate::AckError;
use crate::protocol::Ticket;

/// Resolves to the server's ack. The event is sent whether this is polled or not.
#[must_use = "without the ack nobody learns whether the server got the event"]
pub struct Ack<R> {
    state: State,
    result: PhantomData<fn() -> R>,
}

enum State {
    Waiting(Arc<Shared>, Ticket),
    Failed(AckError),
    Done,
}

impl<R> Ack<R> {
    pub(super) fn new(sent: Result<Ticket, AckError>, shared: &Arc<Shared>) -> Self {
        Self {
            state: match sent {
                Ok(ticket) => State::Waiting(shared.clone(), ticket),
                Err(error) => State::Failed(error),
            },
            result: PhantomData,
        }
    }
}

impl<R: DeserializeOwned> Future for Ack<R> {
    type Output = Result<R, AckError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let result = match std::mem::replace(&mut self.state, State::Done) {
            State::Failed(error) => Err(error),
            State::Done => Err(AckError::Disconnected),
            State::Waiting(shared, ticket) => match shared.with(|inner, _| inner.poll_ack(ticket, cx)) {
                Poll::Ready(result) => result,
                Poll::Pending => {
                    self.state = State::Waiting(shared, ticket);
                    return Poll::Pending;
                }
            },
        };
        Poll::Ready(result.and_then(|payload| {
            payload
                .parse()
                .map_err(|error| AckError::Malformed(error.to_string()))
        }))
    }
}

impl<R> Drop for Ack<R> {
    fn drop(&mut self) {
        if let State::Waiting(shared, ticket) = &self.state {
            shared.with(|inner, _| inner.forget_ack(*ticket));
        }
    }
}

impl<R> std::fmt::Debug for Ack<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ack").finish_non_exhaustive()
    }
}
