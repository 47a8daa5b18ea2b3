//! Signing in and out, and the current session.

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
use crate::store::admin::{NewAuditLine, NewSignIn};
use crate::store::nickname::NameKey;
use crate::store::{self, Actor, Token, TokenHash};
use crate::turns::Class;

/// `POST /api/session`: takes a free nickname, or signs in another device with a passphrase.
///
/// A signed-in device that requests its own nickname keeps its session, so a retry does no harm.
pub async fn sign_in(
    State(shared): State<HttpState>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    body: Result<Json<NewSession>, JsonRejection>,
) -> Result<Response, HttpRefusal> {
    let Json(request) = body.map_err(|rejection| unreadable(&rejection))?;
    let nickname = request.nickname.clone();
    let answer = admit(&shared, address, &headers, request).await;
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
    request: NewSession,
) -> Result<Response, HttpRefusal> {
    shared
        .attempts
        .take(network(address), clock::instant())
        .map_err(too_many("sign-ins from this address"))?;

    if let Some(session) = session_shown(shared, headers, &request).await? {
        return Ok(session);
    }

    if request.passphrase.is_none() && request.owner_code.is_none() {
        shared.sign_ups.check(network(address))?;
    }

    let token = token_for(shared, &request)?;
    if request.key.is_some()
        && let Some(session) = session_of_key(shared, &token, &request).await?
    {
        return Ok(session);
    }
    new_session(shared, address, headers, request, token).await
}

/// Signs the device in to an account, or signs a new person up.
async fn new_session(
    shared: &HttpState,
    address: IpAddr,
    headers: &HeaderMap,
    request: NewSession,
    token: Token,
) -> Result<Response, HttpRefusal> {
    let with_token = request.with_token;
    let (new, mut log) = described(&request, headers, address, &token);
    let owner_code = owner_code_of(shared, &request).await?;
    let right = match owner_code {
        Some(code) => Admission::Owner(code),
        None => invite::admission(shared, request.invite.as_deref()),
    };
    let is_open = shared.store.admits(right, new.at).await.map_err(failed)?;
    let account = match &request.passphrase {
        Some(_) => shared.store.account(&request.nickname).await.map_err(failed)?,
        None => None,
    };
    let done = match account.zip(request.passphrase.as_ref()) {
        Some((account, shown)) => {
            let guessed = shared.guesses.sign_in(address, account.user).await;
            guessed.map_err(too_many("passphrase attempts for this nickname"))?;
            log.user = Some(account.user);
            one_more_device(shared, &account, shown, &new, address, owner_code)
                .await
                .map_err(|refusal| refusal_for(refusal, is_open, &request))
        }
        None if is_open => {
            log.outcome = SignInOutcome::SignedUp;
            sign_up(shared, request, new, right, address).await
        }
        None => Err(turned_away(shared, &request, address).await),
    };
    let device = record_sign_in(shared, address, log, done)?;
    Ok(signed_in(shared, device, &token, with_token))
}

/// The session of a device that shows its token and requests its own nickname.
async fn session_shown(
    shared: &HttpState,
    headers: &HeaderMap,
    request: &NewSession,
) -> Result<Option<Response>, HttpRefusal> {
    let Some(shown) = credentials::token(headers) else {
        return Ok(None);
    };
    let device = shared.store.device(shown.hash()).await.map_err(failed)?;
    // The token is left out: a script that has only the cookie must not learn it.
    let session = |device| signed_in(shared, device, &shown, false);
    Ok(device.filter(|device| is_name_of(device, request)).map(session))
}

/// The session that this key has made, if the answer to that request was lost.
async fn session_of_key(
    shared: &HttpState,
    token: &Token,
    request: &NewSession,
) -> Result<Option<Response>, HttpRefusal> {
    match shared.store.device(token.hash()).await.map_err(failed)? {
        None => Ok(None),
        Some(device) if is_name_of(&device, request) => {
            Ok(Some(signed_in(shared, device, token, request.with_token)))
        }
        Some(_) => Err(HttpRefusal::new(
            ErrorCode::Conflict,
            "this key has signed in another nickname: make a new key for each sign-in",
        )),
    }
}

/// Writes the outcome to the sign-in log and the audit log.
fn record_sign_in(
    shared: &HttpState,
    address: IpAddr,
    mut log: NewSignIn,
    done: Result<Device, HttpRefusal>,
) -> Result<Device, HttpRefusal> {
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
    Ok(device)
}

/// Whether a request names the person of this device, in whatever case and form.
fn is_name_of(device: &Device, request: &NewSession) -> bool {
    let (name, requested) = (device.person.name.as_str(), request.nickname.as_str());
    let key = |name| NameKey::of(name).ok().map(|key| key.name);
    name == requested || key(name).is_some_and(|name| key(requested) == Some(name))
}

