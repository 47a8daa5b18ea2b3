//! The sign-in log, and the cleaning up behind operators: written and done beside everything else.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use steadfast_shared::Millis;
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::clock;
use crate::config::Limits;
use crate::store::admin::{Keep, NewSignIn};
use crate::store::{Store, StoreError};

/// Most lines that wait to be written. One more, and the oldest is dropped.
const WAITING: usize = 4_096;
/// Most lines written in one transaction, which everybody else's next one waits for.
const LINES_AT_ONCE: usize = 256;
/// How often lines are written.
const ROUND: Duration = Duration::from_secs(1);
/// How often old lines are forgotten, and leftovers of cleaning up are looked for.
const HOUSEKEEPING: Duration = Duration::from_secs(60 * 60);
/// Between two pieces of a clean-up, so that nobody waits for it.
const BREATH: Duration = Duration::from_millis(20);
/// Most lines of either log.
const LINES: u64 = 100_000;
const DAY: Millis = 24 * 60 * 60 * 1_000;

/// The sign-in log. A cheap clone of one handle.
#[derive(Clone)]
pub struct Journal(Arc<JournalParts>);

struct JournalParts {
    store: Arc<dyn Store>,
    limits: Limits,
    waiting: Mutex<VecDeque<NewSignIn>>,
    clean: Notify,
}

impl Journal {
    /// Starts writing, and cleaning up.
    pub fn start(store: Arc<dyn Store>, limits: Limits) -> Self {
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

    /// Notes a try to sign in.
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

    /// Something may be there to clean up.
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

    /// Erases marked messages, a few at a time.
    async fn clean_up(&self) -> Result<(), StoreError> {
        let mut from = None;
        let mut erased = false;
        loop {
            from = self.store.erase_some(from).await?;
            if from.is_none() {
                break;
            }
            erased = true;
            sleep(BREATH).await;
        }
        while self.store.purge_some().await? {
            erased = true;
            sleep(BREATH).await;
        }
        // The database itself keeps copies for a while; somebody who reads may keep it from letting them go.
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
            tracing::warn!(%error, "old lines of the logs could not be forgotten yet");
        }
        if let Err(error) = inner.clean_up().await {
            tracing::warn!(%error, "what operators erased could not be overwritten yet");
            sleep(ROUND).await;
            continue;
        }
        let _ = tokio::time::timeout(HOUSEKEEPING, inner.clean.notified()).await;
    }
}
