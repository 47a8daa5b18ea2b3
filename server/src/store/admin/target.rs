//! Whom an operator may act on, once it is read who that is.

use steadfast_shared::admin::{AccountState, AuditAction, Exclude, Messages};
use steadfast_shared::event::ClosingReason;
use steadfast_shared::{Role, RoomId, UserId, limit};

use super::{Actor, OperatorCommand, StoreRefusal};

/// Whom a command is done to, as the transaction has them.
pub(in crate::store) struct CommandTarget {
    pub(in crate::store) id: UserId,
    pub(in crate::store) role: Role,
    pub(in crate::store) state: AccountState,
    pub(in crate::store) messages: Messages,
    /// Whether erasing their messages has begun and is not finished.
    pub(in crate::store) erasing: bool,
}

/// Whether somebody has the powers that a command takes.
pub(in crate::store) fn has_powers(actor: &Actor, command: &OperatorCommand) -> bool {
    command.powers().into_iter().all(|power| actor.may(power))
}

/// Whether somebody may do this to the person they name: only who outranks them, but for commands about roles.
pub(in crate::store) fn may_act_on(actor: &Actor, command: &OperatorCommand, target: &CommandTarget) -> bool {
    let about_roles = matches!(
        command,
        OperatorCommand::SetRole(..) | OperatorCommand::SetLimit(..)
    );
    actor.is_operator() || about_roles || actor.role.outranks(target.role)
}

/// The reason for the sessions of somebody who is kept out, and the action in the audit log.
pub(in crate::store) fn exclusion(asked: &Exclude) -> Result<(ClosingReason, AuditAction), StoreRefusal> {
    let words = match asked.state {
        AccountState::Active => return Err(StoreRefusal::Invalid("to be let in is no exclusion")),
        AccountState::Banned => (ClosingReason::Banned, AuditAction::Banned),
        AccountState::Deactivated => (ClosingReason::Deactivated, AuditAction::Deactivated),
    };
    if asked.reason.chars().count() > limit::REASON_CHARS {
        return Err(StoreRefusal::Invalid("the reason is too long"));
    }
    if asked.addresses_seconds.unwrap_or(0) > limit::ADDRESS_HELD_SECONDS {
        return Err(StoreRefusal::Invalid(
            "an address is kept out for 90 days at most",
        ));
    }
    Ok(words)
}

/// The new state of somebody's messages where this is asked; `None` where nothing changes.
pub(in crate::store) fn masking(
    target: &CommandTarget,
    asked: Messages,
) -> Result<Option<Messages>, StoreRefusal> {
    match (target.messages, asked) {
        (Messages::Erased, Messages::Kept) => Err(StoreRefusal::Conflict),
        (Messages::Kept, Messages::Kept) => Ok(None),
        // Erasing that has begun goes on.
        _ if target.erasing => Ok(Some(Messages::Erased)),
        _ => Ok(Some(asked)),
    }
}

/// The rooms whose entries are otherwise than before.
#[derive(Default)]
pub(in crate::store) struct Revised {
    pub(in crate::store) changed: bool,
    pub(in crate::store) rooms: Vec<RoomId>,
}

/// The action in the audit log.
pub(in crate::store) fn action_of(messages: Messages) -> AuditAction {
    match messages {
        Messages::Kept => AuditAction::ShowedMessages,
        Messages::Hidden => AuditAction::HidMessages,
        Messages::Erased => AuditAction::ErasedMessages,
    }
}
