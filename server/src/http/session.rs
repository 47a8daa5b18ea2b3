//! Signing in, and who is signed in.

use std::net::IpAddr;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use steadfast_shared::admin::{AuditAction, SignInOutcome};
use steadfast_shared::http::{NewSession, SessionInfo};
use steadfast_shared::{ErrorCode, Passphrase, Role, limit};

use super::admin::claim;
use super::attempts::too_many;
use super::caller::Caller;
use super::passphrase::{unhashed, wrong};
use super::{HttpRefusal, HttpState, device, failed, fresh_token, invite, unreadable};
use crate::clock;
use crate::passphrase::For;
use crate::request::client_address::{ClientAddress, network};
use crate::request::credentials;
use crate::store::account::{Account, Admission, Device, NewDevice, SignInError, SignUp, SignUpError};
use crate::store::admin::{NewAuditLine, NewSignIn, kept_out};
use crate::store::{self, Actor, Token, TokenHash};
use crate::turns::Class;

/// Sign-ups written at the same time. Each is a commit of its own, and whoever talks waits for those before theirs.
pub const SIGN_UPS_AT_ONCE: usize = 1;

/// `POST /api/session`: takes a free nickname, or signs one more device in by a passphrase.
///
/// A device that is signed in and asks for the nickname it has stays who it is: a retry does no harm.
pub async fn sign_in(
    State(shared): State<HttpState>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    asked: Result<Json<NewSession>, JsonRejection>,
) -> Result<Response, HttpRefusal> {
    let Json(asked) = asked.map_err(|rejection| unreadable(&rejection))?;
    let nickname = asked.nickname.clone();
    let answer = admit(&shared, address, &headers, asked).await;
    if let Err(refusal) = &answer {
        match refusal.0.code {
            ErrorCode::WrongPassphrase => shared.audit.wrong_passphrase(address, nickname.as_str()),
            code => shared.audit.sign_in_refused(address, code),
        }
    }
    answer
}

async fn admit(
    shared: &HttpState,
    address: IpAddr,
    headers: &HeaderMap,
    asked: NewSession,
) -> Result<Response, HttpRefusal> {
    shared
        .attempts
        .take(network(address), clock::instant())
        .map_err(too_many("sign-ins from this address"))?;

    if let Some(shown) = credentials::token(headers)
        && let Some(device) = shared.store.device(shown.hash()).await.map_err(failed)?
        && device.person.name == asked.nickname.as_str()
    {
        // Not its token: a script that has only the cookie must not see that.
        return Ok(signed_in(shared, device, &shown, false));
    }

    // Never one that a client shows: whoever knows that one would be signed in with this person.
    let token = fresh_token()?;
    let with_token = asked.with_token;
    let (new, mut log) = described(&asked, headers, address, &token);
    let owner_code = asked.owner_code.as_deref().map(|code| Token::shown(code).hash());
    check_owner_code(shared, owner_code).await?;
    let right = match owner_code {
        Some(code) => Admission::Owner(code),
        None => invite::admission(shared, asked.invite.as_deref()),
    };
    let is_open = shared.store.admits(right, new.at).await.map_err(failed)?;
    let account = match &asked.passphrase {
        Some(_) => shared.store.account(&asked.nickname).await.map_err(failed)?,
        None => None,
    };
    let done = match account.zip(asked.passphrase.as_ref()) {
        Some((account, shown)) => {
            let guessed = shared.guesses.sign_in(address, account.user).await;
            guessed.map_err(too_many("passphrases tried for this nickname"))?;
            log.user = Some(account.user);
            one_more_device(shared, &account, shown, &new, address, owner_code)
                .await
                .map_err(|refusal| refusal_for(refusal, is_open, &asked))
        }
        None if is_open => {
            log.outcome = SignInOutcome::SignedUp;
            sign_up(shared, asked, new, right, address).await
        }
        None => Err(turned_away(shared, &asked, address).await),
    };
    let device = match done {
        Ok(device) => device,
        Err(refused) => {
            if let Some(outcome) = outcome_of(&refused) {
                shared.journal.sign_in(NewSignIn { outcome, ..log });
            }
            return Err(refused);
        }
    };
    match log.outcome {
        SignInOutcome::SignedUp => shared.audit.signed_up(address, &device.person),
        _ => shared.audit.signed_in(address, &device.person),
    }
    log.user = Some(device.person.id);
    shared.journal.sign_in(log);
    Ok(signed_in(shared, device, &token, with_token))
}

