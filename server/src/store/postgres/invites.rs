//! Who may sign up: whether registration is closed, and invitations.

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use steadfast_shared::http::Invite;
use steadfast_shared::{Millis, limit};

use super::{PostgresStore, from_sql, to_sql};
use crate::store::StoreError;
use crate::store::account::{Admission, InviteTerms};

/// Decides within a sign-up whether it may be, and uses up the invitation.
pub(super) async fn admit(
    connection: &mut PgConnection,
    admission: Admission,
    at: Millis,
) -> Result<bool, StoreError> {
    let Admission::Asked { closed, invite } = admission else {
        return Ok(true);
    };
    if !closed && !is_closed(connection).await? {
        return Ok(true);
    }
    let Some(invite) = invite else {
        return Ok(false);
    };
    let used = sqlx::query(
        "update invites set used = used + 1
         where code_hash = $1 and expires_at > $2 and (uses is null or used < uses)",
    )
    .bind(invite.as_bytes())
    .bind(to_sql(at))
    .execute(connection)
    .await?
    .rows_affected();
    Ok(used > 0)
}

pub(super) async fn admits(
    connection: &mut PgConnection,
    admission: Admission,
    at: Millis,
) -> Result<bool, StoreError> {
    let Admission::Asked { closed, invite } = admission else {
        return Ok(true);
    };
    if !closed && !is_closed(connection).await? {
        return Ok(true);
    }
    let Some(invite) = invite else {
        return Ok(false);
    };
    sqlx::query_scalar(
        "select exists (
            select 1 from invites where code_hash = $1 and expires_at > $2 and (uses is null or used < uses)
         )",
    )
    .bind(invite.as_bytes())
    .bind(to_sql(at))
    .fetch_one(connection)
    .await
    .map_err(StoreError::from)
}

pub(super) async fn is_closed(connection: &mut PgConnection) -> Result<bool, StoreError> {
    sqlx::query_scalar(
        "select exists (select 1 from settings where name = 'registration' and value = 'closed')",
    )
    .fetch_one(connection)
    .await
    .map_err(StoreError::from)
}

pub(super) async fn all(store: &PostgresStore, at: Millis) -> Result<Vec<Invite>, StoreError> {
    let rows = sqlx::query(
        "select id, created_at, expires_at, used, uses from invites where expires_at > $1 order by id desc",
    )
    .bind(to_sql(at))
    .fetch_all(&store.readers)
    .await?;
    rows.iter().map(read).collect()
}

pub(super) async fn make(
    connection: &mut PgConnection,
    terms: &InviteTerms,
) -> Result<Option<Invite>, StoreError> {
    // One at a time: they are counted before there is one more.
    sqlx::query("select pg_advisory_xact_lock($1, $2)")
        .bind(super::lease::LOCKS)
        .bind(super::lease::INVITES)
        .execute(&mut *connection)
        .await?;
    sqlx::query("delete from invites where expires_at <= $1")
        .bind(to_sql(terms.created_at))
        .execute(&mut *connection)
        .await?;
    let row = sqlx::query(
        "insert into invites (code_hash, created_at, expires_at, uses)
         select $1, $2, $3, $4 where (select count(*) from invites) < $5
         returning id, created_at, expires_at, used, uses",
    )
    .bind(terms.code.as_bytes())
    .bind(to_sql(terms.created_at))
    .bind(to_sql(terms.expires_at))
    .bind(terms.uses.map(i64::from))
    .bind(to_sql(limit::INVITES as u64))
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &PgRow) -> Result<Invite, StoreError> {
    let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    Ok(Invite {
        id: row.try_get("id")?,
        created_at: from_sql(row.try_get("created_at")?),
        expires_at: from_sql(row.try_get("expires_at")?),
        used: count(row.try_get("used")?),
        uses: row.try_get::<Option<i64>, _>("uses")?.map(count),
    })
}
