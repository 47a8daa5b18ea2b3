//! Nicknames that somebody has given up. They are held for their former owner for a while: what was said to one person is not
//! to be taken for said to another.

use sqlx::SqliteConnection;
use steadfast_shared::{Millis, UserId, limit};

use super::to_sql;
use crate::store::StoreError;
use crate::store::nickname::NameKey;

const DAY: Millis = 24 * 60 * 60 * 1_000;

/// Whether a nickname, or one that can be taken for it, is held for somebody else.
pub(super) async fn is_held(
    connection: &mut SqliteConnection,
    key: &NameKey,
    but_for: Option<UserId>,
    at: Millis,
) -> Result<bool, StoreError> {
    let held = sqlx::query(
        "select 1 from former_names
         where (name_key = ?1 or name_look = ?2 or name_shape = ?3) and until > ?4 and user is not ?5 limit 1",
    )
    .bind(&key.name)
    .bind(&key.look)
    .bind(&key.shape)
    .bind(to_sql(at))
    .bind(but_for.map(|user| user.0))
    .fetch_optional(connection)
    .await?;
    Ok(held.is_some())
}

/// Somebody gives their nickname up for another one, of these keys. One they take back is former no more; beyond
/// [`limit::FORMER_NAMES`] the oldest is let go.
pub(super) async fn give_up(
    connection: &mut SqliteConnection,
    user: UserId,
    taken: &NameKey,
    at: Millis,
) -> Result<(), StoreError> {
    let until = at.saturating_add(limit::FORMER_NAME_DAYS * DAY);
    // A nickname that was lost to an older one has no keys, and is nobody's to hold.
    sqlx::query(
        "insert into former_names (user, name, name_key, name_look, name_shape, until)
         select id, name, name_key, name_look, name_shape, ?1 from users where id = ?2 and name_look is not null",
    )
    .bind(to_sql(until))
    .bind(user.0)
    .execute(&mut *connection)
    .await?;
    sqlx::query("delete from former_names where until <= ?")
        .bind(to_sql(at))
        .execute(&mut *connection)
        .await?;
    sqlx::query("delete from former_names where user = ? and name_key = ?")
        .bind(user.0)
        .bind(&taken.name)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "delete from former_names where user = ?1 and id not in
         (select id from former_names where user = ?1 order by id desc limit ?2)",
    )
    .bind(user.0)
    .bind(i64::try_from(limit::FORMER_NAMES).unwrap_or(i64::MAX))
    .execute(connection)
    .await?;
    Ok(())
}
