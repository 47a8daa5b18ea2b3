//! A thousand messages typed offline, then sent batch by batch and acknowledged.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use steadfast_client::{Answer, Input, Output, Request, ServerEvent};
use steadfast_micro::{Desk, ROOM, messages, text};
use steadfast_shared::event::Sent;
use steadfast_shared::{EntryId, Seq};
use uuid::Uuid;

const TYPED: u64 = 1_000;

fn post(desk: &mut Desk, nth: u64) -> Vec<Output> {
    desk.input(Input::Post {
        room: ROOM,
        id: EntryId(Uuid::from_u128((2 << 64) + u128::from(nth))),
        text: text(),
        reply_to: None,
        at: 1_000 + nth,
    })
}

/// Answers each batch until there is none.
fn drain(desk: &mut Desk, mut outputs: Vec<Output>) -> Seq {
    let mut seq = 0;
    while let Some((request, items)) = outputs.iter().find_map(|output| match output {
        Output::Request {
            request,
            ask: Request::Send(items),
            ..
        } => Some((*request, items.clone())),
        _ => None,
    }) {
        let sent = items.into_iter().map(|item| {
            seq += 1;
            Sent::Stored {
                id: item.id,
                seq,
                at: 1_000,
            }
        });
        let result = Ok(Answer::Send(Ok(sent.collect())));
        outputs = desk.input(Input::Answered { request, result });
    }
    seq
}

fn outbox(criterion: &mut Criterion) {
    criterion.bench_function("outbox/1,000 typed offline", |bencher| {
        bencher.iter_batched_ref(
            Desk::new,
            |desk| {
                for nth in 0..TYPED {
                    black_box(post(desk, nth));
                }
            },
            BatchSize::LargeInput,
        );
    });
    criterion.bench_function("outbox/1,000 sent", |bencher| {
        bencher.iter_batched_ref(
            || {
                let mut desk = Desk::online();
                let outputs: Vec<_> = (0..TYPED).flat_map(|nth| post(&mut desk, nth)).collect();
                (desk, outputs)
            },
            |(desk, outputs)| {
                let sent = drain(desk, std::mem::take(outputs));
                assert_eq!(sent, TYPED, "all were sent");
            },
            BatchSize::LargeInput,
        );
    });
    // Most of what comes is other people's: the outbox is asked each time whether it is a repeat.
    criterion.bench_function("outbox/100 heard while 1,000 wait", |bencher| {
        bencher.iter_batched_ref(
            || {
                let mut desk = Desk::online();
                for nth in 0..TYPED {
                    post(&mut desk, nth);
                }
                desk
            },
            |desk| desk.event(ServerEvent::Entries(messages(1..101))),
            BatchSize::LargeInput,
        );
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = outbox
}
criterion_main!(benches);