/// The device that is to be signed in, and its line of the sign-in log.
fn described(
    asked: &NewSession,
    headers: &HeaderMap,
    address: IpAddr,
    token: &Token,
) -> (NewDevice, NewSignIn) {
    let named = asked.device.as_ref();
    let name = named.map_or_else(|| device::name_of(headers), |name| name.as_str().to_owned());
    let address = network(address).to_string();
    let at = clock::now();
    let log = NewSignIn {
        at,
        nickname: asked.nickname.as_str().to_owned(),
        user: None,
        outcome: SignInOutcome::SignedIn,
        device: name.clone(),
        address: address.clone(),
    };
    let device = NewDevice {
        token: token.hash(),
        name,
        at,
        address: Some(address),
    };
    (device, log)
}

/// Refuses the code of an owner link that is none.
async fn check_owner_code(shared: &HttpState, code: Option<TokenHash>) -> Result<(), HttpRefusal> {
    match code {
        Some(code) if !shared.store.is_owner_link(code).await.map_err(failed)? => {
            Err(HttpRefusal(store::StoreRefusal::InvalidCode.into()))
        }
        _ => Ok(()),
    }
}

/// The refusal of somebody who may not sign up here, under a nickname that nobody has or without a passphrase.
///
/// It is the one they would get for a nickname that somebody has, and takes as long: so a server that is closed tells no
/// stranger who is in it. Nothing is hashed for it, and so nobody else waits for it.
async fn turned_away(shared: &HttpState, asked: &NewSession, address: IpAddr) -> HttpRefusal {
    if asked.passphrase.is_some() {
        let guessed = shared.guesses.sign_in_as_nobody(address, &asked.nickname).await;
        if let Err(wait) = guessed {
            return too_many("passphrases tried for this nickname")(wait);
        }
        shared.passphrases.pretend().await;
    }
    if asked.passphrase.is_some() && asked.invite.is_none() {
        wrong()
    } else {
        invite_required()
    }
}

/// The refusal of a passphrase, as the same person would get it for a nickname that nobody has.
fn refusal_for(refusal: HttpRefusal, is_open: bool, asked: &NewSession) -> HttpRefusal {
    let is_wrong = refusal.0.code == ErrorCode::WrongPassphrase;
    if is_wrong && !is_open && asked.invite.is_some() {
        return invite_required();
    }
    refusal
}

fn invite_required() -> HttpRefusal {
    HttpRefusal::new(
        ErrorCode::InviteRequired,
        "this server takes new people by invitation only, and this is no invitation that is good; whoever has a \
         nickname here signs in with its passphrase",
    )
}

/// The sign-in log's word for a refusal; nothing for those that say nothing of the person.
fn outcome_of(refused: &HttpRefusal) -> Option<SignInOutcome> {
    match refused.0.code {
        ErrorCode::WrongPassphrase => Some(SignInOutcome::WrongPassphrase),
        ErrorCode::Banned | ErrorCode::Deactivated => Some(SignInOutcome::KeptOut),
        ErrorCode::InviteRequired => Some(SignInOutcome::InviteRequired),
        _ => None,
    }
}

/// Signs one more device of a person in.
async fn one_more_device(
    shared: &HttpState,
    account: &Account,
    shown: &Passphrase,
    new: &NewDevice,
    address: IpAddr,
    owner_code: Option<TokenHash>,
) -> Result<Device, HttpRefusal> {
    let whose = For {
        class: Class::Member,
        network: network(address),
    };
    let right = shared
        .passphrases
        .verify(shown, account.passphrase.as_deref(), whose)
        .await;
    if !right.map_err(unhashed)? {
        return Err(wrong());
    }
    check_owner_code(shared, owner_code).await?;
    let done = shared.store.sign_in(account, new).await;
    let done = done.map_err(sign_in_refused)?;
    if let Some(session) = done.made_room {
        shared.realtime.signed_out(session).await;
    }
    let mut device = done.device;
    if let Some(code) = owner_code {
        let actor = Actor {
            person: Some(device.person.clone()),
            role: device.role,
            address: new.address.clone(),
        };
        claim(shared, actor, code).await?;
        device.role = Role::Owner;
    }
    Ok(device)
}

fn sign_in_refused(error: SignInError) -> HttpRefusal {
    match error {
        SignInError::WrongPassphrase => wrong(),
        SignInError::TooManyDevices => {
            let message = format!(
                "you have {} devices, all of them used within {} days: sign one of them out first",
                limit::DEVICES,
                limit::DEVICE_IDLE_DAYS
            );
            HttpRefusal::new(ErrorCode::TooLarge, message)
        }
        SignInError::KeptOut(state) => HttpRefusal(kept_out(state).into()),
        SignInError::Store(error) => failed(error),
    }
}

/// The refusal where as many as may wait to sign up.
fn too_many_sign_up() -> HttpRefusal {
    HttpRefusal::new(
        ErrorCode::Busy,
        "too many people are signing up at once: try again in a moment",
    )
}

