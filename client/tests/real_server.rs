//! Two chats on the real server, over real sockets, through the death of its process.
//!
//! The server runs as a process of its own: this very program, started again to run [`serve`] alone, so that it can be
//! killed without a chance to tidy up.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "in a test, both say what went wrong"
)]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use steadfast_client::link::{Chat, ChatOptions, LinkState, MemoryStorage, SoloPeers};
use steadfast_client::session::{Connection, Input};
use steadfast_client::timeline::RowState;
use steadfast_server::app;
use steadfast_server::config::Config;
use steadfast_shared::http::SessionInfo;
use steadfast_shared::{EntryId, HandshakeError, MessageText, RoomId, UserId};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

const DATABASE: &str = "STEADFAST_TEST_DATABASE";
const LISTEN: &str = "STEADFAST_TEST_LISTEN";

/// The server's process. Nothing in a run of the tests themselves.
#[tokio::test]
async fn serve() {
    let (Some(database), Ok(listen)) = (std::env::var_os(DATABASE), std::env::var(LISTEN)) else {
        return;
    };
    let mut config = Config::new(PathBuf::from(database));
    config.listen = listen;
    let (listener, _) = app::listen(&config).await.unwrap();
    let app = app::build(config).await.unwrap();
    app.serve(listener, std::future::pending()).await.unwrap();
}

struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    async fn start(database: &Path, address: SocketAddr) -> Self {
        let process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "serve"])
            .env(DATABASE, database)
            .env(LISTEN, address.to_string())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { process, address };
        until("the server listens", async || {
            TcpStream::connect(address).await.is_ok()
        })
        .await;
        server
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    async fn sign_in(&self, nickname: &str) -> SessionInfo {
        let body = format!(r#"{{"nickname":"{nickname}","with_token":true}}"#);
        let request = format!(
            "POST /api/session HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            self.address,
            body.len()
        );
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 201"), "{answer}");
        serde_json::from_str(body).unwrap()
    }

    fn chat(&self, info: &SessionInfo, storage: &MemoryStorage) -> Chat {
        let options = ChatOptions {
            url: format!("http://{}", self.address),
            token: info.token.clone(),
            ..ChatOptions::default()
        };
        Chat::start(options, storage.clone(), SoloPeers)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _reaped = self.process.wait();
    }
}

fn free_address() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

async fn until(what: &str, done: impl AsyncFn() -> bool) {
    for _ in 0..3_000 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("in a minute it did not come about that {what}");
}

async fn online(chat: &Chat) {
    until("the session opens", async || {
        chat.with(|session| matches!(session.connection(), Connection::Online { .. }))
    })
    .await;
}

fn room(chat: &Chat) -> RoomId {
    chat.with(|session| session.rooms().next().unwrap().id)
}

fn post(chat: &Chat, room: RoomId, text: &str) -> EntryId {
    let id = EntryId(Uuid::now_v7());
    let text = MessageText::parse(text).unwrap();
    chat.input(Input::Post {
        room,
        id,
        text,
        at: 1,
    });
    id
}

/// Who, what, where: of every row, in order.
fn rows(chat: &Chat, room: RoomId) -> Vec<(UserId, EntryId, Option<u64>)> {
    chat.with(|session| {
        let rows = session.timeline(room).rows();
        rows.map(|row| (row.author.id, row.id, row.seq())).collect()
    })
}

