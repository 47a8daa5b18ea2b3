//! Setting and changing a passphrase.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use steadfast_shared::ErrorCode;
use steadfast_shared::http::NewPassphrase;

use super::attempts::too_many;
use super::caller::Caller;
use super::{HttpRefusal, HttpState, failed, unavailable, unreadable};
use crate::passphrase::{For, HashError};
use crate::request::client_address::{ClientAddress, network};
use crate::turns::Class;

/// `PUT /api/passphrase`: sets the caller's passphrase. Signed-in devices stay signed in.
pub async fn put(
    State(shared): State<HttpState>,
    Caller(caller): Caller,
    ClientAddress(address): ClientAddress,
    body: Result<Json<NewPassphrase>, JsonRejection>,
) -> Result<StatusCode, HttpRefusal> {
    let Json(request) = body.map_err(|rejection| unreadable(&rejection))?;
    let person = caller.person.id;
    shared
        .guesses
        .change(person)
        .await
        .map_err(too_many("attempts to change the passphrase"))?;

    let whose = For {
        class: Class::Device,
        network: network(address),
    };
    let known = shared.store.passphrase(person).await.map_err(failed)?;
    if let Some(known) = &known {
        let current = request.current.as_ref().ok_or_else(wrong)?;
        let same = shared.passphrases.verify(current, Some(known), whose).await;
        if !same.map_err(unhashed)? {
            shared.audit.wrong_passphrase(address, &caller.person.name);
            return Err(wrong());
        }
    }
    let hash = shared
        .passphrases
        .hash(&request.new, whose)
        .await
        .map_err(unhashed)?;
    let set = shared
        .store
        .set_passphrase(person, known.as_deref(), &hash)
        .await
        .map_err(failed)?;
    // If it was not set, another device changed it in the meantime.
    if set {
        shared.audit.passphrase_set(address, person);
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(wrong())
    }
}

/// The refusal of a wrong passphrase.
pub(super) fn wrong() -> HttpRefusal {
    HttpRefusal::new(ErrorCode::WrongPassphrase, "the passphrase is wrong")
}

/// The refusal after hashing failed.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(super) fn unhashed(error: HashError) -> HttpRefusal {
    if matches!(error, HashError::Busy) {
        return HttpRefusal::new(
            ErrorCode::Busy,
            "too many people are signing in at once: try again in a moment",
        );
    }
    tracing::error!(%error, "a passphrase could not be hashed");
    unavailable()
}
