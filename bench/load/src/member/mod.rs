//! One connection to a chat: it receives everything, and may say something.
//!
//! - [`steadfast`], [`tutorial`], [`floor`]: by whom it is spoken to

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use crate::host::Peer;
use crate::record::{Record, stamped};

mod floor;
mod steadfast;
mod tutorial;

/// How long an answer may take.
pub(crate) const ANSWER: Duration = Duration::from_secs(30);
/// How long one may take where it is sent again.
const TRY: Duration = Duration::from_secs(2);
/// Rest before it is sent again.
const REST: Duration = Duration::from_millis(100);
/// How often it is looked whether a connection is back.
const LOOK: Duration = Duration::from_millis(20);
/// First and longest wait before a connection is made again.
const BACK: (Duration, Duration) = (Duration::from_millis(100), Duration::from_millis(500));

/// Where a member goes in.
#[derive(Clone, Debug)]
pub(crate) struct Entrance {
    pub(crate) peer: Peer,
    /// Where it signs in.
    pub(crate) door: String,
    /// Where its socket connects.
    pub(crate) url: String,
    /// The node it is connected to, from 0.
    pub(crate) node: usize,
    /// The rooms it asks for, where the server has no rooms of its own.
    pub(crate) rooms: Vec<String>,
}

/// One connection.
pub(crate) struct Member {
    link: Link,
    entrance: Entrance,
    record: Arc<Record>,
    /// How often it was connected.
    opened: watch::Receiver<u64>,
}

enum Link {
    Steadfast(steadfast::Steadfast),
    Tutorial(tutorial::Tutorial),
    Floor(floor::Floor),
}

/// The reports of a link's tasks.
#[derive(Clone)]
struct Recipient {
    record: Arc<Record>,
    node: usize,
    member: usize,
    opened: watch::Sender<u64>,
}

impl Recipient {
    fn receive(&self, text: &str) {
        self.record.receive(text, self.node, self.member);
    }

    fn open(&self) {
        self.opened.send_modify(|times| *times += 1);
    }
}

impl Member {
    /// Signs in where that is needed, connects, and waits until nothing more can be missed.
    pub(crate) async fn join(
        entrance: Entrance,
        nth: usize,
        http: &reqwest::Client,
        record: &Arc<Record>,
    ) -> anyhow::Result<Self> {
        let (opened, openings) = watch::channel(0);
        let recipient = Recipient {
            record: record.clone(),
            node: entrance.node,
            member: nth,
            opened,
        };
        let link = match entrance.peer {
            Peer::Floor => Link::Floor(floor::join(&entrance, recipient).await?),
            peer if peer.is_ours() => Link::Steadfast(steadfast::join(&entrance, http, recipient).await?),
            _ => Link::Tutorial(tutorial::join(&entrance, recipient).await?),
        };
        Ok(Self {
            link,
            entrance,
            record: record.clone(),
            opened: openings,
        })
    }

    /// Says something and waits for the acknowledgement.
    pub(crate) async fn post(&self) -> anyhow::Result<()> {
        self.post_text(&stamped(self.entrance.node), None).await
    }

    /// The same in a room.
    pub(crate) async fn post_in(&self, room: &str) -> anyhow::Result<()> {
        self.post_text(&stamped(self.entrance.node), Some(room)).await
    }

    /// The same as text.
    pub(crate) async fn post_long(&self, bytes: usize) -> anyhow::Result<()> {
        let mut text = stamped(self.entrance.node);
        text.push(' ');
        while text.len() < bytes {
            text.push_str("abcdefg ");
        }
        self.post_text(text.trim_end(), None).await
    }

    async fn post_text(&self, text: &str, room: Option<&str>) -> anyhow::Result<()> {
        let begun = Instant::now();
        self.record.say(text);
        self.say(text, Uuid::now_v7(), room, ANSWER).await?;
        self.record.acknowledge(begun.elapsed());
        Ok(())
    }

    /// Says something, again with the same id until it is acknowledged.
    pub(crate) async fn post_until_stored(&self, until: Instant) -> anyhow::Result<()> {
        let (text, id, begun) = (stamped(self.entrance.node), Uuid::now_v7(), Instant::now());
        self.record.say(&text);
        while let Err(error) = self.say(&text, id, None, TRY).await {
            if Instant::now() >= until {
                return Err(error.context("never acknowledged"));
            }
            sleep(REST).await;
        }
        self.record.acknowledge(begun.elapsed());
        Ok(())
    }

    async fn say(&self, text: &str, id: Uuid, room: Option<&str>, patience: Duration) -> anyhow::Result<()> {
        match &self.link {
            Link::Steadfast(link) => link.say(text, id, room, patience).await,
            Link::Tutorial(link) => link.say(text, id, room, patience).await,
            Link::Floor(link) => link.say(text, room, patience).await,
        }
    }

    /// Its link, where the server is this project's.
    pub(crate) fn steadfast(&self) -> Option<&steadfast::Steadfast> {
        match &self.link {
            Link::Steadfast(link) => Some(link),
            Link::Tutorial(_) | Link::Floor(_) => None,
        }
    }

    /// How often it was connected so far.
    pub(crate) fn opened(&self) -> u64 {
        *self.opened.borrow()
    }

    /// Waits until it was connected more often than that.
    pub(crate) async fn back(&self, than: u64, patience: Duration) -> anyhow::Result<()> {
        let mut opened = self.opened.clone();
        let Ok(Ok(_)) = timeout(patience, opened.wait_for(|times| *times > than)).await else {
            bail!("it did not come back: {}", self.state());
        };
        Ok(())
    }

    fn state(&self) -> String {
        match &self.link {
            Link::Steadfast(link) => format!("{:?}", link.client.state()),
            Link::Tutorial(link) => format!("{:?}", link.0.state()),
            Link::Floor(_) => "without a connection".to_owned(),
        }
    }

    /// Closes the connection.
    pub(crate) async fn leave(self) {
        match self.link {
            Link::Steadfast(link) => link.leave().await,
            Link::Tutorial(link) => link.leave().await,
            Link::Floor(link) => link.leave().await,
        }
    }
}

/// A client for this address, which comes back soon.
fn client(entrance: &Entrance) -> socketio_anywhere::Builder {
    socketio_anywhere::Client::builder(&entrance.url)
        .transports([socketio_anywhere::Transport::WebSocket])
        .reconnection_delay(BACK.0)
        .reconnection_delay_max(BACK.1)
        .auto_connect(false)
}

/// Reconnects when a server has ended or refused the connection, as a chat does, until the client is dropped.
async fn keep_connected(client: socketio_anywhere::WeakClient) {
    loop {
        sleep(BACK.1).await;
        let Some(client) = client.upgrade() else {
            return;
        };
        if matches!(client.state(), socketio_anywhere::State::Disconnected { .. }) {
            client.connect();
        }
    }
}
