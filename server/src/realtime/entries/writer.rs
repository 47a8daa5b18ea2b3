//! One task writes: everything queued goes into one transaction, then the acks go out, then the entries are published.
//!
//! Invariant: commit, then acknowledge, then publish. Nothing else appends to a log.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt;
use steadfast_shared::{Room, RoomId, UserId};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::marks::Marks;
use super::queue::WorkQueue;
use super::work::{Batch, PendingCommand, Work, unavailable};
use crate::clock;
use crate::store::{ChangeNumber, Committed, Grown, NewCommand, ReadMark, Store, StoreError};

pub use super::work::{BatchReply, CommandAnswer, Job, QueuedCommand};

/// Most entries and bytes of text in one transaction; the last batch may exceed them.
const COMMIT_ITEMS: usize = 512;
const COMMIT_BYTES: usize = 512 * 1024;
/// The interval between writes of read markers.
const PULSE: Duration = Duration::from_secs(1);
/// Most committed commands that are not answered yet. Beyond it the writer waits.
const ANSWERING: u32 = 1_024;
/// How long the last of them may take after the writer ends.
const LAST_ANSWERS: Duration = Duration::from_secs(3);

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

/// The state that the task and its handle share.
#[derive(Default)]
struct WriterShared {
    queue: WorkQueue,
    marks: Marks,
    ended: AtomicBool,
}

struct WriterTask {
    store: Arc<dyn Store>,
    publish: Arc<dyn Publish>,
    shared: Arc<WriterShared>,
    /// A permit for each committed command that is not answered yet.
    answering: Arc<Semaphore>,
    /// Whether texts were erased that the database may still have copies of.
    erased: bool,
}

impl WriterTask {
    fn new(store: Arc<dyn Store>, publish: Arc<dyn Publish>, shared: Arc<WriterShared>) -> Self {
        Self {
            store,
            publish,
            shared,
            answering: Arc::new(Semaphore::new(ANSWERING as usize)),
            erased: false,
        }
    }

