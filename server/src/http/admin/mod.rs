//! Administration over HTTP: by the page, and by `steadfast admin` over the socket beside the database.
//!
//! - `people`: people, and the commands about them
//! - `rooms`: all rooms, including those the operator is not in
//! - `logs`: connections, the sign-in log and the audit log
//! - `owner`: owner links

mod logs;
mod owner;
mod people;
mod rooms;

use axum::Router;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::routing::{delete, get, post, put};
use steadfast_shared::ErrorCode;
use steadfast_shared::admin::{
    ADDRESSES_PATH, AUDIT_PATH, AuditAction, CLAIM_PATH, CONNECTIONS_PATH, EXCLUSION, LIMITS, MESSAGES,
    OWNER_LINK_PATH, PASSPHRASE, PEOPLE_PATH, ROLE, ROOMS_PATH, SESSIONS, SIGN_INS_PATH,
};
use steadfast_shared::http::LEFT_MESSAGES_PATH;

use super::{HttpRefusal, HttpState, failed};
use crate::clock;
use crate::realtime::entries::writer::CommandAnswer;
use crate::store::admin::NewAuditLine;
use crate::store::{Actor, Administer, OperatorCommand};

pub(super) use owner::claim;
pub use owner::make_link;

pub fn routes() -> Router<HttpState> {
    let person = |what: &str| format!("{PEOPLE_PATH}/{{id}}/{what}");
    Router::new()
        .route(CONNECTIONS_PATH, get(logs::connections))
        .route(SIGN_INS_PATH, get(logs::sign_ins))
        .route(AUDIT_PATH, get(logs::audit))
        .route(ADDRESSES_PATH, get(logs::addresses))
        .route(&format!("{ADDRESSES_PATH}/{{id}}"), delete(logs::release_address))
        .route(PEOPLE_PATH, get(people::list))
        .route(&format!("{PEOPLE_PATH}/{{id}}"), get(people::detail))
        .route(&person(ROLE), put(people::set_role))
        .route(&person(EXCLUSION), put(people::exclude).delete(people::readmit))
        .route(&person(MESSAGES), put(people::set_messages))
        .route(&person(SESSIONS), delete(people::sign_out))
        .route(&person(LIMITS), put(people::set_limit))
        .route(&person(PASSPHRASE), put(people::set_passphrase))
        .route(ROOMS_PATH, get(rooms::list))
        .route(
            &format!("{ROOMS_PATH}/{{id}}"),
            axum::routing::patch(rooms::change).delete(rooms::delete),
        )
        .route(OWNER_LINK_PATH, post(owner::make))
        .route(CLAIM_PATH, post(owner::use_link))
        .route(LEFT_MESSAGES_PATH, get(people::left_messages))
}

async fn administer(
    shared: &HttpState,
    actor: Actor,
    command: OperatorCommand,
) -> Result<CommandAnswer, HttpRefusal> {
    let done = shared.realtime.administer(Administer { actor, command }).await;
    shared.journal.clean();
    done.map_err(HttpRefusal)
}

/// Writes an audit line for a change that does not go through the writer.
pub(super) async fn audit(
    shared: &HttpState,
    action: AuditAction,
    actor: Actor,
    detail: String,
) -> Result<(), HttpRefusal> {
    let line = NewAuditLine {
        at: clock::now(),
        action,
        actor,
        person: None,
        room: None,
        detail,
    };
    shared.store.log_audit(&line).await.map_err(failed)
}

/// The id in the path, or a refusal.
fn named<T>(path: Result<Path<T>, PathRejection>) -> Result<T, HttpRefusal> {
    match path {
        Ok(Path(id)) => Ok(id),
        Err(_) => Err(HttpRefusal::new(
            ErrorCode::Invalid,
            "the path contains no valid id",
        )),
    }
}

/// The query of a list, or a refusal.
fn query_of<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, HttpRefusal> {
    match query {
        Ok(Query(query)) => Ok(query),
        Err(rejection) => Err(HttpRefusal::new(
            ErrorCode::Invalid,
            format!("the query is invalid: {}", rejection.body_text()),
        )),
    }
}
