//! Administration: exclusions, deleted rooms, and the logs about them.
//!
//! - `command`: an operator's command, in order with messages; `target`: whom it may act on
//! - `exclude`: excludes people, and lets them in again
//! - `mask`: hides, shows or erases a person's messages
//! - `delete`: deletes rooms
//! - `people`, `rooms`: operators' views
//! - `logs`: the sign-in log and the audit log
//! - `owner`: owner links
//! - `store`: all of it over either database

pub(super) mod command;
pub(super) mod delete;
pub(super) mod exclude;
pub(super) mod logs;
pub(super) mod mask;
pub(super) mod owner;
pub(super) mod people;
pub(super) mod rooms;
mod store;
pub(super) mod target;

use async_trait::async_trait;
use steadfast_shared::admin::{
    AccountState, AuditAction, AuditLine, Exclude, HeldAddress, LogQuery, Messages, PeopleQuery, PersonInfo,
    PersonLimit, RoomInfo, RoomsQuery, SetLimit, SignIn, SignInOutcome, Via,
};
use steadfast_shared::http::{LeftMessage, LeftMessagesQuery};
use steadfast_shared::room::ChangeRoom;
use steadfast_shared::{Millis, Nickname, Person, Power, Role, RoomId, UserId};
use uuid::Uuid;

use super::{SessionId, StoreError, StoreRefusal, TokenHash};

/// The author of the command line's actions in the rooms' logs.
pub const SERVER: UserId = UserId(Uuid::from_u128(0x7000_8000_0000_0000_0001));

/// Most unused owner links; a new one replaces the oldest.
pub const OWNER_LINKS: u32 = 8;

/// A person with a role, or the command line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Actor {
    /// `None` for the command line.
    pub person: Option<Person>,
    pub role: Role,
    /// The address, or the operating system user.
    pub address: Option<String>,
}

impl Actor {
    /// `steadfast admin`, run by this operating system user.
    pub fn operator(user: String) -> Self {
        Self {
            person: None,
            role: Role::Owner,
            address: Some(user),
        }
    }

    /// Whether they have a power.
    pub fn may(&self, power: Power) -> bool {
        self.role.may(power)
    }

    /// Whether it is the command line.
    pub fn is_operator(&self) -> bool {
        self.person.is_none()
    }

    /// How the actor reached the server.
    pub fn via(&self) -> Via {
        if self.is_operator() {
            Via::CommandLine
        } else {
            Via::Session
        }
    }

    /// The author of the action.
    pub fn id(&self) -> UserId {
        self.person.as_ref().map_or(SERVER, |person| person.id)
    }
}

/// An operator's action, through the writer: in order with messages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Administer {
    pub actor: Actor,
    pub command: OperatorCommand,
}

/// A command of an operator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OperatorCommand {
    SetRole(UserId, Role),
    Exclude(UserId, Exclude),
    Readmit(UserId),
    /// Hides, shows or erases a person's messages.
    SetMessages(UserId, Messages),
    SignOut(UserId),
    /// Sets a limit, or removes it.
    SetLimit(UserId, SetLimit),
    /// Sets a passphrase, by its hash, and signs out everywhere.
    SetPassphrase(UserId, String),
    ChangeRoom(ChangeRoom),
    DeleteRoom(RoomId),
    /// Makes the actor an owner, by the hash of an owner link's code.
    ClaimOwnership(TokenHash),
}

impl OperatorCommand {
    /// The person it affects.
    pub fn person(&self) -> Option<UserId> {
        self.concerns().first().copied()
    }

    /// The person it affects, as a list.
    pub(in crate::store) fn concerns(&self) -> &[UserId] {
        match self {
            Self::SetRole(person, _)
            | Self::Exclude(person, _)
            | Self::Readmit(person)
            | Self::SetMessages(person, _)
            | Self::SignOut(person)
            | Self::SetLimit(person, _)
            | Self::SetPassphrase(person, _) => std::slice::from_ref(person),
            Self::ChangeRoom(_) | Self::DeleteRoom(_) | Self::ClaimOwnership(_) => &[],
        }
    }

    /// The powers it requires.
    pub fn powers(&self) -> Vec<Power> {
        let of_messages = |messages| match messages {
            Messages::Erased => Power::EraseMessages,
            Messages::Kept | Messages::Hidden => Power::HideMessages,
        };
        match self {
            Self::SetRole(..) => vec![Power::SetRoles],
            Self::Exclude(_, exclude) => {
                let mut powers = vec![Power::ExcludePeople, of_messages(exclude.messages)];
                powers.extend(exclude.addresses_seconds.map(|_| Power::SeeAddresses));
                powers
            }
            Self::Readmit(_) | Self::SignOut(_) => vec![Power::ExcludePeople],
            Self::SetMessages(_, messages) => vec![of_messages(*messages)],
            Self::SetLimit(..) => vec![Power::SetLimits],
            Self::SetPassphrase(..) => vec![Power::SetRoles],
            Self::ChangeRoom(_) => vec![Power::ManageRooms],
            Self::DeleteRoom(_) => vec![Power::DeleteRooms],
            Self::ClaimOwnership(_) => Vec::new(),
        }
    }
}

