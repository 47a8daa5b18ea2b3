//! One command of an operator, in one transaction with its line of the audit log.

use sqlx::{PgConnection, Row};
use steadfast_shared::admin::AuditAction;
use steadfast_shared::event::ClosingReason;
use steadfast_shared::room::ChangeRoom;
use steadfast_shared::{Person, Role, RoomId, RoomKind, UserId};

use super::super::append::Append;
use super::super::{kind, settle};
use super::{delete, exclude, logs, mask, owner, people};
use crate::store::access::{Access, Done, allowed};
use crate::store::admin::{Administer, Command, NewAuditLine};
use crate::store::target::{Target, action_of, has_powers, may_act_on};
use crate::store::{Acted, Refusal, StoreError, word};

/// Does a command where the actor may, as their role and the target's are in this transaction.
pub(in super::super) async fn administer(
    append: &mut Append<'_>,
    me: Person,
    asked: &Administer,
) -> Done<Acted> {
    let mut actor = asked.actor.clone();
    let command = &asked.command;
    if let Some(person) = &actor.person {
        actor.role = people::role_of(append.connection, person.id).await?;
        if !has_powers(&actor, command) {
            return Ok(Err(Refusal::Forbidden));
        }
    }
    if let (Command::ChangeRoom(ChangeRoom { room, .. }) | Command::DeleteRoom(room), Some(person)) =
        (command, &actor.person)
        && is_hidden_from(append, *room, person.id).await?
    {
        return Ok(Err(Refusal::UnknownRoom));
    }
    let target = match command.person() {
        None => None,
        Some(user) => {
            let target = find(append.connection, user).await?;
            let Some(target) = target else {
                return Ok(Err(Refusal::UnknownAccount));
            };
            if !may_act_on(&actor, command, &target) {
                return Ok(Err(Refusal::Forbidden));
            }
            Some(target)
        }
    };
    let mut line = NewAuditLine {
        at: append.at,
        action: AuditAction::Unknown,
        actor,
        person: command.person(),
        room: None,
        detail: String::new(),
    };
    let done = match (command, target) {
        (Command::SetRole(_, role), Some(target)) => set_role(append, &target, *role, &mut line).await?,
        (Command::Exclude(_, exclude), Some(target)) => {
            if target.role == Role::Owner && is_last_owner(append, target.id).await? {
                return Ok(Err(Refusal::LastOwner));
            }
            exclude::exclude(append, &target, exclude, &mut line).await?
        }
        (Command::Readmit(_), Some(target)) => exclude::readmit(append, &target, &mut line).await?,
        (Command::SetMessages(_, messages), Some(target)) => {
            let revised = allowed!(mask::set(append, &target, *messages).await?);
            if revised.changed {
                line.action = action_of(*messages);
            }
            Ok(Acted {
                person: Some(target.id),
                revised: revised.rooms,
                ..Acted::default()
            })
        }
        (Command::SignOut(_), Some(target)) => {
            let ended = exclude::end_sessions(append, target.id).await?;
            line.action = AuditAction::SignedOut;
            line.detail = ended.len().to_string();
            Ok(Acted {
                person: Some(target.id),
                ended: Some((ended, ClosingReason::SignedOut)),
                ..Acted::default()
            })
        }
        (Command::SetLimit(_, limit), Some(target)) => {
            line.action = AuditAction::SetLimit;
            line.detail = match limit.value {
                Some(value) => format!("{} {value}", limit.limit),
                None => limit.limit.to_string(),
            };
            people::set_limit(append.connection, target.id, *limit).await?;
            let limits = people::limits_of(append.connection, target.id).await?;
            Ok(Acted {
                person: Some(target.id),
                limits: Some(limits),
                ..Acted::default()
            })
        }
        (Command::SetPassphrase(_, hash), Some(target)) => {
            people::set_passphrase(append.connection, target.id, hash).await?;
            let ended = exclude::end_sessions(append, target.id).await?;
            line.action = AuditAction::SetPassphrase;
            Ok(Acted {
                person: Some(target.id),
                ended: Some((ended, ClosingReason::SignedOut)),
                ..Acted::default()
            })
        }
        (Command::ChangeRoom(asked), _) => change_room(append, me, asked, &mut line).await?,
        (Command::DeleteRoom(room), _) => delete::delete(append, *room, &mut line).await?,
        (Command::ClaimOwnership(code), _) => owner::claim(append, me, *code, &mut line).await?,
        (_, None) => Err(Refusal::UnknownAccount),
    };
    let acted = allowed!(done);
    if line.action != AuditAction::Unknown {
        logs::write_audit(append.connection, &line).await?;
    }
    Ok(Ok(acted))
}

