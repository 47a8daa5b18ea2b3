//! A member of this project's chat: its handshake carries a cursor for each room, and it requests the entries it missed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail};
use futures::future::try_join_all;
use serde::Deserialize;
use serde_json::{Value, json};
use socketio_anywhere::{Client, WeakClient};
use steadfast_shared::event;
use steadfast_shared::http::SESSION_PATH;
use steadfast_shared::limit::BATCH_ITEMS;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use uuid::Uuid;

use super::{ANSWER, Entrance, Recipient, client, keep_connected};
use crate::record::stamped;

/// Batches under way where much is said at once.
const BATCHES: usize = 8;

pub(crate) struct Steadfast {
    pub(super) client: Client,
    /// Their id.
    pub(crate) me: String,
    room: String,
    pub(crate) token: String,
}

/// How far it has received each room.
#[derive(Default)]
struct Progress {
    epoch: String,
    cursors: BTreeMap<String, u64>,
}

/// The fields of `session` that are read here.
#[derive(Clone, Deserialize)]
struct Opened {
    me: Me,
    epoch: String,
    rooms: Vec<Room>,
    missed: Vec<Entries>,
}

#[derive(Clone, Deserialize)]
struct Me {
    id: String,
}

#[derive(Clone, Deserialize)]
struct Room {
    id: String,
    head: u64,
}

/// The fields of `entries` and of a page that are read here.
#[derive(Clone, Deserialize)]
struct Entries {
    room: String,
    entries: Vec<Entry>,
}

#[derive(Clone, Deserialize)]
struct Entry {
    seq: u64,
    body: Body,
}

#[derive(Clone, Deserialize)]
struct Body {
    #[serde(default)]
    text: String,
}

/// The effect of a connection's events on its progress.
#[derive(Clone)]
struct Follower {
    progress: Arc<Mutex<Progress>>,
    recipient: Recipient,
    gaps: mpsc::UnboundedSender<String>,
}

