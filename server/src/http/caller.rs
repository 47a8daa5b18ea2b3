//! The authenticated caller: a signed-in device, or an owner's.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use steadfast_shared::{ErrorCode, Power};

use super::attempts::too_many;
use super::{HttpRefusal, HttpState, failed};
use crate::clock;
use crate::request::client_address::ClientAddress;
use crate::request::credentials;
use crate::store::{Actor, Device};

/// A signed-in device. Others are refused; an excluded person's refusal says so.
#[derive(Debug)]
pub struct Caller(pub Device);

/// An owner's device. Others are refused.
#[derive(Debug)]
pub struct OwnerCaller(pub Actor);

/// An authorized administrator: a signed-in device, or the command line on the server's machine.
#[derive(Debug)]
pub struct By(pub Actor);

impl FromRequestParts<HttpState> for Caller {
    type Rejection = HttpRefusal;

    async fn from_request_parts(parts: &mut Parts, shared: &HttpState) -> Result<Self, HttpRefusal> {
        let token = credentials::token(&parts.headers).ok_or_else(signed_out)?;
        if let Some(device) = shared.store.device(token.hash()).await.map_err(failed)? {
            shared
                .requests
                .take(device.person.id, clock::instant())
                .map_err(too_many("requests"))?;
            return Ok(Self(device));
        }
        let exclusion = shared
            .store
            .kept_out(token.hash(), clock::now())
            .await
            .map_err(failed)?;
        Err(exclusion.map_or_else(signed_out, HttpRefusal::kept_out))
    }
}

impl FromRequestParts<HttpState> for OwnerCaller {
    type Rejection = HttpRefusal;

    async fn from_request_parts(parts: &mut Parts, shared: &HttpState) -> Result<Self, HttpRefusal> {
        let By(actor) = By::from_request_parts(parts, shared).await?;
        if actor.may(Power::Invite) {
            return Ok(Self(actor));
        }
        Err(HttpRefusal::new(
            ErrorCode::Forbidden,
            "only an owner of this server may do this",
        ))
    }
}

impl FromRequestParts<HttpState> for By {
    type Rejection = HttpRefusal;

    async fn from_request_parts(parts: &mut Parts, shared: &HttpState) -> Result<Self, HttpRefusal> {
        // Only the socket beside the database sets this extension.
        if let Some(actor) = parts.extensions.get::<Actor>() {
            return Ok(Self(actor.clone()));
        }
        let Caller(device) = Caller::from_request_parts(parts, shared).await?;
        let address = parts.extensions.get::<ClientAddress>();
        Ok(Self(Actor {
            person: Some(device.person),
            role: device.role,
            address: address.map(|address| address.0.to_string()),
        }))
    }
}

impl By {
    /// Returns the actor if they have this power.
    pub fn may(self, power: Power) -> Result<Actor, HttpRefusal> {
        if self.0.may(power) {
            return Ok(self.0);
        }
        Err(HttpRefusal::new(
            ErrorCode::Forbidden,
            "your role on this server does not allow this",
        ))
    }
}

fn signed_out() -> HttpRefusal {
    HttpRefusal::new(ErrorCode::Unauthorized, "this device is not signed in")
}
