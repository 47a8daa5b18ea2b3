//! The sign-in log and the audit log.

use std::borrow::Cow;

use steadfast_shared::admin::{AuditAction, AuditLine, LogQuery, SignIn, SignInOutcome, Via};
use steadfast_shared::{Millis, RoomId, limit};
use uuid::Uuid;

use super::{Keep, NewAuditLine, NewSignIn};
use crate::store::number::{from_sql, to_sql};
use crate::store::people::person;
use crate::store::query::{SqlConnection, as_lines, sql, without_nul};
use crate::store::word::{parsed, written};
use crate::store::{SessionId, StoreError};

pub(in crate::store) async fn sign_ins<C: SqlConnection>(
    connection: &mut C,
    query: LogQuery,
) -> Result<Vec<SignIn>, StoreError> {
    let rows =
        sql!("select sign_ins.id, at, nickname, outcome, device, address, users.id as person, users.name
         from sign_ins left join users on users.id = sign_ins." person "
         where (sign_ins." person " = $1 or $1 is null) and (sign_ins.id < $2 or $2 is null)
         order by sign_ins.id desc limit $3")
        .bind(query.person)
        .bind(query.before)
        .bind(to_sql(limit::ADMIN_LISTED as u64))
        .all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(SignIn {
                id: row.get("id")?,
                at: from_sql(row.get("at")?),
                nickname: row.get("nickname")?,
                person: person::read_optional(row, "person", "name")?,
                outcome: parsed(row.get("outcome")?).unwrap_or(SignInOutcome::Unknown),
                device_name: row.get("device")?,
                address: row.get("address")?,
            })
        })
        .collect()
}

pub(in crate::store) async fn audit<C: SqlConnection>(
    connection: &mut C,
    query: LogQuery,
) -> Result<Vec<AuditLine>, StoreError> {
    let rows = sql!("select audit.id, at, action, via, address, room, detail, bys.id as by, bys.name as by_name,
                people.id as person, people.name as person_name
         from audit left join users as bys on bys.id = audit.by left join users as people on people.id = audit.person
         where (audit.person = $1 or $1 is null) and (audit.id < $2 or $2 is null)
         order by audit.id desc limit $3")
    .bind(query.person)
    .bind(query.before)
    .bind(to_sql(limit::ADMIN_LISTED as u64))
    .all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let room: Option<Uuid> = row.get("room")?;
            Ok(AuditLine {
                id: row.get("id")?,
                at: from_sql(row.get("at")?),
                action: parsed(row.get("action")?).unwrap_or(AuditAction::Unknown),
                by: person::read_optional(row, "by", "by_name")?,
                via: parsed(row.get("via")?).unwrap_or(Via::CommandLine),
                address: row.get("address")?,
                person: person::read_optional(row, "person", "person_name")?,
                room: room.map(RoomId),
                detail: row.get("detail")?,
            })
        })
        .collect()
}

/// Writes a line to the audit log, and to the server's own log as `audit`.
pub(in crate::store) async fn write_audit<C: SqlConnection>(
    connection: &mut C,
    line: &NewAuditLine,
) -> Result<(), StoreError> {
    let (action, via) = (written(line.action)?, written(line.actor.via())?);
    sql!("insert into audit (at, action, by, via, address, person, room, detail) values ($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind(to_sql(line.at))
    .bind(&action)
    .bind(line.actor.person.as_ref().map(|person| person.id))
    .bind(&via)
    .bind(&line.actor.address)
    .bind(line.person)
    .bind(line.room)
    .bind(&line.detail)
    .execute(connection)
    .await?;
    line.announce(&action, &via);
    Ok(())
}

pub(in crate::store) async fn write_sign_ins<C: SqlConnection>(
    connection: &mut C,
    lines: &[NewSignIn],
    seen: &[(SessionId, String)],
) -> Result<(), StoreError> {
    // One statement for all of them, because messages wait for this transaction.
    if !lines.is_empty() {
        let rows = lines.iter().map(sign_in_row).collect::<Result<Vec<_>, _>>()?;
        sql!("insert into sign_ins (at, " person ", nickname, outcome, device, address)
             select " [line_number "0"] ", " [line_id "1"] ", line ->> 2, line ->> 3, line ->> 4, line ->> 5
             from " [lines "$1"] " order by place")
        .bind(as_lines(&rows)?)
        .execute(connection)
        .await?;
    }
    let mut seen: Vec<_> = seen.iter().collect();
    seen.sort_by_key(|(session, _)| *session);
    for (session, address) in seen {
        sql!("update sessions set address = $1 where id = $2")
            .bind(address)
            .bind(*session)
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// The columns of a line, in their order.
type SignInRow<'a> = (
    Millis,
    Option<String>,
    Cow<'a, str>,
    String,
    Cow<'a, str>,
    &'a str,
);

fn sign_in_row(line: &NewSignIn) -> Result<SignInRow<'_>, StoreError> {
    Ok((
        line.at,
        line.user.map(|user| user.0.simple().to_string()),
        without_nul(&line.nickname),
        written(line.outcome)?,
        without_nul(&line.device),
        &line.address,
    ))
}

pub(in crate::store) async fn prune<C: SqlConnection>(
    connection: &mut C,
    at: Millis,
    sign_ins: Keep,
    audit: Keep,
) -> Result<(), StoreError> {
    for (query, keep) in [
        (
            sql!("delete from sign_ins where at < $1 or id <= (select max(id) from sign_ins) - $2"),
            sign_ins,
        ),
        (
            sql!("delete from audit where at < $1 or id <= (select max(id) from audit) - $2"),
            audit,
        ),
    ] {
        query
            .bind(to_sql(keep.since))
            .bind(to_sql(keep.lines))
            .execute(connection)
            .await?;
    }
    sql!("delete from held_addresses where until <= $1")
        .bind(to_sql(at))
        .execute(connection)
        .await?;
    Ok(())
}
