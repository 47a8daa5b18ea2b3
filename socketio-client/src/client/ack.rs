//! The future of one ack.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use serde::de::DeserializeOwned;

use super::shared::Shared;
use crate::protocol::Ticket;
use crate::{AckError, Payload};

/// Resolves to the server's ack. The event is sent whether this is polled or not.
#[must_use = "without the ack nobody learns whether the server got the event"]
pub struct Ack<R> {
    state: AckState,
    result: PhantomData<fn() -> R>,
}

enum AckState {
    Waiting(Arc<Shared>, Ticket),
    Failed(AckError),
    Done,
}

impl AckState {
    fn poll(&mut self, cx: &Context<'_>) -> Poll<Result<Payload, AckError>> {
        match std::mem::replace(self, Self::Done) {
            Self::Failed(error) => Poll::Ready(Err(error)),
            Self::Done => Poll::Ready(Err(AckError::Disconnected)),
            Self::Waiting(shared, ticket) => {
                let result = shared.untimed(|inner| inner.poll_ack(ticket, cx));
                if result.is_pending() {
                    *self = Self::Waiting(shared, ticket);
                }
                result
            }
        }
    }
}

impl<R> Ack<R> {
    pub(super) fn new(sent: Result<Ticket, AckError>, shared: &Arc<Shared>) -> Self {
        Self {
            state: match sent {
                Ok(ticket) => AckState::Waiting(shared.clone(), ticket),
                Err(error) => AckState::Failed(error),
            },
            result: PhantomData,
        }
    }
}

impl<R: DeserializeOwned> Future for Ack<R> {
    type Output = Result<R, AckError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let result = std::task::ready!(self.state.poll(cx));
        Poll::Ready(result.and_then(|payload| {
            payload
                .parse()
                .map_err(|error| AckError::Malformed(error.to_string()))
        }))
    }
}

impl<R> Drop for Ack<R> {
    fn drop(&mut self) {
        if let AckState::Waiting(shared, ticket) = &self.state {
            shared.untimed(|inner| inner.forget_ack(*ticket));
        }
    }
}

impl<R> std::fmt::Debug for Ack<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ack").finish_non_exhaustive()
    }
}
