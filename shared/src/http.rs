//! The bodies of the HTTP requests. Refusals carry a [`crate::WireError`].

use serde::{Deserialize, Serialize};

use crate::{
    DeviceName, EntryId, Epoch, Millis, Nickname, Passphrase, Person, Role, RoomId, Seq, SignInKey, record,
    words,
};

/// The session of this device: `POST` opens it, `GET` shows it, `DELETE` ends it.
pub const SESSION_PATH: &str = "/api/session";

/// The passphrase: `PUT` a [`NewPassphrase`] to set or change it, answered with 204.
pub const PASSPHRASE_PATH: &str = "/api/passphrase";

/// A person's devices (`GET`, a list of [`DeviceInfo`]). With `/` and an id: `DELETE` signs that device out, answered with
/// 204.
pub const DEVICES_PATH: &str = "/api/devices";

/// Invitations, for the owner (`GET`, a list of [`Invite`]; `POST` a [`NewInvite`], answered with 201 and
/// [`CreatedInvite`]). With `/` and an id: `DELETE` revokes that invitation, answered with 204.
pub const INVITES_PATH: &str = "/api/invites";

/// Whether strangers may sign up (`GET`, a [`Registration`], for anybody); the owner sets it (`PUT` a
/// [`SetRegistration`], answered with the resulting [`Registration`]).
pub const REGISTRATION_PATH: &str = "/api/registration";

/// The page's path for invited people. The code follows in the fragment, `/join#CODE`, so that no server and no proxy
/// writes it into a log.
pub const JOIN_PATH: &str = "/join";

/// `POST /api/session`: requests a session for this device.
///
/// A free nickname creates a person, with this passphrase if there is one; a taken nickname with its passphrase signs in one
/// more device of that person. Answered with 201, [`SessionInfo`] and a `Set-Cookie`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NewSession {
    pub nickname: Nickname,
    /// The passphrase of the nickname's owner, or, for a free nickname, its first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passphrase: Option<Passphrase>,
    /// The code of an invitation, for a free nickname on a server where registration is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<String>,
    /// The code of an owner link: the person who signs up or in with it becomes an owner. `invalid_code` if it is not valid;
    /// nothing else happens then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_code: Option<String>,
    /// The person's name for this device; if absent, the server derives one from its `User-Agent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceName>,
    /// Whether the answer returns the token, for programs that keep no cookies.
    #[serde(default)]
    pub with_token: bool,
    /// The same nickname with the same key gets the same session, so that an answer that was lost can be requested again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<SignInKey>,
}

impl NewSession {
    /// Requests a nickname and nothing more.
    pub fn new(nickname: Nickname) -> Self {
        Self {
            nickname,
            passphrase: None,
            invite: None,
            owner_code: None,
            device: None,
            with_token: false,
            key: None,
        }
    }
}

/// The answer to `POST` and `GET /api/session`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SessionInfo {
    /// The person this device acts for.
    pub me: Person,
    /// The epoch of the server's database.
    pub epoch: Epoch,
    /// Whether this person owns the server: the same as the role `owner`.
    pub owner: bool,
    pub role: Role,
    /// Whether this person has a passphrase, and so can sign in on another device.
    pub has_passphrase: bool,
    /// The bearer token, only if `with_token` requested it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

record!(SessionInfo { me, epoch, owner or_default, role or_default, has_passphrase or_default, token });

impl SessionInfo {
    /// A person who is no owner, without a passphrase and a token.
    pub fn new(me: Person, epoch: Epoch) -> Self {
        Self {
            me,
            epoch,
            owner: false,
            role: Role::Member,
            has_passphrase: false,
            token: None,
        }
    }
}

/// `PUT /api/passphrase`: sets the first passphrase, or changes it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NewPassphrase {
    /// The current passphrase; required if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Passphrase>,
    /// The new passphrase to set.
    pub new: Passphrase,
}

/// A signed-in device, as its own person sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeviceInfo {
    /// The id with which to sign it out.
    pub id: i64,
    /// Its name, or a description based on its `User-Agent`.
    pub name: String,
    /// When it signed in.
    pub created_at: Millis,
    /// When it was last connected, to about a minute; `created_at` if it never was.
    pub last_seen_at: Millis,
    /// Whether the request comes from this device.
    pub current: bool,
}

