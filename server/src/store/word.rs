//! Words stored in rows: roles, account states, message states, log outcomes.

use serde::Serialize;
use serde::de::DeserializeOwned;
use steadfast_shared::Role;
use steadfast_shared::admin::{AccountState, Messages};

use super::StoreError;

pub(super) fn role(name: &str) -> Result<Role, StoreError> {
    match name {
        "server" => Ok(Role::Member),
        name => Role::parse(name).ok_or(StoreError::Unreadable("role")),
    }
}

pub(super) fn state(name: &str) -> Result<AccountState, StoreError> {
    match name {
        "active" => Ok(AccountState::Active),
        "deactivated" => Ok(AccountState::Deactivated),
        "banned" => Ok(AccountState::Banned),
        _ => Err(StoreError::Unreadable("state of an account")),
    }
}

pub(super) fn state_name(state: AccountState) -> &'static str {
    match state {
        AccountState::Active => "active",
        AccountState::Deactivated => "deactivated",
        AccountState::Banned => "banned",
    }
}

pub(super) fn messages(name: &str) -> Result<Messages, StoreError> {
    match name {
        "kept" => Ok(Messages::Kept),
        "hidden" => Ok(Messages::Hidden),
        "erased" => Ok(Messages::Erased),
        _ => Err(StoreError::Unreadable("state of messages")),
    }
}

pub(super) fn messages_name(messages: Messages) -> &'static str {
    match messages {
        Messages::Kept => "kept",
        Messages::Hidden => "hidden",
        Messages::Erased => "erased",
    }
}

/// Parses a name from the wire format.
pub(super) fn parsed<T: DeserializeOwned>(name: String) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(name)).ok()
}

pub(super) fn written(name: impl Serialize) -> Result<String, StoreError> {
    match serde_json::to_value(name) {
        Ok(serde_json::Value::String(name)) => Ok(name),
        _ => Err(StoreError::Unreadable("name")),
    }
}
