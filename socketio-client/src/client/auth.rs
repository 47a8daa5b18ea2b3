//! The credentials of CONNECT: a value, or a function that makes one per connection.

use serde::Serialize;
use serde_json::Value;

use crate::platform::{BoxFuture, MaybeSend};

/// The source of CONNECT's `auth`.
pub(super) enum Credentials {
    None,
    /// An object, as JSON.
    Value(String),
    Call(Box<dyn AuthFn>),
    Async(Box<dyn AsyncAuthFn>),
}

/// Credentials as JSON. A value that does not serialize is refused like one that is not an object.
pub(super) fn presented(auth: &impl Serialize) -> String {
    crate::payload::to_json(auth).unwrap_or_else(|_| "false".to_owned())
}

/// Credentials that are not available yet.
pub(super) type PendingCredentials = BoxFuture<'static, Value>;

pub(super) trait AsyncAuthFn: FnMut() -> PendingCredentials + MaybeSend {}

impl<F: FnMut() -> PendingCredentials + MaybeSend> AsyncAuthFn for F {}

pub(super) trait AuthFn: FnMut() -> Value + MaybeSend {}

impl<F: FnMut() -> Value + MaybeSend> AuthFn for F {}