fn all_sent(chat: &Chat, room: RoomId, many: usize) -> bool {
    let rows = rows(chat, room);
    rows.len() == many && rows.iter().all(|(_, _, seq)| seq.is_some())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_chats_converge_through_the_death_of_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    let mut server = Server::start(&database, free_address()).await;
    let (ann_info, bob_info) = (server.sign_in("ann").await, server.sign_in("bob").await);
    let (ann_storage, bob_storage) = (MemoryStorage::default(), MemoryStorage::default());
    let ann = server.chat(&ann_info, &ann_storage);
    let bob = server.chat(&bob_info, &bob_storage);
    online(&ann).await;
    online(&bob).await;
    let general = room(&ann);

    let mut anns = Vec::new();
    let mut bobs = Vec::new();
    for n in 0..30 {
        anns.push(post(&ann, general, &format!("ann {n}")));
        bobs.push(post(&bob, general, &format!("bob {n}")));
    }
    until("everybody has everything", async || {
        all_sent(&ann, general, 60) && all_sent(&bob, general, 60)
    })
    .await;

    // What is typed just before, while and after the server dies.
    for n in 30..60 {
        anns.push(post(&ann, general, &format!("ann {n}")));
        bobs.push(post(&bob, general, &format!("bob {n}")));
        if n == 40 {
            server.kill();
        }
    }
    until("ann's device has it all", async || {
        ann.with(|session| {
            let unsent = session.outbox().count();
            unsent > 0 && ann_storage.snapshot().outbox.len() == unsent
        })
    })
    .await;
    // A refresh, while the server is away.
    drop(ann);
    let ann = server.chat(&ann_info, &ann_storage);
    until("what was saved is shown", async || {
        ann.with(|session| session.timeline(general).echoes().count() > 0)
    })
    .await;
    assert!(
        ann.with(|session| session
            .timeline(general)
            .echoes()
            .all(|row| row.state == RowState::Saved)),
        "what comes from the disk is saved"
    );

    let address = server.address;
    drop(server);
    let server = Server::start(&database, address).await;
    ann.wake();
    bob.wake();
    until("everybody has everything again", async || {
        all_sent(&ann, general, 120) && all_sent(&bob, general, 120)
    })
    .await;
    let seen = rows(&ann, general);
    assert_eq!(seen, rows(&bob, general), "the same rows in the same order");
    let seqs: Vec<_> = seen.iter().filter_map(|(_, _, seq)| *seq).collect();
    assert_eq!(seqs, (1..=120).collect::<Vec<_>>(), "stored once, without a gap");
    for (person, posted) in [(&ann_info, anns), (&bob_info, bobs)] {
        let of_them = seen.iter().filter(|(author, ..)| *author == person.me.id);
        assert_eq!(
            of_them.map(|(_, id, _)| *id).collect::<Vec<_>>(),
            posted,
            "in the order typed"
        );
    }
    until("the outboxes are empty on disk too", async || {
        ann_storage.snapshot().outbox.is_empty() && bob_storage.snapshot().outbox.is_empty()
    })
    .await;
    drop(server);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_refused_until_signed_in_and_a_wiped_database_takes_the_outbox() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("first.db"), free_address()).await;
    let stranger = SessionInfo {
        token: Some("nobody's".into()),
        ..server.sign_in("somebody").await
    };
    let chat = server.chat(&stranger, &MemoryStorage::default());
    until("the handshake is refused", async || {
        chat.link() == LinkState::Refused(HandshakeError::Unauthorized)
    })
    .await;
    drop(chat);

    let storage = MemoryStorage::default();
    let ann_info = server.sign_in("ann").await;
    let ann = server.chat(&ann_info, &storage);
    online(&ann).await;
    let general = room(&ann);
    let before = post(&ann, general, "in the first database");
    until("it is stored", async || all_sent(&ann, general, 1)).await;
    ann.disconnect();
    let after = post(&ann, general, "typed offline");
    until("it is saved", async || storage.snapshot().outbox.len() == 1).await;
    drop(ann);

    // Another database at the same address. Its rooms have other ids.
    let address = server.address;
    drop(server);
    let server = Server::start(&folder.path().join("second.db"), address).await;
    let ann_info = server.sign_in("ann").await;
    let ann = server.chat(&ann_info, &storage);
    ann.input(Input::SignedIn(ann_info.clone()));
    online(&ann).await;
    let new_general = room(&ann);
    assert_ne!(general, new_general);
    until("what was saved is stored there", async || {
        all_sent(&ann, new_general, 1)
    })
    .await;
    let ids: Vec<_> = rows(&ann, new_general).into_iter().map(|(_, id, _)| id).collect();
    assert_eq!(ids, [after], "and nothing of {before}");
}
