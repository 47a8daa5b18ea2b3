//! What people ask for beyond entries, each in one transaction.

use std::net::IpAddr;

use steadfast_shared::{Millis, UserId};

use super::access::{Done, allowed, known};
use super::admin::command;
use super::append::Append;
use super::{SqliteStore, block, make, membership, settle};
use crate::store::{Act, Acted, Refusal};

/// One attempt at [`crate::store::Rooms::act`].
pub(super) async fn act(
    store: &SqliteStore,
    by: UserId,
    from: Option<IpAddr>,
    act: &Act,
    at: Millis,
) -> Done<Acted> {
    let mut append = Append::begin(store, at).await?;
    // Nobody is kept in a room, and operators can always make one.
    let small = matches!(
        act,
        Act::Leave(_) | Act::Remove(_) | Act::Hide(_) | Act::Block(_) | Act::Administer(_)
    );
    if append.full && !small {
        return Ok(Err(Refusal::StorageFull));
    }
    let me = allowed!(known(&mut append.transaction, by).await?);
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
    let changes = acted.changes(by);
    (acted.logs, acted.feed) = append.commit(store, &changes).await?;
    Ok(Ok(acted))
}
