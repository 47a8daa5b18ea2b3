//! Receives sent entries.

use std::sync::Arc;

use serde::Deserialize;
use socketioxide::extract::{AckSender, SocketRef};
use steadfast_shared::event::{Reply, SendItem, Sent};
use steadfast_shared::{ErrorCode, WireError, limit};

use super::work::Job;
use crate::realtime::args::EventArgs;
use crate::realtime::connection::{ClientConnection, Cost};
use crate::realtime::{Realtime, cost_of};

impl Realtime {
    /// `send`: queues a batch, in the order of arrival; the writer answers.
    pub(in crate::realtime) fn send(
        &self,
        _: &SocketRef,
        connection: &Arc<ClientConnection>,
        args: &EventArgs,
        ack: AckSender,
    ) {
        let mut ack = Some(ack);
        let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.check(connection, args)));
        let items = match checked {
            Ok(Ok(items)) => items,
            refused => {
                if let Some(ack) = ack.take() {
                    self.handle::<Vec<Sent>>(connection, ack, || match refused {
                        Ok(Err(error)) => Err(error),
                        _ => Err(WireError::new(
                            ErrorCode::Unavailable,
                            "an internal error occurred: try again",
                        )),
                    });
                }
                return;
            }
        };
        ClientConnection::count(&connection.events);
        let (realtime, answered) = (self.clone(), connection.clone());
        self.0.writer.push(Job {
            author: connection.user,
            address: connection.address,
            items,
            answer: Box::new(move |reply: Reply<Vec<Sent>>| {
                if let Some(ack) = ack {
                    realtime.answer(&answered, ack, &reply);
                }
            }),
        });
    }

    fn check(&self, connection: &ClientConnection, args: &EventArgs) -> Result<Vec<SendItem>, WireError> {
        let items: Vec<SendItem> = match args.read() {
            Ok(items) => items,
            Err(error) => {
                self.charge(connection, Cost::Events(cost_of(args)))?;
                return Err(why_unreadable(args, error));
            }
        };
        let cost = u32::try_from(items.len()).unwrap_or(u32::MAX).max(cost_of(args));
        self.charge(connection, Cost::Messages(cost))?;
        if items.len() > limit::BATCH_ITEMS {
            let message = format!("more than {} entries in one send", limit::BATCH_ITEMS);
            return Err(WireError::new(ErrorCode::TooLarge, message));
        }
        if items.iter().map(|item| item.body.text_bytes()).sum::<usize>() > limit::BATCH_BYTES {
            let message = format!("more than {} bytes of text in one send", limit::BATCH_BYTES);
            return Err(WireError::new(ErrorCode::TooLarge, message));
        }
        if items.iter().any(|item| !item.body.is_sendable()) {
            return Err(WireError::new(
                ErrorCode::Invalid,
                "entries of this kind cannot be sent",
            ));
        }
        Ok(items)
    }
}

/// Distinguishes texts that are too long from other invalid arguments.
fn why_unreadable(args: &EventArgs, error: WireError) -> WireError {
    #[derive(Deserialize)]
    struct Loose {
        body: LooseBody,
    }
    #[derive(Deserialize)]
    struct LooseBody {
        text: String,
    }
    let too_long = args.read::<Vec<Loose>>().is_ok_and(|items| {
        items
            .iter()
            .any(|item| item.body.text.trim_end().len() > limit::MESSAGE_BYTES)
    });
    if too_long {
        let message = format!("a text is longer than {} bytes", limit::MESSAGE_BYTES);
        return WireError::new(ErrorCode::TooLarge, message);
    }
    error
}
