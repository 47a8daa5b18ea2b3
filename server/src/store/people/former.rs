//! Nicknames that somebody has given up. They are held for their former owner for a while: words to one person are not
//! to be taken for words to another.

use steadfast_shared::{Millis, UserId, limit};

use super::nickname::NameKey;
use crate::store::StoreError;
use crate::store::number::to_sql;
use crate::store::query::{SqlConnection, sql};

const DAY: Millis = 24 * 60 * 60 * 1_000;

/// Whether a nickname, or one that can be taken for it, is held for somebody else. Asked once the nickname is taken: who gives it
/// up at this moment has committed by then.
pub(in crate::store) async fn is_held<C: SqlConnection>(
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

/// Somebody gives their nickname up for another one, of these keys. One they take back is former no more; beyond
/// [`limit::FORMER_NAMES`] the oldest is let go.
pub(in crate::store) async fn give_up<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    taken: &NameKey,
    at: Millis,
) -> Result<(), StoreError> {
    let until = at.saturating_add(limit::FORMER_NAME_DAYS * DAY);
    // A nickname that was lost to an older one has no keys, and is nobody's to hold.
    sql!("insert into former_names (" person ", name, name_key, name_look, name_shape, until)
         select id, name, name_key, name_look, name_shape, $1 from users where id = $2 and name_look is not null")
    .bind(to_sql(until))
    .bind(user)
    .execute(connection)
    .await?;
    // Ended ones of others are left to whom nobody waits for.
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
