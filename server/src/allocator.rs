//! The allocator, and how it gives back memory that a flood took.
//!
//! What glibc has freed it keeps, in pieces; mimalloc gives it back. But a block that one thread took and another one freed goes
//! back by the first one alone, once in a hundred times that it asks for memory it does not have at hand; and a thread that has
//! nothing to do asks for none. Large messages are read by one thread and dropped by another. So each thread of the runtime asks
//! now and then, as it comes to rest.

use std::cell::Cell;
use std::hint::black_box;
use std::time::Duration;

use mimalloc::MiMalloc;
use steadfast_server::clock::{self, Instant};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// How often a thread asks, at most.
const EVERY: Duration = Duration::from_secs(2);
/// After so many requests mimalloc takes back what other threads freed.
const REQUESTS: usize = 101;
/// Larger than anything it has at hand. Nothing is written there, so that no page of it is ever made.
const BYTES: usize = 1024 * 1024;

thread_local! {
    static ASKED: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Has mimalloc take back what other threads have freed of this one's.
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
