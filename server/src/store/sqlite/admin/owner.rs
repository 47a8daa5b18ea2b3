//! Owner links: how somebody becomes the first owner, and another one.

use sqlx::SqliteConnection;
use steadfast_shared::admin::AuditAction;
use steadfast_shared::{Millis, Person, Role};

use super::super::access::Done;
use super::super::append::Append;
use super::super::{SqliteStore, to_sql};
use super::people;
use crate::store::admin::{NewAuditLine, OWNER_LINKS};
use crate::store::{Acted, Refusal, StoreError, TokenHash};

/// See [`crate::store::admin::Administration::has_owner`].
pub(super) async fn has_owner(store: &SqliteStore) -> Result<bool, StoreError> {
    sqlx::query_scalar("select exists (select 1 from users where role = 'owner')")
        .fetch_one(&store.readers)
        .await
        .map_err(StoreError::from)
}

/// See [`crate::store::admin::Administration::add_owner_link`].
pub(super) async fn add_link(store: &SqliteStore, code: TokenHash, at: Millis) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    sqlx::query("insert into owner_links (code_hash, created_at) values (?, ?)")
        .bind(code.as_bytes())
        .bind(to_sql(at))
        .execute(&mut *transaction)
        .await?;
    sqlx::query(
        "delete from owner_links where code_hash not in (
            select code_hash from owner_links order by created_at desc, code_hash limit ?)",
    )
    .bind(OWNER_LINKS)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await.map_err(StoreError::from)
}

/// See [`crate::store::admin::Administration::is_owner_link`].
pub(super) async fn is_link(store: &SqliteStore, code: TokenHash) -> Result<bool, StoreError> {
    sqlx::query_scalar("select exists (select 1 from owner_links where code_hash = ?)")
        .bind(code.as_bytes())
        .fetch_one(&store.readers)
        .await
        .map_err(StoreError::from)
}

/// Uses a link up, and every other one with it. Answers whether it was one.
pub(in super::super) async fn use_link(
    connection: &mut SqliteConnection,
    code: TokenHash,
) -> Result<bool, StoreError> {
    let used =
        sqlx::query("delete from owner_links where exists (select 1 from owner_links where code_hash = ?)")
            .bind(code.as_bytes())
            .execute(connection)
            .await?;
    Ok(used.rows_affected() > 0)
}

/// Makes somebody an owner who is signed in.
pub(super) async fn claim(
    append: &mut Append,
    me: Person,
    code: TokenHash,
    line: &mut NewAuditLine,
) -> Done<Acted> {
    if !use_link(&mut append.connection, code).await? {
        return Ok(Err(Refusal::InvalidCode));
    }
    people::set_role(&mut append.connection, me.id, Role::Owner).await?;
    line.action = AuditAction::ClaimedOwnership;
    line.person = Some(me.id);
    Ok(Ok(Acted {
        person: Some(me.id),
        role: Some((me.id, Role::Owner)),
        ..Acted::default()
    }))
}
