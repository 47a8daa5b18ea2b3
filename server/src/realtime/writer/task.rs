//! The one task that writes.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt;
use steadfast_shared::{ErrorCode, WireError};
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::batch::Batch;
use super::marks::Marks;
use super::publish::Publish;
use super::work::{Done, Errand, Job, Work};
use crate::clock;
use crate::store::{Appended, Store, StoreError};

/// Most entries and bytes of text in one transaction, a last batch above it.
const COMMIT_ITEMS: usize = 512;
const COMMIT_BYTES: usize = 512 * 1024;
/// How often read marks are written.
const PULSE: Duration = Duration::from_secs(1);
/// Most commands that are committed and not answered yet. With one more, the writer waits.
const ANSWERING: u32 = 1_024;
/// How long the last of them have once the writer ends.
const LAST_ANSWERS: Duration = Duration::from_secs(3);

/// What the task and the way to it share.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) queued_bytes: AtomicUsize,
    pub(super) marks: Marks,
    pub(super) closing: Notify,
    pub(super) ended: AtomicBool,
}

pub(super) struct Task {
    store: Arc<dyn Store>,
    publish: Arc<dyn Publish>,
    work: mpsc::Receiver<Work>,
    shared: Arc<Shared>,
    /// A place for each command that is committed and not answered yet.
    answering: Arc<Semaphore>,
    /// Whether texts were erased of which the database may keep copies.
    erased: bool,
}

impl Task {
    pub(super) fn new(
        store: Arc<dyn Store>,
        publish: Arc<dyn Publish>,
        work: mpsc::Receiver<Work>,
        shared: Arc<Shared>,
    ) -> Self {
        Self {
            store,
            publish,
            work,
            shared,
            answering: Arc::new(Semaphore::new(ANSWERING as usize)),
            erased: false,
        }
    }

    /// Writes until no more work can come.
    pub(super) async fn run(mut self) {
        let mut pulse = interval(PULSE);
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let step = tokio::select! {
                work = self.work.recv() => match work {
                    Some(work) => AssertUnwindSafe(self.take(work)).catch_unwind().await,
                    None => break,
                },
                _ = pulse.tick() => AssertUnwindSafe(self.pulse()).catch_unwind().await,
                () = self.shared.closing.notified() => {
                    self.work.close();
                    Ok(())
                }
            };
            if step.is_err() {
                tracing::error!("the writer panicked; it goes on with the next batch");
                self.publish.uncertain();
            }
        }
        let _ = AssertUnwindSafe(self.pulse()).catch_unwind().await;
        let _ = timeout(LAST_ANSWERS, self.answering.acquire_many(ANSWERING)).await;
        self.shared.ended.store(true, Ordering::Release);
    }

    async fn take(&mut self, work: Work) {
        match work {
            Work::Write(job) => {
                if let Some(next) = self.write(job).await {
                    self.run_errand(next).await;
                }
            }
            Work::Run(errand) => self.run_errand(errand).await,
        }
    }

    /// Writes a batch and all that is queued behind it, up to the bounds of one transaction and to the next errand, which
    /// it answers.
    async fn write(&mut self, first: Job) -> Option<Errand> {
        let mut next = None;
        let mut bytes = first.bytes();
        let mut items = first.items.len();
        let mut jobs = vec![first];
        while items < COMMIT_ITEMS && bytes < COMMIT_BYTES {
            let job = match self.work.try_recv() {
                Ok(Work::Write(job)) => job,
                Ok(Work::Run(errand)) => {
                    next = Some(errand);
                    break;
                }
                Err(_) => break,
            };
            bytes += job.bytes();
            items += job.items.len();
            jobs.push(job);
        }
        self.shared.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);

        let mut batches: Vec<Batch> = jobs.into_iter().map(Batch::from).collect();
        match self.append(&mut batches).await {
            // One batch broke a constraint: the others must not suffer for it.
            Err(StoreError::Rejected(_)) if batches.len() > 1 => {
                for batch in batches {
                    self.write_alone(batch).await;
                }
            }
            done => self.settle(batches, done).await,
        }
        next
    }

    async fn write_alone(&mut self, batch: Batch) {
        let mut alone = vec![batch];
        let done = self.append(&mut alone).await;
        self.settle(alone, done).await;
    }

    async fn append(&self, batches: &mut [Batch]) -> Result<Appended, StoreError> {
        let entries = Batch::lend(batches);
        let done = self.store.append(&entries, clock::now()).await;
        Batch::give_back(batches, entries);
        done
    }

    async fn settle(&mut self, batches: Vec<Batch>, done: Result<Appended, StoreError>) {
        let appended = match done {
            Ok(appended) => appended,
            Err(error) => {
                tracing::error!(%error, batches = batches.len(), "a commit failed");
                // The commit may have taken place all the same.
                self.publish.uncertain();
                return batches.into_iter().for_each(|batch| batch.give_up(&error));
            }
        };
        let mut outcomes = appended.outcomes.into_iter();
        for batch in batches {
            self.erased |= batch.acknowledge(&mut outcomes);
        }
        self.publish.committed(appended.feed, appended.logs).await;
    }

    /// Writes the read marks, and keeps the database in order.
    async fn pulse(&mut self) {
        self.write_marks().await;
        if let Err(error) = self.store.tend().await {
            tracing::warn!(%error, "the database's files could not be kept in order yet");
        }
        if self.erased {
            match self.store.scrub().await {
                Ok(done) => self.erased = !done,
                Err(error) => tracing::warn!(%error, "what was erased could not be overwritten yet"),
            }
        }
    }

    /// Writes the read marks.
    async fn write_marks(&mut self) {
        let marks = self.shared.marks.all();
        if !marks.is_empty() {
            match self.store.mark_read(&marks).await {
                Ok(()) => self.shared.marks.written(&marks),
                Err(error) => tracing::warn!(%error, "read marks could not be written yet"),
            }
        }
    }

    /// Does an errand: commits it, and has it answered once sockets follow it. Nobody else waits for that.
    async fn run_errand(&mut self, errand: Errand) {
        // What a person is told of a room says how far they have read.
        self.write_marks().await;
        let place = self.answering.clone().acquire_owned().await;
        let Errand {
            by,
            address,
            act,
            answer,
        } = errand;
        let acted = match self.store.act(by, address, &act, clock::now()).await {
            Ok(Ok(acted)) => acted,
            Ok(Err(refusal)) => return answer(Err(refusal.into())),
            Err(error) => {
                tracing::error!(%error, "an errand failed");
                // The commit may have taken place all the same.
                self.publish.uncertain();
                return answer(Err(unavailable()));
            }
        };
        let done = Done {
            room: None,
            person: acted.renamed,
            devices: acted
                .ended
                .map_or(0, |(ended, _)| u32::try_from(ended.len()).unwrap_or(u32::MAX)),
        };
        self.publish.committed(acted.feed, acted.logs).await;
        let room = acted.room.filter(|_| act.answers_with_a_room());
        let (publish, feed) = (self.publish.clone(), acted.feed);
        tokio::spawn(async move {
            let _place = place;
            let followed = async {
                publish.follow(feed).await?;
                match room {
                    Some(room) => publish.view(room, by).await,
                    None => Ok(None),
                }
            };
            answer(match followed.await {
                Ok(room) => Ok(Done { room, ..done }),
                Err(error) => {
                    tracing::error!(%error, "sockets could not follow a commit yet");
                    Err(unavailable())
                }
            });
        });
    }
}

fn unavailable() -> WireError {
    WireError::new(
        ErrorCode::Unavailable,
        "the server cannot do this right now: try again",
    )
}
