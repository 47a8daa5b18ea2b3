//! The writer's units of work: as they are queued, and while they are written.

use std::net::IpAddr;
use std::sync::Arc;

use steadfast_shared::event::{Reply, SendItem, Sent};
use steadfast_shared::{Body, EntryId, ErrorCode, Person, Room, UserId, WireError};
use tokio::sync::OwnedSemaphorePermit;

use super::writer::Publish;
use crate::store::{
    ChangeNumber, Command, CommandOutcome, EntryOutcome, NewCommand, NewEntry, StoreError, StoreRefusal,
};

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

/// A batch whose entries are being written.
pub(super) struct Batch {
    size: usize,
    entries: Vec<NewEntry>,
    answer: BatchReply,
}

impl Batch {
    /// Takes all entries out of these batches, in order.
    pub(super) fn lend(batches: &mut [Self]) -> Vec<NewEntry> {
        batches
            .iter_mut()
            .flat_map(|batch| batch.entries.drain(..))
            .collect()
    }

    pub(super) fn give_back(batches: &mut [Self], entries: Vec<NewEntry>) {
        let mut entries = entries.into_iter();
        for batch in batches {
            batch.entries = entries.by_ref().take(batch.size).collect();
        }
    }

    /// Acknowledges the batch with the next outcomes. Returns whether a text was erased.
    pub(super) fn acknowledge(self, outcomes: &mut impl Iterator<Item = EntryOutcome>) -> bool {
        let mut erased = false;
        let mut sent = Vec::with_capacity(self.size);
        for (entry, outcome) in self.entries.into_iter().zip(outcomes) {
            let erases = matches!(entry.body, Body::Delete { .. });
            erased |= erases && matches!(outcome, EntryOutcome::Stored { .. });
            sent.push(answer_of(entry.id, outcome));
        }
        (self.answer)(Reply::Ok(sent));
        erased
    }

    /// Replies that the outcome is unknown.
    pub(super) fn give_up(self, error: &StoreError) {
        let message = "the message cannot be saved right now: try again";
        (self.answer)(Reply::Err(match error {
            StoreError::Full => StoreRefusal::StorageFull.into(),
            _ => WireError::new(ErrorCode::Unavailable, message),
        }));
    }
}

impl From<Job> for Batch {
    fn from(job: Job) -> Self {
        let (author, address) = (job.author, job.address);
        let entries: Vec<NewEntry> = job
            .items
            .into_iter()
            .map(|item| NewEntry {
                author,
                id: item.id,
                room: item.room,
                body: item.body,
                message_id: item.message_id,
                address,
            })
            .collect();
        Self {
            size: entries.len(),
            entries,
            answer: job.answer,
        }
    }
}

fn answer_of(id: EntryId, outcome: EntryOutcome) -> Sent {
    match outcome {
        EntryOutcome::Stored { seq, at } | EntryOutcome::Repeat { seq, at } => Sent::Stored { id, seq, at },
        EntryOutcome::Refused(refusal) => Sent::Refused {
            id,
            error: refusal.into(),
        },
    }
}

/// A command in progress.
pub(super) struct PendingCommand {
    pub(super) command: NewCommand,
    pub(super) answer: Box<dyn FnOnce(Result<CommandAnswer, WireError>) + Send>,
    /// Its permit among the unanswered commands.
    pub(super) place: Option<OwnedSemaphorePermit>,
}

impl PendingCommand {
    /// Answers a committed command once sockets follow it. Only its author waits for that.
    pub(super) fn follow(self, publish: Arc<dyn Publish>, acted: CommandOutcome, feed: ChangeNumber) {
        let Self {
            command,
            answer,
            place,
        } = self;
        let done = CommandAnswer {
            room: None,
            person: acted.renamed,
            devices: acted
                .ended
                .map_or(0, |(ended, _)| u32::try_from(ended.len()).unwrap_or(u32::MAX)),
        };
        let room = acted.room.filter(|_| command.act.answers_with_a_room());
        tokio::spawn(async move {
            let _place = place;
            let followed = async {
                publish.follow(feed).await?;
                match room {
                    Some(room) => publish.view(room, command.by).await,
                    None => Ok(None),
                }
            };
            answer(match followed.await {
                Ok(room) => Ok(CommandAnswer { room, ..done }),
                Err(error) => {
                    tracing::error!(%error, "sockets could not follow a commit yet");
                    Err(unavailable())
                }
            });
        });
    }
}

pub(super) fn unavailable() -> WireError {
    WireError::new(
        ErrorCode::Unavailable,
        "the server cannot do this right now: try again",
    )
}
