//! Three processes on one Postgres with all kinds of failures: every acknowledged message is stored once, and everybody is shown
//! the same.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::Executor;
use steadfast_shared::event::{self, Availability, Nodes};
use tokio::process::{Child, Command};
use tokio::time::sleep;

use super::people::People;
use super::person::Addresses;
use super::presence::{sees, watching};
use crate::process::{command, line_with, started_with_log};
use crate::support::postgres::Database;
use crate::support::proxy::{Proxy, Silent};
use crate::support::server::sign_in;
use crate::support::{Client, message};

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
    command.args(["--presence-grace-ms", "500"]);
    let (process, address, mut log) = started_with_log(command).await;
    tokio::spawn(async move { while log.recv().await.is_some() {} });
    (process, address)
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

    let people = People::start(6, &nodes).await;
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
    people.go_on("the database server was restarted in order").await;
    database.crash_the_server().await;
    people
        .go_on("the database server was killed and started again")
        .await;

    let store = database.open_beside().await;
    let (lost, _) = people.check(&store).await;
    assert_eq!(lost, 0);
}

#[tokio::test]
async fn nodes_with_different_adapters_say_so() {
    let database = Database::new().await;
    let folder = tempfile::tempdir().unwrap();
    let node = |name: &str, adapter: Option<&str>| {
        let mut command = command(Path::new(&database.url()));
        command.arg("--admin-socket").arg(folder.path().join(name));
        command.args(adapter.iter().flat_map(|adapter| ["--adapter", adapter]));
        command
    };
    let (_first, _, mut first) = started_with_log(node("first", None)).await;
    let (mut second, _, mut log) = started_with_log(node("second", Some("none"))).await;
    let said = line_with(&mut log, "other nodes of this database have another adapter").await;
    assert!(said.contains("WARN") && said.contains("postgres"), "{said}");
    let said = line_with(&mut first, "other nodes of this database have another adapter").await;
    assert!(said.contains("WARN") && said.contains("none"), "{said}");
    second.kill().await.unwrap();
    let (_again, _, _log) = started_with_log(node("second", None)).await;
    line_with(&mut first, "every other node has this node's adapter again").await;
}

#[tokio::test]
async fn people_of_a_node_that_is_killed_go_offline_elsewhere() {
    let database = Database::new().await;
    let folder = tempfile::tempdir().unwrap();
    let (first, at_first) = Node::start(database.url(), folder.path(), "first").await;
    let (_second, at_second) = Node::start(database.url(), folder.path(), "second").await;
    let http = reqwest::Client::new();
    let jun = sign_in(&http, at_second, "Jun").await;
    let mina = sign_in(&http, at_first, "Mina").await;
    let mut jun = watching(at_second, &jun).await;
    let _mina_at_first = Client::open(at_first, &mina, serde_json::json!({})).await;
    sees(&mut jun, &mina, Availability::Online).await;
    first.signal("-KILL").await;
    sees(&mut jun, &mina, Availability::Offline).await;
}
