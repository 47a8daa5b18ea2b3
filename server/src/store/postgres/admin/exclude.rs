//! People are kept out and let in again, and the addresses they came from.

use sqlx::{PgConnection, Row};
use steadfast_shared::admin::{AccountState, AuditAction, Exclude, HeldAddress, Messages};
use steadfast_shared::{Millis, UserId, limit};

use super::super::append::Append;
use super::super::transaction::written;
use super::super::{PostgresStore, from_sql, person, to_sql, without_nul};
use super::mask;
use crate::store::access::{Done, allowed};
use crate::store::admin::NewAuditLine;
use crate::store::target::{Revised, Target, exclusion};
use crate::store::{Acted, SessionId, StoreError, word};

/// Bans or deactivates somebody, ends their sessions, and does with their messages what is asked.
pub(super) async fn exclude(
    append: &mut Append<'_>,
    target: &Target,
    asked: &Exclude,
    line: &mut NewAuditLine,
) -> Done<Acted> {
    let (reason, action) = allowed!(exclusion(asked));
    let held = asked.addresses_seconds.unwrap_or(0);
    let until = asked
        .lasts_seconds
        .map(|seconds| append.at.saturating_add(seconds.saturating_mul(1_000)));
    sqlx::query(
        "update users set state = $1, excluded_reason = $2, excluded_at = $3, excluded_until = $4, excluded_by = $5 where id = $6",
    )
    .bind(word::state_name(asked.state))
    .bind(without_nul(&asked.reason))
    .bind(to_sql(append.at))
    .bind(until.map(to_sql))
    .bind(line.actor.person.as_ref().map(|person| person.id.0))
    .bind(target.id.0)
    .execute(&mut *append.connection)
    .await?;
    if held > 0 {
        hold_addresses(append, target.id, append.at.saturating_add(held * 1_000)).await?;
    }
    // At most as many as a person has devices: whoever is kept out signs none in.
    sqlx::query(
        "insert into kept_out (token_hash, person) select token_hash, person from sessions where person = $1
         on conflict do nothing",
    )
    .bind(target.id.0)
    .execute(&mut *append.connection)
    .await?;
    let ended = end_sessions(append, target.id).await?;
    let revised = match asked.messages {
        Messages::Kept => Revised::default(),
        messages => allowed!(mask::set(append, target, messages).await?),
    };
    line.action = action;
    line.detail.clone_from(&asked.reason);
    Ok(Ok(Acted {
        person: Some(target.id),
        ended: Some((ended, reason)),
        revised: revised.rooms,
        ..Acted::default()
    }))
}

/// Lets somebody in again, and shows what was hidden of them.
pub(super) async fn readmit(
    append: &mut Append<'_>,
    target: &Target,
    line: &mut NewAuditLine,
) -> Done<Acted> {
    let mut acted = Acted {
        person: Some(target.id),
        ..Acted::default()
    };
    if target.state == AccountState::Active {
        return Ok(Ok(acted));
    }
    admit(append, target.id).await?;
    if target.messages == Messages::Hidden {
        acted.revised = allowed!(mask::set(append, target, Messages::Kept).await?).rooms;
    }
    line.action = AuditAction::Readmitted;
    Ok(Ok(acted))
}

async fn admit(append: &mut Append<'_>, user: UserId) -> Result<(), StoreError> {
    for query in [
        "update users set state = 'active', excluded_reason = '', excluded_at = 0, excluded_until = null,
                excluded_by = null where id = $1",
        "delete from held_addresses where person = $1",
        "delete from kept_out where person = $1",
    ] {
        sqlx::query(query)
            .bind(user.0)
            .execute(&mut *append.connection)
            .await?;
    }
    Ok(())
}

/// Signs somebody out everywhere.
pub(super) async fn end_sessions(
    append: &mut Append<'_>,
    user: UserId,
) -> Result<Vec<SessionId>, StoreError> {
    sqlx::query_scalar("delete from sessions where person = $1 returning id")
        .bind(user.0)
        .fetch_all(&mut *append.connection)
        .await
        .map_err(StoreError::from)
}

/// Keeps the addresses out that somebody's devices were last seen at. Called before their sessions end.
async fn hold_addresses(append: &mut Append<'_>, user: UserId, until: Millis) -> Result<(), StoreError> {
    sqlx::query(
        "insert into held_addresses (address, until, person)
         select distinct address, $1::bigint, $2::uuid from (
            select address from sessions where person = $2
            union select address from (select address from sign_ins
                                       where person = $2 and outcome in ('signed_in', 'signed_up')
                                       order by id desc limit 3) as lately) as seen
         where address is not null order by address
         on conflict (address) do update set until = greatest(held_addresses.until, excluded.until),
            person = excluded.person",
    )
    .bind(to_sql(until))
    .bind(user.0)
    .execute(&mut *append.connection)
    .await?;
    Ok(())
}

/// Whether nobody new may sign up from this address.
pub(in super::super) async fn is_held(
    connection: &mut PgConnection,
    address: &str,
    at: Millis,
) -> Result<bool, StoreError> {
    sqlx::query_scalar("select exists (select 1 from held_addresses where address = $1 and until > $2)")
        .bind(address)
        .bind(to_sql(at))
        .fetch_one(connection)
        .await
        .map_err(StoreError::from)
}

/// See [`crate::store::admin::Administration::held_addresses`].
pub(super) async fn held(store: &PostgresStore, at: Millis) -> Result<Vec<HeldAddress>, StoreError> {
    let rows = sqlx::query(
        "select held_addresses.id as held, address, until, users.id, users.name
         from held_addresses join users on users.id = held_addresses.person where until > $1
         order by held_addresses.id desc limit $2",
    )
    .bind(to_sql(at))
    .bind(to_sql(limit::ADMIN_LISTED as u64))
    .fetch_all(&store.readers)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(HeldAddress {
                id: row.try_get("held")?,
                address: row.try_get("address")?,
                until: from_sql(row.try_get("until")?),
                person: person::read(row)?,
            })
        })
        .collect()
}

/// See [`crate::store::admin::Administration::release_address`].
pub(super) async fn release(store: &PostgresStore, id: i64) -> Result<Option<String>, StoreError> {
    written!(store, accounts, |transaction| async {
        sqlx::query_scalar("delete from held_addresses where id = $1 returning address")
            .bind(id)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(StoreError::from)
    })
}
