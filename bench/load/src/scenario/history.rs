//! Who comes to a long history: for the first time, a little behind, far behind. The first screen is the newest messages, or all of
//! them where a server sends no less.

use std::time::Duration;

use anyhow::{Context, bail};
use serde::Deserialize;
use serde_json::{Value, json};
use socketio_anywhere::{Client, Transport};
use steadfast_shared::event;
use tokio::time::{Instant, timeout};

use super::{Figures, quantile};
use crate::host::{Host, Programs};
use crate::member::{ANSWER, Member};
use crate::record::Record;

/// Messages of a screen.
const SCREEN: usize = 50;
/// Visits of a kind, at most and at least, and the time after which no further one begins.
const VISITS: usize = 20;
const LEAST: usize = 2;
const LONGEST: Duration = Duration::from_secs(4);

/// How far a visitor is behind, and the names of its measures.
const KINDS: [(Option<usize>, [&str; 2]); 3] = [
    (None, ["newcomer: first screen ms", "newcomer: server CPU ms"]),
    (
        Some(50),
        ["50 behind: first screen ms", "50 behind: server CPU ms"],
    ),
    (
        Some(5_000),
        ["5,000 behind: first screen ms", "5,000 behind: server CPU ms"],
    ),
];
const ALL: &str = "5,000 behind: all of it ms";

/// The fields of a session that are read here.
#[derive(Deserialize)]
struct Opened {
    epoch: String,
    rooms: Vec<Room>,
    missed: Vec<Messages>,
}

#[derive(Deserialize)]
struct Room {
    id: String,
    head: usize,
}

#[derive(Deserialize)]
struct Messages {
    entries: Vec<Value>,
}

pub(super) async fn play(host: &Host, programs: &Programs, messages: usize) -> anyhow::Result<Figures> {
    let visitor = if host.peer.is_ours() {
        let (http, record) = (reqwest::Client::new(), Record::new().into());
        let writer = Member::join(host.entrance(0), 0, &http, &record).await?;
        let link = writer.steadfast().context("another server's member")?;
        link.fill(messages).await?;
        let visitor = Visitor::of_steadfast(host, link.token.clone()).await?;
        writer.leave().await;
        visitor
    } else {
        host.fill_tutorial(programs, messages).await?;
        Visitor::OfTutorial { head: messages }
    };
    let url = &host.entrance(0).url;
    let mut figures = Figures::new();
    for (behind, [screen, cpu]) in KINDS {
        let (begun, before) = (Instant::now(), host.usage()?);
        let (mut screens, mut wholes) = (Vec::new(), Vec::new());
        while screens.len() < LEAST || (screens.len() < VISITS && begun.elapsed() < LONGEST) {
            let (first, whole) = visitor.visit(url, behind).await?;
            screens.push(first);
            wholes.push(whole);
        }
        #[expect(clippy::cast_precision_loss, reason = "a few visits")]
        let visits = screens.len() as f64;
        let spent = (host.usage()?.cpu - before.cpu).as_secs_f64() * 1e3 / visits;
        figures.push((screen, quantile(screens, 0.5)));
        if behind == Some(5_000) {
            figures.push((ALL, quantile(wholes, 0.5)));
        }
        figures.push((cpu, spent));
    }
    Ok(figures)
}

enum Visitor {
    OfSteadfast {
        token: String,
        epoch: String,
        room: String,
        head: usize,
    },
    OfTutorial {
        head: usize,
    },
}

impl Visitor {
    async fn of_steadfast(host: &Host, token: String) -> anyhow::Result<Self> {
        let client = connection(&host.entrance(0).url, json!({ "token": token, "watch": {} }))?;
        let opened = opened(&client).await?;
        let room = opened.rooms.into_iter().next().context("no room")?;
        client.close().await.ok();
        Ok(Self::OfSteadfast {
            token,
            epoch: opened.epoch,
            room: room.id,
            head: room.head,
        })
    }

    /// Milliseconds to the first screen, and until nothing is missing behind it. Of a newcomer's history nothing else is needed.
    async fn visit(&self, url: &str, behind: Option<usize>) -> anyhow::Result<(f64, f64)> {
        let begun = Instant::now();
        let since = || begun.elapsed().as_secs_f64() * 1e3;
        match self {
            Self::OfSteadfast {
                token,
                epoch,
                room,
                head,
            } => {
                let auth = match behind {
                    None => json!({ "token": token, "watch": {} }),
                    Some(behind) => {
                        json!({ "token": token, "watch": {}, "epoch": epoch, "cursors": { room: head - behind } })
                    }
                };
                let client = connection(url, auth)?;
                let opened = opened(&client).await?;
                let missed: usize = opened.missed.iter().map(|missed| missed.entries.len()).sum();
                if missed < behind.unwrap_or(SCREEN) {
                    page(&client, &json!({ "room": room, "limit": SCREEN })).await?;
                }
                let first = since();
                let mut after = behind
                    .filter(|behind| missed < *behind)
                    .map(|behind| head - behind);
                while let Some(seq) = after {
                    let entries = page(&client, &json!({ "room": room, "after": seq })).await?;
                    if entries == 0 {
                        bail!("an empty page after {seq}");
                    }
                    after = Some(seq + entries).filter(|seq| seq < head);
                }
                let all = since();
                client.close().await.ok();
                Ok((first, all))
            }
            Self::OfTutorial { head } => {
                let offset = behind.map_or(0, |behind| head - behind);
                let client = connection(url, json!({ "serverOffset": offset }))?;
                let mut received = client.on::<(String, usize)>("chat message");
                let newest = async {
                    while let Some(message) = received.next().await {
                        if message?.1 == *head {
                            return anyhow::Ok(());
                        }
                    }
                    bail!("the client ended")
                };
                client.connect();
                timeout(ANSWER, newest).await??;
                let all = since();
                client.close().await.ok();
                Ok((all, all))
            }
        }
    }
}

fn connection(url: &str, auth: Value) -> anyhow::Result<Client> {
    Ok(Client::builder(url)
        .transports([Transport::WebSocket])
        .auth(auth)
        .auto_connect(false)
        .build()?)
}

async fn opened(client: &Client) -> anyhow::Result<Opened> {
    let mut sessions = client.on::<Opened>(event::SESSION);
    client.connect();
    timeout(ANSWER, sessions.next())
        .await?
        .context("the client ended")?
        .context("no session")
}

/// Answers how many entries came.
async fn page(client: &Client, asked: &Value) -> anyhow::Result<usize> {
    let page: Value = client.emit_with_ack(event::HISTORY, asked, ANSWER).await?;
    let page = Messages::deserialize(&page["ok"]).with_context(|| format!("no page: {page}"))?;
    Ok(page.entries.len())
}