/// A line for the audit log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewAuditLine {
    pub at: Millis,
    pub action: AuditAction,
    /// The author, their way to the server, and their address.
    pub actor: Actor,
    pub person: Option<UserId>,
    pub room: Option<RoomId>,
    /// Further details as text.
    pub detail: String,
}

impl NewAuditLine {
    /// Writes the line to the server's own log, as `audit`.
    pub(in crate::store) fn announce(&self, action: &str, via: &str) {
        let by = self.actor.person.as_ref();
        tracing::info!(
            target: "audit",
            action,
            via,
            by = by.map(|person| tracing::field::display(person.id)),
            by_name = by.map(|person| person.name.as_str()),
            address = self.actor.address.as_deref(),
            person = self.person.map(tracing::field::display),
            room = self.room.map(tracing::field::display),
            detail = self.detail,
            "operator action"
        );
    }
}

/// A line for the sign-in log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewSignIn {
    pub at: Millis,
    pub nickname: String,
    pub user: Option<UserId>,
    pub outcome: SignInOutcome,
    pub device: String,
    pub address: String,
}

/// How much of a log is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Keep {
    /// Lines before this time are deleted.
    pub since: Millis,
    /// Most lines; beyond it the oldest are deleted.
    pub lines: u64,
}

/// The progress of erasing a person's messages.
pub type Erased = Option<(UserId, Uuid)>;

/// Operators' views, and the few changes that touch no room's log.
#[async_trait]
pub trait Administration {
    /// Whether the server has an owner.
    async fn has_owner(&self) -> Result<bool, StoreError>;

    /// Stores an owner link. Beyond the limit the oldest is replaced.
    async fn add_owner_link(&self, code: TokenHash, at: Millis) -> Result<(), StoreError>;

    /// Whether this owner link exists and is unused.
    async fn is_owner_link(&self, code: TokenHash) -> Result<bool, StoreError>;

    /// People matching a [`PeopleQuery`], as of this time: an exclusion that has expired by then does not count. The store does
    /// not know their presence, so everybody is offline.
    async fn people_info(&self, query: &PeopleQuery, at: Millis) -> Result<Vec<PersonInfo>, StoreError>;

    /// One person, as of this time.
    async fn person_info(&self, user: UserId, at: Millis) -> Result<Option<PersonInfo>, StoreError>;

    /// The person with this nickname, compared by the rules for nicknames.
    async fn person_called(&self, name: &Nickname) -> Result<Option<Person>, StoreError>;

    /// The number of rooms a person is in, and of messages they have written.
    async fn counts(&self, user: UserId) -> Result<(u32, u64), StoreError>;

    /// The last address of each of a person's devices.
    async fn device_addresses(&self, user: UserId) -> Result<Vec<(SessionId, String)>, StoreError>;

    /// The people a person has blocked, by name.
    async fn blocked_by(&self, user: UserId) -> Result<Vec<Person>, StoreError>;

    /// The limits that differ for this person.
    async fn limits_of(&self, user: UserId) -> Result<Vec<PersonLimit>, StoreError>;

    /// The sign-in log, newest first.
    async fn sign_ins(&self, query: LogQuery) -> Result<Vec<SignIn>, StoreError>;

    /// The audit log, newest first.
    async fn audit(&self, query: LogQuery) -> Result<Vec<AuditLine>, StoreError>;

    /// Addresses from which sign-ups are refused, newest first.
    async fn held_addresses(&self, at: Millis) -> Result<Vec<HeldAddress>, StoreError>;

    /// Allows sign-ups from an address again. Returns the address.
    async fn release_address(&self, id: i64) -> Result<Option<String>, StoreError>;

    /// Rooms, newest first; with `all`, private ones too.
    async fn rooms_info(&self, query: &RoomsQuery, all: bool) -> Result<Vec<RoomInfo>, StoreError>;

    /// A room that is neither direct nor deleted.
    async fn room_info(&self, room: RoomId) -> Result<Option<RoomInfo>, StoreError>;

    /// Writes lines to the sign-in log, and the last addresses of devices.
    async fn log_sign_ins(&self, lines: &[NewSignIn], seen: &[(SessionId, String)])
    -> Result<(), StoreError>;

    /// Writes a line to the audit log.
    async fn log_audit(&self, line: &NewAuditLine) -> Result<(), StoreError>;

    /// Deletes old lines of both logs, and expired addresses.
    async fn prune(&self, at: Millis, sign_ins: Keep, audit: Keep) -> Result<(), StoreError>;

    /// Erases some of the marked messages, starting at `from`. Returns where to continue; `None` when all are done.
    async fn erase_some(&self, from: Erased) -> Result<Erased, StoreError>;

    /// Deletes some of the entries of deleted rooms. Returns whether there may be more.
    async fn purge_some(&self) -> Result<bool, StoreError>;

    /// A person's own messages in rooms they have left, newest first.
    async fn left_messages(
        &self,
        user: UserId,
        query: LeftMessagesQuery,
    ) -> Result<Vec<LeftMessage>, StoreError>;
}

/// The refusal of an excluded person.
pub fn kept_out(state: AccountState) -> StoreRefusal {
    match state {
        AccountState::Deactivated => StoreRefusal::Deactivated,
        AccountState::Active | AccountState::Banned => StoreRefusal::Banned,
    }
}
