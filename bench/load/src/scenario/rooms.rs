//! Many small rooms: each member is in five of them, each room has five members.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use futures::{StreamExt, TryStreamExt, stream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::{CONNECTING, Figures, Stretch, WARM_UP, delivered, join_by, leave};
use crate::host::Host;
use crate::member::Member;
use crate::record::Record;

/// People in a room, and rooms of a person.
const PEOPLE: usize = 5;
/// How long the last messages may be under way.
const LAST: Duration = Duration::from_secs(20);

/// As many members as rooms: the nth room has the nth member and those that follow.
pub(super) async fn play(
    host: &Host,
    rooms: usize,
    per_second: u32,
    measured: Duration,
) -> anyhow::Result<Figures> {
    let record = Arc::new(Record::of_rooms(rooms, PEOPLE));
    let members = join_by(host, 0..rooms, &record, |nth, mut entrance| {
        // In the rooms of the members before it.
        entrance.rooms = (0..PEOPLE)
            .map(|back| ((nth + rooms - back) % rooms).to_string())
            .collect();
        entrance
    })
    .await?;
    let names: Vec<String> = stream::iter(0..rooms)
        .map(|nth| open_room(&members, nth))
        .buffered(CONNECTING)
        .try_collect()
        .await?;
    let members: Vec<_> = members.into_iter().map(Arc::new).collect();
    let begun = Instant::now();
    let mut stretch = None;
    let mut posts = JoinSet::new();
    for said in 0_u32.. {
        sleep_until(begun + Duration::from_secs(1) * said / per_second).await;
        if stretch.is_none() && begun.elapsed() >= WARM_UP {
            stretch = Some(Stretch::begin(host, &record)?);
        }
        if begun.elapsed() >= WARM_UP + measured {
            break;
        }
        let nth = said as usize % rooms;
        let (member, room) = (members[nth].clone(), names[nth].clone());
        posts.spawn(async move { member.post_in(&room).await });
    }
    let Some(stretch) = stretch else {
        bail!("nothing was measured");
    };
    let mut figures = stretch.end()?;
    while let Some(posted) = posts.join_next().await {
        posted??;
    }
    record.received_by_all(LAST).await;
    figures.extend(delivered(record.share()));
    leave(members.into_iter().filter_map(Arc::into_inner).collect()).await;
    Ok(figures)
}

/// The nth room: its number where a server takes whatever it is asked for.
async fn open_room(members: &[Member], nth: usize) -> anyhow::Result<String> {
    let Some(first) = members[nth].steadfast() else {
        return Ok(nth.to_string());
    };
    let others = (1..PEOPLE).map(|next| members[(nth + next) % members.len()].steadfast());
    let others: Option<Vec<_>> = others.map(|other| Some(other?.me.as_str())).collect();
    first.open_room(&others.context("members of two kinds")?).await
}