impl Follower {
    fn with<T>(&self, work: impl FnOnce(&mut Progress) -> T) -> T {
        work(&mut self.progress.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn open(&self, opened: Opened) {
        self.with(|progress| {
            for room in &opened.rooms {
                // Messages from before its first connection do not count.
                progress.cursors.entry(room.id.clone()).or_insert(room.head);
            }
            progress.epoch = opened.epoch;
        });
        for missed in opened.missed {
            self.receive(missed);
        }
        for room in opened.rooms {
            if self.with(|progress| progress.cursors.get(&room.id).is_some_and(|at| *at < room.head)) {
                let _alive = self.gaps.send(room.id);
            }
        }
        self.recipient.open();
    }

    /// Takes entries that follow the last one. Others are repeats, or wait for the gap to be pulled.
    fn receive(&self, news: Entries) {
        let mut gap = false;
        self.with(|progress| {
            let cursor = progress.cursors.entry(news.room.clone()).or_insert(0);
            for entry in &news.entries {
                if entry.seq == *cursor + 1 {
                    *cursor += 1;
                    self.recipient.receive(&entry.body.text);
                } else if entry.seq > *cursor {
                    gap = true;
                }
            }
        });
        if gap {
            let _alive = self.gaps.send(news.room);
        }
    }
}

/// Signs in, connects, and waits until the session is open.
pub(super) async fn join(
    entrance: &Entrance,
    http: &reqwest::Client,
    recipient: Recipient,
) -> anyhow::Result<Steadfast> {
    let token = sign_up(&entrance.door, http).await?;
    let progress = Arc::new(Mutex::new(Progress::default()));
    let (shown, known) = (token.clone(), progress.clone());
    let client = client(entrance)
        .auth_with(move || {
            let progress = known.lock().unwrap_or_else(PoisonError::into_inner);
            // As the page does it: it is told of the presence of those it watches.
            match progress.epoch.as_str() {
                "" => json!({ "token": shown, "watch": {} }),
                epoch => {
                    json!({ "token": shown, "watch": {}, "epoch": epoch, "cursors": progress.cursors })
                }
            }
        })
        .build()?;
    let (gaps, asked) = mpsc::unbounded_channel();
    let follower = Follower {
        progress,
        recipient,
        gaps,
    };
    let (first, mut firsts) = watch::channel(None);
    let opening = follower.clone();
    let _for_ever = client.on_each::<Value>(event::SESSION, move |session| {
        // Its end is no opening.
        if let Ok(opened) = Opened::deserialize(session) {
            first.send_replace(Some((
                opened.me.id.clone(),
                opened.rooms.first().map(|room| room.id.clone()),
            )));
            opening.open(opened);
        }
    });
    let receiving = follower.clone();
    let _for_ever = client.on_each::<Entries>(event::ENTRIES, move |news| receiving.receive(news));
    tokio::spawn(fill_gaps(client.downgrade(), follower, asked));
    client.connect();
    let opened = timeout(ANSWER, firsts.wait_for(Option::is_some)).await??.clone();
    let (me, room) = opened.context("no session")?;
    tokio::spawn(keep_connected(client.downgrade()));
    Ok(Steadfast {
        client,
        me,
        room: room.context("no room")?,
        token,
    })
}

/// Answers the new person's token.
pub(crate) async fn sign_up(door: &str, http: &reqwest::Client) -> anyhow::Result<String> {
    static PEOPLE: AtomicU64 = AtomicU64::new(0);
    let nickname = format!("load {}", PEOPLE.fetch_add(1, Ordering::Relaxed));
    let asked = http
        .post(format!("{door}{SESSION_PATH}"))
        .json(&json!({ "nickname": nickname, "with_token": true }));
    let session: Value = asked.send().await?.error_for_status()?.json().await?;
    let token = session["token"].as_str().context("no token")?;
    Ok(token.to_owned())
}

/// Asks for the pages between the cursor and the head of a room.
async fn fill_gaps(client: WeakClient, follower: Follower, mut asked: mpsc::UnboundedReceiver<String>) {
    while let Some(room) = asked.recv().await {
        loop {
            let after = follower.with(|progress| progress.cursors.get(&room).copied().unwrap_or(0));
            let Some(client) = client.upgrade() else {
                return;
            };
            let page = client.emit_with_ack::<Value>(
                event::HISTORY,
                &json!({ "room": room, "after": after }),
                ANSWER,
            );
            drop(client);
            // Where it fails, the next session says again how far the room is.
            let Ok(page) = page.await else { break };
            let Ok(entries) = Entries::deserialize(&page["ok"]) else {
                break;
            };
            let is_last = entries
                .entries
                .last()
                .is_none_or(|last| page["ok"]["head"] == last.seq);
            follower.receive(entries);
            if is_last {
                break;
            }
        }
    }
}

impl Steadfast {
    pub(super) async fn say(
        &self,
        text: &str,
        id: Uuid,
        room: Option<&str>,
        patience: Duration,
    ) -> anyhow::Result<()> {
        self.send(vec![self.item(text, id, room)], patience).await
    }

    fn item(&self, text: &str, id: Uuid, room: Option<&str>) -> Value {
        let room = room.unwrap_or(&self.room);
        json!({ "id": id, "room": room, "body": { "kind": "message", "text": text } })
    }

    async fn send(&self, items: Vec<Value>, patience: Duration) -> anyhow::Result<()> {
        let sent: Value = self.client.emit_with_ack(event::SEND, &items, patience).await?;
        let outcomes = sent["ok"].as_array();
        if outcomes.is_none_or(|all| all.iter().any(|one| one.get("seq").is_none())) {
            bail!("not stored: {sent}");
        }
        Ok(())
    }

    /// Sends this many messages, many of them at once.
    pub(crate) async fn fill(&self, texts: usize) -> anyhow::Result<()> {
        let mut left = texts;
        while left > 0 {
            let batches = (0..BATCHES).map_while(|_| {
                let some = left.min(BATCH_ITEMS);
                left -= some;
                let items = || self.item(&stamped(0), Uuid::now_v7(), None);
                (some > 0).then(|| self.send((0..some).map(|_| items()).collect(), ANSWER))
            });
            try_join_all(batches.collect::<Vec<_>>()).await?;
        }
        Ok(())
    }

    /// Opens the room of this person and these others.
    pub(crate) async fn open_room(&self, with: &[&str]) -> anyhow::Result<String> {
        let room: Value = self
            .client
            .emit_with_ack(event::DIRECT_ROOM, &json!({ "with": with }), ANSWER)
            .await?;
        let id = room["ok"]["id"].as_str();
        Ok(id.with_context(|| format!("no room: {room}"))?.to_owned())
    }

    pub(super) async fn leave(self) {
        let _unsent = self.client.close().await;
    }
}
