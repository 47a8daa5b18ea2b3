//! Writes the sign-in log and erases messages for operators, in the background.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use steadfast_shared::Millis;
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::clock;
use crate::config::DataLimits;
use crate::store::admin::{Keep, NewSignIn};
use crate::store::{Store, StoreError};

/// Most lines waiting to be written. Beyond it the oldest is dropped.
const WAITING: usize = 4_096;
/// Most lines in one transaction, because all other writes wait for it.
const LINES_AT_ONCE: usize = 256;
/// The interval between writes.
const ROUND: Duration = Duration::from_secs(1);
/// How often old lines are deleted and unfinished erasures are looked for.
const HOUSEKEEPING: Duration = Duration::from_secs(60 * 60);
/// The pause between two steps of an erasure, so that other writes can run.
const PAUSE: Duration = Duration::from_millis(20);
/// Most lines in each log.
const LINES: u64 = 100_000;
const DAY: Millis = 24 * 60 * 60 * 1_000;

/// The handle of the sign-in log; cheap to clone.
#[derive(Clone)]
pub struct Journal(Arc<JournalParts>);

struct JournalParts {
    store: Arc<dyn Store>,
    limits: DataLimits,
    waiting: Mutex<VecDeque<NewSignIn>>,
    clean: Notify,
}

impl Journal {
    /// Starts the two background tasks: writing and erasing.
    pub fn start(store: Arc<dyn Store>, limits: DataLimits) -> Self {
        let journal = Self(Arc::new(JournalParts {
            store,
            limits,
            waiting: Mutex::default(),
            clean: Notify::new(),
        }));
        tokio::spawn(keep_writing(Arc::downgrade(&journal.0)));
        tokio::spawn(keep_clean(Arc::downgrade(&journal.0)));
        journal
    }

    /// Queues a line about a sign-in attempt.
    pub fn sign_in(&self, line: NewSignIn) {
        let mut waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() == WAITING {
            waiting.pop_front();
        }
        waiting.push_back(line);
    }

    /// Writes the buffered lines.
    pub async fn flush(&self) {
        self.0.flush().await;
    }

    /// Wakes the task that erases messages: there may be work for it.
    pub fn clean(&self) {
        self.0.clean.notify_one();
    }
}

impl JournalParts {
    async fn flush(&self) {
        let lines: Vec<_> =
            std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner)).into();
        for lines in lines.chunks(LINES_AT_ONCE) {
            if let Err(error) = self.store.log_sign_ins(lines, &[]).await {
                tracing::warn!(%error, lines = lines.len(), "the sign-in log could not be written");
            }
        }
    }

    /// Erases the marked messages, a few at a time.
    async fn clean_up(&self) -> Result<(), StoreError> {
        let mut from = None;
        let mut erased = false;
        loop {
            from = self.store.erase_some(from).await?;
            if from.is_none() {
                break;
            }
            erased = true;
            sleep(PAUSE).await;
        }
        while self.store.purge_some().await? {
            erased = true;
            sleep(PAUSE).await;
        }
        // The database keeps copies of erased pages for a while; a reader may delay their removal.
        while erased && !self.store.scrub().await? {
            sleep(ROUND).await;
        }
        Ok(())
    }

    async fn forget_old(&self) -> Result<(), StoreError> {
        let now = clock::now();
        let keep = |days: u32| Keep {
            since: now.saturating_sub(Millis::from(days) * DAY),
            lines: LINES,
        };
        let (sign_ins, audit) = (keep(self.limits.sign_in_days), keep(self.limits.audit_days));
        self.store.prune(now, sign_ins, audit).await?;
        self.store.prune_changes(now).await?;
        self.store.prune_tries(now).await
    }
}

async fn keep_writing(journal: std::sync::Weak<JournalParts>) {
    let mut rounds = interval(ROUND);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        let Some(journal) = journal.upgrade() else { return };
        journal.flush().await;
    }
}

async fn keep_clean(journal: std::sync::Weak<JournalParts>) {
    loop {
        let Some(inner) = journal.upgrade() else { return };
        if let Err(error) = inner.forget_old().await {
            tracing::warn!(%error, "old log lines could not be deleted yet");
        }
        if let Err(error) = inner.clean_up().await {
            tracing::warn!(%error, "erased messages could not be overwritten yet");
            sleep(ROUND).await;
            continue;
        }
        let _ = tokio::time::timeout(HOUSEKEEPING, inner.clean.notified()).await;
    }
}
