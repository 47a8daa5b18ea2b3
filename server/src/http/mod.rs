//! The HTTP API and the page.
//!
//! - [`session`]: signing in and out; [`sign_ups`]: the queue of sign-ups
//! - [`passphrase`]: setting and changing a passphrase
//! - [`device`]: a person's devices
//! - [`invite`]: invitations and registration
//! - [`caller`]: the authenticated caller of a request
//! - [`host`]: which hosts are answered for; [`guard`]: which pages may send requests
//! - [`declared`]: bodies that are too large by their headers
//! - [`usage`]: a person's remaining quota, and the disk's free space
//! - [`headers`]: security headers for browsers
//! - [`features`]: the optional features
//! - [`client_address`]: the client's address
//! - `admin`: administration
//! - [`attempts`]: rate limits for attempts
//! - [`health`]: liveness and readiness
//! - `page`: the built page, if it is embedded

pub mod admin;
pub mod attempts;
pub mod caller;
pub mod client_address;
pub mod device;
pub mod features;
pub mod guard;
pub mod health;
pub mod invite;
#[cfg(feature = "page")]
pub mod page;
pub mod passphrase;
pub mod session;
pub mod sign_ups;
pub mod usage;

pub use guard::{declared, headers, host};

use std::error::Error;
use std::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::rejection::{JsonDataError, JsonRejection};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, put};
use steadfast_shared::http::{
    DEVICES_PATH, FEATURES_PATH, INVITES_PATH, PASSPHRASE_PATH, REGISTRATION_PATH, SESSION_PATH, USAGE_PATH,
};
use steadfast_shared::{ErrorCode, UserId, WireError};

use crate::audit::Audit;
use crate::clock;
use crate::config::Config;
use crate::journal::Journal;
use crate::passphrase::Passphrases;
use crate::realtime::Realtime;
use crate::store::account::KeptOut;
use crate::store::admin::kept_out;
use crate::store::{Store, StoreError, Token};

/// Largest request body, in bytes.
const BODY_BYTES: usize = 16 * 1024;

/// Longest reason in the refusal of an unreadable request, in characters.
const MAX_REASON: usize = 200;

/// The shared state of all handlers.
#[derive(Clone)]
pub struct HttpState {
    pub store: Arc<dyn Store>,
    /// The chat, for requests that change it.
    pub realtime: Realtime,
    pub config: Arc<Config>,
    /// Limits sign-ins per address.
    pub attempts: Arc<attempts::Attempts<IpAddr>>,
    /// Limits requests per signed-in person.
    pub requests: Arc<attempts::Attempts<UserId>>,
    pub guesses: Arc<attempts::Guesses>,
    /// Logs sign-ins and refusals.
    pub audit: Arc<Audit>,
    pub journal: Journal,
    pub passphrases: Passphrases,
    pub sign_ups: sign_ups::SignUps,
    /// What the tokens of clients' sign-in keys are made with, until the process ends.
    pub sign_in_secret: Token,
    #[cfg(feature = "page")]
    pub page: Arc<page::PageFiles>,
}

pub fn router(shared: HttpState) -> Router {
    let api = Router::new()
        .route(
            SESSION_PATH,
            get(session::show)
                .post(session::sign_in)
                .delete(session::sign_out),
        )
        .route(PASSPHRASE_PATH, put(passphrase::put))
        .route(DEVICES_PATH, get(device::list))
        .route(&format!("{DEVICES_PATH}/{{id}}"), delete(device::revoke))
        .route(INVITES_PATH, get(invite::list).post(invite::make))
        .route(&format!("{INVITES_PATH}/{{id}}"), delete(invite::take_back))
        .route(USAGE_PATH, get(usage::show))
        .merge(admin::routes())
        .route(
            REGISTRATION_PATH,
            get(invite::registration).put(invite::set_registration),
        )
        .route_layer(DefaultBodyLimit::max(BODY_BYTES))
        .route_layer(from_fn_with_state(BODY_BYTES as u64, declared::check))
        .route_layer(from_fn(guard::guard));
    let router = Router::new()
        .merge(api)
        .route(FEATURES_PATH, get(features::list))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready));
    #[cfg(feature = "page")]
    let router = router.fallback(page::serve);
    router.with_state(shared)
}

