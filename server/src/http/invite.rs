//! Invitations, and whether signing up needs one.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use sha2::{Digest, Sha256};
use steadfast_shared::admin::AuditAction;
use steadfast_shared::http::{CreatedInvite, Invite, NewInvite, Registration, SetRegistration};
use steadfast_shared::{ErrorCode, limit};

use super::admin::audit;
use super::caller::OwnerCaller;
use super::{HttpRefusal, HttpState, failed, fresh_token, unreadable, unreadable_id};
use crate::clock;
use crate::store::Token;
use crate::store::account::{Admission, InviteTerms};

/// `GET /api/invites`: the invitations that have not expired.
pub async fn list(State(shared): State<HttpState>, _: OwnerCaller) -> Result<Json<Vec<Invite>>, HttpRefusal> {
    shared.store.invites(clock::now()).await.map(Json).map_err(failed)
}

/// `POST /api/invites`: makes an invitation. Its code is shown only once.
pub async fn make(
    State(shared): State<HttpState>,
    OwnerCaller(actor): OwnerCaller,
    body: Result<Json<NewInvite>, JsonRejection>,
) -> Result<(StatusCode, Json<CreatedInvite>), HttpRefusal> {
    let Json(new) = body.map_err(|rejection| unreadable(&rejection))?;
    let seconds = new.lasts_seconds.unwrap_or(limit::INVITE_SECONDS_DEFAULT);
    if seconds == 0 || seconds > limit::INVITE_SECONDS {
        let message = format!(
            "an invitation must last from 1 to {} seconds",
            limit::INVITE_SECONDS
        );
        return Err(HttpRefusal::new(ErrorCode::Invalid, message));
    }
    if new.uses == Some(0) {
        let message = "an invitation needs at least one use: leave `uses` out for any number";
        return Err(HttpRefusal::new(ErrorCode::Invalid, message));
    }
    let code = fresh_token()?;
    let now = clock::now();
    let terms = InviteTerms {
        code: code.hash(),
        created_at: now,
        expires_at: now + seconds * 1_000,
        uses: new.uses,
    };
    let invite = shared.store.invite(&terms).await.map_err(failed)?;
    let invite = invite.ok_or_else(|| {
        let message = format!(
            "there are already {} invitations: revoke one first",
            limit::INVITES
        );
        HttpRefusal::new(ErrorCode::TooLarge, message)
    })?;
    audit(&shared, AuditAction::MadeInvite, actor, invite.id.to_string()).await?;
    let code = code.as_str().to_owned();
    Ok((StatusCode::CREATED, Json(CreatedInvite { code, invite })))
}

/// `DELETE /api/invites/{id}`: revokes an invitation. Succeeds without effect if there is none, so a retry does no harm.
pub async fn take_back(
    State(shared): State<HttpState>,
    OwnerCaller(actor): OwnerCaller,
    id: Result<Path<i64>, PathRejection>,
) -> Result<StatusCode, HttpRefusal> {
    let Path(id) = id.map_err(|_| unreadable_id())?;
    if shared.store.uninvite(id).await.map_err(failed)? {
        audit(&shared, AuditAction::TookInviteBack, actor, id.to_string()).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/registration`: whether signing up is open.
pub async fn registration(State(shared): State<HttpState>) -> Result<Json<Registration>, HttpRefusal> {
    let fixed = shared.config.invite.is_some();
    let closed = fixed || shared.store.is_closed().await.map_err(failed)?;
    let unowned = !shared.store.has_owner().await.map_err(failed)?;
    Ok(Json(Registration {
        closed,
        fixed,
        unowned,
    }))
}

/// `PUT /api/registration`: closes or opens registration.
pub async fn set_registration(
    State(shared): State<HttpState>,
    OwnerCaller(actor): OwnerCaller,
    body: Result<Json<SetRegistration>, JsonRejection>,
) -> Result<Json<Registration>, HttpRefusal> {
    let Json(change) = body.map_err(|rejection| unreadable(&rejection))?;
    shared.store.set_closed(change.closed).await.map_err(failed)?;
    let detail = if change.closed { "closed" } else { "open" };
    audit(&shared, AuditAction::SetRegistration, actor, detail.to_owned()).await?;
    registration(State(shared)).await
}

/// The right to sign up that this code gives.
pub(super) fn admission(shared: &HttpState, code: Option<&str>) -> Admission {
    let operators = shared.config.invite.as_deref();
    // Comparing hashes leaks nothing about either code through timing.
    let same = |one: &str, other: &str| Sha256::digest(one) == Sha256::digest(other);
    if let (Some(operators), Some(shown)) = (operators, code)
        && same(operators, shown)
    {
        return Admission::Granted;
    }
    Admission::Asked {
        closed: operators.is_some(),
        invite: code.map(|code| Token::shown(code).hash()),
    }
}
