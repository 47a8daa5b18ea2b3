//! Requests about a person's account: passphrase, devices; for the owner, invitations.

use steadfast_shared::Passphrase;
use steadfast_shared::http::{
    CreatedInvite, DEVICES_PATH, DeviceInfo, INVITES_PATH, Invite, NewInvite, NewPassphrase, PASSPHRASE_PATH,
    REGISTRATION_PATH, Registration, SetRegistration,
};

use crate::browser::http;
use crate::browser::http::HttpError;

/// Sets or changes the passphrase.
pub(crate) async fn set_passphrase(current: Option<Passphrase>, new: Passphrase) -> Result<(), HttpError> {
    http::put(PASSPHRASE_PATH, &NewPassphrase { current, new }).await
}

/// The devices that are signed in.
pub(crate) async fn devices() -> Result<Vec<DeviceInfo>, HttpError> {
    http::get(DEVICES_PATH).await
}

/// Signs a device out; its connections end at once.
pub(crate) async fn sign_device_out(id: i64) -> Result<(), HttpError> {
    http::delete(&format!("{DEVICES_PATH}/{id}")).await
}

/// The invitations that are still valid. Owner only.
pub(crate) async fn invites() -> Result<Vec<Invite>, HttpError> {
    http::get(INVITES_PATH).await
}

/// Creates an invitation. Owner only.
pub(crate) async fn invite() -> Result<CreatedInvite, HttpError> {
    http::post(INVITES_PATH, &NewInvite::default()).await
}

/// Revokes an invitation. Owner only.
pub(crate) async fn take_invite_back(id: i64) -> Result<(), HttpError> {
    http::delete(&format!("{INVITES_PATH}/{id}")).await
}

/// Whether sign-up is open to everyone.
pub(crate) async fn registration() -> Result<Registration, HttpError> {
    http::get(REGISTRATION_PATH).await
}

/// Opens or closes sign-up. Owner only.
pub(crate) async fn set_registration(closed: bool) -> Result<Registration, HttpError> {
    http::put(REGISTRATION_PATH, &SetRegistration { closed }).await
}
