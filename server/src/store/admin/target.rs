//! Whether an operator may act on a person, once that person has been read.

use steadfast_shared::admin::{AccountState, AuditAction, Exclude, Messages};
use steadfast_shared::event::ClosingReason;
use steadfast_shared::{Role, RoomId, UserId, limit};

use super::{Actor, OperatorCommand, StoreRefusal};

/// A person whom a command affects, as of the transaction.
pub(in crate::store) struct CommandTarget {
    pub(in crate::store) id: UserId,
    pub(in crate::store) role: Role,
    pub(in crate::store) state: AccountState,
    pub(in crate::store) messages: Messages,
    /// Whether their messages are still being erased.
    pub(in crate::store) erasing: bool,
}

/// Whether an actor has the powers that a command requires.
pub(in crate::store) fn has_powers(actor: &Actor, command: &OperatorCommand) -> bool {
    command.powers().into_iter().all(|power| actor.may(power))
}

/// Whether an actor may act on the person: they must outrank them, except for commands about roles.
pub(in crate::store) fn may_act_on(actor: &Actor, command: &OperatorCommand, target: &CommandTarget) -> bool {
    let about_roles = matches!(
        command,
        OperatorCommand::SetRole(..) | OperatorCommand::SetLimit(..)
    );
    actor.is_operator() || about_roles || actor.role.outranks(target.role)
}

/// The close reason for an excluded person's sessions, and the action in the audit log.
pub(in crate::store) fn exclusion(request: &Exclude) -> Result<(ClosingReason, AuditAction), StoreRefusal> {
    let words = match request.state {
        AccountState::Active => return Err(StoreRefusal::Invalid("active is not an exclusion")),
        AccountState::Banned => (ClosingReason::Banned, AuditAction::Banned),
        AccountState::Deactivated => (ClosingReason::Deactivated, AuditAction::Deactivated),
    };
    if request.reason.chars().count() > limit::REASON_CHARS {
        return Err(StoreRefusal::Invalid("the reason is too long"));
    }
    if request.lasts_seconds.unwrap_or(0) > limit::EXCLUDED_SECONDS {
        return Err(StoreRefusal::Invalid(
            "an exclusion with an end lasts at most 100 years: leave the end out",
        ));
    }
    if request.addresses_seconds.unwrap_or(0) > limit::ADDRESS_HELD_SECONDS {
        return Err(StoreRefusal::Invalid(
            "an address can be excluded for at most 90 days",
        ));
    }
    Ok(words)
}

/// The new state of a person's messages; `None` if nothing changes.
pub(in crate::store) fn masking(
    target: &CommandTarget,
    request: Messages,
) -> Result<Option<Messages>, StoreRefusal> {
    match (target.messages, request) {
        (Messages::Erased, Messages::Kept) => Err(StoreRefusal::Conflict),
        (Messages::Kept, Messages::Kept) => Ok(None),
        // An erasure in progress continues.
        _ if target.erasing => Ok(Some(Messages::Erased)),
        _ => Ok(Some(request)),
    }
}

/// The rooms whose entries have changed.
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
