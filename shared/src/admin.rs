//! The HTTP administration API: its paths and payloads. The powers of each role are in [`crate::role`].
//!
//! The page authenticates with its cookie; `steadfast admin` uses a socket beside the database file and has all powers.
//! Lists are pages of at most [`crate::limit::ADMIN_LISTED`] lines, the newest first; `before` continues after the last one.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::http::DeviceInfo;
use crate::role::Role;
use crate::watch::Availability;
use crate::{Millis, Passphrase, Person, RoomId, RoomKind, UserId};

/// Current connections (`GET`, a list of [`ConnectionInfo`]).
pub const CONNECTIONS_PATH: &str = "/api/admin/connections";

/// All people (`GET` with a [`PeopleQuery`], a list of [`PersonInfo`]). With `/` and an id: one person (`GET`, a
/// [`PersonDetail`]). The commands about a person are below that path: [`ROLE`], [`EXCLUSION`], [`MESSAGES`], [`SESSIONS`],
/// [`LIMITS`], [`PASSPHRASE`].
pub const PEOPLE_PATH: &str = "/api/admin/people";

/// `PUT` a [`SetRole`] below a person. Answered with the [`PersonInfo`].
pub const ROLE: &str = "role";
/// `PUT` an [`Exclude`] below a person: bans or deactivates them. `DELETE`: readmits them. Answered with the [`PersonInfo`].
pub const EXCLUSION: &str = "exclusion";
/// `PUT` a [`SetMessages`] below a person: hides, shows or erases all their messages. Answered with the [`PersonInfo`].
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

/// Blocked addresses (`GET`, a list of [`HeldAddress`]). With `/` and an id: `DELETE` unblocks one.
pub const ADDRESSES_PATH: &str = "/api/admin/addresses";

/// Rooms (`GET` with a [`RoomsQuery`], a list of [`RoomInfo`]). With `/` and an id: `PATCH` a [`ChangeRoomBody`], answered with the
/// [`RoomInfo`]; `DELETE` deletes the room, answered with 204.
pub const ROOMS_PATH: &str = "/api/admin/rooms";

/// `POST`: makes an owner link. Answered with 201 and [`OwnerLink`].
pub const OWNER_LINK_PATH: &str = "/api/admin/owner-link";

/// `POST` a [`ClaimOwnership`] by a signed-in person: uses an owner link. Answered with [`crate::http::SessionInfo`], or
/// `invalid_code`.
pub const CLAIM_PATH: &str = "/api/owner";

/// The page's path of an owner link. The code follows in the fragment, `/owner#CODE`, so that no server and no proxy writes
/// it into a log.
pub const OWNER_PAGE: &str = "/owner";

/// The state of a person's account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// They may sign in.
    #[default]
    Active,
    /// They may not sign in: the account is closed, without blame.
    Deactivated,
    /// They may not sign in: they are banned.
    Banned,
}

/// The state of a person's messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Messages {
    /// Messages show as they are; hidden ones are shown again.
    #[default]
    Kept,
    /// Nobody sees the messages until they are shown again; each keeps its place.
    Hidden,
    /// The messages are erased for good; each keeps its place.
    Erased,
}

/// Which people to list.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PeopleQuery {
    /// Part of the nickname, in any case; empty for all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub search: String,
    /// Only accounts in this state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<AccountState>,
    /// Only people of this role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The person after whom the page begins.
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
    /// Reason and duration of the exclusion; absent if they may sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusion: Option<Exclusion>,
    /// The state of their messages.
    pub messages: Messages,
    /// When they signed up.
    pub created_at: Millis,
    /// When one of their devices was last connected; absent if they have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen_at: Option<Millis>,
    /// Whether they are present.
    pub availability: Availability,
    /// The number of signed-in devices.
    pub devices: u32,
    /// Whether they have a passphrase, and so can sign in on another device.
    pub has_passphrase: bool,
}

/// Reason and duration of an exclusion.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Exclusion {
    /// The moderators' note; not shown to the person.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    pub since: Millis,
    /// When it ends by itself; absent if it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// The person who decided; absent for the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Person>,
}

/// Everything about one person. The members of [`PersonInfo`] are members of this.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PersonDetail {
    /// Their line in lists.
    #[serde(flatten)]
    pub info: PersonInfo,
    /// Their devices, the newest first.
    pub devices_list: Vec<DeviceInfo>,
    pub connections: Vec<ConnectionInfo>,
    /// Their newest sign-ins and failed attempts.
    pub sign_ins: Vec<SignIn>,
    /// Limits set for this person alone.
    pub limits: Vec<PersonLimit>,
    /// The number of rooms they are in, including direct ones.
    pub rooms: u32,
    /// The number of messages they have written.
    pub messages_written: u64,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConnectionInfo {
    pub person: Person,
    pub role: Role,
    /// The device that is connected.
    pub device: i64,
    pub device_name: String,
    /// The client's address; absent for people who may not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Socket.IO's name for it: `websocket` or `polling`.
    pub transport: String,
    pub since: Millis,
    /// Whether the person is away from it.
    pub away: bool,
}

/// The body of `PUT …/role`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SetRole {
    /// Their new role. Refused as `last_owner` if the server would be left without an owner.
    pub role: Role,
}

/// `PUT …/exclusion`: signs out the person's devices and ends their connections at once, as `banned` or `deactivated`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Exclude {
    /// Either [`AccountState::Banned`] or [`AccountState::Deactivated`].
    pub state: AccountState,
    /// A note for the audit log and other moderators; at most [`crate::limit::REASON_CHARS`] characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Duration in seconds, at most [`crate::limit::EXCLUDED_SECONDS`]; absent: until they are readmitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts_seconds: Option<u64>,
    /// For how many seconds nobody may sign up from the addresses at which they were last seen; absent: no restriction. At
    /// most [`crate::limit::ADDRESS_HELD_SECONDS`].
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