/// An invitation, as the owner sees it. Its code is shown once, when it is made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Invite {
    /// The id with which to revoke it.
    pub id: i64,
    /// When it was made.
    pub created_at: Millis,
    pub expires_at: Millis,
    /// How many people have used it.
    pub used: u32,
    /// How many people may use it; absent if unlimited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u32>,
}

/// `POST /api/invites`: requests an invitation.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct NewInvite {
    /// How long it lasts in seconds, at most [`crate::limit::INVITE_SECONDS`]; by default
    /// [`crate::limit::INVITE_SECONDS_DEFAULT`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts_seconds: Option<u64>,
    /// How many people may use it, at least 1; absent: any number until it expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u32>,
}

/// A new invitation with its code.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CreatedInvite {
    /// The code for the invited person, best sent as a link to [`JOIN_PATH`]. It is never shown again.
    pub code: String,
    pub invite: Invite,
}

/// Whether strangers may sign up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Registration {
    /// Whether a free nickname needs an invitation.
    pub closed: bool,
    /// Whether the server was started with `--invite`: then the owner cannot open registration.
    pub fixed: bool,
    /// Whether the server has no owner yet: then its log has an owner link.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unowned: bool,
}

record!(Registration { closed, fixed or_default, unowned or_default });

/// `PUT /api/registration`: the owner's decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SetRegistration {
    /// Whether a free nickname needs an invitation from now on.
    pub closed: bool,
}

/// A person's own messages in rooms they have left (`GET` with a [`LeftMessagesQuery`], a list of [`LeftMessage`], the
/// newest
/// first). They are deleted like any message, by a `delete` entry.
pub const LEFT_MESSAGES_PATH: &str = "/api/left-messages";

/// The query of `GET /api/left-messages`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct LeftMessagesQuery {
    /// The id of the message after which the page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<EntryId>,
}

/// A person's own message in a room they have left.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LeftMessage {
    pub id: EntryId,
    pub room: RoomId,
    /// The room's name; empty for a direct one.
    pub room_name: String,
    /// Its place in the room's log.
    pub seq: Seq,
    /// When it was stored.
    pub at: Millis,
    /// Its text, as last edited.
    pub text: String,
}

/// A person's usage today, their quota, and the server's free space (`GET`, a [`Usage`]).
pub const USAGE_PATH: &str = "/api/usage";

/// The answer to `GET /api/usage`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Usage {
    /// Messages, edits, reactions, and changes of names and rooms written today (UTC).
    pub entries: u64,
    /// The quota of entries; 0 if unlimited.
    pub max_entries: u64,
    /// Bytes of text written today.
    pub bytes: u64,
    /// The quota of bytes; 0 if unlimited.
    pub max_bytes: u64,
    /// When the next day begins.
    pub renews_at: Millis,
    /// Whether either quota is nearly used up.
    pub near: bool,
    /// The free space on the server's disk; for owners only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk: Option<DiskRoom>,
}

record!(Usage {
    entries,
    max_entries,
    bytes,
    max_bytes,
    renews_at,
    near,
    disk
});

/// The state of the server's disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DiskRoom {
    Enough,
    /// Little more is free than the server reserves.
    Low,
    /// The server accepts no more messages.
    Full,
}

words!(DiskRoom { "enough" => Enough, "low" => Low, "full" => Full });

/// The optional parts that the server was started with (`GET`).
pub const FEATURES_PATH: &str = "/api/features";

/// The answer to `GET /api/features`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Features {
    /// Whether the page offers its fault panel.
    pub fault_panel: bool,
}

record!(Features { fault_panel });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_older_program_asks_for_and_what_an_older_server_answers_are_read() {
        let asked: NewSession = serde_json::from_str(r#"{"nickname":"Mina"}"#).unwrap();
        assert_eq!(asked, NewSession::new(Nickname::parse("Mina").unwrap()));
        let id = "0199b7a4-0000-7000-8000-000000000000";
        let info = format!(r#"{{"me":{{"id":"{id}","name":"Mina"}},"epoch":"{id}"}}"#);
        let info: SessionInfo = serde_json::from_str(&info).unwrap();
        assert!(!info.owner && !info.has_passphrase);
    }

    #[test]
    fn a_passphrase_that_is_too_short_is_refused_where_it_is_read() {
        let asked = r#"{"nickname":"Mina","passphrase":"short"}"#;
        let refused = serde_json::from_str::<NewSession>(asked).unwrap_err();
        assert!(refused.to_string().contains("at least 8 characters"), "{refused}");
    }
}
