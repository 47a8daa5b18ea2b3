//! The bodies of the few HTTP requests. Refusals carry a [`crate::WireError`].

use serde::{Deserialize, Serialize};

use crate::{DeviceName, EntryId, Epoch, Millis, Nickname, Passphrase, Person, Role, RoomId, Seq};

/// Where a session is asked for (`POST`), looked at (`GET`) and ended (`DELETE`).
pub const SESSION_PATH: &str = "/api/session";

/// Where a passphrase is set or changed (`PUT` a [`NewPassphrase`], answered with 204).
pub const PASSPHRASE_PATH: &str = "/api/passphrase";

/// Where a person's devices are listed (`GET`, a list of [`DeviceInfo`]). With `/` and an id: where one is signed out
/// (`DELETE`, answered with 204).
pub const DEVICES_PATH: &str = "/api/devices";

/// Where the owner lists invitations (`GET`, a list of [`Invite`]) and makes one (`POST` a [`NewInvite`], answered with 201
/// and [`CreatedInvite`]). With `/` and an id: where one is taken back (`DELETE`, answered with 204).
pub const INVITES_PATH: &str = "/api/invites";

/// Where anybody sees whether strangers may sign up (`GET`, a [`Registration`]), and the owner decides it (`PUT` a
/// [`SetRegistration`], answered with the [`Registration`] that follows).
pub const REGISTRATION_PATH: &str = "/api/registration";

/// The page's address for whoever was invited. The code follows as the fragment, `/join#CODE`: so no server and no proxy
/// writes it into a log.
pub const JOIN_PATH: &str = "/join";

/// `POST /api/session`: asks for a session for this device.
///
/// A free nickname makes a person, with this passphrase where there is one; a taken nickname with its passphrase signs one
/// more device of that person in. Answered with 201, [`SessionInfo`] and a `Set-Cookie`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NewSession {
    pub nickname: Nickname,
    /// The passphrase of whoever has the nickname, or the one its first owner shall have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passphrase: Option<Passphrase>,
    /// The code of an invitation, for a nickname that is free on a server that takes new people by invitation only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<String>,
    /// The code of an owner link: whoever signs up or in by it owns the server. `invalid_code` where it is none, and then
    /// nothing else is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_code: Option<String>,
    /// The person's name for this device; where absent, the server names it by its `User-Agent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceName>,
    /// Whether the answer shall show the token, for programs that keep no cookies.
    #[serde(default)]
    pub with_token: bool,
}

impl NewSession {
    /// Asks for a nickname and nothing more.
    pub fn new(nickname: Nickname) -> Self {
        Self {
            nickname,
            passphrase: None,
            invite: None,
            owner_code: None,
            device: None,
            with_token: false,
        }
    }
}

/// The answer to `POST` and `GET /api/session`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SessionInfo {
    /// Who this device speaks for.
    pub me: Person,
    /// The life of the database that says so.
    pub epoch: Epoch,
    /// Whether this person owns the server: the same as the role `owner`.
    #[serde(default)]
    pub owner: bool,
    #[serde(default)]
    pub role: Role,
    /// Whether this person has set a passphrase, and so can sign in elsewhere.
    #[serde(default)]
    pub has_passphrase: bool,
    /// The bearer token, only where `with_token` asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl SessionInfo {
    /// A person who owns nothing, has no passphrase and shows no token.
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
    /// The passphrase there is; required where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Passphrase>,
    /// The passphrase from here on.
    pub new: Passphrase,
}

/// A signed-in device, as its own person sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeviceInfo {
    /// Its id for signing it out.
    pub id: i64,
    /// Its name, or a description by its `User-Agent`.
    pub name: String,
    /// When it signed in.
    pub created_at: Millis,
    /// When it was last connected, to about a minute; `created_at` where it never was.
    pub last_seen_at: Millis,
    /// Whether it is the device that asks.
    pub current: bool,
}

/// An invitation, as the owner sees it. Its code is shown once, when it is made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Invite {
    /// Its id for taking it back.
    pub id: i64,
    /// When it was made.
    pub created_at: Millis,
    pub expires_at: Millis,
    /// How many people have come by it.
    pub used: u32,
    /// How many may come by it; absent where any number may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u32>,
}

/// `POST /api/invites`: asks for an invitation.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct NewInvite {
    /// How long it lasts, at most [`crate::limit::INVITE_SECONDS`]; absent: [`crate::limit::INVITE_SECONDS_DEFAULT`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts_seconds: Option<u64>,
    /// How many people may come by it, at least 1; absent: any number, until it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u32>,
}

/// An invitation that has just been made, with its code.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CreatedInvite {
    /// The code for whoever is invited, best as a link to [`JOIN_PATH`]. Shown here and never again.
    pub code: String,
    pub invite: Invite,
}

/// Whether strangers may sign up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Registration {
    /// Whether a nickname that is free is to be had by invitation only.
    pub closed: bool,
    /// Whether the server was started so: then the owner cannot open it.
    #[serde(default)]
    pub fixed: bool,
    /// Whether nobody owns the server yet: whoever runs it finds an owner link in its log.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unowned: bool,
}

/// `PUT /api/registration`: the owner's decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SetRegistration {
    /// Whether a nickname that is free shall be had by invitation only.
    pub closed: bool,
}

/// Where a person finds their own messages in rooms they are no longer in (`GET` with a [`LeftMessagesQuery`], a list of
/// [`LeftMessage`], the newest first). They are deleted as any message is, by a `delete` entry.
pub const LEFT_MESSAGES_PATH: &str = "/api/left-messages";

/// The query of `GET /api/left-messages`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct LeftMessagesQuery {
    /// The message after which to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<EntryId>,
}

/// One's own message in a room one is no longer in.
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

/// How much somebody has written today, their quota, and how much room is left (`GET`, a [`Usage`]).
pub const USAGE_PATH: &str = "/api/usage";

/// The answer to `GET /api/usage`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Messages, edits and reactions of this day, UTC.
    pub entries: u64,
    /// How many there may be; 0 where there is no limit.
    pub max_entries: u64,
    /// Bytes of text of this day.
    pub bytes: u64,
    /// How many there may be; 0 where there is no limit.
    pub max_bytes: u64,
    /// When the next day begins.
    pub renews_at: Millis,
    /// Whether little is left of either.
    pub near: bool,
    /// How much room the server's disk has; for its owners only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk: Option<DiskRoom>,
}

/// How much room a server's disk has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiskRoom {
    Enough,
    /// Little more than has to stay free.
    Low,
    /// Nothing more is taken.
    Full,
}

/// Where a page asks which optional parts the server was started with (`GET`).
pub const FEATURES_PATH: &str = "/api/features";

/// The answer to `GET /api/features`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Features {
    /// Whether the page offers its fault panel.
    pub fault_panel: bool,
}

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
