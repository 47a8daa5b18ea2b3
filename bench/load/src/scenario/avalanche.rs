//! All connections are cut at once while some go on talking, and all come back at once.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::{Figures, delivered, join_by, leave, lines_to, quantile, through};
use crate::host::Host;
use crate::member::Member;
use crate::record::Record;

/// Members whose lines stay up, and who send all the time.
const TALKERS: usize = 5;
/// How often each of them says something.
const EVERY: Duration = Duration::from_millis(100);
/// Talk before the cut, and after all are back.
const AROUND: Duration = Duration::from_secs(1);
/// How long the lines are down.
const DOWN: Duration = Duration::from_secs(1);
/// How long a member may take to come back.
const BACK: Duration = Duration::from_secs(60);
/// How long the last messages may be under way.
const LAST: Duration = Duration::from_secs(20);

#[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
pub(super) async fn play(host: &Host, members: usize) -> anyhow::Result<Figures> {
    let record = Arc::new(Record::of_each(members + TALKERS));
    let lines = lines_to(host).await?;
    let far = join_by(host, 0..members, &record, |_, entrance| through(&lines, entrance)).await?;
    let talkers = join_by(host, members..members + TALKERS, &record, |_, entrance| entrance).await?;
    let (over, ended) = watch::channel(false);
    let talk = join_all(talkers.iter().map(|talker| talk(talker, ended.clone())));
    let cut = async {
        sleep(AROUND).await;
        let opened: Vec<_> = far.iter().map(Member::opened).collect();
        let before = host.usage()?;
        for line in &lines {
            line.cut();
        }
        sleep(DOWN).await;
        for line in &lines {
            line.mend();
        }
        let mended = Instant::now();
        let back = join_all(far.iter().zip(opened).map(async |(member, opened)| {
            member.back(opened, BACK).await?;
            anyhow::Ok(mended.elapsed().as_secs_f64())
        }))
        .await;
        let after = host.usage()?;
        sleep(AROUND).await;
        over.send_replace(true);
        let (times, lost): (Vec<_>, Vec<_>) = back.into_iter().partition(Result::is_ok);
        if let Some(Err(first)) = lost.first() {
            eprintln!("{} members are not back; of the first: {first:#}", lost.len());
        }
        let times: Vec<f64> = times.into_iter().filter_map(Result::ok).collect();
        anyhow::Ok((times, before, after))
    };
    let (refused, cut) = tokio::join!(talk, cut);
    let (times, before, after) = cut?;
    record.received_by_all(LAST).await;
    let back = times.len() as f64;
    let mut figures = vec![
        ("back %", back * 100.0 / members as f64),
        ("half back after s", quantile(times.clone(), 0.5)),
        ("all back after s", quantile(times, 1.0)),
        (
            "server CPU ms per return",
            (after.cpu - before.cpu).as_secs_f64() * 1e3 / back.max(1.0),
        ),
        (
            "MiB more",
            (after.memory as f64 - before.memory as f64) / 1_048_576.0,
        ),
        ("not acknowledged", refused.into_iter().sum::<u64>() as f64),
    ];
    figures.extend(delivered(record.share()));
    leave(far).await;
    leave(talkers).await;
    Ok(figures)
}

/// Answers how many of its messages were not acknowledged.
async fn talk(talker: &Member, over: watch::Receiver<bool>) -> u64 {
    let mut refused = 0;
    while !*over.borrow() {
        refused += u64::from(talker.post().await.is_err());
        sleep(EVERY).await;
    }
    refused
}
