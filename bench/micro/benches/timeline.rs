//! A room's rows: as messages come one by one, and all read at once.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use steadfast_client::ServerEvent;
use steadfast_micro::{Desk, ROOM, messages};

const ROWS: u64 = 1_000;

fn desk() -> Desk {
    let mut desk = Desk::online();
    desk.event(ServerEvent::Entries(messages(1..ROWS + 1)));
    desk
}

fn timeline(criterion: &mut Criterion) {
    criterion.bench_function("timeline/one more after 1,000", |bencher| {
        bencher.iter_batched_ref(
            || (desk(), messages(ROWS + 1..ROWS + 2)),
            |(desk, next)| {
                desk.event(ServerEvent::Entries(next.clone()));
                black_box(desk.0.timeline(ROOM).rows().next_back().map(|row| row.key()))
            },
            BatchSize::LargeInput,
        );
    });
    let full = desk();
    criterion.bench_function("timeline/1,000 rows read", |bencher| {
        bencher.iter(|| {
            let texts = full.0.timeline(ROOM).rows();
            black_box(texts.filter_map(|row| row.text().map(str::len)).sum::<usize>())
        });
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = timeline
}
criterion_main!(benches);
