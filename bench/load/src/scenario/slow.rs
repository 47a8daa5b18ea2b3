//! Some members read nothing for a while: its cost to the others and to the server, and whether they miss anything.

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use super::{Figures, Stretch, WARM_UP, delivered, join_by, leave, lines_to, through};
use crate::host::Host;
use crate::member::Member;
use crate::record::Record;

const PER_SECOND: u32 = 20;
const BYTES: usize = 4_000;
/// Seconds this project's server waits for a reader, so that a short run sees it give up.
pub(super) const STALL: &str = "3";
/// How long the slow ones may take to catch up.
const LAST: Duration = Duration::from_secs(30);

#[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
pub(super) async fn play(
    host: &Host,
    fast: usize,
    slow: usize,
    measured: Duration,
) -> anyhow::Result<Figures> {
    let record = Arc::new(Record::of_each(fast + slow));
    let lines = lines_to(host).await?;
    let quick = join_by(host, 0..fast, &record, |_, entrance| entrance).await?;
    let slow = join_by(host, fast..fast + slow, &record, |_, entrance| {
        through(&lines, entrance)
    })
    .await?;
    let quick: Vec<_> = quick.into_iter().map(Arc::new).collect();
    let (begun, mut stretch, mut posts) = (Instant::now(), None, JoinSet::new());
    let (mut before, mut highest) = (host.usage()?.memory, 0);
    for said in 0_u32.. {
        sleep_until(begun + Duration::from_secs(1) * said / PER_SECOND).await;
        if stretch.is_none() && begun.elapsed() >= WARM_UP {
            before = host.usage()?.memory;
            for line in &lines {
                line.stop(true);
            }
            stretch = Some(Stretch::begin(host, &record)?);
        }
        highest = highest.max(host.usage()?.memory);
        if begun.elapsed() >= WARM_UP + measured {
            break;
        }
        let member = quick[said as usize % quick.len()].clone();
        posts.spawn(async move { member.post_long(BYTES).await });
    }
    let Some(stretch) = stretch else {
        bail!("nothing was measured");
    };
    // The quick ones' times alone: the slow ones have received nothing.
    let mut figures = stretch.end()?;
    while let Some(posted) = posts.join_next().await {
        posted??;
    }
    let opened: Vec<_> = slow.iter().map(Member::opened).collect();
    let released = Instant::now();
    for line in &lines {
        line.stop(false);
    }
    record.received_by_all(LAST).await;
    let caught_up = released.elapsed().as_secs_f64();
    // A member that was disconnected has reconnected.
    sleep(Duration::from_millis(500)).await;
    let ended = slow
        .iter()
        .zip(opened)
        .filter(|(member, then)| member.opened() > *then);
    let readers = slow.len() as f64;
    figures.extend([
        (
            "KiB held per slow reader",
            highest.saturating_sub(before) as f64 / 1024.0 / readers,
        ),
        ("slow readers ended %", ended.count() as f64 * 100.0 / readers),
        ("caught up after s", caught_up),
    ]);
    figures.extend(delivered(record.share()));
    leave(slow).await;
    leave(quick.into_iter().filter_map(Arc::into_inner).collect()).await;
    Ok(figures)
}
