//! Some members say something again as soon as it was acknowledged; all receive it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use futures::future::try_join_all;
use tokio::time::sleep;

use super::{Figures, Stretch, WARM_UP, join};
use crate::host::Host;
use crate::record::Record;

pub(super) async fn play(
    host: &Host,
    members: usize,
    talkers: usize,
    measured: Duration,
) -> anyhow::Result<Figures> {
    let record = Arc::new(Record::new());
    let members = join(host, members, &record).await?;
    let over = AtomicBool::new(false);
    let talking = try_join_all(members.iter().take(talkers).map(async |member| {
        while !over.load(Ordering::Relaxed) {
            member.post().await?;
        }
        anyhow::Ok(())
    }));
    let measuring = async {
        sleep(WARM_UP).await;
        let stretch = Stretch::begin(host, &record)?;
        sleep(measured).await;
        let figures = stretch.end();
        over.store(true, Ordering::Relaxed);
        figures
    };
    let (talked, figures) = tokio::join!(talking, measuring);
    talked.context("a member could not send")?;
    super::leave(members).await;
    figures
}
