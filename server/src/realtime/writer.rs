//! One task writes: everything that is queued goes into one transaction, then the acks go out, then the news.
//!
//! Invariant: commit, then acknowledge, then publish. Nothing else appends to a log.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt;
use steadfast_shared::event::{Reply, SendItem, Sent};
use steadfast_shared::{Body, Entry, EntryId, ErrorCode, Person, Room, RoomId, Seq, UserId, WireError};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::clock;
use crate::store::{Act, Acted, Appended, NewEntry, Outcome, ReadMark, Store, StoreError};

/// Most batches that wait to be written. One more is refused as busy.
const QUEUE: usize = 1_024;
/// Most bytes of text that wait to be written.
const QUEUE_BYTES: usize = 16 * 1024 * 1024;
/// Most entries and bytes of text in one transaction, a last batch above it.
const COMMIT_ITEMS: usize = 512;
const COMMIT_BYTES: usize = 512 * 1024;
/// How often read marks are written, and what could not be published is looked for.
const PULSE: Duration = Duration::from_secs(1);

/// Who hears of what was committed.
#[async_trait]
pub trait Publish: Send + Sync + 'static {
    /// A room's log has grown to `head`; `fresh` are the newest entries of it, where they are at hand.
    ///
    /// Called in `seq` order per room. An error means that it has to be told again.
    async fn publish(&self, room: RoomId, head: Seq, fresh: Vec<Entry>) -> Result<(), StoreError>;

    /// Brings connections, and what is known of people, in line with what an errand did. Answers the room as who asked sees it.
    async fn settle(&self, by: UserId, acted: &Acted) -> Result<Option<Room>, StoreError>;

    /// Notes that this may have been done, and that nobody followed it.
    fn doubt(&self, by: UserId, act: &Act);

    /// Brings everything that is in doubt in line with what is stored.
    async fn realign(&self);
}

/// How the answer to a batch gets back.
pub type Answer = Box<dyn FnOnce(Reply<Vec<Sent>>) + Send>;

/// A batch to write.
pub struct Job {
    /// Who wrote it.
    pub author: UserId,
    /// What.
    pub items: Vec<SendItem>,
    /// Called once, after the commit.
    pub answer: Answer,
}

/// Something to do beyond entries.
pub struct Errand {
    /// Who asks.
    pub by: UserId,
    /// For what.
    pub act: Act,
    /// Called once, after the commit.
    pub answer: Box<dyn FnOnce(Result<Done, WireError>) + Send>,
}

/// What an [`Errand`] is answered with.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Done {
    /// The room it was about, where who asked is in it.
    pub room: Option<Room>,
    /// Who asked, by a name they have asked for.
    pub person: Option<Person>,
}

/// What waits for the writer.
enum Work {
    Write(Job),
    Run(Errand),
}

/// The way to the writer.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Work>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    queued_bytes: AtomicUsize,
    marks: Mutex<HashMap<(UserId, RoomId), Seq>>,
    closing: Notify,
    ended: AtomicBool,
}

impl Shared {
    fn marks(&self) -> MutexGuard<'_, HashMap<(UserId, RoomId), Seq>> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    /// Starts the writer's task.
    pub fn start(store: Arc<dyn Store>, publish: Arc<dyn Publish>) -> (Self, JoinHandle<()>) {
        let (queue, work) = mpsc::channel(QUEUE);
        let shared = Arc::new(Shared::default());
        let task = Task {
            store,
            publish,
            work,
            shared: shared.clone(),
            behind: false,
            doubtful: false,
            under_way: None,
            erased: false,
        };
        (Self { queue, shared }, tokio::spawn(task.run()))
    }

    /// Queues a batch, at once or not at all. What is refused is answered.
    pub fn push(&self, job: Job) {
        let bytes = job.bytes();
        let queued = self.shared.queued_bytes.fetch_add(bytes, Ordering::Relaxed);
        if queued > QUEUE_BYTES {
            self.shared.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
            return refuse(Work::Write(job));
        }
        if let Err(refused) = self.queue.try_send(Work::Write(job)) {
            self.shared.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
            refuse(refused.into_inner());
        }
    }

    /// Queues an errand behind everything that was queued before, at once or not at all. What is refused is answered.
    pub fn run(&self, errand: Errand) {
        if let Err(refused) = self.queue.try_send(Work::Run(errand)) {
            refuse(refused.into_inner());
        }
    }

    /// Has a read mark written with the next pulse.
    pub fn mark_read(&self, mark: ReadMark) {
        let mut marks = self.shared.marks();
        let seq = marks.entry((mark.user, mark.room)).or_default();
        *seq = mark.seq.max(*seq);
    }

