//! What people ask for beyond entries.

use steadfast_shared::Person;

use super::access::Done;
use super::admin::command;
use super::append::Append;
use super::{block, make, membership, settle};
use crate::store::{Act, Acted, NewCommand};

/// Carries out a command, within a transaction that its caller commits.
pub(super) async fn act(append: &mut Append, me: Person, asked: &NewCommand) -> Done<Acted> {
    match &asked.act {
        Act::Create(asked) => make::create(append, me, asked).await,
        Act::Direct(asked) => make::direct(append, me, asked).await,
        Act::Join(room) => membership::join(append, me, *room).await,
        Act::Leave(room) => membership::leave(append, me, *room).await,
        Act::Invite(asked) => membership::invite(append, me, asked).await,
        Act::Remove(asked) => membership::remove(append, me, asked).await,
        Act::Change(change) => settle::change(append, me, asked.address, change).await,
        Act::Rename(name) => settle::rename(append, me, name).await,
        Act::Hide(asked) => block::hide(append, me, *asked).await,
        Act::Block(asked) => block::block(append, me, *asked).await,
        Act::Administer(asked) => command::administer(append, me, asked).await,
    }
}
