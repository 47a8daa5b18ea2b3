//! Runs many seeds.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::check::Broken;
use crate::run::{WorldOutcome, run};
use crate::script::Script;

/// How often progress is printed.
const PROGRESS: Duration = Duration::from_secs(10);

/// Counters of a run.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) seeds: AtomicU64,
    pub(crate) steps: AtomicU64,
    slowest_ms: AtomicU64,
}

impl Tally {
    fn add(&self, outcome: &WorldOutcome) {
        self.seeds.fetch_add(1, Ordering::Relaxed);
        self.steps.fetch_add(outcome.steps, Ordering::Relaxed);
        let converged = outcome.converged.as_millis() as u64;
        self.slowest_ms.fetch_max(converged, Ordering::Relaxed);
    }

    pub(crate) fn report(&self, took: Duration) -> String {
        let (seeds, steps) = (
            self.seeds.load(Ordering::Relaxed),
            self.steps.load(Ordering::Relaxed),
        );
        format!(
            "simulated {seeds} seeds, {steps} steps in {:.0} s ({:.0} steps/s); the slowest converged in {} s",
            took.as_secs_f64(),
            steps as f64 / took.as_secs_f64().max(0.001),
            self.slowest_ms.load(Ordering::Relaxed) / 1_000
        )
    }
}

/// A random first seed.
pub(crate) fn fresh() -> u64 {
    let nobodys_choice = RandomState::new().build_hasher().finish();
    // Short enough to type.
    nobodys_choice % 1_000_000_000_000
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the edge: a person says how long to go on"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Runs worlds beginning with seed `from`, in this many threads, until the time is up or one fails.
pub(crate) fn simulate(from: u64, lasts: Duration, threads: usize) -> Result<Tally, (u64, Broken)> {
    let (began, tally) = (now(), Tally::default());
    let (next, over) = (AtomicU64::new(from), AtomicBool::new(false));
    let reported = Mutex::new(began);
    let failed = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) && began.elapsed() < lasts {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let outcome = run(&Script::of(seed), false);
                    tally.add(&outcome);
                    if let Some(broken) = outcome.broken {
                        over.store(true, Ordering::Relaxed);
                        failed.lock().unwrap().get_or_insert((seed, broken));
                    }
                    let mut reported = reported.lock().unwrap();
                    if reported.elapsed() >= PROGRESS {
                        *reported = now();
                        println!("{}", tally.report(began.elapsed()));
                    }
                }
            });
        }
    });
    println!("{}", tally.report(began.elapsed()));
    match failed.into_inner().unwrap() {
        Some(failed) => Err(failed),
        None => Ok(tally),
    }
}
