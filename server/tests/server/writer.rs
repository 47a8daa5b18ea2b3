//! The writer with a failing store: nothing is acknowledged that is not stored, nothing stored stays unpublished.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use steadfast_server::clock;
use steadfast_server::config::Config;
use steadfast_server::realtime::entries::writer::{CommandAnswer, Job, LogWriter, Publish, QueuedCommand};
use steadfast_server::store::sqlite::SqliteStore;
use steadfast_server::store::{Accounts, ChangeNumber, Command, Device, Grown, Rooms, StoreError};
use steadfast_shared::event::{self, Reply, SendItem, Sent};
use steadfast_shared::{ErrorCode, Nickname, Room, RoomId, Seq, UserId, WireError};
use tempfile::TempDir;
use tokio::sync::{Semaphore, oneshot};

use crate::support::faulty::{Fault, Faulty};
use crate::support::newcomer;
use crate::support::{TestServer, message};

/// Records the published entries.
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
    writer: LogWriter,
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
        let (writer, _) = LogWriter::start(store.clone(), published.clone());
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

    /// Runs a rename command for a person.
    fn rename(&self, by: UserId, name: &str) -> oneshot::Receiver<Result<CommandAnswer, WireError>> {
        let (answer, answered) = oneshot::channel();
        self.writer.run(QueuedCommand {
            by,
            address: None,
            act: Command::Rename(Nickname::parse(name).unwrap()),
            entries: 1,
            answer: Box::new(move |done| drop(answer.send(done))),
        });
        answered
    }

    /// Blocks the writer's next commit until the gate opens.
    async fn held(&self) -> oneshot::Receiver<Reply<Vec<Sent>>> {
        let first = self.push(vec![self.message()]);
        while self.store.appends.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        first
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
async fn a_full_lane_is_refused_as_busy_at_once() {
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
async fn somebodys_thousand_commands_hold_nobody_up() {
    let gate = Arc::new(Semaphore::new(0));
    let bench = Bench::new([Fault::Waits(gate.clone())]).await;
    let first = bench.held().await;
    let mina = bench.mina.person.id;
    let many: Vec<_> = (0..1_000)
        .map(|n| bench.rename(mina, &format!("Mina {n}")))
        .collect();
    let jun = bench.store.inner().sign_up(&newcomer("Jun")).await.unwrap();
    let jun = jun.person.id;
    let others = bench.rename(jun, "Jill");
    let (answer, answered) = oneshot::channel();
    let store = bench.store.clone();
    bench.writer.push(Job {
        author: jun,
        address: None,
        items: vec![bench.message()],
        answer: Box::new(move |reply| {
            let before: usize = store.commands.lock().unwrap().iter().sum();
            let _ = answer.send((seq_of(reply), before));
        }),
    });
    gate.add_permits(1);
    assert_eq!(seq_of(first.await.unwrap()), 1);
    assert_eq!(others.await.unwrap().unwrap().person.unwrap().name, "Jill");
    // Jun's message comes after Jun's earlier command: that was in the first commit with commands, this in the next one.
    let (_, before) = answered.await.unwrap();
    assert!(before <= 16, "{before} commands were carried out before it");
    for one in many {
        assert!(one.await.unwrap().is_ok());
    }
    let commits = bench.store.commands.lock().unwrap();
    assert!(commits.iter().all(|commands| *commands <= 8), "{commits:?}");
}

#[tokio::test]
async fn commands_are_committed_together_with_messages_and_are_refused_by_themselves() {
    let gate = Arc::new(Semaphore::new(0));
    let bench = Bench::new([Fault::Waits(gate.clone())]).await;
    let jun = bench.store.inner().sign_up(&newcomer("Jun")).await.unwrap();
    let first = bench.held().await;
    let said = bench.push(vec![bench.message()]);
    let taken = bench.rename(jun.person.id, "Mina");
    let free = bench.rename(bench.mina.person.id, "Ada");
    gate.add_permits(1);
    assert_eq!(seq_of(first.await.unwrap()), 1);
    assert_eq!(seq_of(said.await.unwrap()), 2);
    assert_eq!(taken.await.unwrap().unwrap_err().code, ErrorCode::NicknameTaken);
    assert_eq!(free.await.unwrap().unwrap().person.unwrap().name, "Ada");
    assert_eq!(*bench.store.appends.lock().unwrap(), [1, 1]);
    assert_eq!(*bench.store.commands.lock().unwrap(), [2]);
}

#[tokio::test]
async fn where_nobody_knows_what_became_of_a_commit_messages_are_settled_and_commands_unavailable() {
    let gate = Arc::new(Semaphore::new(0));
    let bench = Bench::new([Fault::Waits(gate.clone())]).await;
    bench
        .store
        .command_faults
        .lock()
        .unwrap()
        .push_back(Fault::UnconfirmedAfterCommit);
    let first = bench.held().await;
    let said = bench.push(vec![bench.message()]);
    let renamed = bench.rename(bench.mina.person.id, "Ada");
    gate.add_permits(1);
    assert_eq!(seq_of(first.await.unwrap()), 1);
    assert_eq!(seq_of(said.await.unwrap()), 2, "stored once");
    assert_eq!(renamed.await.unwrap().unwrap_err().code, ErrorCode::Unavailable);
    assert_eq!(bench.store.inner().heads().await.unwrap()[&bench.room], 3);
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
    let renamed = bench.rename(bench.mina.person.id, "Ada");
    let poison = bench.push(vec![item]);
    let also_good = bench.push(vec![bench.message()]);
    gate.add_permits(1);
    assert_eq!(seq_of(first.await.unwrap()), 1);
    assert_eq!(seq_of(good.await.unwrap()), 2);
    assert_eq!(code_of(poison.await.unwrap()), ErrorCode::Unavailable);
    // Its author had requested a name before.
    assert_eq!(renamed.await.unwrap().unwrap().person.unwrap().name, "Ada");
    assert_eq!(seq_of(also_good.await.unwrap()), 4);
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
