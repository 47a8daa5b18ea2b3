//! Requests of people with a role.

use serde::de::DeserializeOwned;
use steadfast_shared::admin::{
    ADDRESSES_PATH, AUDIT_PATH, CLAIM_PATH, CONNECTIONS_PATH, ChangeRoomBody, ClaimOwnership, EXCLUSION,
    Exclude, LIMITS, MESSAGES, Messages, OWNER_LINK_PATH, OwnerLink, PEOPLE_PATH, PeopleQuery, PersonDetail,
    PersonInfo, PersonLimit, ROLE, ROOMS_PATH, RoomInfo, SESSIONS, SIGN_INS_PATH, SetLimit, SetMessages,
    SetRole, SignedOut,
};
use steadfast_shared::http::SessionInfo;
use steadfast_shared::{ErrorCode, Role, RoomId, UserId};

use crate::account::phrases::OwnerLinkPhrases;
use crate::admin::phrases::AdminPhrases;
use crate::admin::query::AddressQuery;
use crate::browser::http;
use crate::browser::http::HttpError;
use crate::connection::closed_phrases::ClosedPhrases;
use crate::connection::refusal_phrases::RefusalPhrases;
use crate::language::Language;

/// One page of the people, from after `before`.
pub(super) async fn people(
    filter: &PeopleQuery,
    before: Option<String>,
) -> Result<Vec<PersonInfo>, HttpError> {
    let search = Some(filter.search.trim()).filter(|search| !search.is_empty());
    let query = AddressQuery::of(PEOPLE_PATH)
        .with("search", search)
        .with("state", filter.state.map(state_name))
        .with("role", filter.role)
        .with("before", before);
    http::get(&query.into_path()).await
}

fn state_name(state: steadfast_shared::admin::AccountState) -> &'static str {
    use steadfast_shared::admin::AccountState::{Active, Banned, Deactivated};
    match state {
        Active => "active",
        Deactivated => "deactivated",
        Banned => "banned",
    }
}

/// One page of a log, optionally about one person.
pub(super) async fn log<L: DeserializeOwned>(
    path: &str,
    person: Option<UserId>,
    before: Option<String>,
) -> Result<Vec<L>, HttpError> {
    let query = AddressQuery::of(path)
        .with("person", person)
        .with("before", before);
    http::get(&query.into_path()).await
}

pub(super) const SIGN_INS: &str = SIGN_INS_PATH;
pub(super) const AUDIT: &str = AUDIT_PATH;
pub(super) const CONNECTIONS: &str = CONNECTIONS_PATH;
pub(super) const ADDRESSES: &str = ADDRESSES_PATH;

pub(super) async fn list<L: DeserializeOwned>(path: &str) -> Result<Vec<L>, HttpError> {
    http::get(path).await
}

/// One page of the rooms.
pub(super) async fn rooms(search: &str, before: Option<String>) -> Result<Vec<RoomInfo>, HttpError> {
    let search = Some(search.trim()).filter(|search| !search.is_empty());
    let query = AddressQuery::of(ROOMS_PATH)
        .with("search", search)
        .with("before", before);
    http::get(&query.into_path()).await
}

pub(super) async fn person(id: UserId) -> Result<PersonDetail, HttpError> {
    http::get(&format!("{PEOPLE_PATH}/{id}")).await
}

fn of(id: UserId, what: &str) -> String {
    format!("{PEOPLE_PATH}/{id}/{what}")
}

pub(super) async fn exclude(id: UserId, exclusion: &Exclude) -> Result<PersonInfo, HttpError> {
    http::put(&of(id, EXCLUSION), exclusion).await
}

pub(super) async fn readmit(id: UserId) -> Result<PersonInfo, HttpError> {
    http::delete(&of(id, EXCLUSION)).await
}

/// Hides, shows or erases all of a person's messages.
pub(super) async fn set_messages(id: UserId, messages: Messages) -> Result<PersonInfo, HttpError> {
    http::put(&of(id, MESSAGES), &SetMessages { messages }).await
}

pub(super) async fn sign_out(id: UserId) -> Result<SignedOut, HttpError> {
    http::delete(&of(id, SESSIONS)).await
}

pub(super) async fn set_role(id: UserId, role: Role) -> Result<PersonInfo, HttpError> {
    http::put(&of(id, ROLE), &SetRole { role }).await
}

/// Sets or resets a limit.
pub(super) async fn set_limit(id: UserId, limit: SetLimit) -> Result<Vec<PersonLimit>, HttpError> {
    http::put(&of(id, LIMITS), &limit).await
}

/// Allows sign-ups from an address again.
pub(super) async fn release(id: i64) -> Result<(), HttpError> {
    http::delete(&format!("{ADDRESSES_PATH}/{id}")).await
}

/// Renames, describes, archives or reopens a room.
pub(super) async fn change_room(id: RoomId, change: &ChangeRoomBody) -> Result<RoomInfo, HttpError> {
    http::patch(&format!("{ROOMS_PATH}/{id}"), change).await
}

pub(super) async fn delete_room(id: RoomId) -> Result<(), HttpError> {
    http::delete(&format!("{ROOMS_PATH}/{id}")).await
}

/// Creates an owner link.
pub(super) async fn make_owner_link() -> Result<OwnerLink, HttpError> {
    http::post_empty(OWNER_LINK_PATH).await
}

/// Becomes an owner by an owner link's code.
pub(super) async fn claim(code: String) -> Result<SessionInfo, HttpError> {
    http::post(CLAIM_PATH, &ClaimOwnership { code }).await
}

/// Why a request failed, in words.
pub(super) fn why(error: &HttpError, language: Language) -> String {
    match error {
        HttpError::Unreachable => RefusalPhrases::of(language).server_unreachable.to_owned(),
        HttpError::Refused(error) => match error.code {
            ErrorCode::Conflict => AdminPhrases::of(language).erased_for_good.to_owned(),
            ErrorCode::Forbidden => AdminPhrases::of(language).not_allowed.to_owned(),
            ErrorCode::InvalidCode => OwnerLinkPhrases::of(language).no_good_link.to_owned(),
            ErrorCode::Unauthorized => ClosedPhrases::of(language).signed_out.to_owned(),
            _ => RefusalPhrases::why(language, error),
        },
    }
}
