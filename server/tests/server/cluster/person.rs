//! A person whose client keeps trying at whichever node answers: it resends each message until it is acknowledged, and checks
//! every entry it receives. It starts afresh only if the server says so.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use steadfast_shared::event::{self, Entries, Opened, Page, Reply, SendItem, Sent, Session};
use steadfast_shared::http::SessionInfo;
use steadfast_shared::{Cursor, Entry, EntryId, Epoch, RoomId, Seq};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use crate::support::client::Heard;
use crate::support::{Client, message};

/// How long to wait for a response before trying another node.
const ANSWER: Duration = Duration::from_secs(4);
/// The interval between messages.
const PACE: Duration = Duration::from_millis(15);

/// The addresses of the nodes.
pub(super) type Addresses = Arc<Mutex<Vec<SocketAddr>>>;

/// A person's screen over time.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// Acknowledged messages and their places.
    pub(super) acknowledged: Vec<(EntryId, Seq)>,
    /// The entries shown, from the first one on.
    pub(super) shown: Vec<EntryId>,
    /// How often they were told to start afresh.
    pub(super) resets: usize,
}

pub(super) struct Person {
    session: SessionInfo,
    nodes: Addresses,
    /// The node to try next.
    next: usize,
    room: RoomId,
    pending: Option<SendItem>,
    /// The newest entry shown.
    newest: Option<Cursor>,
    epoch: Option<Epoch>,
    seen: watch::Sender<Seen>,
    buffered: BTreeMap<Seq, Cursor>,
    /// Whether the person still sends.
    speaks: watch::Receiver<bool>,
}

/// The connection is unusable.
struct Lost;

/// An open connection, and the next expected place on it.
struct Open {
    client: Client,
    live: Seq,
    opened: Opened,
}

impl Person {
    pub(super) fn new(
        session: SessionInfo,
        nodes: Addresses,
        first: usize,
        room: RoomId,
        speaks: watch::Receiver<bool>,
    ) -> Self {
        Self {
            session,
            nodes,
            next: first,
            room,
            pending: None,
            newest: None,
            epoch: None,
            seen: watch::Sender::default(),
            buffered: BTreeMap::new(),
            speaks,
        }
    }

    pub(super) fn seen(&self) -> watch::Receiver<Seen> {
        self.seen.subscribe()
    }

    /// Sends and receives until it is cancelled.
    pub(super) async fn run(mut self) {
        loop {
            if let Some(mut open) = self.connect().await {
                let _ = self.talk(&mut open).await;
            }
            self.next += 1;
            sleep(Duration::from_millis(50)).await;
        }
    }

    async fn connect(&self) -> Option<Open> {
        let address = {
            let nodes = self.nodes.lock().unwrap();
            nodes[self.next % nodes.len()]
        };
        let connecting = async {
            let mut client = Client::try_dial(address, &[]).await?;
            let cursors: BTreeMap<_, _> = self.newest.iter().map(|newest| (self.room, newest)).collect();
            let auth = json!({ "token": self.session.token, "epoch": self.epoch, "cursors": cursors });
            client.try_say(&format!("40{auth}")).await.then_some(())?;
            loop {
                match client.hear().await {
                    Heard::Connected => {}
                    Heard::Event(name, mut args) if name == event::SESSION => {
                        let Session::Open(opened) = serde_json::from_value(args.remove(0)).unwrap() else {
                            return None;
                        };
                        let head = opened.rooms.iter().find(|room| room.id == self.room)?.head;
                        let live = head + 1;
                        return Some(Open { client, live, opened });
                    }
                    Heard::Event(..) | Heard::Ack(..) => {}
                    Heard::Refused(_) | Heard::Disconnected | Heard::Closed => return None,
                }
            }
        };
        timeout(ANSWER, connecting).await.ok().flatten()
    }

