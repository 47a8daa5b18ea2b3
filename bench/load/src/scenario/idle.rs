//! Idle connections: the memory that each takes, and the memory left once they are closed.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::{Figures, join, leave};
use crate::host::Host;
use crate::record::Record;

/// How long a server may take to settle.
const SETTLE: Duration = Duration::from_secs(5);
/// How long it may take to give memory back.
const GIVE_BACK: Duration = Duration::from_secs(20);

#[expect(clippy::cast_precision_loss, reason = "bytes of a process")]
pub(super) async fn play(host: &Host, members: usize) -> anyhow::Result<Figures> {
    let record = Arc::new(Record::new());
    let warm = join(host, 50, &record).await?;
    leave(warm).await;
    sleep(SETTLE).await;
    let before = host.usage()?;
    let connected = join(host, members, &record).await?;
    let joined = host.usage()?;
    let before_silence = host.transactions().await?;
    sleep(SETTLE).await;
    let silence = host.transactions().await?;
    let during = host.usage()?;
    leave(connected).await;
    sleep(GIVE_BACK).await;
    let after = host.usage()?;
    let kib = |bytes: u64| bytes as f64 / 1024.0;
    let mut figures = vec![
        (
            "KiB per connection",
            kib(during.memory.saturating_sub(before.memory)) / members as f64,
        ),
        (
            "server CPU µs per join",
            (joined.cpu - before.cpu).as_secs_f64() * 1e6 / members as f64,
        ),
        ("MiB before", kib(before.memory) / 1024.0),
        ("MiB with them", kib(during.memory) / 1024.0),
        ("MiB after", kib(after.memory) / 1024.0),
    ];
    if let (Some(before), Some(after)) = (before_silence, silence) {
        figures.push((
            "Postgres transactions/s in silence",
            (after - before) / SETTLE.as_secs_f64(),
        ));
    }
    Ok(figures)
}