/// A refusal as a response; its code determines the status.
#[derive(Debug)]
pub struct HttpRefusal(pub WireError);

impl HttpRefusal {
    fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self(WireError::new(code, message))
    }

    /// Says when the exclusion ends. Its reason is for moderators only.
    fn kept_out(exclusion: KeptOut) -> Self {
        let wait = exclusion.until.map(|until| until.saturating_sub(clock::now()));
        Self(WireError {
            retry_after_ms: wait,
            ..kept_out(exclusion.state).into()
        })
    }
}

impl IntoResponse for HttpRefusal {
    fn into_response(self) -> Response {
        let status = match self.0.code {
            ErrorCode::Invalid => StatusCode::BAD_REQUEST,
            ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::Conflict
            | ErrorCode::NicknameTaken
            | ErrorCode::RoomNameTaken
            | ErrorCode::LastOwner
            | ErrorCode::Archived => StatusCode::CONFLICT,
            ErrorCode::UnknownRoom | ErrorCode::UnknownMessage | ErrorCode::UnknownPerson => {
                StatusCode::NOT_FOUND
            }
            ErrorCode::RoomDeleted => StatusCode::GONE,
            ErrorCode::Unauthorized | ErrorCode::WrongPassphrase => StatusCode::UNAUTHORIZED,
            ErrorCode::Forbidden
            | ErrorCode::InviteRequired
            | ErrorCode::Banned
            | ErrorCode::Deactivated
            | ErrorCode::Blocked
            | ErrorCode::InvalidCode => StatusCode::FORBIDDEN,
            ErrorCode::RateLimited | ErrorCode::OverQuota => StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::Busy | ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
            ErrorCode::Unknown => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let retry_after = self.0.retry_after_ms.map(|ms| ms.div_ceil(1_000).to_string());
        let mut answer = (status, Json(self.0)).into_response();
        if let Some(seconds) = retry_after.and_then(|seconds| seconds.parse().ok()) {
            answer.headers_mut().insert(RETRY_AFTER, seconds);
        }
        answer
    }
}

fn unreadable(rejection: &JsonRejection) -> HttpRefusal {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large();
    }
    let message = match rejection {
        JsonRejection::JsonDataError(error) => why_unreadable(error),
        JsonRejection::JsonSyntaxError(_) => "the request is not valid JSON".to_owned(),
        JsonRejection::MissingJsonContentType(_) => {
            "send JSON, with `content-type: application/json`".to_owned()
        }
        _ => "the request cannot be read".to_owned(),
    };
    HttpRefusal::new(ErrorCode::Invalid, message)
}

/// Names the invalid member and the reason: `nickname: the text is longer than 32`.
fn why_unreadable(error: &JsonDataError) -> String {
    // Only the type's own reason is for people, not its position in the request.
    let reason = error.source().map(ToString::to_string).unwrap_or_default();
    if reason.contains("expected struct") {
        return "expected a JSON object with the documented members".to_owned();
    }
    let reason = reason
        .rsplit_once(" at line ")
        .map_or(reason.as_str(), |(reason, _)| reason);
    let reason: String = reason
        .trim_start_matches(".: ")
        .chars()
        .take(MAX_REASON)
        .collect();
    if reason.is_empty() {
        "the request is invalid".to_owned()
    } else {
        reason
    }
}

fn too_large() -> HttpRefusal {
    HttpRefusal::new(ErrorCode::TooLarge, "the request is too large")
}

fn unreadable_id() -> HttpRefusal {
    HttpRefusal::new(ErrorCode::Invalid, "an id must be a whole number")
}

fn unavailable() -> HttpRefusal {
    HttpRefusal::new(
        ErrorCode::Unavailable,
        "the server cannot do this right now: try again",
    )
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn failed(error: StoreError) -> HttpRefusal {
    tracing::error!(%error, "the store failed");
    if let StoreError::Full = error {
        return HttpRefusal(crate::store::StoreRefusal::StorageFull.into());
    }
    unavailable()
}

fn fresh_token() -> Result<Token, HttpRefusal> {
    Token::random().map_err(|error| {
        tracing::error!(%error, "the operating system gave no random numbers");
        unavailable()
    })
}
