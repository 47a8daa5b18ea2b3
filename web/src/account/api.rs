//! A person's records at the server: passphrase, devices; and the owner's invitations.

use steadfast_shared::Passphrase;
use steadfast_shared::http::{
    CreatedInvite, DEVICES_PATH, DeviceInfo, INVITES_PATH, Invite, NewInvite, NewPassphrase, PASSPHRASE_PATH,
    REGISTRATION_PATH, Registration, SetRegistration,
};

use crate::browser::http;
use crate::browser::http::HttpError;

/// Sets a passphrase, or changes the one there is.
pub(crate) async fn set_passphrase(current: Option<Passphrase>, new: Passphrase) -> Result<(), HttpError> {
    http::tell("PUT", PASSPHRASE_PATH, &NewPassphrase { current, new }).await
}

/// The devices that are signed in.
pub(crate) async fn devices() -> Result<Vec<DeviceInfo>, HttpError> {
    http::ask("GET", DEVICES_PATH).await
}

/// Signs a device out; its connections end at once.
pub(crate) async fn sign_device_out(id: i64) -> Result<(), HttpError> {
    http::ask("DELETE", &format!("{DEVICES_PATH}/{id}")).await
}

/// The invitations that have not ended. For the owner.
pub(crate) async fn invites() -> Result<Vec<Invite>, HttpError> {
    http::ask("GET", INVITES_PATH).await
}

/// Makes an invitation. For the owner.
pub(crate) async fn invite() -> Result<CreatedInvite, HttpError> {
    http::tell("POST", INVITES_PATH, &NewInvite::default()).await
}

/// Takes an invitation back. For the owner.
pub(crate) async fn take_invite_back(id: i64) -> Result<(), HttpError> {
    http::ask("DELETE", &format!("{INVITES_PATH}/{id}")).await
}

/// Whether strangers may sign up.
pub(crate) async fn registration() -> Result<Registration, HttpError> {
    http::ask("GET", REGISTRATION_PATH).await
}

/// Decides whether strangers may sign up. For the owner.
pub(crate) async fn set_registration(closed: bool) -> Result<Registration, HttpError> {
    http::tell("PUT", REGISTRATION_PATH, &SetRegistration { closed }).await
}
