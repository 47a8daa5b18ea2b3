//! Nicknames that people have given up. They are reserved for their former owner for a while, so that messages to one person are
//! not taken for messages to another.

use steadfast_shared::{Millis, UserId, limit};

use super::nickname::NameKey;
use crate::store::StoreError;
use crate::store::number::to_sql;
use crate::store::query::{SqlConnection, sql};

const DAY: Millis = 24 * 60 * 60 * 1_000;

/// Whether a nickname, or one that can be mistaken for it, is reserved for another person. Checked after the nickname is taken,
/// so that anybody giving it up concurrently has committed by then.
pub(in crate::store) async fn is_reserved<C: SqlConnection>(
    connection: &mut C,
    key: &NameKey,
    but_for: UserId,
    at: Millis,
) -> Result<bool, StoreError> {
    sql!("select exists (select 1 from former_names
         where (name_key = $1 or name_look = $2 or name_shape = $3) and until > $4 and " person " <> $5)")
    .bind_key(key)
    .bind(to_sql(at))
    .bind(but_for)
    .scalar(connection)
    .await
}

/// Reserves the nickname that a person gives up for one with these keys. A nickname they take back is no longer reserved; beyond
/// [`limit::FORMER_NAMES`] the oldest is released.
pub(in crate::store) async fn give_up<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    taken: &NameKey,
    at: Millis,
) -> Result<(), StoreError> {
    let until = at.saturating_add(limit::FORMER_NAME_DAYS * DAY);
    // A nickname lost to an older one has no keys, so there is nothing to reserve.
    sql!("insert into former_names (" person ", name, name_key, name_look, name_shape, until)
         select id, name, name_key, name_look, name_shape, $1 from users where id = $2 and name_look is not null")
    .bind(to_sql(until))
    .bind(user)
    .execute(connection)
    .await?;
    // Expired reservations of others are skipped if they are locked.
    sql!("delete from former_names where " [only_postgres "id in (select id from former_names where "] "until <= $1"
         [only_postgres " order by id for update skip locked)"])
    .bind(to_sql(at))
    .execute(connection)
    .await?;
    sql!("delete from former_names where " person " = $1 and name_key = $2")
        .bind(user)
        .bind(&taken.name)
        .execute(connection)
        .await?;
    sql!("delete from former_names where " person " = $1 and id not in
         (select id from former_names where " person " = $1 order by id desc limit $2)")
    .bind(user)
    .bind(to_sql(limit::FORMER_NAMES as u64))
    .execute(connection)
    .await?;
    Ok(())
}
