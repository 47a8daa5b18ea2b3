//! The server's log on SQLite: a commit of one message and of a hundred, and the newest page.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use steadfast_micro::text;
use steadfast_server::clock;
use steadfast_server::store::account::{NewDevice, SignUp};
use steadfast_server::store::database::Database;
use steadfast_server::store::{NewEntry, Span, Store, Token};
use steadfast_shared::limit::PAGE_ENTRIES;
use steadfast_shared::{Body, EntryId, Nickname, RoomId, UserId};
use uuid::Uuid;

/// Messages that are there before a page is read.
const STORED: usize = 2_000;

#[expect(clippy::unwrap_used, reason = "a database of its own")]
fn log(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bench.db");
    let database = Database::parse(file.to_str().unwrap()).unwrap();
    let store = runtime
        .block_on(database.open(Default::default(), clock::now()))
        .unwrap();
    let (author, room) = runtime.block_on(author(&*store));
    let append = |count: usize| {
        let entries: Vec<_> = (0..count).map(|_| entry(author, room)).collect();
        let appended = runtime.block_on(store.append(&entries, clock::now()));
        black_box(appended.unwrap())
    };
    let mut group = criterion.benchmark_group("log");
    for count in [1, 100] {
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(format!("commit of {count}"), |bencher| {
            bencher.iter(|| append(count));
        });
    }
    group.finish();
    for _ in 0..STORED / 100 {
        append(100);
    }
    criterion.bench_function("log/newest page", |bencher| {
        bencher.iter(|| {
            let page = store.page(room, Span::Newest, PAGE_ENTRIES);
            black_box(runtime.block_on(page).unwrap())
        });
    });
}

#[expect(clippy::unwrap_used, reason = "a database of its own")]
async fn author(store: &dyn Store) -> (UserId, RoomId) {
    let device = NewDevice::new(Token::random().unwrap().hash(), clock::now());
    let wanted = SignUp::new(Nickname::parse("Mina").unwrap(), device);
    let author = store.sign_up(&wanted).await.unwrap().person.id;
    let rooms = store.rooms_of(author).await.unwrap();
    (author, rooms[0].id)
}

fn entry(author: UserId, room: RoomId) -> NewEntry {
    NewEntry {
        author,
        id: EntryId(Uuid::now_v7()),
        room,
        body: Body::message(text()),
        message_id: None,
        address: None,
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = log
}
criterion_main!(benches);
