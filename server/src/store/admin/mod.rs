//! Administration: people kept out, rooms deleted, and the logs of it.
//!
//! - `command`: a command of theirs, in order with everything that is said; `target`: to whom it may be done
//! - `exclude`: people are kept out, and let in again
//! - `mask`: a person's messages are hidden, shown again or erased
//! - `delete`: rooms are deleted
//! - `people`, `rooms`: operators' views of them
//! - `logs`: the sign-in log and the audit log
//! - `owner`: owner links

pub(super) mod command;
pub(super) mod delete;
pub(super) mod exclude;
pub(super) mod logs;
pub(super) mod mask;
pub(super) mod owner;
pub(super) mod people;
pub(super) mod rooms;
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

/// Whose name the command line's doings bear in the rooms' logs.
pub const SERVER: UserId = UserId(Uuid::from_u128(0x7000_8000_0000_0000_0001));

/// Most owner links that are not used; one more takes the place of the oldest.
pub const OWNER_LINKS: u32 = 8;

/// Somebody with a role, or the command line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Actor {
    /// Who; `None` for the command line.
    pub person: Option<Person>,
    pub role: Role,
    /// From which address, or which user of the computer.
    pub address: Option<String>,
}

impl Actor {
    /// `steadfast admin`, run by this user of the computer.
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

    /// By which way they came.
    pub fn via(&self) -> Via {
        if self.is_operator() {
            Via::CommandLine
        } else {
            Via::Session
        }
    }

    /// In whose name it is done.
    pub fn id(&self) -> UserId {
        self.person.as_ref().map_or(SERVER, |person| person.id)
    }
}

/// Something an operator does, through the writer: in order with everything that is said.
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
    /// Hides, shows or erases somebody's messages.
    SetMessages(UserId, Messages),
    SignOut(UserId),
    /// Sets a limit, or takes it back.
    SetLimit(UserId, SetLimit),
    /// Sets a passphrase, by its hash, and signs out everywhere.
    SetPassphrase(UserId, String),
    ChangeRoom(ChangeRoom),
    DeleteRoom(RoomId),
    /// Makes the actor an owner, by the hash of an owner link's code.
    ClaimOwnership(TokenHash),
}

impl OperatorCommand {
    /// The person it is done to.
    pub fn person(&self) -> Option<UserId> {
        self.concerns().first().copied()
    }

    /// The person it is done to, as a list.
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

    /// The powers it takes.
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

/// A line to be written to the audit log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewAuditLine {
    pub at: Millis,
    pub action: AuditAction,
    /// Who did it, by which way, from where.
    pub actor: Actor,
    pub person: Option<UserId>,
    pub room: Option<RoomId>,
    /// Further details, in words.
    pub detail: String,
}

impl NewAuditLine {
    /// Tells the server's own log, as `audit`.
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
            "an operator acted"
        );
    }
}

/// A line to be written to the sign-in log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewSignIn {
    pub at: Millis,
    /// The nickname asked for.
    pub nickname: String,
    pub user: Option<UserId>,
    pub outcome: SignInOutcome,
    pub device: String,
    pub address: String,
}

/// How long and how many lines of a log are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Keep {
    /// Lines before this time go.
    pub since: Millis,
    /// Older lines go where there are more than so many.
    pub lines: u64,
}

/// How far erasing somebody's messages has come.
pub type Erased = Option<(UserId, Uuid)>;

/// Operators' views, and the few changes that concern no log of a room.
#[async_trait]
pub trait Administration {
    /// Whether anybody owns the server.
    async fn has_owner(&self) -> Result<bool, StoreError>;

    /// Remembers an owner link. One too many takes the place of the oldest.
    async fn add_owner_link(&self, code: TokenHash, at: Millis) -> Result<(), StoreError>;

    /// Whether there is such an owner link, and it was not used.
    async fn is_owner_link(&self, code: TokenHash) -> Result<bool, StoreError>;

    /// People, as [`PeopleQuery`] says and as they are at this time: an exclusion that has ended by then is none. Whether
    /// they are there is not known here: offline.
    async fn people_info(&self, asked: &PeopleQuery, at: Millis) -> Result<Vec<PersonInfo>, StoreError>;

    /// One person, as they are at this time.
    async fn person_info(&self, user: UserId, at: Millis) -> Result<Option<PersonInfo>, StoreError>;

    /// A person by their nickname, as nicknames are compared.
    async fn person_called(&self, name: &Nickname) -> Result<Option<Person>, StoreError>;

    /// In how many rooms somebody is, and how many messages they have written.
    async fn counts(&self, user: UserId) -> Result<(u32, u64), StoreError>;

    /// A person's devices by the address each was last seen at.
    async fn device_addresses(&self, user: UserId) -> Result<Vec<(SessionId, String)>, StoreError>;

    /// Whom somebody has blocked, by name.
    async fn blocked_by(&self, user: UserId) -> Result<Vec<Person>, StoreError>;

    /// The limits that are other for this person.
    async fn limits_of(&self, user: UserId) -> Result<Vec<PersonLimit>, StoreError>;

    /// The sign-in log, the newest first.
    async fn sign_ins(&self, asked: LogQuery) -> Result<Vec<SignIn>, StoreError>;

    /// The audit log, the newest first.
    async fn audit(&self, asked: LogQuery) -> Result<Vec<AuditLine>, StoreError>;

    /// Addresses that are kept out, the newest first.
    async fn held_addresses(&self, at: Millis) -> Result<Vec<HeldAddress>, StoreError>;

    /// Lets an address in again. Answers which it was.
    async fn release_address(&self, id: i64) -> Result<Option<String>, StoreError>;

    /// Rooms, the newest first; private ones too where `all`.
    async fn rooms_info(&self, asked: &RoomsQuery, all: bool) -> Result<Vec<RoomInfo>, StoreError>;

    /// One room that is neither direct nor deleted.
    async fn room_info(&self, room: RoomId) -> Result<Option<RoomInfo>, StoreError>;

    /// Writes lines to the sign-in log, and where devices were seen.
    async fn log_sign_ins(&self, lines: &[NewSignIn], seen: &[(SessionId, String)])
    -> Result<(), StoreError>;

    /// Writes a line to the audit log.
    async fn log_audit(&self, line: &NewAuditLine) -> Result<(), StoreError>;

    /// Forgets old lines of the sign-in and the audit log, and addresses that are kept out no longer.
    async fn prune(&self, at: Millis, sign_ins: Keep, audit: Keep) -> Result<(), StoreError>;

    /// Erases some of the marked messages, from where it had come. Answers where to go on; `None` once nothing is left.
    async fn erase_some(&self, from: Erased) -> Result<Erased, StoreError>;

    /// Takes some of the entries of deleted rooms out. Answers whether there may be more.
    async fn purge_some(&self) -> Result<bool, StoreError>;

    /// A person's own messages in rooms they are no longer in, the newest first.
    async fn left_messages(
        &self,
        user: UserId,
        asked: LeftMessagesQuery,
    ) -> Result<Vec<LeftMessage>, StoreError>;
}

/// The refusal of whoever is kept out.
pub fn kept_out(state: AccountState) -> StoreRefusal {
    match state {
        AccountState::Deactivated => StoreRefusal::Deactivated,
        AccountState::Active | AccountState::Banned => StoreRefusal::Banned,
    }
}
