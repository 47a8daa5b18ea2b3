//! Owner links: how somebody becomes the first owner, and another one.

use sqlx::PgConnection;
use steadfast_shared::admin::AuditAction;
use steadfast_shared::{Millis, Person, Role};

use super::super::append::Append;
use super::super::transaction::written;
use super::super::{PostgresStore, to_sql};
use super::people;
use crate::store::access::Done;
use crate::store::admin::{NewAuditLine, OWNER_LINKS};
use crate::store::{Acted, Refusal, StoreError, TokenHash};

/// See [`crate::store::admin::Administration::has_owner`].
pub(super) async fn has_owner(store: &PostgresStore) -> Result<bool, StoreError> {
    sqlx::query_scalar("select exists (select 1 from users where role = 'owner')")
        .fetch_one(&store.readers)
        .await
        .map_err(StoreError::from)
}

/// See [`crate::store::admin::Administration::add_owner_link`].
pub(super) async fn add_link(store: &PostgresStore, code: TokenHash, at: Millis) -> Result<(), StoreError> {
    written!(store, accounts, |transaction| async {
        sqlx::query("insert into owner_links (code_hash, created_at) values ($1, $2)")
            .bind(code.as_bytes())
            .bind(to_sql(at))
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "delete from owner_links where code_hash not in (
                select code_hash from owner_links order by created_at desc, code_hash limit $1)",
        )
        .bind(i64::from(OWNER_LINKS))
        .execute(&mut *transaction)
        .await?;
        Ok(())
    })
}

/// See [`crate::store::admin::Administration::is_owner_link`].
pub(super) async fn is_link(store: &PostgresStore, code: TokenHash) -> Result<bool, StoreError> {
    sqlx::query_scalar("select exists (select 1 from owner_links where code_hash = $1)")
        .bind(code.as_bytes())
        .fetch_one(&store.readers)
        .await
        .map_err(StoreError::from)
}

/// Uses a link up, and every other one with it. Answers whether it was one.
pub(in super::super) async fn use_link(
    connection: &mut PgConnection,
    code: TokenHash,
) -> Result<bool, StoreError> {
    // Of several who use links at once, the first takes all of them, and the others wait to find none.
    sqlx::query("select 1 from owner_links order by code_hash for update")
        .execute(&mut *connection)
        .await?;
    let used =
        sqlx::query("delete from owner_links where exists (select 1 from owner_links where code_hash = $1)")
            .bind(code.as_bytes())
            .execute(connection)
            .await?;
    Ok(used.rows_affected() > 0)
}

/// Makes somebody an owner who is signed in.
pub(super) async fn claim(
    append: &mut Append<'_>,
    me: Person,
    code: TokenHash,
    line: &mut NewAuditLine,
) -> Done<Acted> {
    if !use_link(append.connection, code).await? {
        return Ok(Err(Refusal::InvalidCode));
    }
    people::set_role(append.connection, me.id, Role::Owner).await?;
    line.action = AuditAction::ClaimedOwnership;
    line.person = Some(me.id);
    Ok(Ok(Acted {
        person: Some(me.id),
        role: Some((me.id, Role::Owner)),
        ..Acted::default()
    }))
}
