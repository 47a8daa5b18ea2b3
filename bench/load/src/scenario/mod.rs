//! What is done to a server, and what comes of it.
//!
//! - `talk`: some say something again as soon as it was acknowledged, all hear it
//! - `paced`: a fixed number of messages per second, whoever says them
//! - `idle`: connections that say nothing

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clap::ValueEnum;
use futures::{StreamExt, TryStreamExt, stream};
use tokio::time::Instant;

use crate::host::{self, Host, Usage};
use crate::member::Member;
use crate::record::Record;

mod idle;
mod paced;
mod talk;

/// How many connect at the same time.
const CONNECTING: usize = 16;
/// How long a scenario runs before it is measured.
const WARM_UP: Duration = Duration::from_secs(2);

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, ValueEnum)]
pub(crate) enum Scenario {
    /// 200 connections, one of which says one thing after the other
    #[value(name = "talk-1")]
    TalkOne,
    /// The same with 100 who do
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
    /// Connections that say nothing
    Idle,
}

/// Names and values, in the order they are printed.
pub(crate) type Figures = Vec<(&'static str, f64)>;

impl Scenario {
    pub(crate) const ALL: [Self; 6] = [
        Self::TalkOne,
        Self::TalkHundred,
        Self::Paced,
        Self::PacedThousand,
        Self::Crowd,
        Self::Idle,
    ];

    pub(crate) async fn play(self, host: &Host, measured: Duration) -> anyhow::Result<Figures> {
        match self {
            Self::TalkOne => talk::play(host, 200, 1, measured).await,
            Self::TalkHundred => talk::play(host, 200, 100, measured).await,
            Self::Paced => paced::play(host, 200, 100, measured).await,
            Self::PacedThousand => paced::play(host, 1_000, 100, measured).await,
            Self::Crowd => paced::play(host, 2_000, 20, measured).await,
            Self::Idle => idle::play(host, 2_000).await,
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

/// So many members, connected.
async fn join(host: &Host, members: usize, record: &Arc<Record>) -> anyhow::Result<Vec<Member>> {
    let http = reqwest::Client::new();
    stream::iter(0..members)
        .map(|nth| Member::join(host, nth, &http, record))
        .buffer_unordered(CONNECTING)
        .try_collect()
        .await
}

/// What a stretch of time cost, and what was done in it.
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
