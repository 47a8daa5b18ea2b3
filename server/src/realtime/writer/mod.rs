//! One task writes: everything that is queued goes into one transaction, then the acks go out, then the news.
//!
//! - [`work`]: what it is given to do
//! - [`publish`]: who hears of what it has done
//! - `marks`: how far people have read, until it is written
//! - `task`: the task, and the `batch`es it has under way
//!
//! Invariant: commit, then acknowledge, then publish. Nothing else appends to a log.

mod batch;
mod marks;
pub mod publish;
mod task;
pub mod work;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use steadfast_shared::UserId;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::store::{ReadMark, Store};
use task::{Shared, Task};
use work::Work;

pub use publish::Publish;
pub use work::{Answer, Done, Errand, Job};

/// Most batches that wait to be written. One more is refused as busy.
const QUEUE: usize = 1_024;
/// Most bytes of text that wait to be written.
const QUEUE_BYTES: usize = 16 * 1024 * 1024;

/// The way to the writer.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Work>,
    shared: Arc<Shared>,
}

impl Writer {
    /// Starts the writer's task.
    pub fn start(store: Arc<dyn Store>, publish: Arc<dyn Publish>) -> (Self, JoinHandle<()>) {
        let (queue, work) = mpsc::channel(QUEUE);
        let shared = Arc::new(Shared::default());
        let task = Task::new(store, publish, work, shared.clone());
        (Self { queue, shared }, tokio::spawn(task.run()))
    }

    /// Queues a batch, at once or not at all. What is refused is answered.
    pub fn push(&self, job: Job) {
        let bytes = job.bytes();
        let queued = self.shared.queued_bytes.fetch_add(bytes, Ordering::Relaxed);
        if queued > QUEUE_BYTES {
            self.shared.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
            return Work::Write(job).refuse();
        }
        if let Err(refused) = self.queue.try_send(Work::Write(job)) {
            self.shared.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
            refused.into_inner().refuse();
        }
    }

    /// Queues an errand behind everything that was queued before, at once or not at all. What is refused is answered.
    pub fn run(&self, errand: Errand) {
        if let Err(refused) = self.queue.try_send(Work::Run(errand)) {
            refused.into_inner().refuse();
        }
    }

    /// Has a read mark written with the next pulse.
    pub fn mark_read(&self, mark: ReadMark) {
        self.shared.marks.put(mark);
    }

    /// A person's read marks that are not written yet.
    pub fn unwritten_marks(&self, user: UserId) -> Vec<ReadMark> {
        self.shared.marks.of(user)
    }

    /// Takes no more batches; the task ends once everything queued is written.
    pub fn close(&self) {
        self.shared.closing.notify_one();
    }

    /// Whether the task runs and takes batches.
    pub fn is_alive(&self) -> bool {
        !self.queue.is_closed() && !self.shared.ended.load(Ordering::Acquire)
    }
}
