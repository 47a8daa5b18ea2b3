//! Three processes on one Postgres with all kinds of failures: every acknowledged message is stored once, and everybody is shown
//! the same.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::Executor;
use steadfast_server::store::{Log, Span};
use steadfast_shared::event::{self, Nodes};
use steadfast_shared::{EntryId, RoomId};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::person::{Addresses, Person, Seen};
use crate::process::{command, line_with, started_with_log};
use crate::support::postgres::Database;
use crate::support::proxy::{Proxy, Silent};
use crate::support::server::sign_in;
use crate::support::{Client, message};

/// How long people may take to continue after a fault.
const GOES_ON: Duration = Duration::from_secs(40);
/// Acknowledged entries after which people count as having continued.
const ENOUGH: usize = 40;

struct Node {
    url: String,
    folder: PathBuf,
    process: Child,
}

impl Node {
    async fn start(url: String, folder: &Path, name: &str) -> (Self, SocketAddr) {
        let folder = folder.join(name);
        let (process, address) = run(&url, &folder).await;
        (Self { url, folder, process }, address)
    }

    async fn restart(&mut self) -> SocketAddr {
        let (process, address) = run(&self.url, &self.folder).await;
        self.process = process;
        address
    }

    /// Sends the process a signal.
    async fn signal(&self, signal: &str) {
        let process = self.process.id().unwrap().to_string();
        let done = Command::new("kill").args([signal, &process]).status().await;
        assert!(done.unwrap().success());
    }
}

async fn run(url: &str, admin_socket: &Path) -> (Child, SocketAddr) {
    let mut command = command(Path::new(url));
    command.arg("--admin-socket").arg(admin_socket);
    let (process, address, mut log) = started_with_log(command).await;
    tokio::spawn(async move { while log.recv().await.is_some() {} });
    (process, address)
}

/// People who send and receive.
struct People {
    seen: Vec<watch::Receiver<Seen>>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl People {
    fn acknowledged(&self) -> usize {
        self.seen
            .iter()
            .map(|seen| seen.borrow().acknowledged.len())
            .sum()
    }

    /// Fails if one of them has failed.
    fn all_well(&self) {
        assert!(
            self.tasks.iter().all(|task| !task.is_finished()),
            "somebody was shown something wrong"
        );
    }

    async fn go_on(&self, after: &str) {
        let (began, until) = (Instant::now(), Instant::now() + GOES_ON);
        let enough = self.acknowledged() + ENOUGH;
        while self.acknowledged() < enough {
            self.all_well();
            assert!(Instant::now() < until, "nobody goes on after {after}");
            sleep(Duration::from_millis(20)).await;
        }
        println!("{after}: {ENOUGH} more acknowledged after {:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_node_whose_adapter_cannot_be_reached_starts_and_says_so_once() {
    let database = Database::new().await;
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(Path::new(&database.url()));
    command.args(["--adapter", "redis://:secret@127.0.0.1:1", "--admin-socket"]);
    command.arg(folder.path().join("admin.sock"));
    let (_process, address, mut log) = started_with_log(command).await;
    let said = line_with(&mut log, "the other nodes are not connected").await;
    assert!(said.contains("WARN") && !said.contains("secret"), "{said}");
    let http = reqwest::Client::new();
    let session = sign_in(&http, address, "Mina").await;
    let mut mina = Client::open(address, &session, serde_json::json!({})).await;
    let nodes: Nodes = mina.next(event::NODES).await;
    assert!(nodes.degraded);
    let room = mina.room();
    mina.send(&[message(room, "alone")]).await;
    while let Ok(line) = log.try_recv() {
        assert!(!line.contains("not connected"), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_keep_the_promise_while_nodes_the_database_and_the_network_fail() {
    let database = Database::on_a_server_of_its_own().await;
    let network = Proxy::start(database.socket()).await;
    let folder = tempfile::tempdir().unwrap();
    let (mut first, at_first) = Node::start(database.url(), folder.path(), "first").await;
    let (second, at_second) = Node::start(database.url(), folder.path(), "second").await;
    let (_third, at_third) = Node::start(database.url_by(network.port), folder.path(), "third").await;
    let nodes: Addresses = Arc::new(Mutex::new(vec![at_first, at_second, at_third]));

    let http = reqwest::Client::new();
    let speaks = watch::Sender::new(true);
    let mut people = People {
        seen: Vec::new(),
        tasks: Vec::new(),
    };
    let mut room = None;
    for nth in 0..6 {
        let at = [at_first, at_second, at_third][nth % 3];
        let session = sign_in(&http, at, &format!("Person {nth}")).await;
        let room = match room {
            Some(room) => room,
            None => {
                let client = Client::open(at, &session, serde_json::json!({})).await;
                *room.insert(client.room())
            }
        };
        let person = Person::new(session, nodes.clone(), nth, room, speaks.subscribe());
        people.seen.push(person.seen());
        people.tasks.push(tokio::spawn(person.run()));
    }
    let room = room.unwrap();
    people.go_on("the start").await;

    first.signal("-KILL").await;
    people.go_on("a node was killed").await;
    let again = first.restart().await;
    nodes.lock().unwrap()[0] = again;

    let mut connection = database.connect().await;
    for _ in 0..5 {
        let statement = "select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() order by state, random() limit 1";
        connection.execute(statement).await.unwrap();
        sleep(Duration::from_millis(100)).await;
    }
    people.go_on("five backends were terminated").await;

    second.signal("-STOP").await;
    people.go_on("a node was frozen").await;
    sleep(Duration::from_secs(4)).await;
    second.signal("-CONT").await;
    people.go_on("it was thawed").await;

    network.silence(Silent::Everything);
    people.go_on("a node was cut off from the database").await;
    sleep(Duration::from_secs(4)).await;
    network.silence(Silent::Nothing);
    people.go_on("it was not any more").await;

    drop(connection);
    database.restart_the_server().await;
    people
        .go_on("the database server was killed and started again")
        .await;

    speaks.send_replace(false);
    check(&database, &mut people, room).await;
}

/// Everybody is shown all entries, once and in one order, and every acknowledged message is in its place.
async fn check(database: &Database, people: &mut People, room: RoomId) {
    let store = database.open_beside().await;
    let until = Instant::now() + GOES_ON;
    let mut stored: Vec<EntryId> = Vec::new();
    loop {
        people.all_well();
        loop {
            let page = store
                .page(room, Span::After(stored.len() as u64), 200)
                .await
                .unwrap();
            if page.entries.is_empty() {
                break;
            }
            for entry in page.entries {
                assert_eq!(entry.seq, stored.len() as u64 + 1, "contiguous");
                stored.push(entry.id);
            }
        }
        let all = |seen: &watch::Receiver<Seen>| seen.borrow().shown.len() == stored.len();
        if people.seen.iter().all(all) {
            break;
        }
        assert!(Instant::now() < until, "not everybody is shown everything");
        sleep(Duration::from_millis(100)).await;
    }
    let distinct: BTreeSet<_> = stored.iter().collect();
    assert_eq!(distinct.len(), stored.len(), "stored once");
    let mut acknowledged = 0;
    for seen in &people.seen {
        let seen = seen.borrow();
        assert_eq!(seen.shown, stored, "one order");
        for (id, seq) in &seen.acknowledged {
            assert_eq!(stored[*seq as usize - 1], *id, "every ack is true");
        }
        acknowledged += seen.acknowledged.len();
    }
    println!("{acknowledged} acknowledged, {} stored", stored.len());
    assert!(acknowledged <= stored.len());
    people.tasks.drain(..).for_each(|task| task.abort());
}
