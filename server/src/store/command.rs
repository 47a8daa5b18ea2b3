//! Commands: everything that people ask for beyond entries.

use steadfast_shared::admin::PersonLimit;
use steadfast_shared::event::{Block, Blocked, ClosingReason};
use steadfast_shared::room::{ChangeRoom, CreateRoom, DirectRoom, HideRoom, InvitePeople, RemoveMember};
use steadfast_shared::{Nickname, Person, Role, RoomId, UserId};

use super::admin::{self, Administer};
use super::append::{Append, Sql};
use super::people::{block, rename};
use super::rooms::{change, create, hide, membership};
use super::{ChangeNumber, Grown, NewCommand, SessionId, StoreError, StoreRefusal};

/// A command, beyond entries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// A room of their own making.
    Create(CreateRoom),
    /// The conversation with these people.
    Direct(DirectRoom),
    /// To be in a public room.
    Join(RoomId),
    /// To be in a room no longer.
    Leave(RoomId),
    /// Others to be in a room.
    Invite(InvitePeople),
    /// Somebody to be in a room no longer.
    Remove(RemoveMember),
    /// A room to be otherwise.
    Change(ChangeRoom),
    Rename(Nickname),
    /// A direct room hidden, or shown again.
    Hide(HideRoom),
    /// Somebody blocked, or no longer.
    Block(Block),
    Administer(Box<Administer>),
}

impl Command {
    /// Whether it is an operator's: those may hide or erase others' newest messages, and are committed alone.
    pub fn is_operators(&self) -> bool {
        matches!(self, Self::Administer(_))
    }

    /// Whether it is answered with the room it was about.
    pub fn answers_with_a_room(&self) -> bool {
        matches!(
            self,
            Self::Create(_) | Self::Direct(_) | Self::Join(_) | Self::Change(_) | Self::Hide(_)
        )
    }

    /// Whose rooms it may change beside those of who asks.
    pub fn concerns(&self) -> &[UserId] {
        match self {
            Self::Direct(direct) => &direct.with,
            Self::Invite(invite) => &invite.people,
            Self::Remove(removed) => std::slice::from_ref(&removed.person),
            Self::Administer(asked) => asked.command.concerns(),
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
    /// Whether the room was made by it.
    pub made: bool,
    /// Whether the room itself is otherwise than before.
    pub changed: bool,
    /// Who came into the room.
    pub came: Vec<Person>,
    /// Who left the room.
    pub left: Vec<Person>,
    /// Who asked, where they asked for a nickname: by the name they have.
    pub renamed: Option<Person>,
    /// Whether that is another name than before.
    pub name_changed: bool,
    /// Whether who asked sees the room otherwise than before, and nobody else does.
    pub view_changed: bool,
    /// The logs it added to, where it was carried out alone.
    pub logs: Vec<Grown>,
    /// Whether the room is gone.
    pub deleted: bool,
    /// Who had to leave which other room, to make room for the one they were brought into.
    pub gave_way: Vec<(RoomId, Person)>,
    /// Whom an operator did it to.
    pub person: Option<UserId>,
    /// Devices that were signed out, and the reason for their connections.
    pub ended: Option<(Vec<SessionId>, ClosingReason)>,
    /// Who has which role by it.
    pub role: Option<(UserId, Role)>,
    /// Rooms of which entries were hidden, shown or erased as a whole.
    pub revised: Vec<RoomId>,
    /// The limits that are other for the person by it.
    pub limits: Option<Vec<PersonLimit>>,
    /// Whom who asked has blocked, or blocks no longer.
    pub blocked: Option<Blocked>,
    /// The change feed's head after its commit: whoever has followed the feed so far has followed this.
    pub feed: ChangeNumber,
}

/// Why a command was not carried out. Its transaction, or its part of one, is taken back.
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
    /// A refusal where a statement would have broken a unique constraint: another has the name already.
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

/// Carries out a command whose rooms and people are locked, within a transaction that its caller commits.
pub(super) async fn carry_out<S: Sql>(
    append: &mut Append<S>,
    me: Person,
    asked: &NewCommand,
) -> Result<CommandOutcome, CommandError> {
    match &asked.act {
        Command::Create(asked) => create::create(append, me, asked).await,
        Command::Direct(asked) => create::direct(append, me, asked).await,
        Command::Join(room) => membership::join(append, me, *room).await,
        Command::Leave(room) => membership::leave(append, me, *room).await,
        Command::Invite(asked) => membership::invite(append, me, asked).await,
        Command::Remove(asked) => membership::remove(append, me, asked).await,
        Command::Change(asked_change) => change::change(append, me, asked.address, asked_change).await,
        Command::Rename(name) => rename::rename(append, me, name).await,
        Command::Hide(asked) => hide::hide(append, me, *asked).await,
        Command::Block(asked) => block::block(append, me, *asked).await,
        Command::Administer(asked) => admin::command::administer(append, me, asked).await,
    }
}
