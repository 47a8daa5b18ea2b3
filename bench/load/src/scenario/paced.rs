//! A fixed number of messages per second, each said by the member whose turn it is.

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::{DELIVERED, Figures, Stretch, WARM_UP, join};
use crate::host::Host;
use crate::record::Record;

/// How long the last messages may be under way.
const LAST: Duration = Duration::from_secs(20);

pub(super) async fn play(
    host: &Host,
    members: usize,
    per_second: u32,
    measured: Duration,
) -> anyhow::Result<Figures> {
    let record = Arc::new(Record::new());
    let members: Vec<_> = join(host, members, &record)
        .await?
        .into_iter()
        .map(Arc::new)
        .collect();
    let before = record.received();
    let begun = Instant::now();
    let mut stretch = None;
    let mut posts = JoinSet::new();
    let mut said = 0_u32;
    loop {
        let due = begun + Duration::from_secs(1) * said / per_second;
        sleep_until(due).await;
        if stretch.is_none() && begun.elapsed() >= WARM_UP {
            stretch = Some(Stretch::begin(host, &record)?);
        }
        if begun.elapsed() >= WARM_UP + measured {
            break;
        }
        let member = members[said as usize % members.len()].clone();
        posts.spawn(async move { member.post().await });
        said += 1;
    }
    let Some(stretch) = stretch else {
        bail!("nothing was measured");
    };
    let mut figures = stretch.end()?;
    while let Some(posted) = posts.join_next().await {
        posted??;
    }
    // A member connected from the beginning has to receive everything.
    let all = u64::from(said) * members.len() as u64;
    let received_all = timeout(LAST, async {
        while record.received() - before < all {
            sleep(Duration::from_millis(20)).await;
        }
    });
    let _late = received_all.await;
    #[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
    figures.push((
        DELIVERED,
        (record.received() - before) as f64 * 100.0 / all as f64,
    ));
    super::leave(members.into_iter().filter_map(Arc::into_inner).collect()).await;
    Ok(figures)
}
