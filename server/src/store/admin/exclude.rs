//! Bans and deactivates people, lets them in again, and blocks and unblocks the addresses they used.

use steadfast_shared::admin::{AccountState, AuditAction, Exclude, HeldAddress, Messages};
use steadfast_shared::{Millis, UserId, limit};

use super::target::{CommandTarget, Revised, exclusion};
use super::{NewAuditLine, mask};
use crate::store::append::{Append, Sql};
use crate::store::command::CommandError;
use crate::store::number::{from_sql, to_sql};
use crate::store::people::person;
use crate::store::query::{SqlConnection, sql};
use crate::store::{CommandOutcome, SessionId, StoreError, word};

/// Bans or deactivates a person, ends their sessions, and hides or erases their messages on request.
pub(in crate::store) async fn exclude<S: Sql>(
    append: &mut Append<S>,
    target: &CommandTarget,
    request: &Exclude,
    line: &mut NewAuditLine,
) -> Result<CommandOutcome, CommandError> {
    let (reason, action) = exclusion(request)?;
    let held = request.addresses_seconds.unwrap_or(0);
    let until = request
        .lasts_seconds
        .map(|seconds| append.at.saturating_add(seconds.saturating_mul(1_000)));
    sql!("update users set state = $1, excluded_reason = $2, excluded_at = $3, excluded_until = $4, excluded_by = $5 where id = $6")
    .bind(word::state_name(request.state))
    .bind(&request.reason)
    .bind(to_sql(append.at))
    .bind(until.map(to_sql))
    .bind(line.actor.person.as_ref().map(|person| person.id))
    .bind(target.id)
    .execute(&mut append.connection)
    .await?;
    if held > 0 {
        hold_addresses(append, target.id, append.at.saturating_add(held * 1_000)).await?;
    }
    // At most a person's number of devices, because an excluded person signs in no more.
    sql!("insert into kept_out (token_hash, " person ") select token_hash, " person " from sessions where " person " = $1
         on conflict do nothing")
    .bind(target.id)
    .execute(&mut append.connection)
    .await?;
    let ended = end_sessions(append, target.id).await?;
    let revised = match request.messages {
        Messages::Kept => Revised::default(),
        messages => mask::set(append, target, messages).await?,
    };
    line.action = action;
    line.detail.clone_from(&request.reason);
    Ok(CommandOutcome {
        person: Some(target.id),
        ended: Some((ended, reason)),
        revised: revised.rooms,
        ..CommandOutcome::default()
    })
}

/// Lets a person in again, and shows their hidden messages.
pub(in crate::store) async fn readmit<S: Sql>(
    append: &mut Append<S>,
    target: &CommandTarget,
    line: &mut NewAuditLine,
) -> Result<CommandOutcome, CommandError> {
    let mut outcome = CommandOutcome {
        person: Some(target.id),
        ..CommandOutcome::default()
    };
    if target.state == AccountState::Active {
        return Ok(outcome);
    }
    admit(append, target.id).await?;
    if target.messages == Messages::Hidden {
        outcome.revised = mask::set(append, target, Messages::Kept).await?.rooms;
    }
    line.action = AuditAction::Readmitted;
    Ok(outcome)
}

async fn admit<S: Sql>(append: &mut Append<S>, user: UserId) -> Result<(), StoreError> {
    sql!(
        "update users set state = 'active', excluded_reason = '', excluded_at = 0, excluded_until = null,
            excluded_by = null where id = $1"
    )
    .bind(user)
    .execute(&mut append.connection)
    .await?;
    sql!("delete from held_addresses where " person " = $1")
        .bind(user)
        .execute(&mut append.connection)
        .await?;
    sql!("delete from kept_out where " person " = $1")
        .bind(user)
        .execute(&mut append.connection)
        .await?;
    Ok(())
}

/// Signs a person out everywhere.
pub(in crate::store) async fn end_sessions<S: Sql>(
    append: &mut Append<S>,
    user: UserId,
) -> Result<Vec<SessionId>, StoreError> {
    sql!("delete from sessions where " person " = $1 returning id")
        .bind(user)
        .scalars(&mut append.connection)
        .await
}

/// Refuses sign-ups from the addresses a person's devices last used. Called before their sessions end.
async fn hold_addresses<S: Sql>(
    append: &mut Append<S>,
    user: UserId,
    until: Millis,
) -> Result<(), StoreError> {
    sql!("insert into held_addresses (address, until, " person ")
         select distinct address, $1" [only_postgres "::bigint"] ", $2" [only_postgres "::uuid"] " from (
            select address from sessions where " person " = $2
            union select address from (select address from sign_ins
                                       where " person " = $2 and outcome in ('signed_in', 'signed_up')
                                       order by id desc limit 3) as lately) as seen
         where address is not null order by address
         on conflict (address) do update set until = " greatest "(held_addresses.until, excluded.until),
            " person " = excluded." person)
    .bind(to_sql(until))
    .bind(user)
    .execute(&mut append.connection)
    .await?;
    Ok(())
}

pub(in crate::store) async fn held_addresses<C: SqlConnection>(
    connection: &mut C,
    at: Millis,
) -> Result<Vec<HeldAddress>, StoreError> {
    let rows = sql!("select held_addresses.id as held, address, until, users.id, users.name
         from held_addresses join users on users.id = held_addresses." person " where until > $1
         order by held_addresses.id desc limit $2")
    .bind(to_sql(at))
    .bind(to_sql(limit::ADMIN_LISTED as u64))
    .all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(HeldAddress {
                id: row.get("held")?,
                address: row.get("address")?,
                until: from_sql(row.get("until")?),
                person: person::read(row)?,
            })
        })
        .collect()
}

pub(in crate::store) async fn release<C: SqlConnection>(
    connection: &mut C,
    id: i64,
) -> Result<Option<String>, StoreError> {
    sql!("delete from held_addresses where id = $1 returning address")
        .bind(id)
        .optional_scalar(connection)
        .await
}