async fn find(connection: &mut PgConnection, user: UserId) -> Result<Option<Target>, StoreError> {
    let row =
        sqlx::query("select role, state, messages, erasing from users where id = $1 and role <> 'server'")
            .bind(user.0)
            .fetch_optional(connection)
            .await?;
    row.map(|row| {
        Ok(Target {
            id: user,
            role: word::role(row.try_get("role")?)?,
            state: word::state(row.try_get("state")?)?,
            messages: word::messages(row.try_get("messages")?)?,
            erasing: row.try_get("erasing")?,
        })
    })
    .transpose()
}

async fn set_role(
    append: &mut Append<'_>,
    target: &Target,
    role: Role,
    line: &mut NewAuditLine,
) -> Done<Acted> {
    if target.role != role {
        if target.role == Role::Owner && is_last_owner(append, target.id).await? {
            return Ok(Err(Refusal::LastOwner));
        }
        people::set_role(append.connection, target.id, role).await?;
        line.action = AuditAction::SetRole;
        line.detail = role.to_string();
    }
    Ok(Ok(Acted {
        person: Some(target.id),
        role: Some((target.id, role)),
        ..Acted::default()
    }))
}

/// Whether nobody else could act as owner. All owners are locked.
async fn is_last_owner(append: &mut Append<'_>, user: UserId) -> Result<bool, StoreError> {
    let others: bool = sqlx::query_scalar(
        "select exists (select 1 from users where role = 'owner' and state = 'active' and id <> $1)",
    )
    .bind(user.0)
    .fetch_one(&mut *append.connection)
    .await?;
    Ok(!others)
}

/// Whether there is such a room that only those who are in it may know of, and this person is not.
async fn is_hidden_from(append: &mut Append<'_>, room: RoomId, user: UserId) -> Result<bool, StoreError> {
    sqlx::query_scalar(
        "select exists (
            select 1 from rooms where id = $1 and kind <> 'public' and deleted_at is null
                and not exists (select 1 from members where room = $1 and person = $2))",
    )
    .bind(room.0)
    .bind(user.0)
    .fetch_one(&mut *append.connection)
    .await
    .map_err(StoreError::from)
}

/// Changes a room that the actor may know of, whether they are in it or not.
async fn change_room(
    append: &mut Append<'_>,
    me: Person,
    asked: &ChangeRoom,
    line: &mut NewAuditLine,
) -> Done<Acted> {
    let row =
        sqlx::query("select kind, name, topic, archived from rooms where id = $1 and deleted_at is null")
            .bind(asked.room.0)
            .fetch_optional(&mut *append.connection)
            .await?;
    let Some(row) = row else {
        return Ok(Err(Refusal::UnknownRoom));
    };
    let access = Access {
        kind: kind::read(row.try_get("kind")?)?,
        name: row.try_get("name")?,
        topic: row.try_get("topic")?,
        archived: row.try_get("archived")?,
        manage: true,
        mine: false,
        people: 0,
    };
    if access.kind == RoomKind::Direct {
        return Ok(Err(Refusal::Forbidden));
    }
    line.room = Some(asked.room);
    settle::change_with(append, me, &access, asked, line).await
}
