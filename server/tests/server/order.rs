//! A reader that requests the entries after its cursor gets all of them, in order, however many writers there are.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use steadfast_server::store::{EntryOutcome, NewEntry, Span, Store};
use steadfast_shared::{EntryId, RoomId, Seq, UserId};
use uuid::Uuid;

use crate::store::Fixture;
use crate::support::body;

const WRITERS: usize = 8;
const READERS: usize = 4;
const BATCHES: usize = 30;

/// A client that polls a log: it requests the entries after its last one, and relies on nothing earlier appearing later.
#[derive(Default)]
struct Reader {
    seen: Vec<(Seq, EntryId)>,
}

impl Reader {
    fn cursor(&self) -> Seq {
        self.seen.last().map_or(0, |(seq, _)| *seq)
    }

    fn take(&mut self, page: impl IntoIterator<Item = (Seq, EntryId)>) {
        self.seen.extend(page);
    }

    /// The places up to the cursor that it has not received, and never will.
    fn skipped(&self) -> BTreeSet<Seq> {
        let seen: BTreeSet<Seq> = self.seen.iter().map(|(seq, _)| *seq).collect();
        (1..=self.cursor()).filter(|seq| !seen.contains(seq)).collect()
    }
}

async fn write(store: Arc<dyn Store>, author: UserId, room: RoomId) -> Vec<EntryId> {
    let mut written = Vec::new();
    for batch in 0..BATCHES {
        let entries: Vec<NewEntry> = (0..=batch % 3)
            .map(|n| NewEntry {
                author,
                id: EntryId(Uuid::now_v7()),
                room,
                body: body(&format!("{batch}.{n}")),
                message_id: None,
                address: None,
            })
            .collect();
        let appended = store.append(&entries, 7).await.unwrap();
        for (entry, outcome) in entries.iter().zip(&appended.outcomes) {
            assert!(matches!(outcome, EntryOutcome::Stored { .. }), "{outcome:?}");
            written.push(entry.id);
        }
        tokio::task::yield_now().await;
    }
    written
}

async fn read(store: Arc<dyn Store>, room: RoomId, over: Arc<AtomicBool>) -> Reader {
    let mut reader = Reader::default();
    loop {
        // Read before the page, so that the last page is read after the last commit.
        let last = over.load(Ordering::Acquire);
        let page = store.page(room, Span::After(reader.cursor()), 7).await.unwrap();
        let nothing = page.entries.is_empty();
        reader.take(page.entries.iter().map(|entry| (entry.seq, entry.id)));
        assert!(
            reader.skipped().is_empty(),
            "what was not visible in time is never read"
        );
        if last && nothing {
            return reader;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hole_16_commits_become_visible_in_the_order_of_their_places() {
    commits_become_visible_in_order(Fixture::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hole_16_commits_become_visible_in_the_order_of_their_places_in_postgres() {
    commits_become_visible_in_order(Fixture::postgres().await).await;
}

async fn commits_become_visible_in_order(fixture: Fixture) {
    let over = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..READERS)
        .map(|_| tokio::spawn(read(fixture.store.clone(), fixture.general, over.clone())))
        .collect();
    let writers: Vec<_> = (0..WRITERS)
        .map(|n| {
            let author = if n % 2 == 0 { &fixture.mina } else { &fixture.jun };
            tokio::spawn(write(fixture.store.clone(), author.person.id, fixture.general))
        })
        .collect();
    // Another room's commits come in between.
    let beside = tokio::spawn(write(
        fixture.store.clone(),
        fixture.mina.person.id,
        fixture.other,
    ));
    let mut written = Vec::new();
    for writer in writers {
        let by_one = writer.await.unwrap();
        written.push(by_one);
    }
    beside.await.unwrap();
    over.store(true, Ordering::Release);

    let many: usize = written.iter().map(Vec::len).sum();
    let mut logs = Vec::new();
    for reader in readers {
        let reader = reader.await.unwrap();
        let seqs = reader.seen.iter().map(|(seq, _)| *seq);
        assert!(seqs.eq(1..=many as Seq), "each once, in order, none skipped");
        logs.push(reader.seen);
    }
    assert!(logs.windows(2).all(|pair| pair[0] == pair[1]));
    for by_one in written {
        let order = logs[0].iter().map(|(_, id)| *id).filter(|id| by_one.contains(id));
        assert!(order.eq(by_one.iter().copied()), "in the order written");
    }
}

/// Shows that the test above detects a store that assigns places from a sequence: place 1 is committed after place 2.
#[test]
fn hole_16_a_reader_of_places_taken_outside_of_the_transaction_skips_what_commits_late() {
    let mut table: Vec<(Seq, EntryId)> = Vec::new();
    let mut reader = Reader::default();
    let mut sequence = 1..;
    let mut take = || (sequence.next().unwrap(), EntryId(Uuid::now_v7()));
    let (slow, fast) = (take(), take());
    let poll = |reader: &mut Reader, table: &[(Seq, EntryId)]| {
        let cursor = reader.cursor();
        reader.take(table.iter().copied().filter(|(seq, _)| *seq > cursor));
    };
    table.push(fast);
    poll(&mut reader, &table);
    table.push(slow);
    poll(&mut reader, &table);
    assert_eq!(reader.skipped(), BTreeSet::from([1]));
}
