//! The writer with a store that fails: nothing is acknowledged that is not stored, nothing stored stays unpublished.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use steadfast_server::clock;
use steadfast_server::config::Config;
use steadfast_server::realtime::writer::{Job, Publish, Writer};
use steadfast_server::store::sqlite::SqliteStore;
use steadfast_server::store::{Accounts, ChangeNumber, Device, Grown, Rooms, StoreError};
use steadfast_shared::event::{self, Reply, SendItem, Sent};
use steadfast_shared::{ErrorCode, Room, RoomId, Seq, UserId};
use tempfile::TempDir;
use tokio::sync::{Semaphore, oneshot};

use crate::support::faulty::{Fault, Faulty};
use crate::support::newcomer;
use crate::support::{TestServer, message};

/// Remembers what was published.
#[derive(Default)]
struct Published(Mutex<Vec<(Seq, Vec<Seq>)>>);

#[async_trait]
impl Publish for Published {
    async fn committed(&self, _: ChangeNumber, logs: Vec<Grown>) {
        for log in logs {
            let fresh = log.fresh.iter().map(|entry| entry.seq).collect();
            self.0.lock().unwrap().push((log.head, fresh));
        }
    }

    fn uncertain(&self) {}

    async fn follow(&self, _: ChangeNumber) -> Result<(), StoreError> {
        Ok(())
    }

    async fn view(&self, _: RoomId, _: UserId) -> Result<Option<Room>, StoreError> {
        Ok(None)
    }
}

struct Bench {
    store: Arc<Faulty>,
    published: Arc<Published>,
    writer: Writer,
    mina: Device,
    room: RoomId,
    _folder: TempDir,
}

impl Bench {
    async fn new(faults: impl IntoIterator<Item = Fault>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chat.db");
        let sqlite = SqliteStore::open(&path, Duration::from_secs(10), clock::now())
            .await
            .unwrap();
        let mina = sqlite.sign_up(&newcomer("Mina")).await.unwrap();
        let room = sqlite.rooms_of(mina.person.id).await.unwrap()[0].id;
        let store = Arc::new(Faulty::new(Arc::new(sqlite), faults));
        let published = Arc::new(Published::default());
        let (writer, _) = Writer::start(store.clone(), published.clone());
        Self {
            store,
            published,
            writer,
            mina,
            room,
            _folder: folder,
        }
    }

    fn push(&self, items: Vec<SendItem>) -> oneshot::Receiver<Reply<Vec<Sent>>> {
        let (answer, answered) = oneshot::channel();
        self.writer.push(Job {
            author: self.mina.person.id,
            address: None,
            items,
            answer: Box::new(move |reply| drop(answer.send(reply))),
        });
        answered
    }

    fn message(&self) -> SendItem {
        message(self.room, "hi")
    }
}

fn seq_of(reply: Reply<Vec<Sent>>) -> Seq {
    match reply {
        Reply::Ok(sent) => match &sent[0] {
            Sent::Stored { seq, .. } => *seq,
            refused => panic!("{refused:?}"),
        },
        Reply::Err(error) => panic!("{error:?}"),
    }
}

fn code_of(reply: Reply<Vec<Sent>>) -> ErrorCode {
    match reply {
        Reply::Err(error) => error.code,
        Reply::Ok(sent) => panic!("{sent:?}"),
    }
}

#[tokio::test]
async fn everything_queued_goes_into_one_commit_and_out_in_one_piece() {
    let gate = Arc::new(Semaphore::new(0));
    let bench = Bench::new([Fault::Waits(gate.clone())]).await;
    let first = bench.push(vec![bench.message()]);
    while bench.store.appends.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let others: Vec<_> = (0..20)
        .map(|_| bench.push(vec![bench.message(), bench.message()]))
        .collect();
    gate.add_permits(1);
    assert_eq!(seq_of(first.await.unwrap()), 1);
    for (n, other) in others.into_iter().enumerate() {
        assert_eq!(seq_of(other.await.unwrap()), 2 + 2 * n as u64);
    }
    assert_eq!(*bench.store.appends.lock().unwrap(), [1, 40]);
    while bench.published.0.lock().unwrap().len() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(
        *bench.published.0.lock().unwrap(),
        [(1, vec![1]), (41, (2..=41).collect())]
    );
}

