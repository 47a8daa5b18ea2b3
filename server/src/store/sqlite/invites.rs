//! Who may sign up: whether registration is closed, and invitations.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, SqliteExecutor, SqlitePool, Transaction};
use steadfast_shared::http::Invite;
use steadfast_shared::{Millis, limit};

use super::{SqliteStore, from_sql, to_sql};
use crate::store::StoreError;
use crate::store::account::{Admission, InviteTerms};

/// Decides within a sign-up whether it may be, and uses up the invitation.
pub(super) async fn admit(
    transaction: &mut Transaction<'static, Sqlite>,
    admission: Admission,
    at: Millis,
) -> Result<bool, StoreError> {
    let Admission::Asked { closed, invite } = admission else {
        return Ok(true);
    };
    if !closed && !is_closed(&mut **transaction).await? {
        return Ok(true);
    }
    let Some(invite) = invite else {
        return Ok(false);
    };
    let used = sqlx::query(
        "update invites set used = used + 1
         where code_hash = ? and expires_at > ? and (uses is null or used < uses)",
    )
    .bind(invite.as_bytes())
    .bind(to_sql(at))
    .execute(&mut **transaction)
    .await?
    .rows_affected();
    Ok(used > 0)
}

pub(super) async fn admits(
    readers: &SqlitePool,
    admission: Admission,
    at: Millis,
) -> Result<bool, StoreError> {
    let Admission::Asked { closed, invite } = admission else {
        return Ok(true);
    };
    if !closed && !is_closed(readers).await? {
        return Ok(true);
    }
    let Some(invite) = invite else {
        return Ok(false);
    };
    sqlx::query_scalar(
        "select exists (
            select 1 from invites where code_hash = ? and expires_at > ? and (uses is null or used < uses)
         )",
    )
    .bind(invite.as_bytes())
    .bind(to_sql(at))
    .fetch_one(readers)
    .await
    .map_err(StoreError::from)
}

pub(super) async fn is_closed(executor: impl SqliteExecutor<'_>) -> Result<bool, StoreError> {
    sqlx::query_scalar(
        "select exists (select 1 from settings where name = 'registration' and value = 'closed')",
    )
    .fetch_one(executor)
    .await
    .map_err(StoreError::from)
}

pub(super) async fn set_closed(store: &SqliteStore, closed: bool) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    sqlx::query("insert or replace into settings (name, value) values ('registration', ?)")
        .bind(if closed { "closed" } else { "open" })
        .execute(&mut *transaction)
        .await?;
    store.commit(transaction).await
}

pub(super) async fn all(store: &SqliteStore, at: Millis) -> Result<Vec<Invite>, StoreError> {
    let rows = sqlx::query(
        "select id, created_at, expires_at, used, uses from invites where expires_at > ? order by id desc",
    )
    .bind(to_sql(at))
    .fetch_all(&store.readers)
    .await?;
    rows.iter().map(read).collect()
}

pub(super) async fn make(store: &SqliteStore, terms: &InviteTerms) -> Result<Option<Invite>, StoreError> {
    let mut transaction = store.begin().await?;
    sqlx::query("delete from invites where expires_at <= ?")
        .bind(to_sql(terms.created_at))
        .execute(&mut *transaction)
        .await?;
    let row = sqlx::query(
        "insert into invites (code_hash, created_at, expires_at, uses)
         select ?, ?, ?, ? where (select count(*) from invites) < ?
         returning id, created_at, expires_at, used, uses",
    )
    .bind(terms.code.as_bytes())
    .bind(to_sql(terms.created_at))
    .bind(to_sql(terms.expires_at))
    .bind(terms.uses)
    .bind(to_sql(limit::INVITES as u64))
    .fetch_optional(&mut *transaction)
    .await?;
    store.commit(transaction).await?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn take_back(store: &SqliteStore, id: i64) -> Result<bool, StoreError> {
    let mut transaction = store.begin().await?;
    let gone = sqlx::query("delete from invites where id = ?")
        .bind(id)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
    store.commit(transaction).await?;
    Ok(gone > 0)
}

fn read(row: &SqliteRow) -> Result<Invite, StoreError> {
    Ok(Invite {
        id: row.try_get("id")?,
        created_at: from_sql(row.try_get("created_at")?),
        expires_at: from_sql(row.try_get("expires_at")?),
        used: row.try_get("used")?,
        uses: row.try_get("uses")?,
    })
}