    /// A person's read marks that are not written yet.
    pub fn unwritten_marks(&self, user: UserId) -> Vec<ReadMark> {
        let marks = self.shared.marks();
        let own = marks.iter().filter(|((of, _), _)| *of == user);
        own.map(|(&(user, room), &seq)| ReadMark { user, room, seq })
            .collect()
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

fn refuse(work: Work) {
    let error = WireError::new(
        ErrorCode::Busy,
        "the server has too much to do right now: try again",
    );
    match work {
        Work::Write(job) => (job.answer)(Reply::Err(error)),
        Work::Run(errand) => (errand.answer)(Err(error)),
    }
}

impl Job {
    fn bytes(&self) -> usize {
        self.items.iter().map(|item| item.body.text_bytes()).sum()
    }
}

struct Task {
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
    async fn run(mut self) {
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

        let mut writing: Vec<Writing> = jobs.into_iter().map(Writing::from).collect();
        match self.append(&mut writing).await {
            // One batch broke a constraint: the others must not suffer for it.
            Err(StoreError::Rejected(_)) if writing.len() > 1 => {
                for one in writing {
                    self.write_alone(one).await;
                }
            }
            done => self.settle(writing, done).await,
        }
        next
    }

    async fn write_alone(&mut self, one: Writing) {
        let mut one = vec![one];
        let done = self.append(&mut one).await;
        self.settle(one, done).await;
    }

    async fn append(&self, writing: &mut [Writing]) -> Result<Appended, StoreError> {
        let entries: Vec<NewEntry> = writing.iter_mut().flat_map(|one| one.entries.drain(..)).collect();
        let done = self.store.append(&entries, clock::now()).await;
        let mut entries = entries.into_iter();
        for one in writing {
            one.entries = entries.by_ref().take(one.size).collect();
        }
        done
    }

    async fn settle(&mut self, writing: Vec<Writing>, done: Result<Appended, StoreError>) {
        let appended = match done {
            Ok(appended) => appended,
            Err(error) => {
                tracing::error!(%error, batches = writing.len(), "a commit failed");
                // The commit may have taken place all the same.
                self.behind = true;
                for one in writing {
                    let message = "the message cannot be stored right now: try again";
                    (one.answer)(Reply::Err(WireError::new(ErrorCode::Unavailable, message)));
                }
                return;
            }
        };
        let mut outcomes = appended.outcomes.into_iter();
        for one in writing {
            let mut sent = Vec::with_capacity(one.size);
            for (entry, outcome) in one.entries.into_iter().zip(outcomes.by_ref()) {
                let erases = matches!(entry.body, Body::Delete { .. });
                self.erased |= erases && matches!(outcome, Outcome::Stored { .. });
                sent.push(told(entry.id, outcome));
            }
            (one.answer)(Reply::Ok(sent));
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
}

impl Task {
    /// Writes the read marks.
    async fn write_marks(&mut self) {
        let marks = self.shared.marks().clone();
        if !marks.is_empty() {
            let written: Vec<ReadMark> = marks
                .iter()
                .map(|(&(user, room), &seq)| ReadMark { user, room, seq })
                .collect();
            match self.store.mark_read(&written).await {
                Ok(()) => self.shared.marks().retain(|key, seq| marks.get(key) != Some(seq)),
                Err(error) => tracing::warn!(%error, "read marks could not be written yet"),
            }
        }
    }

    /// Does an errand: commits it, has connections follow it, answers, and has its entries published.
    async fn run_errand(&mut self, errand: Errand) {
        // What a person is told of a room says how far they have read.
        self.write_marks().await;
        let Errand { by, act, answer } = errand;
        self.under_way = Some((by, act.clone()));
        let acted = match self.store.act(by, &act, clock::now()).await {
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

/// A batch under way.
struct Writing {
    size: usize,
    entries: Vec<NewEntry>,
    answer: Answer,
}

impl From<Job> for Writing {
    fn from(job: Job) -> Self {
        let author = job.author;
        let entries: Vec<NewEntry> = job
            .items
            .into_iter()
            .map(|item| NewEntry {
                author,
                id: item.id,
                room: item.room,
                body: item.body,
            })
            .collect();
        Self {
            size: entries.len(),
            entries,
            answer: job.answer,
        }
    }
}

fn told(id: EntryId, outcome: Outcome) -> Sent {
    match outcome {
        Outcome::Stored { seq, at } | Outcome::Repeat { seq, at } => Sent::Stored { id, seq, at },
        Outcome::Refused(refusal) => Sent::Refused {
            id,
            error: refusal.into(),
        },
    }
}
