//! Commands: all changes that people request other than entries.

use steadfast_shared::admin::PersonLimit;
use steadfast_shared::event::{Block, Blocked, ClosingReason};
use steadfast_shared::room::{ChangeRoom, CreateRoom, DirectRoom, HideRoom, InvitePeople, RemoveMember};
use steadfast_shared::{Nickname, Person, Role, RoomId, UserId};

use super::admin::{self, Administer};
use super::append::{Append, Sql};
use super::people::{block, rename};
use super::rooms::{change, create, hide, membership};
use super::{ChangeNumber, Grown, NewCommand, SessionId, StoreError, StoreRefusal};

/// A change other than an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    Create(CreateRoom),
    /// Opens the conversation with these people.
    Direct(DirectRoom),
    /// Joins a public room.
    Join(RoomId),
    Leave(RoomId),
    /// Adds people to a room.
    Invite(InvitePeople),
    /// Removes a person from a room.
    Remove(RemoveMember),
    Change(ChangeRoom),
    Rename(Nickname),
    /// Hides a direct room, or shows it again.
    Hide(HideRoom),
    /// Blocks a person, or unblocks them.
    Block(Block),
    Administer(Box<Administer>),
}

impl Command {
    /// Whether it is an operator's, which may hide or erase others' newest messages and is committed alone.
    pub fn is_operators(&self) -> bool {
        matches!(self, Self::Administer(_))
    }

    /// Whether the entries that it writes count in its author's quota of the day.
    pub(super) fn is_counted(&self) -> bool {
        matches!(
            self,
            Self::Create(_) | Self::Direct(_) | Self::Change(_) | Self::Rename(_)
        )
    }

    /// Whether its answer includes the room.
    pub fn answers_with_a_room(&self) -> bool {
        matches!(
            self,
            Self::Create(_) | Self::Direct(_) | Self::Join(_) | Self::Change(_) | Self::Hide(_)
        )
    }

    /// People other than the author whose rooms it may change.
    pub fn concerns(&self) -> &[UserId] {
        match self {
            Self::Direct(direct) => &direct.with,
            Self::Invite(invite) => &invite.people,
            Self::Remove(removed) => std::slice::from_ref(&removed.person),
            Self::Administer(administer) => administer.command.concerns(),
            Self::Create(_)
            | Self::Join(_)
            | Self::Leave(_)
            | Self::Change(_)
            | Self::Rename(_)
            | Self::Hide(_)
            | Self::Block(_) => &[],
        }
    }
}

/// The effects of a committed [`Command`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CommandOutcome {
    /// The room it was about.
    pub room: Option<RoomId>,
    /// Whether it created the room.
    pub made: bool,
    /// Whether it changed the room itself.
    pub changed: bool,
    /// People who joined the room.
    pub came: Vec<Person>,
    /// People who left the room.
    pub left: Vec<Person>,
    /// The author of a nickname change, by their current name.
    pub renamed: Option<Person>,
    /// Whether the name differs from the former one.
    pub name_changed: bool,
    /// Whether the author's view of the room has changed, and no other person's.
    pub view_changed: bool,
    /// The logs it extended, if it ran in a transaction of its own.
    pub logs: Vec<Grown>,
    /// Whether it deleted the room.
    pub deleted: bool,
    /// People removed from another room to make room for the one they were added to.
    pub displaced: Vec<(RoomId, Person)>,
    /// The person an operator acted on.
    pub person: Option<UserId>,
    /// The devices that were signed out, and the close reason for their connections.
    pub ended: Option<(Vec<SessionId>, ClosingReason)>,
    /// The person with a new role, and the role.
    pub role: Option<(UserId, Role)>,
    /// Rooms with entries that were hidden, shown or erased as a whole.
    pub revised: Vec<RoomId>,
    /// The limits that now differ for the person.
    pub limits: Option<Vec<PersonLimit>>,
    /// The person the author has blocked or unblocked.
    pub blocked: Option<Blocked>,
    /// The change feed's head after its commit: a node that has followed the feed to here has followed the command.
    pub feed: ChangeNumber,
}

/// Why a command was not carried out. Its part of the transaction is rolled back.
#[derive(Debug)]
pub(super) enum CommandError {
    Refused(StoreRefusal),
    Failed(StoreError),
}

impl From<StoreRefusal> for CommandError {
    fn from(refusal: StoreRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl StoreError {
    /// Turns a violated unique constraint into a refusal: the name is already taken.
    pub(super) fn or_taken(self, refusal: StoreRefusal) -> CommandError {
        match self {
            Self::Rejected(error)
                if error
                    .as_database_error()
                    .is_some_and(sqlx::error::DatabaseError::is_unique_violation) =>
            {
                CommandError::Refused(refusal)
            }
            error => CommandError::Failed(error),
        }
    }
}

/// Runs a command whose rooms and people are locked, in a transaction that the caller commits.
pub(super) async fn carry_out<S: Sql>(
    append: &mut Append<S>,
    me: Person,
    new: &NewCommand,
) -> Result<CommandOutcome, CommandError> {
    match &new.act {
        Command::Create(request) => create::create(append, me, request).await,
        Command::Direct(request) => create::direct(append, me, request).await,
        Command::Join(room) => membership::join(append, me, *room).await,
        Command::Leave(room) => membership::leave(append, me, *room).await,
        Command::Invite(request) => membership::invite(append, me, request).await,
        Command::Remove(request) => membership::remove(append, me, request).await,
        Command::Change(request) => change::change(append, me, new.address, request).await,
        Command::Rename(name) => rename::rename(append, me, name).await,
        Command::Hide(request) => hide::hide(append, me, *request).await,
        Command::Block(request) => block::block(append, me, *request).await,
        Command::Administer(request) => admin::command::administer(append, me, request).await,
    }
}
