//! An operator's command, in one transaction with its audit line.

use steadfast_shared::admin::{AuditAction, SetLimit};
use steadfast_shared::event::ClosingReason;
use steadfast_shared::room::ChangeRoom;
use steadfast_shared::{Person, Role, RoomId, RoomKind, UserId};

use super::target::{CommandTarget, action_of, has_powers, may_act_on};
use super::{Actor, Administer, NewAuditLine, OperatorCommand, delete, exclude, logs, mask, owner, people};
use crate::store::append::{Append, Sql};
use crate::store::command::CommandError;
use crate::store::query::{SqlConnection, sql};
use crate::store::rooms::access::Access;
use crate::store::rooms::{change, kind};
use crate::store::{CommandOutcome, StoreError, StoreRefusal, word};

/// Runs a command if the actor may, by their role and the target's as of this transaction.
pub(in crate::store) async fn administer<S: Sql>(
    append: &mut Append<S>,
    me: Person,
    request: &Administer,
) -> Result<CommandOutcome, CommandError> {
    let mut actor = request.actor.clone();
    let command = &request.command;
    if let Some(person) = &actor.person {
        actor.role = people::role_of(&mut append.connection, person.id).await?;
        if !has_powers(&actor, command) {
            return Err(StoreRefusal::Forbidden.into());
        }
    }
    if let (
        OperatorCommand::ChangeRoom(ChangeRoom { room, .. }) | OperatorCommand::DeleteRoom(room),
        Some(person),
    ) = (command, &actor.person)
        && is_hidden_from(append, *room, person.id).await?
    {
        return Err(StoreRefusal::UnknownRoom.into());
    }
    let target = target_of(append, &actor, command).await?;
    let mut line = NewAuditLine {
        at: append.at,
        action: AuditAction::Unknown,
        actor,
        person: command.person(),
        room: None,
        detail: String::new(),
    };
    let outcome = match target {
        Some(target) => act_on(append, command, &target, &mut line).await?,
        None => match command {
            OperatorCommand::ChangeRoom(request) => change_room(append, me, request, &mut line).await?,
            OperatorCommand::DeleteRoom(room) => delete::delete(append, *room, &mut line).await?,
            OperatorCommand::ClaimOwnership(code) => owner::claim(append, me, *code, &mut line).await?,
            _ => return Err(StoreRefusal::UnknownAccount.into()),
        },
    };
    if line.action != AuditAction::Unknown {
        logs::write_audit(&mut append.connection, &line).await?;
    }
    Ok(outcome)
}

/// The person a command names, if the actor may act on them.
async fn target_of<S: Sql>(
    append: &mut Append<S>,
    actor: &Actor,
    command: &OperatorCommand,
) -> Result<Option<CommandTarget>, CommandError> {
    let Some(user) = command.person() else {
        return Ok(None);
    };
    let target = find(&mut append.connection, user).await?;
    let target = target.ok_or(StoreRefusal::UnknownAccount)?;
    if !may_act_on(actor, command, &target) {
        return Err(StoreRefusal::Forbidden.into());
    }
    Ok(Some(target))
}

async fn act_on<S: Sql>(
    append: &mut Append<S>,
    command: &OperatorCommand,
    target: &CommandTarget,
    line: &mut NewAuditLine,
) -> Result<CommandOutcome, CommandError> {
    match command {
        OperatorCommand::SetRole(_, role) => set_role(append, target, *role, line).await,
        OperatorCommand::Exclude(_, exclude) => {
            if target.role == Role::Owner && is_last_owner(append, target.id).await? {
                return Err(StoreRefusal::LastOwner.into());
            }
            exclude::exclude(append, target, exclude, line).await
        }
        OperatorCommand::Readmit(_) => exclude::readmit(append, target, line).await,
        OperatorCommand::SetMessages(_, messages) => {
            let revised = mask::set(append, target, *messages).await?;
            if revised.changed {
                line.action = action_of(*messages);
            }
            Ok(CommandOutcome {
                person: Some(target.id),
                revised: revised.rooms,
                ..CommandOutcome::default()
            })
        }
        OperatorCommand::SignOut(_) => {
            let (ended, outcome) = sign_out(append, target).await?;
            line.action = AuditAction::SignedOut;
            line.detail = ended.to_string();
            Ok(outcome)
        }
        OperatorCommand::SetLimit(_, limit) => set_limit(append, target, *limit, line).await,
        OperatorCommand::SetPassphrase(_, hash) => {
            people::set_passphrase(&mut append.connection, target.id, hash).await?;
            line.action = AuditAction::SetPassphrase;
            Ok(sign_out(append, target).await?.1)
        }
        OperatorCommand::ChangeRoom(_)
        | OperatorCommand::DeleteRoom(_)
        | OperatorCommand::ClaimOwnership(_) => Err(StoreRefusal::UnknownAccount.into()),
    }
}

