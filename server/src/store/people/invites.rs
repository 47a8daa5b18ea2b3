//! The right to sign up: whether registration is closed, and invitations.

use steadfast_shared::http::Invite;
use steadfast_shared::{Millis, limit};

use super::account::{Admission, InviteTerms};
use crate::store::StoreError;
use crate::store::number::{from_sql, to_sql};
use crate::store::query::{SqlConnection, SqlRow, sql};

/// Decides within a sign-up whether it is allowed, and uses the invitation.
pub(in crate::store) async fn admit<C: SqlConnection>(
    connection: &mut C,
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
    let used = sql!(
        "update invites set used = used + 1
         where code_hash = $1 and expires_at > $2 and (uses is null or used < uses)"
    )
    .bind(invite)
    .bind(to_sql(at))
    .execute(connection)
    .await?;
    Ok(used > 0)
}

pub(in crate::store) async fn admits<C: SqlConnection>(
    connection: &mut C,
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
    sql!("select exists (
            select 1 from invites where code_hash = $1 and expires_at > $2 and (uses is null or used < uses))")
    .bind(invite)
    .bind(to_sql(at))
    .scalar(connection)
    .await
}

pub(in crate::store) async fn is_closed<C: SqlConnection>(connection: &mut C) -> Result<bool, StoreError> {
    sql!("select exists (select 1 from settings where name = 'registration' and value = 'closed')")
        .scalar(connection)
        .await
}

pub(in crate::store) async fn set_closed<C: SqlConnection>(
    connection: &mut C,
    closed: bool,
) -> Result<(), StoreError> {
    sql!(
        "insert into settings (name, value) values ('registration', $1)
         on conflict (name) do update set value = excluded.value"
    )
    .bind(if closed { "closed" } else { "open" })
    .execute(connection)
    .await?;
    Ok(())
}

pub(in crate::store) async fn all<C: SqlConnection>(
    connection: &mut C,
    at: Millis,
) -> Result<Vec<Invite>, StoreError> {
    let rows = sql!(
        "select id, created_at, expires_at, used, uses from invites where expires_at > $1 order by id desc"
    )
    .bind(to_sql(at))
    .all(connection)
    .await?;
    rows.iter().map(read).collect()
}

/// Creates an invitation if there are not too many. Concurrent ones wait until the end of the transaction.
pub(in crate::store) async fn make<C: SqlConnection>(
    connection: &mut C,
    terms: &InviteTerms,
) -> Result<Option<Invite>, StoreError> {
    sql!("delete from invites where expires_at <= $1")
        .bind(to_sql(terms.created_at))
        .execute(connection)
        .await?;
    let row = sql!(
        "insert into invites (code_hash, created_at, expires_at, uses)
         select $1, $2, $3, $4 where (select count(*) from invites) < $5
         returning id, created_at, expires_at, used, uses"
    )
    .bind(terms.code)
    .bind(to_sql(terms.created_at))
    .bind(to_sql(terms.expires_at))
    .bind(terms.uses.map(i64::from))
    .bind(to_sql(limit::INVITES as u64))
    .optional(connection)
    .await?;
    row.as_ref().map(read).transpose()
}

/// Revokes an invitation. Returns whether it existed.
pub(in crate::store) async fn take_back<C: SqlConnection>(
    connection: &mut C,
    id: i64,
) -> Result<bool, StoreError> {
    let gone = sql!("delete from invites where id = $1")
        .bind(id)
        .execute(connection)
        .await?;
    Ok(gone > 0)
}

fn read(row: &SqlRow) -> Result<Invite, StoreError> {
    let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    Ok(Invite {
        id: row.get("id")?,
        created_at: from_sql(row.get("created_at")?),
        expires_at: from_sql(row.get("expires_at")?),
        used: count(row.get("used")?),
        uses: row.get::<Option<i64>>("uses")?.map(count),
    })
}
