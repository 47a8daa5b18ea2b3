//! What people ask for beyond entries, each in one transaction.

use std::net::IpAddr;

use sqlx::PgConnection;
use steadfast_shared::{Millis, UserId};

use super::access::known;
use super::admin::command;
use super::append::Append;
use super::{PostgresStore, block, locks, make, membership, settle};
use crate::store::access::{Done, allowed};
use crate::store::{Act, Acted};

/// One attempt at [`crate::store::Rooms::act`]. The caller commits.
pub(super) async fn act(
    store: &PostgresStore,
    connection: &mut PgConnection,
    by: UserId,
    from: Option<IpAddr>,
    act: &Act,
    at: Millis,
) -> Done<Acted> {
    let mut append = Append::begin(store, connection, at);
    locks::lock(&mut append, by, act).await?;
    let me = allowed!(known(append.connection, by).await?);
    let done = match act {
        Act::Create(asked) => make::create(&mut append, me, asked).await?,
        Act::Direct(asked) => make::direct(&mut append, me, asked).await?,
        Act::Join(room) => membership::join(&mut append, me, *room).await?,
        Act::Leave(room) => membership::leave(&mut append, me, *room).await?,
        Act::Invite(asked) => membership::invite(&mut append, me, asked).await?,
        Act::Remove(asked) => membership::remove(&mut append, me, asked).await?,
        Act::Change(asked) => settle::change(&mut append, me, from, asked).await?,
        Act::Rename(name) => settle::rename(&mut append, me, name).await?,
        Act::Hide(asked) => block::hide(&mut append, me, *asked).await?,
        Act::Block(asked) => block::block(&mut append, me, *asked).await?,
        Act::Administer(asked) => command::administer(&mut append, me, asked).await?,
    };
    let mut acted = allowed!(done);
    acted.gave_way = std::mem::take(&mut append.gave_way);
    // What was only locked has not grown.
    let changes = acted.changes(by);
    (acted.logs, acted.feed) = append.finish(&changes).await?;
    acted.logs.retain(|log| !log.fresh.is_empty());
    Ok(Ok(acted))
}