#[tokio::test]
async fn a_full_queue_is_refused_as_busy_at_once() {
    let gate = Arc::new(Semaphore::new(0));
    let bench = Bench::new([Fault::Waits(gate.clone())]).await;
    let mut answers = Vec::new();
    for _ in 0..2_000 {
        answers.push(bench.push(vec![bench.message()]));
        tokio::task::yield_now().await;
    }
    assert_eq!(code_of(answers.pop().unwrap().await.unwrap()), ErrorCode::Busy);
    gate.add_permits(1);
    let mut expected = 1;
    for answer in answers {
        match answer.await.unwrap() {
            Reply::Err(error) => assert_eq!(error.code, ErrorCode::Busy),
            stored => {
                assert_eq!(seq_of(stored), expected, "what is refused leaves no gap");
                expected += 1;
            }
        }
    }
    assert!(expected > 1_000);
}

#[tokio::test]
async fn a_failing_disk_is_unavailable_and_the_writer_goes_on() {
    let bench = Bench::new([Fault::Fails]).await;
    let item = bench.message();
    assert_eq!(
        code_of(bench.push(vec![item.clone()]).await.unwrap()),
        ErrorCode::Unavailable
    );
    assert_eq!(seq_of(bench.push(vec![item]).await.unwrap()), 1);
}

#[tokio::test]
async fn a_panicking_store_costs_one_batch() {
    let bench = Bench::new([Fault::Panics]).await;
    assert!(
        bench.push(vec![bench.message()]).await.is_err(),
        "it was never answered"
    );
    assert_eq!(seq_of(bench.push(vec![bench.message()]).await.unwrap()), 1);
    assert!(bench.writer.is_alive());
}

#[tokio::test]
async fn hole_15_one_batch_that_breaks_a_constraint_does_not_take_the_others_along() {
    let gate = Arc::new(Semaphore::new(0));
    let item = message(RoomId(uuid::Uuid::nil()), "x");
    let bench = Bench::new([Fault::Waits(gate.clone()), Fault::Rejects(item.id)]).await;
    let first = bench.push(vec![bench.message()]);
    while bench.store.appends.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let good = bench.push(vec![bench.message()]);
    let poison = bench.push(vec![item]);
    let also_good = bench.push(vec![bench.message()]);
    gate.add_permits(1);
    assert_eq!(seq_of(first.await.unwrap()), 1);
    assert_eq!(seq_of(good.await.unwrap()), 2);
    assert_eq!(code_of(poison.await.unwrap()), ErrorCode::Unavailable);
    assert_eq!(seq_of(also_good.await.unwrap()), 3);
}

#[tokio::test]
async fn a_closed_writer_writes_what_it_took_and_no_more() {
    let bench = Bench::new([]).await;
    let taken = bench.push(vec![bench.message()]);
    bench.writer.close();
    assert_eq!(seq_of(taken.await.unwrap()), 1);
    while bench.writer.is_alive() {
        tokio::task::yield_now().await;
    }
    assert_eq!(
        code_of(bench.push(vec![bench.message()]).await.unwrap()),
        ErrorCode::Busy
    );
}

#[tokio::test]
async fn hole_08_what_was_committed_and_not_acknowledged_reaches_everybody_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::new(folder.path().join("chat.db"));
    let sqlite = SqliteStore::open(
        config.database.file().unwrap(),
        Duration::from_secs(10),
        clock::now(),
    )
    .await
    .unwrap();
    let store = Arc::new(Faulty::new(Arc::new(sqlite), [Fault::FailsAfterCommit]));
    let server = TestServer::on_store(folder, config, store).await;
    let mut mina = server.join("Mina").await;
    let mut jun = server.join("Jun").await;
    let room = mina.room();
    let said = message(room, "hello?");
    assert_eq!(
        mina.refusal(event::SEND, json!([said])).await,
        ErrorCode::Unavailable
    );
    let heard = jun.entries().await;
    assert_eq!((heard[0].seq, heard[0].id), (1, said.id));
    assert_eq!(
        mina.send(std::slice::from_ref(&said)).await,
        [1],
        "the retry gets the first result"
    );
    assert_eq!(jun.send(&[message(room, "yes")]).await, [2]);
    assert_eq!(jun.entries().await[0].seq, 2, "and nothing comes twice");
}
