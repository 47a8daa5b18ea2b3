//! One connection to a chat: it hears everything, and may say something.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use futures::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use socketio_anywhere::{Client, Transport};
use steadfast_shared::event;
use steadfast_shared::http::SESSION_PATH;
use tokio::net::TcpStream;
use tokio::sync::{Mutex, watch};
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use crate::host::{Host, Peer};
use crate::record::{Record, stamped};

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(30);

/// One connection.
pub(crate) struct Member {
    link: Link,
    /// The node it is connected to, from 0.
    node: usize,
    record: Arc<Record>,
}

enum Link {
    Steadfast {
        client: Client,
        room: String,
    },
    Tutorial(Client),
    Floor {
        say: Mutex<Sink>,
        /// The newest own text that came back.
        echo: watch::Receiver<String>,
    },
}

type Sink = futures::stream::SplitSink<tokio_tungstenite::WebSocketStream<TcpStream>, Message>;

/// Of `entries`, what is looked at.
#[derive(Deserialize)]
struct Entries {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    body: Body,
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    text: String,
}

impl Member {
    /// Signs in where that is needed, connects, and waits until nothing more can be missed.
    ///
    /// The nodes of a cluster take turns.
    pub(crate) async fn join(
        host: &Host,
        nth: usize,
        http: &reqwest::Client,
        record: &Arc<Record>,
    ) -> anyhow::Result<Self> {
        let node = nth % host.urls.len();
        let url = host.urls.get(node).context("no node")?;
        let link = match host.peer {
            Peer::Floor => floor(url, record).await?,
            peer if peer.is_ours() => steadfast(url, node, http, record).await?,
            _ => tutorial(url, node, record).await?,
        };
        Ok(Self {
            link,
            node,
            record: record.clone(),
        })
    }

    /// Says something and waits for the acknowledgement.
    pub(crate) async fn post(&self) -> anyhow::Result<()> {
        let text = stamped(self.node);
        let begun = Instant::now();
        match &self.link {
            Link::Steadfast { client, room } => {
                let item = json!({ "id": Uuid::now_v7(), "room": room, "body": { "kind": "message", "text": text } });
                let sent: Value = client.emit_with_ack(event::SEND, &vec![item], ANSWER).await?;
                if sent["ok"][0].get("seq").is_none() {
                    bail!("not stored: {sent}");
                }
            }
            Link::Tutorial(client) => {
                let offset = Uuid::now_v7().to_string();
                let () = client
                    .emit_with_ack("chat message", &(text, offset), ANSWER)
                    .await?;
            }
            Link::Floor { say, echo } => {
                let mut echo = echo.clone();
                say.lock().await.send(Message::text(text.clone())).await?;
                // Another of this connection's texts may come back in between.
                timeout(ANSWER, echo.wait_for(|heard| *heard >= text)).await??;
            }
        }
        self.record.acknowledge(begun.elapsed());
        Ok(())
    }

    /// Closes the connection.
    pub(crate) async fn leave(self) {
        match self.link {
            Link::Steadfast { client, .. } | Link::Tutorial(client) => {
                let _unsent = client.close().await;
            }
            Link::Floor { say, .. } => {
                let _gone = say.lock().await.close().await;
            }
        }
    }
}

async fn steadfast(
    host: &str,
    node: usize,
    http: &reqwest::Client,
    record: &Arc<Record>,
) -> anyhow::Result<Link> {
    static PEOPLE: AtomicU64 = AtomicU64::new(0);
    let nickname = format!("load {}", PEOPLE.fetch_add(1, Ordering::Relaxed));
    let url = format!("{host}{SESSION_PATH}");
    let asked = http
        .post(url)
        .json(&json!({ "nickname": nickname, "with_token": true }));
    let session: Value = asked.send().await?.error_for_status()?.json().await?;
    let client = Client::builder(host)
        .transports([Transport::WebSocket])
        .auth(json!({ "token": session["token"] }))
        .auto_connect(false)
        .build()?;
    let mut sessions = client.on::<Value>(event::SESSION);
    let record = record.clone();
    let _for_ever = client.on_each::<Entries>(event::ENTRIES, move |news| {
        for entry in &news.entries {
            record.hear(&entry.body.text, node);
        }
    });
    client.connect();
    let opened = timeout(ANSWER, sessions.next())
        .await?
        .context("the client ended")??;
    let room = opened["rooms"][0]["id"]
        .as_str()
        .with_context(|| format!("no room: {opened}"))?;
    Ok(Link::Steadfast {
        client,
        room: room.to_owned(),
    })
}

async fn tutorial(host: &str, node: usize, record: &Arc<Record>) -> anyhow::Result<Link> {
    let client = Client::builder(host)
        .transports([Transport::WebSocket])
        .auto_connect(false)
        .build()?;
    let mut events = client.events();
    let record = record.clone();
    let _for_ever =
        client.on_each::<(String, u64)>("chat message", move |(text, _)| record.hear(&text, node));
    client.connect();
    let connected = async {
        while let Some(event) = events.next().await {
            if matches!(event, socketio_anywhere::Event::Connected { .. }) {
                return true;
            }
        }
        false
    };
    if !timeout(ANSWER, connected).await? {
        bail!("the client ended");
    }
    Ok(Link::Tutorial(client))
}

async fn floor(host: &str, record: &Arc<Record>) -> anyhow::Result<Link> {
    let address = host.trim_start_matches("http://");
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (socket, _) = tokio_tungstenite::client_async(format!("ws://{address}/"), stream).await?;
    let (say, mut heard) = socket.split();
    let (echoed, echo) = watch::channel(String::new());
    let record = record.clone();
    tokio::spawn(async move {
        while let Some(Ok(message)) = heard.next().await {
            if let Message::Text(text) = message {
                record.hear(&text, 0);
                // Whose it was does not matter: texts come to everybody in one order.
                echoed.send_if_modified(|last| {
                    let newer = text.as_str() > last.as_str();
                    if newer {
                        *last = text.to_string();
                    }
                    newer
                });
            }
        }
    });
    Ok(Link::Floor {
        say: Mutex::new(say),
        echo,
    })
}
