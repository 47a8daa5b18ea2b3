//! Owner links, which make the first owner and further ones.

use steadfast_shared::admin::AuditAction;
use steadfast_shared::{Millis, Person, Role};

use super::{NewAuditLine, OWNER_LINKS, people};
use crate::store::append::{Append, Sql};
use crate::store::command::CommandError;
use crate::store::number::to_sql;
use crate::store::query::{SqlConnection, sql};
use crate::store::{CommandOutcome, StoreError, StoreRefusal, TokenHash};

pub(in crate::store) async fn has_owner<C: SqlConnection>(connection: &mut C) -> Result<bool, StoreError> {
    sql!("select exists (select 1 from users where role = 'owner')")
        .scalar(connection)
        .await
}

pub(in crate::store) async fn add_link<C: SqlConnection>(
    connection: &mut C,
    code: TokenHash,
    at: Millis,
) -> Result<(), StoreError> {
    sql!("insert into owner_links (code_hash, created_at) values ($1, $2)")
        .bind(code)
        .bind(to_sql(at))
        .execute(connection)
        .await?;
    sql!(
        "delete from owner_links where code_hash not in (
            select code_hash from owner_links order by created_at desc, code_hash limit $1)"
    )
    .bind(i64::from(OWNER_LINKS))
    .execute(connection)
    .await?;
    Ok(())
}

pub(in crate::store) async fn is_link<C: SqlConnection>(
    connection: &mut C,
    code: TokenHash,
) -> Result<bool, StoreError> {
    sql!("select exists (select 1 from owner_links where code_hash = $1)")
        .bind(code)
        .scalar(connection)
        .await
}

/// Uses a link, and removes all others. Returns whether it existed.
pub(in crate::store) async fn use_link<C: SqlConnection>(
    connection: &mut C,
    code: TokenHash,
) -> Result<bool, StoreError> {
    // If several people use links at once, the first takes all of them, and the others find none after waiting.
    sql!("select 1 from owner_links order by code_hash" [only_postgres " for update"])
        .execute(connection)
        .await?;
    let used = sql!("delete from owner_links where exists (select 1 from owner_links where code_hash = $1)")
        .bind(code)
        .execute(connection)
        .await?;
    Ok(used > 0)
}

/// Makes a signed-in person an owner.
pub(in crate::store) async fn claim<S: Sql>(
    append: &mut Append<S>,
    me: Person,
    code: TokenHash,
    line: &mut NewAuditLine,
) -> Result<CommandOutcome, CommandError> {
    if !use_link(&mut append.connection, code).await? {
        return Err(StoreRefusal::InvalidCode.into());
    }
    people::set_role(&mut append.connection, me.id, Role::Owner).await?;
    line.action = AuditAction::ClaimedOwnership;
    line.person = Some(me.id);
    Ok(CommandOutcome {
        person: Some(me.id),
        role: Some((me.id, Role::Owner)),
        ..CommandOutcome::default()
    })
}
