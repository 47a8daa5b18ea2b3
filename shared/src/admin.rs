//! The HTTP administration API: its paths and payloads. The powers of each role are in [`crate::role`].
//!
//! The page asks with its cookie; `steadfast admin` asks over a socket beside the database file and may do everything.
//! Lists are pages of at most [`crate::limit::ADMIN_LISTED`] lines, the newest first; `before` goes on after the last one.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::http::DeviceInfo;
use crate::role::Role;
use crate::watch::Availability;
use crate::{Millis, Passphrase, Person, RoomId, RoomKind, UserId};

/// Who is connected (`GET`, a list of [`ConnectionInfo`]).
pub const CONNECTIONS_PATH: &str = "/api/admin/connections";

/// Everybody (`GET` with a [`PeopleQuery`], a list of [`PersonInfo`]). With `/` and an id: one person (`GET`, a
/// [`PersonDetail`]). The commands about them are below that: [`ROLE`], [`EXCLUSION`], [`MESSAGES`], [`SESSIONS`], [`LIMITS`],
/// [`PASSPHRASE`].
pub const PEOPLE_PATH: &str = "/api/admin/people";

/// `PUT` a [`SetRole`] below a person. Answered with the [`PersonInfo`].
pub const ROLE: &str = "role";
/// `PUT` an [`Exclude`] below a person: bans or deactivates them. `DELETE`: lets them in again. Answered with the
/// [`PersonInfo`].
pub const EXCLUSION: &str = "exclusion";
/// `PUT` a [`SetMessages`] below a person: hides, shows or erases all they have written. Answered with the [`PersonInfo`].
pub const MESSAGES: &str = "messages";
/// `DELETE` below a person: signs them out everywhere. Answered with [`SignedOut`].
pub const SESSIONS: &str = "sessions";
/// `PUT` a [`SetLimit`] below a person. Answered with their list of [`PersonLimit`].
pub const LIMITS: &str = "limits";
/// `PUT` a [`SetPassphrase`] below a person, over the socket only. Answered with [`SignedOut`].
pub const PASSPHRASE: &str = "passphrase";

/// The sign-in log (`GET` with a [`LogQuery`], a list of [`SignIn`]).
pub const SIGN_INS_PATH: &str = "/api/admin/sign-ins";

/// The audit log (`GET` with a [`LogQuery`], a list of [`AuditLine`]).
pub const AUDIT_PATH: &str = "/api/admin/audit";

/// Addresses that are kept out (`GET`, a list of [`HeldAddress`]). With `/` and an id: `DELETE` lets one in again.
pub const ADDRESSES_PATH: &str = "/api/admin/addresses";

/// Rooms (`GET` with a [`RoomsQuery`], a list of [`RoomInfo`]). With `/` and an id: `PATCH` a [`ChangeRoomBody`], answered with the
/// [`RoomInfo`]; `DELETE` deletes the room, answered with 204.
pub const ROOMS_PATH: &str = "/api/admin/rooms";

/// `POST`: makes an owner link. Answered with 201 and [`OwnerLink`].
pub const OWNER_LINK_PATH: &str = "/api/admin/owner-link";

/// `POST` a [`ClaimOwnership`] by somebody who is signed in: uses an owner link. Answered with
/// [`crate::http::SessionInfo`], or `invalid_code`.
pub const CLAIM_PATH: &str = "/api/owner";

/// The page's address of an owner link. The code follows as the fragment, `/owner#CODE`: no server and no proxy writes it
/// into a log.
pub const OWNER_PAGE: &str = "/owner";

/// The state of somebody's account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// They may sign in.
    #[default]
    Active,
    /// They may not: the account is closed, without blame.
    Deactivated,
    /// They may not: they have been banned.
    Banned,
}

/// The state of somebody's messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Messages {
    /// They stay as they are; hidden ones are shown again.
    #[default]
    Kept,
    /// Nobody sees it until it is shown again; each message leaves its place.
    Hidden,
    /// It is deleted for good; each message leaves its place.
    Erased,
}

/// Which people to list.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PeopleQuery {
    /// Part of the nickname, without regard to case; empty for all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub search: String,
    /// Only accounts in this state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<AccountState>,
    /// Only people of this role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The person after whom to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<UserId>,
}

/// A person, as moderators see them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PersonInfo {
    pub person: Person,
    pub role: Role,
    /// Whether they may sign in.
    pub state: AccountState,
    /// Why not, and for how long; absent where they may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusion: Option<Exclusion>,
    /// The state of their messages.
    pub messages: Messages,
    /// When they signed up.
    pub created_at: Millis,
    /// When one of their devices was last connected; absent where they have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen_at: Option<Millis>,
    /// Whether they are there.
    pub availability: Availability,
    /// How many devices are signed in.
    pub devices: u32,
    /// Whether they have a passphrase, and so can sign in elsewhere.
    pub has_passphrase: bool,
}

