//! The sign-in log and the audit log.

use sqlx::{Row, SqliteConnection};
use steadfast_shared::admin::{AuditAction, AuditLine, LogQuery, SignIn, SignInOutcome, Via};
use steadfast_shared::{Millis, RoomId, limit};
use uuid::Uuid;

use super::super::{SqliteStore, from_sql, person, to_sql};
use crate::store::admin::{Keep, NewAuditLine, NewSignIn};
use crate::store::word::{parsed, written};
use crate::store::{SessionId, StoreError};

/// See [`crate::store::admin::Administration::sign_ins`].
pub(super) async fn sign_ins(store: &SqliteStore, asked: LogQuery) -> Result<Vec<SignIn>, StoreError> {
    let rows = sqlx::query(
        "select sign_ins.id, at, nickname, outcome, device, address, users.id as user, users.name
         from sign_ins left join users on users.id = sign_ins.user
         where (?1 is null or sign_ins.user = ?1) and (?2 is null or sign_ins.id < ?2)
         order by sign_ins.id desc limit ?3",
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
                person: person::read_optional(row, "user", "name")?,
                outcome: parsed(row.try_get("outcome")?).unwrap_or(SignInOutcome::Unknown),
                device_name: row.try_get("device")?,
                address: row.try_get("address")?,
            })
        })
        .collect()
}

/// See [`crate::store::admin::Administration::audit`].
pub(super) async fn audit(store: &SqliteStore, asked: LogQuery) -> Result<Vec<AuditLine>, StoreError> {
    let rows = sqlx::query(
        "select audit.id, at, action, via, address, room, detail, bys.id as by, bys.name as by_name,
                people.id as person, people.name as person_name
         from audit left join users as bys on bys.id = audit.by left join users as people on people.id = audit.person
         where (?1 is null or audit.person = ?1) and (?2 is null or audit.id < ?2)
         order by audit.id desc limit ?3",
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
    connection: &mut SqliteConnection,
    line: &NewAuditLine,
) -> Result<(), StoreError> {
    let (action, via) = (written(line.action)?, written(line.actor.via())?);
    sqlx::query(
        "insert into audit (at, action, by, via, address, person, room, detail) values (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(to_sql(line.at))
    .bind(&action)
    .bind(line.actor.person.as_ref().map(|person| person.id.0))
    .bind(&via)
    .bind(&line.actor.address)
    .bind(line.person.map(|person| person.0))
    .bind(line.room.map(|room| room.0))
    .bind(&line.detail)
    .execute(connection)
    .await?;
    line.announce(&action, &via);
    Ok(())
}

/// See [`crate::store::admin::Administration::log_sign_ins`].
pub(super) async fn write_sign_ins(
    store: &SqliteStore,
    lines: &[NewSignIn],
    seen: &[(SessionId, String)],
) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    for line in lines {
        sqlx::query(
            "insert into sign_ins (at, user, nickname, outcome, device, address) values (?, ?, ?, ?, ?, ?)",
        )
        .bind(to_sql(line.at))
        .bind(line.user.map(|user| user.0))
        .bind(&line.nickname)
        .bind(written(line.outcome)?)
        .bind(&line.device)
        .bind(&line.address)
        .execute(&mut *transaction)
        .await?;
    }
    for (session, address) in seen {
        sqlx::query("update sessions set address = ? where id = ?")
            .bind(address)
            .bind(session)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await.map_err(StoreError::from)
}

/// See [`crate::store::admin::Administration::prune`].
pub(super) async fn prune(
    store: &SqliteStore,
    at: Millis,
    sign_ins: Keep,
    audit: Keep,
) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    for (query, keep) in [
        (
            "delete from sign_ins where at < ?1 or id <= (select max(id) from sign_ins) - ?2",
            sign_ins,
        ),
        (
            "delete from audit where at < ?1 or id <= (select max(id) from audit) - ?2",
            audit,
        ),
    ] {
        sqlx::query(query)
            .bind(to_sql(keep.since))
            .bind(to_sql(keep.lines))
            .execute(&mut *transaction)
            .await?;
    }
    sqlx::query("delete from held_addresses where until <= ?")
        .bind(to_sql(at))
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await.map_err(StoreError::from)
}