    async fn talk(&mut self, open: &mut Open) -> Result<(), Lost> {
        let went_back = open.opened.reset.contains(&self.room);
        let is_another = self.epoch.replace(open.opened.epoch) != Some(open.opened.epoch);
        if self.newest.is_some() && (went_back || is_another) {
            self.start_afresh();
        }
        let head = open.opened.rooms.iter().find(|room| room.id == self.room);
        let head = head.map_or(0, |room| room.head);
        self.catch_up(open, head).await?;
        loop {
            if self.pending.is_none() && *self.speaks.borrow() {
                self.pending = Some(message(self.room, "said"));
            }
            let Some(item) = self.pending.clone() else {
                // Nothing to send: keep receiving.
                self.hear_for(open, Duration::from_millis(100)).await?;
                continue;
            };
            let asked = json!([item]);
            let answer = self.ask(open, event::SEND, &asked).await?;
            match serde_json::from_value::<Reply<Vec<Sent>>>(answer).unwrap() {
                Reply::Ok(sent) => match &sent[0] {
                    Sent::Stored { seq, .. } => {
                        self.seen
                            .send_modify(|seen| seen.acknowledged.push((item.id, *seq)));
                        self.pending = None;
                        self.hear_for(open, PACE).await?;
                    }
                    refused => {
                        let refused = json!(refused);
                        assert!(
                            ["unavailable", "busy"].contains(&refused["error"]["code"].as_str().unwrap()),
                            "{refused}"
                        );
                        self.hear_for(open, Duration::from_millis(100)).await?;
                    }
                },
                Reply::Err(_) => self.hear_for(open, Duration::from_millis(100)).await?,
            }
        }
    }

    /// Fetches the stored entries up to the place where the connection continues.
    async fn catch_up(&mut self, open: &mut Open, head: Seq) -> Result<(), Lost> {
        while (self.seen.borrow().shown.len() as Seq) < head {
            let after = self.seen.borrow().shown.len();
            let asked = json!({ "room": self.room, "after": after });
            let answer = self.ask(open, event::HISTORY, &asked).await?;
            let Reply::Ok(page) = serde_json::from_value::<Reply<Page>>(answer).unwrap() else {
                sleep(Duration::from_millis(100)).await;
                continue;
            };
            for entry in page.entries {
                self.show(&entry);
            }
        }
        Ok(())
    }

    /// Sends a request, and handles events until the response arrives.
    async fn ask(&mut self, open: &mut Open, event: &str, asked: &Value) -> Result<Value, Lost> {
        let asked = open.client.try_ask(event, asked).await.ok_or(Lost)?;
        let until = Instant::now() + ANSWER;
        loop {
            let heard = timeout(
                until.saturating_duration_since(Instant::now()),
                open.client.hear(),
            )
            .await;
            match heard.map_err(|_| Lost)? {
                Heard::Ack(id, answer) if id == asked => return Ok(answer),
                heard => self.take(open, heard)?,
            }
        }
    }

    async fn hear_for(&mut self, open: &mut Open, time: Duration) -> Result<(), Lost> {
        let until = Instant::now() + time;
        while let Ok(heard) = timeout(
            until.saturating_duration_since(Instant::now()),
            open.client.hear(),
        )
        .await
        {
            self.take(open, heard)?;
        }
        Ok(())
    }

    fn take(&mut self, open: &mut Open, heard: Heard) -> Result<(), Lost> {
        match heard {
            Heard::Event(name, mut args) if name == event::ENTRIES => {
                let news: Entries = serde_json::from_value(args.remove(0)).unwrap();
                if news.room == self.room {
                    assert_eq!(
                        news.from, open.live,
                        "on one connection none twice, and none left out"
                    );
                    for entry in &news.entries {
                        assert_eq!(entry.seq, open.live);
                        open.live += 1;
                        self.show(entry);
                    }
                }
            }
            Heard::Event(name, args) if name == event::SESSION => {
                assert_eq!(args[0]["state"], "closing");
                return Err(Lost);
            }
            Heard::Disconnected | Heard::Closed | Heard::Refused(_) => return Err(Lost),
            _ => {}
        }
        Ok(())
    }

    /// Shows an entry in its place, once; a repeat must be the same entry.
    fn show(&mut self, entry: &Entry) {
        let shown = self.seen.borrow().shown.len() as Seq;
        if entry.seq <= shown {
            let before = self.seen.borrow().shown[entry.seq as usize - 1];
            assert_eq!(before, entry.id, "another entry in the same place");
            return;
        }
        let before = self.buffered.insert(entry.seq, entry.into());
        assert!(before.is_none_or(|before| before.id == Some(entry.id)));
        self.seen.send_modify(|seen| {
            while let Some(next) = self.buffered.remove(&(seen.shown.len() as Seq + 1)) {
                seen.shown.extend(next.id);
                self.newest = Some(next);
            }
        });
    }

    /// The server has said that the database went back.
    fn start_afresh(&mut self) {
        self.newest = None;
        self.buffered.clear();
        self.seen.send_modify(|seen| {
            seen.shown.clear();
            seen.resets += 1;
        });
    }
}