/// Why somebody may not sign in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Exclusion {
    /// Moderators' note; not shown to the person.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    pub since: Millis,
    /// When it ends by itself; absent where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// Who decided; absent where it was the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Person>,
}

/// Everything that is told of one person. `PersonInfo`'s members are members of this.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PersonDetail {
    /// Their line in lists.
    #[serde(flatten)]
    pub info: PersonInfo,
    /// Their devices, the newest first.
    pub devices_list: Vec<DeviceInfo>,
    pub connections: Vec<ConnectionInfo>,
    /// Their newest sign-ins and tries.
    pub sign_ins: Vec<SignIn>,
    /// Limits that are other than the server's for them.
    pub limits: Vec<PersonLimit>,
    /// How many rooms they are in, direct ones counted.
    pub rooms: u32,
    /// How many messages they have written.
    pub messages_written: u64,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConnectionInfo {
    pub person: Person,
    pub role: Role,
    /// Which of their devices.
    pub device: i64,
    pub device_name: String,
    /// From which address; absent for those who may not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Socket.IO's name for it: `websocket` or `polling`.
    pub transport: String,
    pub since: Millis,
    /// Whether nobody sits there.
    pub away: bool,
}

/// The body of `PUT …/role`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SetRole {
    /// Their new role. Refused as `last_owner` where nobody would be left to own the server.
    pub role: Role,
}

/// `PUT …/exclusion`: the person's devices are signed out and their connections ended at once, as `banned` or `deactivated`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Exclude {
    /// Either [`AccountState::Banned`] or [`AccountState::Deactivated`].
    pub state: AccountState,
    /// A note for the audit log and other moderators; at most [`crate::limit::REASON_CHARS`] characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// For how long; absent: until somebody lets them in again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts_seconds: Option<u64>,
    /// How long nobody new may sign up from the addresses they were last seen at; absent: not at all. At most
    /// [`crate::limit::ADDRESS_HELD_SECONDS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addresses_seconds: Option<u64>,
    /// The new state of their messages.
    #[serde(default)]
    pub messages: Messages,
}

/// The body of `PUT …/messages`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SetMessages {
    /// The new state of all their messages so far. Erased ones cannot be shown again: `conflict`.
    pub messages: Messages,
}

/// How many devices were signed out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SignedOut {
    pub devices: u32,
}

/// `PUT …/passphrase`: the person's devices are signed out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SetPassphrase {
    /// The passphrase from here on.
    pub new: Passphrase,
}

/// A limit that can be other for one person than for everybody.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitName {
    /// Entries a device may send per second, lasting.
    MessagesPerSecond,
    /// Entries a device may send at once.
    MessageBurst,
    /// Other events a device may send per second, lasting.
    EventsPerSecond,
    /// Other events a device may send at once.
    EventBurst,
    /// Rooms joined or made; direct ones and those others brought them into are not counted.
    Rooms,
    /// Direct rooms opened within an hour.
    DirectPerHour,
    /// Direct rooms opened in which nobody else has said anything.
    DirectUnanswered,
    /// People brought into rooms within an hour.
    BroughtPerHour,
    /// Messages, edits and reactions within a day, UTC.
    EntriesPerDay,
    /// Bytes of text within a day, UTC.
    BytesPerDay,
}

impl LimitName {
    pub const ALL: [Self; 10] = [
        Self::MessagesPerSecond,
        Self::MessageBurst,
        Self::EventsPerSecond,
        Self::EventBurst,
        Self::Rooms,
        Self::DirectPerHour,
        Self::DirectUnanswered,
        Self::BroughtPerHour,
        Self::EntriesPerDay,
        Self::BytesPerDay,
    ];

    /// Its name on the wire, in the database and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MessagesPerSecond => "messages_per_second",
            Self::MessageBurst => "message_burst",
            Self::EventsPerSecond => "events_per_second",
            Self::EventBurst => "event_burst",
            Self::Rooms => "rooms",
            Self::DirectPerHour => "direct_per_hour",
            Self::DirectUnanswered => "direct_unanswered",
            Self::BroughtPerHour => "brought_per_hour",
            Self::EntriesPerDay => "entries_per_day",
            Self::BytesPerDay => "bytes_per_day",
        }
    }

    /// Reads a name; `None` for one that is no limit.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|limit| limit.as_str() == name)
    }
}

