//! People, and the commands about them.

use std::net::Ipv4Addr;

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use steadfast_shared::admin::{
    Exclude, LogQuery, PeopleQuery, PersonDetail, PersonInfo, PersonLimit, SetLimit, SetMessages,
    SetPassphrase, SetRole, SignedOut,
};
use steadfast_shared::http::{DeviceInfo, LeftMessage, LeftMessagesQuery};
use steadfast_shared::{ErrorCode, Power, UserId};

use super::super::caller::{By, Caller};
use super::super::passphrase::unhashed;
use super::super::{HttpRefusal, HttpState, failed, unreadable};
use super::{administer, logs, named, query_of};
use crate::clock;
use crate::passphrase::For;
use crate::store::{self, Actor, OperatorCommand};
use crate::turns::Class;

type Id = Result<Path<UserId>, PathRejection>;
type JsonBody<T> = Result<Json<T>, JsonRejection>;

// `GET /api/admin/people`
pub(super) async fn list(
    State(shared): State<HttpState>,
    by: By,
    query: Result<Query<PeopleQuery>, QueryRejection>,
) -> Result<Json<Vec<PersonInfo>>, HttpRefusal> {
    by.may(Power::SeePeople)?;
    let found = shared.store.people_info(&query_of(query)?, clock::now()).await;
    let mut people = found.map_err(failed)?;
    complete(&shared, &mut people);
    Ok(Json(people))
}

// `GET /api/admin/people/{id}`
pub(super) async fn detail(
    State(shared): State<HttpState>,
    by: By,
    id: Id,
) -> Result<Json<PersonDetail>, HttpRefusal> {
    let actor = by.may(Power::SeePeople)?;
    let user = named(id)?;
    let info = info(&shared, user).await?;
    shared.journal.flush().await;
    let store = &shared.store;
    let mut devices_list = Vec::new();
    for device in store.devices(user).await.map_err(failed)? {
        let seen = shared.realtime.last_seen(user, device.session);
        devices_list.push(DeviceInfo {
            id: device.session,
            name: device.name,
            created_at: device.created_at,
            last_seen_at: seen.map_or(device.last_seen_at, |seen| seen.max(device.last_seen_at)),
            current: false,
        });
    }
    let sign_ins = store.sign_ins(LogQuery {
        person: Some(user),
        before: None,
    });
    let (rooms, messages_written) = store.counts(user).await.map_err(failed)?;
    Ok(Json(PersonDetail {
        info,
        devices_list,
        connections: logs::seen_by(&actor, shared.realtime.connections(Some(user))),
        sign_ins: logs::sign_ins_seen_by(&actor, sign_ins.await.map_err(failed)?),
        limits: store.limits_of(user).await.map_err(failed)?,
        rooms,
        messages_written,
    }))
}

// `PUT /api/admin/people/{id}/role`
pub(super) async fn set_role(
    State(shared): State<HttpState>,
    By(actor): By,
    id: Id,
    body: JsonBody<SetRole>,
) -> Result<Json<PersonInfo>, HttpRefusal> {
    let Json(body) = body.map_err(|rejection| unreadable(&rejection))?;
    done_to(&shared, actor, OperatorCommand::SetRole(named(id)?, body.role)).await
}

// `PUT /api/admin/people/{id}/exclusion`
pub(super) async fn exclude(
    State(shared): State<HttpState>,
    By(actor): By,
    id: Id,
    body: JsonBody<Exclude>,
) -> Result<Json<PersonInfo>, HttpRefusal> {
    let Json(body) = body.map_err(|rejection| unreadable(&rejection))?;
    // The exclusion covers the addresses last seen, so the sign-in log must be written first.
    shared.journal.flush().await;
    done_to(&shared, actor, OperatorCommand::Exclude(named(id)?, body)).await
}

// `DELETE /api/admin/people/{id}/exclusion`
pub(super) async fn readmit(
    State(shared): State<HttpState>,
    By(actor): By,
    id: Id,
) -> Result<Json<PersonInfo>, HttpRefusal> {
    done_to(&shared, actor, OperatorCommand::Readmit(named(id)?)).await
}

