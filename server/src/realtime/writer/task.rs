//! The one task that writes.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt;
use steadfast_shared::{Entry, ErrorCode, RoomId, Seq, UserId, WireError};
use tokio::sync::{Notify, mpsc};
use tokio::time::{MissedTickBehavior, interval};

use super::batch::Batch;
use super::marks::Marks;
use super::publish::Publish;
use super::work::{Done, Errand, Job, Work};
use crate::clock;
use crate::store::{Act, Appended, Store, StoreError};

/// Most entries and bytes of text in one transaction, a last batch above it.
const COMMIT_ITEMS: usize = 512;
const COMMIT_BYTES: usize = 512 * 1024;
/// How often read marks are written, and what could not be published is looked for.
const PULSE: Duration = Duration::from_secs(1);

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
    /// Whether something may be committed that was not published.
    behind: bool,
    /// Whether something came in doubt since that was looked at.
    doubtful: bool,
    /// The errand that is being done.
    under_way: Option<(UserId, Act)>,
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
            behind: false,
            doubtful: false,
            under_way: None,
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
                self.behind = true;
                if let Some((by, act)) = self.under_way.take() {
                    self.doubt(by, &act);
                }
            }
        }
        let _ = AssertUnwindSafe(self.pulse()).catch_unwind().await;
        self.shared.ended.store(true, Ordering::Release);
    }

    async fn take(&mut self, work: Work) {
        // Nothing more is told to somebody who may be out.
        if std::mem::take(&mut self.doubtful) {
            self.publish.realign().await;
        }
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
                self.behind = true;
                return batches.into_iter().for_each(|batch| batch.give_up(&error));
            }
        };
        let mut outcomes = appended.outcomes.into_iter();
        for batch in batches {
            self.erased |= batch.acknowledge(&mut outcomes);
        }
        for log in appended.logs {
            self.publish(log.room, log.head, log.fresh).await;
        }
    }

    async fn publish(&mut self, room: RoomId, head: Seq, fresh: Vec<Entry>) {
        if let Err(error) = self.publish.publish(room, head, fresh).await {
            tracing::error!(%error, %room, "what was committed could not be published yet");
            self.behind = true;
        }
    }

    fn doubt(&mut self, by: UserId, act: &Act) {
        self.doubtful = true;
        self.publish.doubt(by, act);
    }

    /// Writes the read marks, and publishes what was committed and may not have been published.
    async fn pulse(&mut self) {
        self.write_marks().await;
        self.publish.realign().await;
        if let Err(error) = self.store.tend().await {
            tracing::warn!(%error, "the database's files could not be kept in order yet");
        }
        if self.erased {
            match self.store.scrub().await {
                Ok(done) => self.erased = !done,
                Err(error) => tracing::warn!(%error, "what was erased could not be overwritten yet"),
            }
        }
        if self.behind {
            match self.store.heads().await {
                Ok(heads) => {
                    self.behind = false;
                    for (room, head) in heads {
                        self.publish(room, head, Vec::new()).await;
                    }
                }
                Err(error) => tracing::warn!(%error, "the heads could not be read yet"),
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

    /// Does an errand: commits it, has connections follow it, answers, and has its entries published.
    async fn run_errand(&mut self, errand: Errand) {
        // What a person is told of a room says how far they have read.
        self.write_marks().await;
        let Errand {
            by,
            address,
            act,
            answer,
        } = errand;
        self.under_way = Some((by, act.clone()));
        let acted = match self.store.act(by, address, &act, clock::now()).await {
            Ok(Ok(acted)) => acted,
            Ok(Err(refusal)) => {
                self.under_way = None;
                return answer(Err(refusal.into()));
            }
            Err(error) => {
                tracing::error!(%error, "an errand failed");
                // The commit may have taken place all the same.
                self.behind = true;
                self.doubt(by, &act);
                self.under_way = None;
                return answer(Err(unavailable()));
            }
        };
        let settled = self.publish.settle(by, &acted).await;
        self.under_way = None;
        match settled {
            Ok(room) => answer(Ok(Done {
                room,
                person: acted.renamed,
                devices: acted
                    .ended
                    .map_or(0, |(ended, _)| u32::try_from(ended.len()).unwrap_or(u32::MAX)),
            })),
            Err(error) => {
                tracing::error!(%error, "connections could not follow a commit yet");
                self.doubt(by, &act);
                answer(Err(unavailable()));
            }
        }
        for log in acted.logs {
            self.publish(log.room, log.head, log.fresh).await;
        }
    }
}

fn unavailable() -> WireError {
    WireError::new(
        ErrorCode::Unavailable,
        "the server cannot do this right now: try again",
    )
}
