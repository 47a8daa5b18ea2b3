//! Who asks: a device that is signed in, or the owner's.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use steadfast_shared::ErrorCode;

use super::{Refusal, Shared, failed};
use crate::request::credentials;
use crate::store::Device;

/// The device that asks; whoever is not signed in is refused.
#[derive(Debug)]
pub struct Caller(pub Device);

/// The owner's device; everybody else is refused.
#[derive(Debug)]
pub struct Owner;

impl FromRequestParts<Shared> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Refusal> {
        let token = credentials::token(&parts.headers).ok_or_else(signed_out)?;
        let device = shared.store.device(token.hash()).await.map_err(failed)?;
        device.map(Self).ok_or_else(signed_out)
    }
}

impl FromRequestParts<Shared> for Owner {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Refusal> {
        let Caller(device) = Caller::from_request_parts(parts, shared).await?;
        if device.owner {
            return Ok(Self);
        }
        Err(Refusal::new(
            ErrorCode::Forbidden,
            "only the owner of this server may do this",
        ))
    }
}

fn signed_out() -> Refusal {
    Refusal::new(ErrorCode::Unauthorized, "this device is not signed in")
}