    /// Writes until the queue is closed and empty.
    async fn run(mut self) {
        let shared = self.shared.clone();
        let mut pulse = interval(PULSE);
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let step = tokio::select! {
                ready = shared.queue.ready() => match ready {
                    true => AssertUnwindSafe(self.take()).catch_unwind().await,
                    false => break,
                },
                _ = pulse.tick() => AssertUnwindSafe(self.pulse()).catch_unwind().await,
            };
            if step.is_err() {
                tracing::error!("the writer panicked; it continues with the next batch");
                self.publish.uncertain();
            }
        }
        let _ = AssertUnwindSafe(self.pulse()).catch_unwind().await;
        let _ = timeout(LAST_ANSWERS, self.answering.acquire_many(ANSWERING)).await;
        self.shared.ended.store(true, Ordering::Release);
    }

    /// Commits queued work up to the limits of one transaction. So however many commands are queued, a message waits for a few of
    /// them.
    async fn take(&mut self) {
        let taken = self.shared.queue.take(COMMIT_ITEMS, COMMIT_BYTES);
        let mut batches: Vec<Batch> = taken.jobs.into_iter().map(Batch::from).collect();
        let mut commands = Vec::with_capacity(taken.commands.len());
        for command in taken.commands {
            commands.push(self.begin(command).await);
        }
        if taken.is_alone && !batches.is_empty() {
            self.commit(std::mem::take(&mut batches), Vec::new()).await;
        }
        let marks = self.marks_of(&commands);
        self.write(&marks).await;
        self.commit(batches, commands).await;
    }

    /// Commits in one transaction. Work that cannot be committed must not affect the rest.
    async fn commit(&mut self, mut batches: Vec<Batch>, commands: Vec<PendingCommand>) {
        if batches.is_empty() && commands.is_empty() {
            return;
        }
        match self.attempt(&mut batches, commands_of(&commands)).await {
            // One of them violated a constraint.
            Err(StoreError::Rejected(_)) if batches.len() + commands.len() > 1 => {
                for batch in batches {
                    let mut alone = vec![batch];
                    let done = self.attempt(&mut alone, Vec::new()).await;
                    self.settle(alone, Vec::new(), done).await;
                }
                for command in commands {
                    let alone = vec![command];
                    let done = self.attempt(&mut [], commands_of(&alone)).await;
                    self.settle(Vec::new(), alone, done).await;
                }
            }
            // Appending the same messages again settles their outcome. Nothing settles that of commands.
            Err(error @ StoreError::Unconfirmed(_)) if !batches.is_empty() && !commands.is_empty() => {
                self.settle(Vec::new(), commands, Err(error)).await;
                let done = self.attempt(&mut batches, Vec::new()).await;
                self.settle(batches, Vec::new(), done).await;
            }
            done => self.settle(batches, commands, done).await,
        }
    }

    async fn attempt(
        &self,
        batches: &mut [Batch],
        commands: Vec<NewCommand>,
    ) -> Result<Committed, StoreError> {
        let entries = Batch::lend(batches);
        let done = self.store.commit(&entries, &commands, clock::now()).await;
        Batch::give_back(batches, entries);
        done
    }

    async fn settle(
        &mut self,
        batches: Vec<Batch>,
        commands: Vec<PendingCommand>,
        done: Result<Committed, StoreError>,
    ) {
        let done = match done {
            Ok(done) => done,
            Err(error) => {
                tracing::error!(%error, batches = batches.len(), commands = commands.len(), "a commit failed");
                // The commit may have happened anyway.
                self.publish.uncertain();
                batches.into_iter().for_each(|batch| batch.give_up(&error));
                return commands
                    .into_iter()
                    .for_each(|command| (command.answer)(Err(unavailable())));
            }
        };
        let mut outcomes = done.outcomes.into_iter();
        for batch in batches {
            self.erased |= batch.acknowledge(&mut outcomes);
        }
        self.publish.committed(done.feed, done.logs).await;
        if commands.is_empty() {
            return;
        }
        if done.command_feed != done.feed || !done.command_logs.is_empty() {
            self.publish.committed(done.command_feed, done.command_logs).await;
        }
        for (pending, acted) in commands.into_iter().zip(done.commands) {
            match acted {
                Ok(acted) => pending.follow(self.publish.clone(), acted, done.command_feed),
                Err(refusal) => (pending.answer)(Err(refusal.into())),
            }
        }
    }

    /// Reserves a permit for a command until it is answered.
    async fn begin(&self, command: QueuedCommand) -> PendingCommand {
        PendingCommand {
            place: self.answering.clone().acquire_owned().await.ok(),
            command: NewCommand {
                by: command.by,
                address: command.address,
                act: command.act,
            },
            answer: command.answer,
        }
    }

    /// Writes the read markers, and maintains the database's files.
    async fn pulse(&mut self) {
        self.write_marks().await;
        if let Err(error) = self.store.tend().await {
            tracing::warn!(%error, "maintenance of the database's files failed; it will be retried");
        }
        if self.erased {
            match self.store.scrub().await {
                Ok(done) => self.erased = !done,
                Err(error) => tracing::warn!(%error, "erased messages could not be overwritten yet"),
            }
        }
    }

    async fn write_marks(&self) {
        self.write(&self.shared.marks.all()).await;
    }

    async fn write(&self, marks: &[ReadMark]) {
        if !marks.is_empty() {
            match self.store.mark_read(marks).await {
                Ok(()) => self.shared.marks.written(marks),
                Err(error) => tracing::warn!(%error, "read markers could not be written yet"),
            }
        }
    }

    /// The read markers of the commands' authors, because a room's view includes them.
    fn marks_of(&self, commands: &[PendingCommand]) -> Vec<ReadMark> {
        let with_view = commands
            .iter()
            .filter(|pending| pending.command.act.answers_with_a_room());
        with_view
            .flat_map(|pending| self.shared.marks.of(pending.command.by))
            .collect()
    }
}

fn commands_of(commands: &[PendingCommand]) -> Vec<NewCommand> {
    commands.iter().map(|pending| pending.command.clone()).collect()
}
