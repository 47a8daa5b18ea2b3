//! The scenarios: the load put on a server, and the figures measured.
//!
//! - `talk`: some say something again as soon as it was acknowledged, all receive it
//! - `paced`: a fixed number of messages per second, from all members together
//! - `rooms`: the same in many small rooms
//! - `idle`: connections that say nothing
//! - `avalanche`: all connections are cut and come back
//! - `history`: a visitor to a long log
//! - `slow`: some read nothing for a while
//! - `jitter`: every line delays, and falls again and again

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clap::ValueEnum;
use futures::{StreamExt, TryStreamExt, stream};
use tokio::time::Instant;

use crate::host::{self, Host, Peer, Programs, Usage};
use crate::line::Line;
use crate::member::{Entrance, Member};
use crate::record::Record;
use crate::tally::Share;

mod avalanche;
mod history;
mod idle;
mod jitter;
mod paced;
mod rooms;
mod slow;
mod talk;

/// The part of all expected deliveries that arrived.
pub(crate) const DELIVERED: &str = "delivered %";
/// Texts that a member was shown more than once.
pub(crate) const AGAIN: &str = "shown again";
/// How many connect at the same time.
const CONNECTING: usize = 16;
/// How long a scenario runs before it is measured.
const WARM_UP: Duration = Duration::from_secs(2);

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, ValueEnum)]
pub(crate) enum Scenario {
    /// 200 connections, one of which sends one message after the other
    #[value(name = "talk-1")]
    TalkOne,
    /// The same with 100 that do
    #[value(name = "talk-100")]
    TalkHundred,
    /// 200 connections, 100 messages per second
    #[value(name = "paced-200")]
    Paced,
    /// 1,000 connections, 100 messages per second
    #[value(name = "paced-1000")]
    PacedThousand,
    /// One room of 2,000 connections, 20 messages per second
    Crowd,
    /// 1,000 rooms of 5, 400 messages per second
    ManyRooms,
    /// Connections that say nothing
    Idle,
    /// All connections are cut and come back
    Avalanche,
    /// A visitor to 100,000 messages: for the first time, 50 behind, 5,000 behind
    History,
    /// Half of the connections read nothing for a while
    SlowReader,
    /// Lines that delay, and fall again and again
    Jitter,
}

