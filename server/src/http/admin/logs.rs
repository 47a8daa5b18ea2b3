//! Connections, the sign-in log and the audit log.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use steadfast_shared::Power;
use steadfast_shared::admin::{AuditAction, AuditLine, ConnectionInfo, HeldAddress, LogQuery, SignIn};

use super::super::caller::By;
use super::super::{HttpRefusal, HttpState, failed};
use super::{named, query_of};
use crate::clock;
use crate::store::Actor;

// `GET /api/admin/connections`
pub(super) async fn connections(
    State(shared): State<HttpState>,
    by: By,
) -> Result<Json<Vec<ConnectionInfo>>, HttpRefusal> {
    let actor = by.may(Power::SeePeople)?;
    Ok(Json(seen_by(&actor, shared.realtime.connections(None))))
}

// `GET /api/admin/sign-ins`
pub(super) async fn sign_ins(
    State(shared): State<HttpState>,
    by: By,
    query: Result<Query<LogQuery>, QueryRejection>,
) -> Result<Json<Vec<SignIn>>, HttpRefusal> {
    let actor = by.may(Power::SeePeople)?;
    shared.journal.flush().await;
    let lines = shared.store.sign_ins(query_of(query)?).await.map_err(failed)?;
    Ok(Json(sign_ins_seen_by(&actor, lines)))
}

// `GET /api/admin/audit`
pub(super) async fn audit(
    State(shared): State<HttpState>,
    by: By,
    query: Result<Query<LogQuery>, QueryRejection>,
) -> Result<Json<Vec<AuditLine>>, HttpRefusal> {
    let actor = by.may(Power::ReadAudit)?;
    let mut lines = shared.store.audit(query_of(query)?).await.map_err(failed)?;
    if !actor.may(Power::SeeAddresses) {
        for line in &mut lines {
            line.address = None;
            if line.action == AuditAction::ReleasedAddress {
                line.detail.clear();
            }
        }
    }
    Ok(Json(lines))
}

// `GET /api/admin/addresses`
pub(super) async fn addresses(
    State(shared): State<HttpState>,
    by: By,
) -> Result<Json<Vec<HeldAddress>>, HttpRefusal> {
    by.may(Power::SeeAddresses)?;
    let held = shared.store.held_addresses(clock::now()).await;
    held.map(Json).map_err(failed)
}

/// `DELETE /api/admin/addresses/{id}`: lifts an address's exclusion; succeeds without effect if there is none.
pub(super) async fn release_address(
    State(shared): State<HttpState>,
    by: By,
    id: Result<Path<i64>, PathRejection>,
) -> Result<StatusCode, HttpRefusal> {
    let actor = by.may(Power::SeeAddresses)?;
    if let Some(address) = shared.store.release_address(named(id)?).await.map_err(failed)? {
        super::audit(&shared, AuditAction::ReleasedAddress, actor, address).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Hides addresses that this operator may not see.
pub(super) fn seen_by(actor: &Actor, mut connections: Vec<ConnectionInfo>) -> Vec<ConnectionInfo> {
    if !actor.may(Power::SeeAddresses) {
        for connection in &mut connections {
            connection.address = None;
        }
    }
    connections
}

/// Hides addresses that this operator may not see.
pub(super) fn sign_ins_seen_by(actor: &Actor, mut lines: Vec<SignIn>) -> Vec<SignIn> {
    if !actor.may(Power::SeeAddresses) {
        for line in &mut lines {
            line.address = None;
        }
    }
    lines
}