/// The new device, and its line in the sign-in log.
fn described(
    request: &NewSession,
    headers: &HeaderMap,
    address: IpAddr,
    token: &Token,
) -> (NewDevice, NewSignIn) {
    let named = request.device.as_ref();
    let name = named.map_or_else(|| device::name_of(headers), |name| name.as_str().to_owned());
    let address = network(address).to_string();
    let at = clock::now();
    let log = NewSignIn {
        at,
        nickname: request.nickname.as_str().to_owned(),
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

/// The new session's token. Never one that a client shows: anybody who had planted it would share the session.
fn token_for(shared: &HttpState, request: &NewSession) -> Result<Token, HttpRefusal> {
    match &request.key {
        Some(key) => Ok(Token::of_key(&shared.sign_in_secret, key)),
        None => fresh_token(),
    }
}

/// The request's owner code, if it has one. An invalid one is refused.
async fn owner_code_of(shared: &HttpState, request: &NewSession) -> Result<Option<TokenHash>, HttpRefusal> {
    let code = request.owner_code.as_deref();
    let code = code.map(|code| Token::shown(code).hash());
    check_owner_code(shared, code).await?;
    Ok(code)
}

/// Refuses an invalid owner code.
async fn check_owner_code(shared: &HttpState, code: Option<TokenHash>) -> Result<(), HttpRefusal> {
    match code {
        Some(code) if !shared.store.is_owner_link(code).await.map_err(failed)? => {
            Err(HttpRefusal(store::StoreRefusal::InvalidCode.into()))
        }
        _ => Ok(()),
    }
}

/// The refusal of a sign-up that is not allowed, under an unused nickname or without a passphrase.
///
/// It equals the refusal for a used nickname and takes as long, so a closed server does not reveal its members to strangers.
/// Nothing is hashed for it, so it delays no other sign-in.
async fn turned_away(shared: &HttpState, request: &NewSession, address: IpAddr) -> HttpRefusal {
    if request.passphrase.is_some() {
        let guessed = shared.guesses.sign_in_as_nobody(address, &request.nickname).await;
        if let Err(wait) = guessed {
            return too_many("passphrase attempts for this nickname")(wait);
        }
        shared.passphrases.pretend().await;
    }
    if request.passphrase.is_some() && request.invite.is_none() {
        wrong()
    } else {
        invite_required()
    }
}

/// The refusal of a passphrase, the same as for an unused nickname.
fn refusal_for(refusal: HttpRefusal, is_open: bool, request: &NewSession) -> HttpRefusal {
    let is_wrong = refusal.0.code == ErrorCode::WrongPassphrase;
    if is_wrong && !is_open && request.invite.is_some() {
        return invite_required();
    }
    refusal
}

fn invite_required() -> HttpRefusal {
    HttpRefusal::new(
        ErrorCode::InviteRequired,
        "this server accepts new people by invitation only, and this invitation is invalid or has expired; with an \
         existing account, sign in with your passphrase",
    )
}

/// The sign-in log's outcome for a refusal; none for refusals unrelated to the person.
fn outcome_of(refused: &HttpRefusal) -> Option<SignInOutcome> {
    match refused.0.code {
        ErrorCode::WrongPassphrase => Some(SignInOutcome::WrongPassphrase),
        ErrorCode::Banned | ErrorCode::Deactivated => Some(SignInOutcome::KeptOut),
        ErrorCode::InviteRequired => Some(SignInOutcome::InviteRequired),
        _ => None,
    }
}

/// Signs in another device of a person.
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
                "you have {} devices, all used within the last {} days: sign one of them out first",
                limit::DEVICES,
                limit::DEVICE_IDLE_DAYS
            );
            HttpRefusal::new(ErrorCode::TooLarge, message)
        }
        SignInError::KeptOut(exclusion) => HttpRefusal::kept_out(exclusion),
        SignInError::Store(error) => failed(error),
    }
}

pub(super) fn sign_up_refused(error: SignUpError) -> HttpRefusal {
    match error {
        SignUpError::NicknameTaken => HttpRefusal::new(
            ErrorCode::NicknameTaken,
            "this nickname is taken, or looks like one that is: choose another one, or sign in with its passphrase",
        ),
        SignUpError::NotANickname(error) => HttpRefusal::new(ErrorCode::Invalid, error.to_string()),
        SignUpError::InviteRequired => invite_required(),
        SignUpError::KeptOut => HttpRefusal::new(
            ErrorCode::Banned,
            "new sign-ups from this address are not allowed for now: ask an administrator",
        ),
        SignUpError::InvalidCode => HttpRefusal(store::StoreRefusal::InvalidCode.into()),
        SignUpError::Store(error) => failed(error),
    }
}

/// Creates a person with a free nickname.
async fn sign_up(
    shared: &HttpState,
    request: NewSession,
    device: NewDevice,
    admission: Admission,
    address: IpAddr,
) -> Result<Device, HttpRefusal> {
    let whose = For {
        class: Class::Newcomer,
        network: network(address),
    };
    let passphrase = match &request.passphrase {
        Some(passphrase) => Some(
            shared
                .passphrases
                .hash(passphrase, whose)
                .await
                .map_err(unhashed)?,
        ),
        None => None,
    };
    let (right, at, address) = (admission, device.at, device.address.clone());
    let wanted = SignUp {
        admission,
        name: request.nickname,
        passphrase,
        device,
    };
    let device = shared.sign_ups.write(wanted, whose.network).await?;
    if matches!(right, Admission::Owner(_)) {
        let line = NewAuditLine {
            at,
            action: AuditAction::ClaimedOwnership,
            actor: Actor {
                person: Some(device.person.clone()),
                role: device.role,
                address,
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

/// `GET /api/session`: the person this device is signed in as.
///
/// A browser whose cookie dates from before HTTPS gets it again under the HTTPS name.
pub async fn show(State(shared): State<HttpState>, Caller(caller): Caller, headers: HeaderMap) -> Response {
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

/// The data a browser erases at sign-out, in case the page fails to: not cookies, which belong to the whole host, and not the
/// cache, which holds nothing personal and takes seconds to search.
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
    // Below a path the origin is shared with other products, whose storage would be erased as well.
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