// `PUT /api/admin/people/{id}/messages`
pub(super) async fn set_messages(
    State(shared): State<HttpState>,
    By(actor): By,
    id: Id,
    body: JsonBody<SetMessages>,
) -> Result<Json<PersonInfo>, HttpRefusal> {
    let Json(body) = body.map_err(|rejection| unreadable(&rejection))?;
    done_to(
        &shared,
        actor,
        OperatorCommand::SetMessages(named(id)?, body.messages),
    )
    .await
}

// `DELETE /api/admin/people/{id}/sessions`
pub(super) async fn sign_out(
    State(shared): State<HttpState>,
    By(actor): By,
    id: Id,
) -> Result<Json<SignedOut>, HttpRefusal> {
    let done = administer(&shared, actor, OperatorCommand::SignOut(named(id)?)).await?;
    Ok(Json(SignedOut {
        devices: done.devices,
    }))
}

// `PUT /api/admin/people/{id}/limits`
pub(super) async fn set_limit(
    State(shared): State<HttpState>,
    By(actor): By,
    id: Id,
    body: JsonBody<SetLimit>,
) -> Result<Json<Vec<PersonLimit>>, HttpRefusal> {
    let Json(body) = body.map_err(|rejection| unreadable(&rejection))?;
    let user = named(id)?;
    administer(&shared, actor, OperatorCommand::SetLimit(user, body)).await?;
    shared.store.limits_of(user).await.map(Json).map_err(failed)
}

/// `PUT /api/admin/people/{id}/passphrase`: for the command line only.
pub(super) async fn set_passphrase(
    State(shared): State<HttpState>,
    By(actor): By,
    id: Id,
    body: JsonBody<SetPassphrase>,
) -> Result<Json<SignedOut>, HttpRefusal> {
    let Json(body) = body.map_err(|rejection| unreadable(&rejection))?;
    if !actor.is_operator() {
        return Err(HttpRefusal::new(
            ErrorCode::Forbidden,
            "a passphrase can only be set on the server's own machine, with steadfast admin passwd",
        ));
    }
    let user = named(id)?;
    let whose = For {
        class: Class::Device,
        network: Ipv4Addr::LOCALHOST.into(),
    };
    let hash = shared
        .passphrases
        .hash(&body.new, whose)
        .await
        .map_err(unhashed)?;
    let done = administer(&shared, actor, OperatorCommand::SetPassphrase(user, hash)).await?;
    Ok(Json(SignedOut {
        devices: done.devices,
    }))
}

/// `GET /api/left-messages`: the caller's own; every person may read theirs.
pub(super) async fn left_messages(
    State(shared): State<HttpState>,
    Caller(caller): Caller,
    query: Result<Query<LeftMessagesQuery>, QueryRejection>,
) -> Result<Json<Vec<LeftMessage>>, HttpRefusal> {
    let found = shared
        .store
        .left_messages(caller.person.id, query_of(query)?)
        .await;
    found.map(Json).map_err(failed)
}

async fn done_to(
    shared: &HttpState,
    actor: Actor,
    command: OperatorCommand,
) -> Result<Json<PersonInfo>, HttpRefusal> {
    let user = command.person();
    administer(shared, actor, command).await?;
    match user {
        Some(user) => info(shared, user).await.map(Json),
        None => Err(HttpRefusal(store::StoreRefusal::UnknownAccount.into())),
    }
}

async fn info(shared: &HttpState, user: UserId) -> Result<PersonInfo, HttpRefusal> {
    let info = shared
        .store
        .person_info(user, clock::now())
        .await
        .map_err(failed)?;
    let mut info = [info.ok_or_else(|| HttpRefusal(store::StoreRefusal::UnknownAccount.into()))?];
    complete(shared, &mut info);
    let [info] = info;
    Ok(info)
}

/// Adds facts that only live connections have.
fn complete(shared: &HttpState, people: &mut [PersonInfo]) {
    let ids: Vec<UserId> = people.iter().map(|info| info.person.id).collect();
    let there = shared.realtime.availability_of(&ids);
    for info in people {
        if let Some(availability) = there.get(&info.person.id) {
            info.availability = *availability;
        }
    }
}
