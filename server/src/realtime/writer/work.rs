//! The writer's work.

use std::net::IpAddr;

use steadfast_shared::event::{Reply, SendItem, Sent};
use steadfast_shared::{ErrorCode, Person, Room, UserId, WireError};

use crate::store::Command;

/// How the answer to a batch gets back.
pub type BatchReply = Box<dyn FnOnce(Reply<Vec<Sent>>) + Send>;

/// A batch to write.
pub struct Job {
    pub author: UserId,
    pub address: Option<IpAddr>,
    pub items: Vec<SendItem>,
    /// Called once, after the commit.
    pub answer: BatchReply,
}

/// A command: something to do beyond entries.
pub struct QueuedCommand {
    pub by: UserId,
    pub address: Option<IpAddr>,
    pub act: Command,
    /// How many entries it may write.
    pub entries: u32,
    /// Called once, after the commit.
    pub answer: Box<dyn FnOnce(Result<CommandAnswer, WireError>) + Send>,
}

/// The answer to an [`QueuedCommand`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CommandAnswer {
    /// The room it was about, where who asked is in it.
    pub room: Option<Room>,
    /// Who asked, by a name they have asked for.
    pub person: Option<Person>,
    /// How many devices were signed out.
    pub devices: u32,
}

/// Work that waits for the writer.
pub(super) enum Work {
    Write(Job),
    Run(QueuedCommand),
}

impl Job {
    /// Bytes of text in it.
    pub(super) fn bytes(&self) -> usize {
        self.items.iter().map(|item| item.body.text_bytes()).sum()
    }
}

/// Entries of commands in one commit: one that may write more has a commit of its own, so that few wait for it.
pub(super) const COMMAND_ENTRIES: u32 = 32;

impl QueuedCommand {
    /// Whether it shares its commit with nothing.
    pub(super) fn is_alone(&self) -> bool {
        self.entries > COMMAND_ENTRIES || self.act.is_operators()
    }
}

impl Work {
    pub(super) fn is_command(&self) -> bool {
        matches!(self, Self::Run(_))
    }

    pub(super) fn person(&self) -> UserId {
        match self {
            Self::Write(job) => job.author,
            Self::Run(command) => command.by,
        }
    }

    /// Bytes of text in it.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Write(job) => job.bytes(),
            Self::Run(_) => 0,
        }
    }

    /// Answers that there is no place for it.
    pub(super) fn refuse(self) {
        let error = WireError::new(
            ErrorCode::Busy,
            "the server has too much to do right now: try again",
        );
        match self {
            Self::Write(job) => (job.answer)(Reply::Err(error)),
            Self::Run(command) => (command.answer)(Err(error)),
        }
    }
}
