//! The writer's units of work.

use std::net::IpAddr;

use steadfast_shared::event::{Reply, SendItem, Sent};
use steadfast_shared::{ErrorCode, Person, Room, UserId, WireError};

use crate::store::Command;

/// Sends the reply to a batch.
pub type BatchReply = Box<dyn FnOnce(Reply<Vec<Sent>>) + Send>;

/// A batch to write.
pub struct Job {
    pub author: UserId,
    pub address: Option<IpAddr>,
    pub items: Vec<SendItem>,
    /// Called once, after the commit.
    pub answer: BatchReply,
}

/// A command: work other than sending entries.
pub struct QueuedCommand {
    pub by: UserId,
    pub address: Option<IpAddr>,
    pub act: Command,
    /// The number of entries it may write.
    pub entries: u32,
    /// Called once, after the commit.
    pub answer: Box<dyn FnOnce(Result<CommandAnswer, WireError>) + Send>,
}

/// The reply to a [`QueuedCommand`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CommandAnswer {
    /// The room it was about, if its author is in it.
    pub room: Option<Room>,
    /// The author, by a name they requested.
    pub person: Option<Person>,
    /// The number of devices signed out.
    pub devices: u32,
}

/// A unit of work for the writer.
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

/// Most entries a command may write in a shared commit; one that may write more has its own, so that few wait for it.
pub(super) const COMMAND_ENTRIES: u32 = 32;

impl QueuedCommand {
    /// Whether it must not share its commit.
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

    /// Answers that the queue is full.
    pub(super) fn refuse(self) {
        let error = WireError::new(ErrorCode::Busy, "the server is busy: try again");
        match self {
            Self::Write(job) => (job.answer)(Reply::Err(error)),
            Self::Run(command) => (command.answer)(Err(error)),
        }
    }
}
