//! Whom people have blocked, and which direct rooms they have hidden.

use sqlx::{Row, SqliteConnection};
use steadfast_shared::event::{Block, Blocked};
use steadfast_shared::room::HideRoom;
use steadfast_shared::{Person, RoomId, RoomKind, UserId, limit};

use super::access::{Done, access, allowed, known};
use super::append::Append;
use super::person::as_json;
use super::{from_sql, to_sql};
use crate::store::access::blocker;
use crate::store::refusal::Blocker;
use crate::store::{Acted, Refusal, StoreError};

/// Blocks somebody, or takes that back.
pub(super) async fn block(append: &mut Append, me: Person, asked: Block) -> Done<Acted> {
    if asked.person == me.id {
        return Ok(Err(Refusal::Invalid("nobody can block themselves")));
    }
    let person = allowed!(known(&mut append.connection, asked.person).await?);
    if asked.blocked {
        sqlx::query("insert into blocks (user, blocked, at) values (?, ?, ?) on conflict do nothing")
            .bind(me.id.0)
            .bind(person.id.0)
            .bind(to_sql(append.at))
            .execute(&mut *append.connection)
            .await?;
        let blocked: i64 = sqlx::query_scalar("select count(*) from blocks where user = ?")
            .bind(me.id.0)
            .fetch_one(&mut *append.connection)
            .await?;
        if from_sql(blocked) > limit::BLOCKED as u64 {
            return Ok(Err(Refusal::TooManyPeople));
        }
    } else {
        sqlx::query("delete from blocks where user = ? and blocked = ?")
            .bind(me.id.0)
            .bind(person.id.0)
            .execute(&mut *append.connection)
            .await?;
    }
    Ok(Ok(Acted {
        blocked: Some(Blocked {
            person,
            blocked: asked.blocked,
        }),
        ..Acted::default()
    }))
}

/// Whether one of these has blocked this person, or this person one of them.
pub(super) async fn between(
    connection: &mut SqliteConnection,
    user: UserId,
    others: &[UserId],
) -> Result<Option<Blocker>, StoreError> {
    let row = sqlx::query(
        "select exists (select 1 from blocks where blocked = ?1 and user in (select unhex(value) from json_each(?2))) as other,
                exists (select 1 from blocks where user = ?1 and blocked in (select unhex(value) from json_each(?2))) as oneself",
    )
    .bind(user.0)
    .bind(as_json(others))
    .fetch_one(connection)
    .await?;
    let (other, oneself) = (row.try_get("other")?, row.try_get("oneself")?);
    Ok(blocker(oneself, other))
}

/// Hides a direct room until something is said in it, or shows it again.
pub(super) async fn hide(append: &mut Append, me: Person, asked: HideRoom) -> Done<Acted> {
    let access = allowed!(access(&mut append.connection, me.id, asked.room).await?);
    if access.kind != RoomKind::Direct {
        return Ok(Err(Refusal::Forbidden));
    }
    if asked.hidden {
        sqlx::query(
            "update members set hidden_at = (select active_at from rooms where id = ?2) where user = ?1 and room = ?2",
        )
        .bind(me.id.0)
        .bind(asked.room.0)
        .execute(&mut *append.connection)
        .await?;
    } else {
        show(append, me.id, asked.room).await?;
    }
    Ok(Ok(Acted {
        room: Some(asked.room),
        view_changed: true,
        ..Acted::default()
    }))
}

/// Shows a direct room again. Answers whether it was hidden.
pub(super) async fn show(append: &mut Append, user: UserId, room: RoomId) -> Result<bool, StoreError> {
    let shown = sqlx::query(
        "update members set hidden_at = null where user = ? and room = ? and hidden_at is not null",
    )
    .bind(user.0)
    .bind(room.0)
    .execute(&mut *append.connection)
    .await?;
    Ok(shown.rows_affected() > 0)
}