/// Names and values, in the order they are printed.
pub(crate) type Figures = Vec<(&'static str, f64)>;

/// How much is done.
pub(crate) struct Extent {
    /// How long is measured.
    pub(crate) measured: Duration,
    /// As many connections as there can be on one machine.
    pub(crate) long: bool,
}

impl Extent {
    fn of(&self, short: usize, long: usize) -> usize {
        if self.long { long } else { short }
    }
}

impl Scenario {
    pub(crate) const ALL: [Self; 11] = [
        Self::TalkOne,
        Self::TalkHundred,
        Self::Paced,
        Self::PacedThousand,
        Self::Crowd,
        Self::ManyRooms,
        Self::Idle,
        Self::Avalanche,
        Self::History,
        Self::SlowReader,
        Self::Jitter,
    ];

    /// Whether it can be done to this peer: the bare broadcast keeps nothing and repeats nothing.
    pub(crate) fn applies_to(self, peer: Peer) -> bool {
        peer != Peer::Floor || !matches!(self, Self::History | Self::Jitter)
    }

    /// Settings of this project's server that differ from its own.
    pub(crate) fn settings(self) -> &'static [&'static str] {
        match self {
            Self::SlowReader => &["--stall-seconds", slow::STALL],
            _ => &[],
        }
    }

    pub(crate) async fn play(
        self,
        host: &Host,
        programs: &Programs,
        extent: &Extent,
    ) -> anyhow::Result<Figures> {
        let measured = extent.measured;
        match self {
            Self::TalkOne => talk::play(host, 200, 1, measured).await,
            Self::TalkHundred => talk::play(host, 200, 100, measured).await,
            Self::Paced => paced::play(host, 200, 100, measured).await,
            Self::PacedThousand => paced::play(host, 1_000, 100, measured).await,
            Self::Crowd => paced::play(host, 2_000, 20, measured).await,
            Self::ManyRooms => rooms::play(host, 1_000, 400, measured).await,
            Self::Idle => idle::play(host, extent.of(2_000, 10_000)).await,
            Self::Avalanche => avalanche::play(host, extent.of(500, 2_000)).await,
            Self::History => history::play(host, programs, 100_000).await,
            Self::SlowReader => slow::play(host, 50, 50, measured).await,
            Self::Jitter => jitter::play(host, extent.of(50, 200), measured).await,
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

/// This many members, connected.
async fn join(host: &Host, members: usize, record: &Arc<Record>) -> anyhow::Result<Vec<Member>> {
    join_by(host, 0..members, record, |_, entrance| entrance).await
}

/// The members of these numbers, each connected by the entrance that is made of its own.
async fn join_by(
    host: &Host,
    members: Range<usize>,
    record: &Arc<Record>,
    by: impl Fn(usize, Entrance) -> Entrance,
) -> anyhow::Result<Vec<Member>> {
    let http = reqwest::Client::new();
    stream::iter(members)
        .map(|nth| Member::join(by(nth, host.entrance(nth)), nth, &http, record))
        .buffered(CONNECTING)
        .try_collect()
        .await
}

/// A line to each node.
async fn lines_to(host: &Host) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::new();
    for url in &host.urls {
        lines.push(Line::to(url).await?);
    }
    Ok(lines)
}

/// The entrance at the other end of its node's line.
fn through(lines: &[Line], entrance: Entrance) -> Entrance {
    let url = lines.get(entrance.node).map(|line| line.url.clone());
    Entrance {
        url: url.unwrap_or_default(),
        ..entrance
    }
}

/// The messages that a share of the members sends.
fn delivered(share: Share) -> [(&'static str, f64); 2] {
    #[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
    let again = share.again as f64;
    [(DELIVERED, share.percent()), (AGAIN, again)]
}

/// The value below which this share of them lies.
fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a list"
    )]
    let at = ((values.len().saturating_sub(1)) as f64 * share).round() as usize;
    values.get(at).copied().unwrap_or(f64::NAN)
}

/// The use of a stretch of time, and the work done in it.
struct Stretch<'a> {
    host: &'a Host,
    record: &'a Record,
    begun: Instant,
    server: Usage,
    own: Usage,
}

impl<'a> Stretch<'a> {
    fn begin(host: &'a Host, record: &'a Record) -> anyhow::Result<Self> {
        record.measure(true);
        Ok(Self {
            host,
            record,
            begun: Instant::now(),
            server: host.usage()?,
            own: host::own_usage()?,
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
    fn end(self) -> anyhow::Result<Figures> {
        self.record.measure(false);
        let seconds = self.begun.elapsed().as_secs_f64();
        let server = (self.host.usage()?.cpu - self.server.cpu).as_secs_f64();
        let own = (host::own_usage()?.cpu - self.own.cpu).as_secs_f64();
        let acknowledged = self.record.acknowledged.load(Ordering::Relaxed) as f64;
        let delivered = self.record.delivered.load(Ordering::Relaxed) as f64;
        let mut figures = vec![
            ("acked/s", acknowledged / seconds),
            ("deliveries/s", delivered / seconds),
            ("server CPU µs per delivery", server * 1e6 / delivered.max(1.0)),
            ("server CPU %", server * 100.0 / seconds),
            ("generator CPU %", own * 100.0 / seconds),
            ("ack p50 ms", self.record.ack.quantile(0.5)),
            ("ack p99 ms", self.record.ack.quantile(0.99)),
            ("delivery p50 ms", self.record.delivery.quantile(0.5)),
            ("delivery p99 ms", self.record.delivery.quantile(0.99)),
        ];
        if self.host.urls.len() > 1 {
            figures.push(("other node p50 ms", self.record.elsewhere.quantile(0.5)));
            figures.push(("other node p99 ms", self.record.elsewhere.quantile(0.99)));
        }
        Ok(figures)
    }
}

async fn leave(members: Vec<Member>) {
    stream::iter(members)
        .for_each_concurrent(CONNECTING, Member::leave)
        .await;
}
