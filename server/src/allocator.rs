//! The allocator, and how it gives back memory that a flood took.
//!
//! What glibc has freed it keeps, in pieces; mimalloc gives it back. But a block that one thread took and another one freed goes
//! back by the first one alone, as it asks for memory: once in ten thousand times it looks through all it has, and hands to the
//! system what nobody uses. A thread that has nothing to do asks for none. Large messages are read by one thread and dropped by
//! another. So each thread of the runtime asks so often, now and then, as it comes to rest.

use std::cell::Cell;
use std::hint::black_box;
use std::time::Duration;

use mimalloc::MiMalloc;
use steadfast_server::clock::{self, Instant};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// How often a thread asks, at most: it takes about a millisecond.
const EVERY: Duration = Duration::from_secs(5);
/// After so many requests mimalloc looks through all that the thread has (its option `generic_collect`).
const REQUESTS: usize = 10_100;
/// Larger than the blocks it hands out without counting (`MI_SMALL_SIZE_MAX`, 1 KiB).
const BYTES: usize = 2 * 1024;

thread_local! {
    static ASKED: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Has mimalloc take back this thread's blocks that other threads have freed, and give back those nobody uses.
pub(super) fn give_back() {
    let now = clock::instant();
    let is_due = |asked: Instant| now.saturating_duration_since(asked) >= EVERY;
    if ASKED.get().is_none_or(is_due) {
        ASKED.set(Some(now));
        for _ in 0..REQUESTS {
            drop(black_box(Vec::<u8>::with_capacity(BYTES)));
        }
    }
}
