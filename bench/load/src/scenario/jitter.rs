//! Every line delays its data and fails again and again. A member repeats each message until it is acknowledged.

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::{Figures, Stretch, delivered, join_by, leave, lines_to, through};
use crate::host::Host;
use crate::line::Weather;
use crate::record::Record;

const PER_SECOND: u32 = 30;
const STORM: Weather = Weather {
    delay: Duration::from_millis(150),
    life: Some(Duration::from_secs(4)),
};
/// How long a message may take to be acknowledged once the lines hold.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the last messages may be under way.
const LAST: Duration = Duration::from_secs(20);

pub(super) async fn play(host: &Host, members: usize, measured: Duration) -> anyhow::Result<Figures> {
    let record = Arc::new(Record::of_each(members));
    let lines = lines_to(host).await?;
    for line in &lines {
        line.be(STORM);
    }
    let members = join_by(host, 0..members, &record, |_, entrance| through(&lines, entrance)).await?;
    let members: Vec<_> = members.into_iter().map(Arc::new).collect();
    let connected = members.iter().map(|member| member.opened()).sum::<u64>();
    let begun = Instant::now();
    let stretch = Stretch::begin(host, &record)?;
    let mut posts = JoinSet::new();
    for said in 0_u32.. {
        sleep_until(begun + Duration::from_secs(1) * said / PER_SECOND).await;
        if begun.elapsed() >= measured {
            break;
        }
        let member = members[said as usize % members.len()].clone();
        let until = begun + measured + PATIENCE;
        posts.spawn(async move { member.post_until_stored(until).await });
    }
    if posts.is_empty() {
        bail!("nothing was said");
    }
    let reconnected = members.iter().map(|member| member.opened()).sum::<u64>() - connected;
    for line in &lines {
        line.be(Weather::default());
        // Those that were made in the storm still have its ways.
        line.cut();
        line.mend();
    }
    let mut refused = 0_u32;
    while let Some(posted) = posts.join_next().await {
        refused += u32::from(posted?.is_err());
    }
    record.received_by_all(LAST).await;
    let mut figures = stretch.end()?;
    #[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
    figures.push(("reconnects", reconnected as f64));
    figures.push(("not acknowledged", refused.into()));
    figures.extend(delivered(record.share()));
    leave(members.into_iter().filter_map(Arc::into_inner).collect()).await;
    Ok(figures)
}