impl fmt::Display for LimitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The body of `PUT …/limits`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SetLimit {
    pub limit: LimitName,
    /// The person's; absent: that of everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<u32>,
}

/// A limit that is other for one person than for everybody.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PersonLimit {
    pub limit: LimitName,
    pub value: u32,
}

/// Which lines of a log to list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct LogQuery {
    /// Only lines about this person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<UserId>,
    /// The line after which to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<i64>,
}

/// How a try to sign in ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInOutcome {
    /// A person signed up.
    SignedUp,
    /// One more device of a person was signed in.
    SignedIn,
    /// The passphrase was wrong.
    WrongPassphrase,
    /// The person is banned or deactivated, or the address is kept out.
    KeptOut,
    /// Registration is closed, and there was no valid invitation.
    InviteRequired,
    /// One this program is too old to know.
    #[serde(other)]
    Unknown,
}

/// A line of the sign-in log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SignIn {
    pub id: i64,
    pub at: Millis,
    /// The nickname asked for.
    pub nickname: String,
    /// Whose it is; absent where it is nobody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    pub outcome: SignInOutcome,
    pub device_name: String,
    /// From which address; absent for those who may not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// An act of somebody with a role.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// Gave or took a role; `detail` is the role.
    SetRole,
    /// Became owner by an owner link.
    ClaimedOwnership,
    /// Made an owner link.
    MadeOwnerLink,
    Banned,
    Deactivated,
    /// Let somebody in again.
    Readmitted,
    HidMessages,
    ShowedMessages,
    ErasedMessages,
    /// Deleted one message of somebody else; `detail` is its `seq`.
    DeletedMessage,
    /// Signed somebody out everywhere.
    SignedOut,
    /// Set or took back a limit; `detail` is the limit and its value.
    SetLimit,
    SetPassphrase,
    /// Renamed, described, archived or reopened a room that others made; `detail` says how.
    ChangedRoom,
    /// Deleted a room; `detail` is the name it had.
    DeletedRoom,
    /// Let an address in again; `detail` is the address.
    ReleasedAddress,
    /// Closed or opened registration; `detail` is `closed` or `open`.
    SetRegistration,
    MadeInvite,
    /// Took an invitation back.
    TookInviteBack,
    /// One this program is too old to know.
    #[serde(other)]
    Unknown,
}

/// By which way something was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// By a signed-in device: the page, or a program.
    Session,
    /// By the command line, `steadfast admin`.
    CommandLine,
}

/// A line of the audit log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AuditLine {
    pub id: i64,
    pub at: Millis,
    pub action: AuditAction,
    /// Who did it; absent for the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Person>,
    pub via: Via,
    /// From which address, or by which user of the computer; absent for those who may not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// Further details, as [`AuditAction`] tells.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// An address from which nobody new may sign up.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HeldAddress {
    /// Its id for letting it in again.
    pub id: i64,
    /// The address, or of IPv6 the network of 64 bits.
    pub address: String,
    pub until: Millis,
    pub person: Person,
}

/// Which rooms to list.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct RoomsQuery {
    /// Part of the name or topic, without regard to case; empty for all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub search: String,
    /// The room after which to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<RoomId>,
}

/// A room, as those who manage rooms see it. By the page public ones only; over the socket private ones too, never their
/// messages.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RoomInfo {
    pub id: RoomId,
    pub name: String,
    /// Who can be in it.
    pub kind: RoomKind,
    pub topic: String,
    /// Whether nothing more can be said in it.
    pub archived: bool,
    /// Whether everybody is in it from the start: it cannot be deleted.
    pub lobby: bool,
    /// How many people are in it.
    pub members: u32,
    /// How many entries its log has.
    pub entries: u64,
    /// Who made it; absent where it was born with the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator: Option<Person>,
    /// When it was made.
    pub created_at: Millis,
    /// When the newest message was stored, or the room made.
    pub active_at: Millis,
}

/// `PATCH` of a room: like [`crate::room::ChangeRoom`], for rooms one is not in too.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ChangeRoomBody {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<crate::RoomName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<crate::Topic>,
    /// Whether nothing more shall be said in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
}

/// An owner link: whoever opens it first owns the server, beside those who do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OwnerLink {
    /// The code. Shown here and never again.
    pub code: String,
    /// The page's path with the code, `/owner#CODE`.
    pub path: String,
    /// The whole link, as the server knows where people find it.
    pub url: String,
}

/// The body of `POST /api/owner`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClaimOwnership {
    /// The code of an owner link.
    pub code: String,
}