/// The number of devices that were signed out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SignedOut {
    pub devices: u32,
}

/// `PUT …/passphrase`: sets a passphrase and signs out the person's devices.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SetPassphrase {
    /// The new passphrase to set.
    pub new: Passphrase,
}

/// A limit that can be set for one person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitName {
    /// Entries a device may send per second, sustained.
    MessagesPerSecond,
    /// Entries a device may send at once.
    MessageBurst,
    /// Other events a device may send per second, sustained.
    EventsPerSecond,
    /// Other events a device may send at once.
    EventBurst,
    /// Rooms joined or created; direct rooms and those that others brought them into do not count.
    Rooms,
    /// Direct rooms opened within an hour.
    DirectPerHour,
    /// Direct rooms opened in which nobody else has written.
    DirectUnanswered,
    /// People brought into rooms within an hour.
    BroughtPerHour,
    /// Messages, edits, reactions, and changes of names and rooms per day (UTC).
    EntriesPerDay,
    /// Bytes of text per day (UTC).
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

    /// Parses a name; `None` if it is not a limit.
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
    /// The person's limit; absent: everybody's limit applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<u32>,
}

/// A limit set for one person.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PersonLimit {
    pub limit: LimitName,
    pub value: u32,
}

/// A filter for the lines of a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct LogQuery {
    /// Only lines about this person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<UserId>,
    /// The line after which the page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<i64>,
}

/// The outcome of an attempt to sign in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInOutcome {
    /// A person signed up.
    SignedUp,
    /// A person signed in on one more device.
    SignedIn,
    /// The passphrase was wrong.
    WrongPassphrase,
    /// The person is banned or deactivated, or the address is blocked.
    KeptOut,
    /// Registration is closed, and the request had no valid invitation.
    InviteRequired,
    /// An outcome that this version does not know.
    #[serde(other)]
    Unknown,
}

/// A line of the sign-in log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SignIn {
    pub id: i64,
    pub at: Millis,
    /// The nickname in the request.
    pub nickname: String,
    /// The nickname's owner; absent if it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    pub outcome: SignInOutcome,
    pub device_name: String,
    /// The client's address; absent for people who may not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// An action of a person with a role.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// Gave or removed a role; `detail` is the role.
    SetRole,
    /// Became owner by an owner link.
    ClaimedOwnership,
    /// Made an owner link.
    MadeOwnerLink,
    Banned,
    Deactivated,
    /// Readmitted a banned or deactivated person.
    Readmitted,
    HidMessages,
    ShowedMessages,
    ErasedMessages,
    /// Deleted one message of another person; `detail` is its `seq`.
    DeletedMessage,
    /// Signed a person out everywhere.
    SignedOut,
    /// Set or removed a limit; `detail` is the limit and its value.
    SetLimit,
    SetPassphrase,
    /// Renamed, described, archived or reopened another person's room; `detail` says how.
    ChangedRoom,
    /// Deleted a room; `detail` is the name it had.
    DeletedRoom,
    /// Unblocked an address; `detail` is the address.
    ReleasedAddress,
    /// Closed or opened registration; `detail` is `closed` or `open`.
    SetRegistration,
    MadeInvite,
    /// Revoked an invitation; nobody can use it any more.
    TookInviteBack,
    /// An action that this version does not know.
    #[serde(other)]
    Unknown,
}

/// The channel of an action.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// A signed-in device: the page, or a program.
    Session,
    /// The command line, `steadfast admin`.
    CommandLine,
}

/// A line of the audit log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AuditLine {
    pub id: i64,
    pub at: Millis,
    pub action: AuditAction,
    /// The person who did it; absent for the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Person>,
    pub via: Via,
    /// The client's address, or the computer's user; absent for people who may not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// Details, as described at [`AuditAction`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// An address from which nobody may sign up.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HeldAddress {
    /// The id with which to unblock it.
    pub id: i64,
    /// The address; of IPv6 the /64 network.
    pub address: String,
    pub until: Millis,
    pub person: Person,
}

/// A filter for rooms.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct RoomsQuery {
    /// Part of the name or topic, in any case; empty for all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub search: String,
    /// The room after which the page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<RoomId>,
}

/// A room, as people who manage rooms see it. The page gets only public ones; the socket also private ones, without their
/// messages.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RoomInfo {
    pub id: RoomId,
    pub name: String,
    /// Who can be in it.
    pub kind: RoomKind,
    pub topic: String,
    /// Whether the room is closed to new messages.
    pub archived: bool,
    /// Whether everybody starts in it: then it cannot be deleted.
    pub lobby: bool,
    /// The number of its members.
    pub members: u32,
    /// The number of entries in its log.
    pub entries: u64,
    /// Its creator; absent for the room that the server itself created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator: Option<Person>,
    /// When it was created.
    pub created_at: Millis,
    /// When the newest message was stored, or the room created.
    pub active_at: Millis,
}

/// `PATCH` of a room: like [`crate::room::ChangeRoom`], but also for rooms the person is not in.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ChangeRoomBody {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<crate::RoomName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<crate::Topic>,
    /// Whether to close it to new messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
}

/// An owner link: the first person to open it becomes an owner, beside existing ones.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OwnerLink {
    /// The code. It is never shown again.
    pub code: String,
    /// The page's path with the code, `/owner#CODE`.
    pub path: String,
    /// The whole link, with the server's public URL.
    pub url: String,
}

/// The body of `POST /api/owner`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClaimOwnership {
    /// The code of an owner link.
    pub code: String,
}
