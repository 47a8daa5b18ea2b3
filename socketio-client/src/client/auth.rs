//! What a client says of itself when it connects: a value, or what makes one for each connection.

use std::future::Future;
use std::pin::Pin;

use serde::Serialize;
use serde_json::Value;

use crate::transport::MaybeSend;

/// Where the `auth` of CONNECT comes from.
pub(super) enum Auth {
    None,
    /// JSON.
    Value(String),
    Call(Box<dyn AuthFn>),
    Async(Box<dyn AsyncAuthFn>),
}

/// Credentials as JSON. What does not serialize is refused, as is all that is no object.
pub(super) fn presented(auth: &impl Serialize) -> String {
    crate::payload::to_json(auth).unwrap_or_else(|_| "false".to_owned())
}

/// Credentials on their way.
pub(super) type Pending = Pin<Box<dyn PendingAuth>>;

pub(super) trait PendingAuth: Future<Output = Value> + MaybeSend {}

impl<F: Future<Output = Value> + MaybeSend> PendingAuth for F {}

pub(super) trait AsyncAuthFn: FnMut() -> Pending + MaybeSend {}

impl<F: FnMut() -> Pending + MaybeSend> AsyncAuthFn for F {}

pub(super) trait AuthFn: FnMut() -> Value + MaybeSend {}

impl<F: FnMut() -> Value + MaybeSend> AuthFn for F {}