fn sign_up_refused(error: SignUpError) -> HttpRefusal {
    match error {
        SignUpError::NicknameTaken => HttpRefusal::new(
            ErrorCode::NicknameTaken,
            "this nickname is taken, or looks like one that is: choose another one, or sign in with its passphrase",
        ),
        SignUpError::NotANickname(error) => HttpRefusal::new(ErrorCode::Invalid, error.to_string()),
        SignUpError::InviteRequired => invite_required(),
        SignUpError::KeptOut => HttpRefusal::new(
            ErrorCode::Banned,
            "nobody new may sign up from this address for now: ask whoever runs the server",
        ),
        SignUpError::InvalidCode => HttpRefusal(store::StoreRefusal::InvalidCode.into()),
        SignUpError::Store(error) => failed(error),
    }
}

/// Makes a person of a free nickname.
async fn sign_up(
    shared: &HttpState,
    asked: NewSession,
    device: NewDevice,
    admission: Admission,
    address: IpAddr,
) -> Result<Device, HttpRefusal> {
    let whose = For {
        class: Class::Newcomer,
        network: network(address),
    };
    let passphrase = match &asked.passphrase {
        Some(passphrase) => Some(
            shared
                .passphrases
                .hash(passphrase, whose)
                .await
                .map_err(unhashed)?,
        ),
        None => None,
    };
    let turn = shared.sign_ups.take(whose.class, whose.network).await;
    let _turn = turn.ok_or_else(too_many_sign_up)?;
    let right = admission;
    let wanted = SignUp {
        admission,
        name: asked.nickname,
        passphrase,
        device,
    };
    let device = shared.store.sign_up(&wanted).await.map_err(sign_up_refused)?;
    if matches!(right, Admission::Owner(_)) {
        let line = NewAuditLine {
            at: wanted.device.at,
            action: AuditAction::ClaimedOwnership,
            actor: Actor {
                person: Some(device.person.clone()),
                role: device.role,
                address: wanted.device.address.clone(),
            },
            person: Some(device.person.id),
            room: None,
            detail: String::new(),
        };
        shared.store.log_audit(&line).await.map_err(failed)?;
    }
    shared.realtime.signed_up();
    Ok(device)
}

fn signed_in(shared: &HttpState, device: Device, token: &Token, with_token: bool) -> Response {
    shared.realtime.note_seen(device.session);
    let info = SessionInfo {
        token: with_token.then(|| token.as_str().to_owned()),
        ..info(shared, device)
    };
    let mut answer = (StatusCode::CREATED, Json(info)).into_response();
    set_cookies(&mut answer, shared, Some(token));
    answer
}

pub(super) fn info(shared: &HttpState, device: Device) -> SessionInfo {
    SessionInfo {
        owner: device.role == Role::Owner,
        role: device.role,
        has_passphrase: device.has_passphrase,
        ..SessionInfo::new(device.person, shared.store.epoch())
    }
}

/// `GET /api/session`: who this device speaks for.
///
/// A browser that has the cookie from before the server had HTTPS gets it anew under the name it has since.
pub async fn look(State(shared): State<HttpState>, Caller(caller): Caller, headers: HeaderMap) -> Response {
    shared.realtime.note_seen(caller.session);
    let mut answer = Json(info(&shared, caller)).into_response();
    if shared.config.is_https()
        && let Some(token) = credentials::plain_cookie(&headers)
    {
        set_cookies(&mut answer, &shared, Some(&token));
    }
    answer
}

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// Data of this origin that a browser erases as it is signed out, where the page should fail to: not the cookies, which belong
/// to the whole host, and not the cache, which holds nothing personal and takes seconds to search.
const ERASED_AT_SIGN_OUT: HeaderValue = HeaderValue::from_static("\"storage\"");

/// `DELETE /api/session`: signs this device out and ends its connections.
pub async fn sign_out(
    State(shared): State<HttpState>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
) -> Result<Response, HttpRefusal> {
    if let Some(token) = credentials::token(&headers)
        && let Some(session) = shared.store.sign_out(token.hash()).await.map_err(failed)?
    {
        shared.realtime.signed_out(session).await;
        shared.audit.signed_out(address, session);
    }
    let mut answer = StatusCode::NO_CONTENT.into_response();
    // Below a path the origin is shared with other products, whose storage it would erase as well.
    if shared.config.base_path.is_root() {
        answer.headers_mut().insert(CLEAR_SITE_DATA, ERASED_AT_SIGN_OUT);
    }
    set_cookies(&mut answer, &shared, None);
    Ok(answer)
}

fn set_cookies(answer: &mut Response, shared: &HttpState, token: Option<&Token>) {
    for cookie in credentials::set_cookies(token, shared.config.is_https(), &shared.config.base_path) {
        answer.headers_mut().append(SET_COOKIE, cookie);
    }
}