/// Signs a person out everywhere. Returns the number of devices.
async fn sign_out<S: Sql>(
    append: &mut Append<S>,
    target: &CommandTarget,
) -> Result<(usize, CommandOutcome), CommandError> {
    let ended = exclude::end_sessions(append, target.id).await?;
    let count = ended.len();
    let outcome = CommandOutcome {
        person: Some(target.id),
        ended: Some((ended, ClosingReason::SignedOut)),
        ..CommandOutcome::default()
    };
    Ok((count, outcome))
}

async fn set_limit<S: Sql>(
    append: &mut Append<S>,
    target: &CommandTarget,
    request: SetLimit,
    line: &mut NewAuditLine,
) -> Result<CommandOutcome, CommandError> {
    line.action = AuditAction::SetLimit;
    line.detail = match request.value {
        Some(value) => format!("{} {value}", request.limit),
        None => request.limit.to_string(),
    };
    people::set_limit(&mut append.connection, target.id, request).await?;
    let limits = people::limits_of(&mut append.connection, target.id).await?;
    Ok(CommandOutcome {
        person: Some(target.id),
        limits: Some(limits),
        ..CommandOutcome::default()
    })
}

async fn find<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
) -> Result<Option<CommandTarget>, StoreError> {
    let row = sql!("select role, state, messages, erasing from users where id = $1 and role <> 'server'")
        .bind(user)
        .optional(connection)
        .await?;
    row.map(|row| {
        Ok(CommandTarget {
            id: user,
            role: word::role(row.get("role")?)?,
            state: word::state(row.get("state")?)?,
            messages: word::messages(row.get("messages")?)?,
            erasing: row.get("erasing")?,
        })
    })
    .transpose()
}

async fn set_role<S: Sql>(
    append: &mut Append<S>,
    target: &CommandTarget,
    role: Role,
    line: &mut NewAuditLine,
) -> Result<CommandOutcome, CommandError> {
    if target.role != role {
        if target.role == Role::Owner && is_last_owner(append, target.id).await? {
            return Err(StoreRefusal::LastOwner.into());
        }
        people::set_role(&mut append.connection, target.id, role).await?;
        line.action = AuditAction::SetRole;
        line.detail = role.to_string();
    }
    Ok(CommandOutcome {
        person: Some(target.id),
        role: Some((target.id, role)),
        ..CommandOutcome::default()
    })
}

/// Whether no other active owner remains. All owners are locked.
async fn is_last_owner<S: Sql>(append: &mut Append<S>, user: UserId) -> Result<bool, StoreError> {
    let others: bool =
        sql!("select exists (select 1 from users where role = 'owner' and state = 'active' and id <> $1)")
            .bind(user)
            .scalar(&mut append.connection)
            .await?;
    Ok(!others)
}

/// Whether the room exists, is known to its members only, and this person is not one.
async fn is_hidden_from<S: Sql>(
    append: &mut Append<S>,
    room: RoomId,
    user: UserId,
) -> Result<bool, StoreError> {
    sql!("select exists (
            select 1 from rooms where id = $1 and kind <> 'public' and deleted_at is null
                and not exists (select 1 from members where room = $1 and " person " = $2))")
    .bind(room)
    .bind(user)
    .scalar(&mut append.connection)
    .await
}

/// Changes a room that the actor may see, whether or not they are in it.
async fn change_room<S: Sql>(
    append: &mut Append<S>,
    me: Person,
    request: &ChangeRoom,
    line: &mut NewAuditLine,
) -> Result<CommandOutcome, CommandError> {
    let row = sql!("select kind, name, topic, archived from rooms where id = $1 and deleted_at is null")
        .bind(request.room)
        .optional(&mut append.connection)
        .await?;
    let Some(row) = row else {
        return Err(StoreRefusal::UnknownRoom.into());
    };
    let access = Access {
        kind: kind::read(row.get("kind")?)?,
        name: row.get("name")?,
        topic: row.get("topic")?,
        archived: row.get("archived")?,
        manage: true,
        mine: false,
        people: 0,
    };
    if access.kind == RoomKind::Direct {
        return Err(StoreRefusal::Forbidden.into());
    }
    line.room = Some(request.room);
    change::change_with(append, me, &access, request, line).await
}
