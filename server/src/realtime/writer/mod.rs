//! One task writes: everything queued goes into one transaction, then the acks go out, then the entries are published.
//!
//! - [`work`]: a unit of work
//! - `queue`: queued work, fair between people
//! - `marks`: unwritten read markers
//! - `task`: the task, and its `batch`es in progress
//!
//! Invariant: commit, then acknowledge, then publish. Nothing else appends to a log.

mod batch;
mod marks;
mod queue;
mod task;
pub mod work;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use steadfast_shared::{Room, RoomId, UserId};
use tokio::task::JoinHandle;

use crate::store::{ChangeNumber, Grown, ReadMark, Store, StoreError};
use task::{WriterShared, WriterTask};
use work::Work;

pub use work::{BatchReply, CommandAnswer, Job, QueuedCommand};

/// The way from the writer to sockets. Tests put their own in its place.
#[async_trait]
pub trait Publish: Send + Sync + 'static {
    /// Publishes logs that a commit has extended; the commit saw the change feed up to `feed`.
    async fn committed(&self, feed: ChangeNumber, logs: Vec<Grown>);

    /// Reports that a commit's outcome is unknown.
    fn uncertain(&self);

    /// Waits, within a time limit, until sockets follow the change feed up to this change.
    async fn follow(&self, feed: ChangeNumber) -> Result<(), StoreError>;

    /// A person's view of a room; `None` if they are not in it.
    async fn view(&self, room: RoomId, user: UserId) -> Result<Option<Room>, StoreError>;
}

/// The handle of the writer.
#[derive(Clone)]
pub struct LogWriter {
    shared: Arc<WriterShared>,
}

impl LogWriter {
    /// Starts the writer's task.
    pub fn start(store: Arc<dyn Store>, publish: Arc<dyn Publish>) -> (Self, JoinHandle<()>) {
        let shared = Arc::new(WriterShared::default());
        let task = WriterTask::new(store, publish, shared.clone());
        (Self { shared }, tokio::spawn(task.run()))
    }

    /// Queues a batch if there is space. A refused one is answered.
    pub fn push(&self, job: Job) {
        if let Some(refused) = self.shared.queue.push(Work::Write(job)) {
            refused.refuse();
        }
    }

    /// Queues a command behind all earlier work of its person, if there is space. A refused one is answered.
    pub fn run(&self, command: QueuedCommand) {
        if let Some(refused) = self.shared.queue.push(Work::Run(command)) {
            refused.refuse();
        }
    }

    /// Queues a read marker for the next pulse.
    pub fn mark_read(&self, mark: ReadMark) {
        self.shared.marks.put(mark);
    }

    /// A person's unwritten read markers.
    pub fn unwritten_marks(&self, user: UserId) -> Vec<ReadMark> {
        self.shared.marks.of(user)
    }

    /// Refuses further work; the task ends once everything queued is written.
    pub fn close(&self) {
        self.shared.queue.close();
    }

    /// Whether the task runs and accepts batches.
    pub fn is_alive(&self) -> bool {
        !self.shared.queue.is_closed() && !self.shared.ended.load(Ordering::Acquire)
    }
}
