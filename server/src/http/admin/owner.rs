//! Owner links.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use steadfast_shared::admin::{AuditAction, ClaimOwnership, OWNER_PAGE, OwnerLink};
use steadfast_shared::http::SessionInfo;
use steadfast_shared::{Power, Role};

use super::super::caller::{By, Caller};
use super::super::{HttpRefusal, HttpState, failed, fresh_token, session, unreadable};
use super::{administer, audit};
use crate::clock;
use crate::config::Config;
use crate::store::{Actor, Device, OperatorCommand, Store, StoreError, Token, TokenHash};

/// `POST /api/admin/owner-link`: makes an owner link. Its code is shown only once.
pub(super) async fn make(
    State(shared): State<HttpState>,
    by: By,
) -> Result<(StatusCode, Json<OwnerLink>), HttpRefusal> {
    let actor = by.may(Power::MakeOwnerLink)?;
    let code = fresh_token()?;
    let link = make_link(shared.store.as_ref(), &shared.config, &code);
    let link = link.await.map_err(failed)?;
    audit(&shared, AuditAction::MadeOwnerLink, actor, String::new()).await?;
    Ok((StatusCode::CREATED, Json(link)))
}

/// Stores a code's hash and makes its link.
pub async fn make_link(store: &dyn Store, config: &Config, code: &Token) -> Result<OwnerLink, StoreError> {
    store.add_owner_link(code.hash(), clock::now()).await?;
    let path = format!("{OWNER_PAGE}#{}", code.as_str());
    Ok(OwnerLink {
        code: code.as_str().to_owned(),
        url: format!("{}{path}", config.home()),
        path,
    })
}

/// `POST /api/owner`: uses a link.
pub(super) async fn use_link(
    State(shared): State<HttpState>,
    Caller(device): Caller,
    By(actor): By,
    body: Result<Json<ClaimOwnership>, JsonRejection>,
) -> Result<Json<SessionInfo>, HttpRefusal> {
    let Json(body) = body.map_err(|rejection| unreadable(&rejection))?;
    claim(&shared, actor, Token::shown(&body.code).hash()).await?;
    let device = Device {
        role: Role::Owner,
        ..device
    };
    Ok(Json(session::info(&shared, device)))
}

/// Makes a signed-in person an owner.
pub(in super::super) async fn claim(
    shared: &HttpState,
    actor: Actor,
    code: TokenHash,
) -> Result<(), HttpRefusal> {
    administer(shared, actor, OperatorCommand::ClaimOwnership(code)).await?;
    Ok(())
}
