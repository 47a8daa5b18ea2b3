//! The allocator, and how it returns memory to the system after a flood.
//!
//! glibc keeps freed memory in fragments; mimalloc returns it. But mimalloc returns a block that one thread allocated and another
//! freed only when the first thread allocates: once in ten thousand allocations it scans all its pages and returns the unused
//! ones. An idle thread never gets there, and large messages are read by one thread and dropped by another. So each thread of
//! the runtime makes that many allocations now and then, as it goes idle.

use std::cell::Cell;
use std::hint::black_box;
use std::time::Duration;

use mimalloc::MiMalloc;
use steadfast_server::clock::{self, Instant};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// The shortest interval between two collections of a thread: one takes about a millisecond.
const EVERY: Duration = Duration::from_secs(5);
/// After this many allocations mimalloc scans all pages of the thread (its option `generic_collect`).
const REQUESTS: usize = 10_100;
/// Larger than the blocks that mimalloc hands out without counting (`MI_SMALL_SIZE_MAX`, 1 KiB).
const BYTES: usize = 2 * 1024;

thread_local! {
    static LAST: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Makes mimalloc reclaim this thread's blocks that other threads freed, and return unused pages to the system.
pub(super) fn give_back() {
    let now = clock::instant();
    let is_due = |last: Instant| now.saturating_duration_since(last) >= EVERY;
    if LAST.get().is_none_or(is_due) {
        LAST.set(Some(now));
        for _ in 0..REQUESTS {
            drop(black_box(Vec::<u8>::with_capacity(BYTES)));
        }
    }
}
