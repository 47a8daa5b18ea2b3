//! Hints over Redis: one connection that publishes, subscribes and is pinged.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, PushInfo, PushKind, Value};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::link::{LinkError, LinkMessage};
use crate::config::RedisServer;

/// Time limit to connect, and to answer.
const ANSWER: Duration = Duration::from_secs(2);
/// Most received messages that are not read yet.
const UNREAD: usize = 1_024;

impl RedisServer {
    /// Connects, and subscribes to a channel.
    pub(super) async fn connect(&self, channel: &str) -> Result<(Publisher, Subscription), LinkError> {
        let missed = Arc::new(AtomicBool::new(false));
        let (received, messages) = mpsc::channel(UNREAD);
        let note = missed.clone();
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(ANSWER))
            .set_response_timeout(Some(ANSWER))
            .set_push_sender(move |push: PushInfo| {
                let Some(pushed) = Pushed::read(push) else {
                    return Ok(());
                };
                match received.try_send(pushed) {
                    Err(mpsc::error::TrySendError::Full(_)) => {
                        note.store(true, Ordering::Release);
                        Ok(())
                    }
                    done => done.map_err(drop),
                }
            });
        let connecting = async {
            let mut connection = self
                .client
                .get_multiplexed_async_connection_with_config(&config)
                .await?;
            connection.subscribe(channel).await?;
            Ok::<_, redis::RedisError>(connection)
        };
        let connection = timeout(2 * ANSWER, connecting)
            .await
            .map_err(|_| LinkError::Silent)??;
        Ok((
            Publisher {
                connection: connection.clone(),
                channel: channel.to_owned(),
            },
            Subscription {
                connection,
                messages,
                missed,
            },
        ))
    }
}

/// A message that Redis pushed.
enum Pushed {
    Message(String),
    Gone,
}

impl Pushed {
    fn read(push: PushInfo) -> Option<Self> {
        match push.kind {
            PushKind::Message => match push.data.into_iter().nth(1)? {
                Value::BulkString(bytes) => Some(Self::Message(String::from_utf8_lossy(&bytes).into_owned())),
                Value::SimpleString(text) => Some(Self::Message(text)),
                _ => Some(Self::Message(String::new())),
            },
            PushKind::Disconnection => Some(Self::Gone),
            _ => None,
        }
    }
}

pub(super) struct Publisher {
    connection: MultiplexedConnection,
    channel: String,
}

impl Publisher {
    pub(super) async fn send(&mut self, text: &str) -> Result<(), LinkError> {
        let mut publish = redis::cmd("PUBLISH");
        publish.arg(&self.channel).arg(text);
        let publishing = publish.query_async::<()>(&mut self.connection);
        Ok(timeout(2 * ANSWER, publishing)
            .await
            .map_err(|_| LinkError::Silent)??)
    }
}

pub(super) struct Subscription {
    connection: MultiplexedConnection,
    messages: mpsc::Receiver<Pushed>,
    missed: Arc<AtomicBool>,
}

impl Subscription {
    pub(super) async fn next(&mut self) -> Result<LinkMessage, LinkError> {
        if self.missed.swap(false, Ordering::AcqRel) {
            return Ok(LinkMessage::Missed);
        }
        match self.messages.recv().await {
            Some(Pushed::Message(text)) => Ok(LinkMessage::Text(text)),
            Some(Pushed::Gone) | None => Err(LinkError::Ended),
        }
    }

    pub(super) async fn ping(&mut self) -> Result<(), LinkError> {
        let ping = redis::cmd("PING");
        let pinging = ping.query_async::<()>(&mut self.connection);
        Ok(timeout(2 * ANSWER, pinging)
            .await
            .map_err(|_| LinkError::Silent)??)
    }
}
