//! The sign-in log and the audit log.

use sqlx::{PgConnection, Row};
use steadfast_shared::admin::{AuditAction, AuditLine, LogQuery, SignIn, SignInOutcome, Via};
use steadfast_shared::{Millis, RoomId, limit};
use uuid::Uuid;

use super::super::transaction::written as in_transaction;
use super::super::{PostgresStore, from_sql, person, to_sql, without_nul};
use crate::store::admin::{Keep, NewAuditLine, NewSignIn};
use crate::store::word::{parsed, written};
use crate::store::{SessionId, StoreError};

/// See [`crate::store::admin::Administration::sign_ins`].
pub(super) async fn sign_ins(store: &PostgresStore, asked: LogQuery) -> Result<Vec<SignIn>, StoreError> {
    let rows = sqlx::query(
        "select sign_ins.id, at, nickname, outcome, device, address, users.id as person, users.name
         from sign_ins left join users on users.id = sign_ins.person
         where ($1::uuid is null or sign_ins.person = $1) and ($2::bigint is null or sign_ins.id < $2)
         order by sign_ins.id desc limit $3",
    )
    .bind(asked.person.map(|person| person.0))
    .bind(asked.before)
    .bind(to_sql(limit::ADMIN_LISTED as u64))
    .fetch_all(&store.readers)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(SignIn {
                id: row.try_get("id")?,
                at: from_sql(row.try_get("at")?),
                nickname: row.try_get("nickname")?,
                person: person::read_optional(row, "person", "name")?,
                outcome: parsed(row.try_get("outcome")?).unwrap_or(SignInOutcome::Unknown),
                device_name: row.try_get("device")?,
                address: row.try_get("address")?,
            })
        })
        .collect()
}

/// See [`crate::store::admin::Administration::audit`].
pub(super) async fn audit(store: &PostgresStore, asked: LogQuery) -> Result<Vec<AuditLine>, StoreError> {
    let rows = sqlx::query(
        "select audit.id, at, action, via, address, room, detail, bys.id as by, bys.name as by_name,
                people.id as person, people.name as person_name
         from audit left join users as bys on bys.id = audit.by left join users as people on people.id = audit.person
         where ($1::uuid is null or audit.person = $1) and ($2::bigint is null or audit.id < $2)
         order by audit.id desc limit $3",
    )
    .bind(asked.person.map(|person| person.0))
    .bind(asked.before)
    .bind(to_sql(limit::ADMIN_LISTED as u64))
    .fetch_all(&store.readers)
    .await?;
    rows.iter()
        .map(|row| {
            let room: Option<Uuid> = row.try_get("room")?;
            Ok(AuditLine {
                id: row.try_get("id")?,
                at: from_sql(row.try_get("at")?),
                action: parsed(row.try_get("action")?).unwrap_or(AuditAction::Unknown),
                by: person::read_optional(row, "by", "by_name")?,
                via: parsed(row.try_get("via")?).unwrap_or(Via::CommandLine),
                address: row.try_get("address")?,
                person: person::read_optional(row, "person", "person_name")?,
                room: room.map(RoomId),
                detail: row.try_get("detail")?,
            })
        })
        .collect()
}

/// Writes a line to the audit log, and to the server's own log as `audit`.
pub(in super::super) async fn write_audit(
    connection: &mut PgConnection,
    line: &NewAuditLine,
) -> Result<(), StoreError> {
    let (action, via) = (written(line.action)?, written(line.actor.via())?);
    sqlx::query(
        "insert into audit (at, action, by, via, address, person, room, detail) values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(to_sql(line.at))
    .bind(&action)
    .bind(line.actor.person.as_ref().map(|person| person.id.0))
    .bind(&via)
    .bind(line.actor.address.as_deref().map(without_nul))
    .bind(line.person.map(|person| person.0))
    .bind(line.room.map(|room| room.0))
    .bind(without_nul(&line.detail))
    .execute(connection)
    .await?;
    line.announce(&action, &via);
    Ok(())
}

/// See [`crate::store::admin::Administration::log_sign_ins`].
pub(super) async fn write_sign_ins(
    store: &PostgresStore,
    lines: &[NewSignIn],
    seen: &[(SessionId, String)],
) -> Result<(), StoreError> {
    in_transaction!(store, accounts, |transaction| insert_sign_ins(
        &mut transaction,
        lines,
        seen
    ))
}

async fn insert_sign_ins(
    connection: &mut PgConnection,
    lines: &[NewSignIn],
    seen: &[(SessionId, String)],
) -> Result<(), StoreError> {
    for line in lines {
        sqlx::query(
            "insert into sign_ins (at, person, nickname, outcome, device, address) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(to_sql(line.at))
        .bind(line.user.map(|user| user.0))
        .bind(without_nul(&line.nickname))
        .bind(written(line.outcome)?)
        .bind(without_nul(&line.device))
        .bind(without_nul(&line.address))
        .execute(&mut *connection)
        .await?;
    }
    let mut seen: Vec<_> = seen.iter().collect();
    seen.sort_by_key(|(session, _)| *session);
    for (session, address) in seen {
        sqlx::query("update sessions set address = $1 where id = $2")
            .bind(without_nul(address))
            .bind(session)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// See [`crate::store::admin::Administration::prune`].
pub(super) async fn prune(
    store: &PostgresStore,
    at: Millis,
    sign_ins: Keep,
    audit: Keep,
) -> Result<(), StoreError> {
    in_transaction!(store, accounts, |transaction| async {
        for (query, keep) in [
            (
                "delete from sign_ins where at < $1 or id <= (select max(id) from sign_ins) - $2",
                sign_ins,
            ),
            (
                "delete from audit where at < $1 or id <= (select max(id) from audit) - $2",
                audit,
            ),
        ] {
            sqlx::query(query)
                .bind(to_sql(keep.since))
                .bind(to_sql(keep.lines))
                .execute(&mut *transaction)
                .await?;
        }
        sqlx::query("delete from held_addresses where until <= $1")
            .bind(to_sql(at))
            .execute(&mut *transaction)
            .await?;
        Ok(())
    })
}
