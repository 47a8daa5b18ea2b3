//! Changes nicknames.

use std::collections::BTreeSet;

use steadfast_shared::{Body, Nickname, Person, RoomId};
use uuid::Uuid;

use super::former;
use super::nickname::{self, NameKey};
use crate::store::append::{Append, Sql};
use crate::store::command::CommandError;
use crate::store::query::sql;
use crate::store::rooms::difference::{NO_NICKNAME, former_nickname};
use crate::store::{CommandOutcome, StoreRefusal};

/// Changes a person's nickname, and writes that to each of their rooms that is not archived.
pub(in crate::store) async fn rename<S: Sql>(
    append: &mut Append<S>,
    me: Person,
    name: &Nickname,
) -> Result<CommandOutcome, CommandError> {
    let Ok(name) = Nickname::parse(&nickname::composed(name.as_str())) else {
        return Err(StoreRefusal::Invalid(NO_NICKNAME).into());
    };
    let renamed = Person {
        id: me.id,
        name: name.as_str().to_owned(),
    };
    if me.name != renamed.name {
        let Ok(key) = NameKey::of(name.as_str()) else {
            return Err(StoreRefusal::Invalid(NO_NICKNAME).into());
        };
        former::give_up(&mut append.connection, me.id, &key, append.at).await?;
        let taken = sql!("update users set name = $1, name_key = $2, name_look = $3, name_shape = $4, search = $5 where id = $6")
        .bind(name.as_str())
        .bind_key(&key)
        .bind(nickname::folded(name.as_str()))
        .bind(me.id)
        .execute(&mut append.connection)
        .await;
        // Refused if another person has the name, or one that can be mistaken for it.
        taken.map_err(|error| error.or_taken(StoreRefusal::NicknameTaken))?;
        if former::is_reserved(&mut append.connection, &key, me.id, append.at).await? {
            return Err(StoreRefusal::NicknameTaken.into());
        }
        let was = former_nickname(&me.name)?;
        let rooms: Vec<Uuid> = sql!("select rooms.id from members join rooms on rooms.id = members.room
             where members." person " = $1 and not rooms.archived")
        .bind(me.id)
        .scalars(&mut append.connection)
        .await?;
        let rooms: BTreeSet<RoomId> = rooms.into_iter().map(RoomId).collect();
        append.ensure_locked(&rooms).await?;
        let entries = rooms.into_iter().map(|room| {
            let (name, was) = (name.clone(), was.clone());
            (room, Body::Nickname { name, was })
        });
        append.write(&renamed, entries.collect()).await?;
    }
    Ok(CommandOutcome {
        name_changed: me.name != renamed.name,
        renamed: Some(renamed),
        ..CommandOutcome::default()
    })
}
