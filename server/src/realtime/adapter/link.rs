//! The link to the other nodes: reconnected on any error, and pinged, because a silent failure shows in no other way.

use std::time::Duration;

use steadfast_shared::Epoch;
use tokio::time::{MissedTickBehavior, interval};

use super::queue::HintQueue;
use super::receive::Receiver;
use super::redis::{Publisher, Subscription};
use super::{hint, postgres};
use crate::config::RedisServer;
use crate::store::NodeId;
use crate::store::postgres::notification::{NotificationError, Notifications};

/// The interval between pings.
const PING: Duration = Duration::from_millis(2_500);

/// Why a link ended or could not be opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum LinkError {
    #[error("{0}")]
    Postgres(#[from] NotificationError),
    #[error("{0}")]
    Redis(#[from] ::redis::RedisError),
    #[error("the server did not answer")]
    Silent,
    #[error("the connection ended")]
    Ended,
}

pub(super) enum LinkMessage {
    Text(String),
    /// Messages were dropped because they were not read in time.
    Missed,
}

pub(in super::super) enum HintTransport {
    Postgres(Notifications),
    Redis { server: RedisServer },
}

impl HintTransport {
    pub(super) async fn connect(&self, receiver: &Receiver) -> Result<NodeLink, LinkError> {
        Ok(match self {
            Self::Postgres(notifications) => {
                let (calls, listening) = postgres::connect(notifications).await?;
                NodeLink {
                    outgoing: HintSender::Postgres(calls),
                    incoming: HintReceiver::Postgres(listening),
                }
            }
            Self::Redis { server } => {
                // Several databases may share one Redis server.
                let epoch = receiver.epoch()?;
                let channel = format!("steadfast:{}", epoch.0);
                let (publisher, subscription) = server.connect(&channel).await?;
                NodeLink {
                    outgoing: HintSender::Redis(publisher),
                    incoming: HintReceiver::Redis { subscription, epoch },
                }
            }
        })
    }
}

/// A link in both directions; it ends when either fails.
pub(super) struct NodeLink {
    outgoing: HintSender,
    incoming: HintReceiver,
}

enum HintSender {
    Postgres(postgres::Calls),
    Redis(Publisher),
}

enum HintReceiver {
    Postgres(postgres::Listening),
    Redis {
        subscription: Subscription,
        epoch: Epoch,
    },
}

impl NodeLink {
    /// Sends pending hints and receives incoming ones, until either fails.
    pub(super) async fn run(self, node: NodeId, queue: &HintQueue, receiver: &Receiver) -> LinkError {
        let Self { outgoing, incoming } = self;
        tokio::select! {
            error = outgoing.run(node, queue) => error,
            error = incoming.run(receiver) => error,
        }
    }
}

impl HintSender {
    async fn run(mut self, node: NodeId, queue: &HintQueue) -> LinkError {
        loop {
            if let Err(error) = self.step(node, queue).await {
                return error;
            }
        }
    }

    async fn step(&mut self, node: NodeId, queue: &HintQueue) -> Result<(), LinkError> {
        // A router may drop an idle connection.
        let Ok(waiting) = tokio::time::timeout(PING, queue.next()).await else {
            return match self {
                Self::Postgres(calls) => calls.ping().await,
                // The receiving half pings.
                Self::Redis(_) => Ok(()),
            };
        };
        for text in hint::join(node, &waiting) {
            match self {
                Self::Postgres(calls) => calls.send(&text).await?,
                Self::Redis(publisher) => publisher.send(&text).await?,
            }
        }
        Ok(())
    }
}

impl HintReceiver {
    async fn run(mut self, receiver: &Receiver) -> LinkError {
        let mut pings = interval(PING);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let step = tokio::select! {
                message = self.next() => match message {
                    Ok(message) => receiver.take(message).await,
                    Err(error) => Err(error),
                },
                _ = pings.tick() => self.ping(receiver).await,
            };
            if let Err(error) = step {
                return error;
            }
        }
    }

    async fn next(&mut self) -> Result<LinkMessage, LinkError> {
        match self {
            Self::Postgres(listening) => listening.next().await,
            Self::Redis { subscription, .. } => subscription.next().await,
        }
    }

    async fn ping(&mut self, receiver: &Receiver) -> Result<(), LinkError> {
        // After a restore the epoch is different, and so is the channel.
        let now = receiver.epoch()?;
        match self {
            Self::Postgres(listening) => listening.ping().await,
            Self::Redis { epoch, .. } if *epoch != now => Err(LinkError::Ended),
            Self::Redis { subscription, .. } => subscription.ping().await,
        }
    }
}
