//! Changes of messages that are on the screen: reactions, edits, deletions.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use steadfast_client::ServerEvent;
use steadfast_micro::{Desk, ROOM, entry, messages, text};
use steadfast_shared::event::Entries;
use steadfast_shared::{Body, Emoji};

const MESSAGES: u64 = 500;
const CHANGES: u64 = 500;

#[expect(clippy::unwrap_used, reason = "a valid emoji")]
fn changes() -> Entries {
    let emojis = ["👍", "🎉", "👀"].map(|emoji| Emoji::parse(emoji).unwrap());
    let change = |nth: u64| {
        let message = nth * 7 % MESSAGES + 1;
        match nth % 10 {
            0 => Body::Delete { message },
            1..4 => Body::Edit {
                message,
                text: text(),
            },
            _ => Body::React {
                message,
                emoji: emojis[(nth % 3) as usize].clone(),
                on: true,
            },
        }
    };
    let from = MESSAGES + 1;
    Entries {
        room: ROOM,
        from,
        entries: (0..CHANGES).map(|nth| entry(from + nth, change(nth))).collect(),
    }
}

fn fold(criterion: &mut Criterion) {
    criterion.bench_function("fold/500 changes of 500 messages", |bencher| {
        bencher.iter_batched(
            || {
                let mut desk = Desk::online();
                desk.event(ServerEvent::Entries(messages(1..MESSAGES + 1)));
                (desk, changes())
            },
            |(mut desk, changes)| {
                desk.event(ServerEvent::Entries(changes));
                desk
            },
            BatchSize::LargeInput,
        );
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = fold
}
criterion_main!(benches);
