//! The real binary: how it starts, how it refuses to, and the state it leaves when it is killed.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use steadfast_server::store::sqlite::SqliteStore;
use steadfast_server::store::{Log, Span};
use steadfast_shared::event::{self, ClosingReason, Reply, Sent};
use steadfast_shared::http::SessionInfo;
use steadfast_shared::{EntryId, Seq};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

#[cfg(unix)]
use crate::drain::terminate;
use crate::settings::settings;
use crate::support::client::PATIENCE;
use crate::support::server::sign_in;
use crate::support::{Client, message};

pub(crate) fn command(database: &Path) -> Command {
    command_on("127.0.0.1:0", database)
}

fn command_on(address: &str, database: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_steadfast"));
    command
        .args(["--listen", address, "--message-burst", "1000000", "--database"])
        .arg(database)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

pub(crate) async fn started(database: &Path) -> (Child, SocketAddr) {
    running(command(database)).await
}

/// Starts it and waits until it listens.
pub(crate) async fn running(mut command: Command) -> (Child, SocketAddr) {
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = loop {
        let line = timeout(PATIENCE, lines.next_line())
            .await
            .unwrap()
            .unwrap()
            .expect("it ended");
        if let Some((_, address)) = line.split_once("listening on http://") {
            break address.trim().parse().unwrap();
        }
    };
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (child, address)
}

pub(crate) async fn refused(command: &mut Command) -> String {
    let Output { status, stderr, .. } = timeout(PATIENCE, command.output()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(1));
    let output = String::from_utf8(stderr).unwrap();
    assert_eq!(output.trim().lines().count(), 1, "one sentence: {output}");
    output
}

#[tokio::test]
async fn hole_17_a_second_process_on_the_same_file_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    let (_first, _) = started(&database).await;
    let output = refused(&mut command(&database)).await;
    assert!(output.contains("in use by another Steadfast process"), "{output}");
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_second_process_on_the_same_file_by_another_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    for folder in [&one, &other] {
        std::fs::create_dir(folder).unwrap();
    }
    let (one, other) = (one.join("chat.db"), other.join("chat.db"));
    // A file that did not exist before the first one started, and one that did.
    for _ in 0..2 {
        let (mut first, _) = started(&one).await;
        std::fs::hard_link(&one, &other).unwrap();
        let output = refused(&mut command(&other)).await;
        assert!(output.contains("in use by another Steadfast process"), "{output}");
        std::fs::remove_file(&other).unwrap();
        // A lock file that somebody took for a stale one.
        std::fs::remove_file(one.with_extension("db.lock")).unwrap();
        let output = refused(&mut command(&one)).await;
        assert!(output.contains("in use by another Steadfast process"), "{output}");
        first.kill().await.unwrap();
    }
    started(&one).await;
}

#[tokio::test]
async fn a_taken_port_and_an_unwritable_folder_are_told_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap().to_string();
    let output = refused(&mut command_on(&taken, &folder.path().join("chat.db"))).await;
    assert!(output.contains("--listen"), "{output}");
    let output = refused(&mut command(&folder.path().join("nowhere").join("chat.db"))).await;
    assert!(output.contains("--database"), "{output}");
    let mut alone = command(&folder.path().join("chat.db"));
    let output = refused(alone.args(["--adapter", "redis://:secret@localhost:1"])).await;
    assert!(
        output.contains("--database postgres://") && !output.contains("secret"),
        "{output}"
    );
    std::fs::write(
        folder.path().join("text.db"),
        "this is no database, and long enough to be looked at".repeat(100),
    )
    .unwrap();
    let output = refused(&mut command(&folder.path().join("text.db"))).await;
    assert!(output.contains("--database"), "{output}");
}

#[tokio::test]
async fn a_reader_that_closes_the_pipe_ends_a_command_quietly_and_no_server() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    let mut server = command(&database);
    server.stderr(closed_pipe());
    let mut server = server.spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let address = loop {
        let line = timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap();
        if let Some((_, address)) = line.expect("it ended").split_once("listening on http://") {
            break address.trim().parse().unwrap();
        }
    };
    // From here on nobody reads the server's log either.
    drop(lines);
    sign_in(&reqwest::Client::new(), address, "Mina").await;
    for arguments in [
        &["check"][..],
        &["admin", "people"],
        &["admin", "audit", "--json"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_steadfast"));
        command
            .args(arguments)
            .arg("--database")
            .arg(&database)
            .stdin(Stdio::null())
            .stdout(closed_pipe())
            .stderr(Stdio::piped());
        let ended = command.spawn().unwrap().wait_with_output();
        let Output { status, stderr, .. } = timeout(PATIENCE, ended).await.unwrap().unwrap();
        let stderr = String::from_utf8(stderr).unwrap();
        assert_eq!((status.code(), stderr.as_str()), (Some(141), ""), "{arguments:?}");
    }
    assert_eq!(server.try_wait().unwrap(), None);
}

/// A pipe that nobody reads, as `head` leaves it.
fn closed_pipe() -> Stdio {
    let (_, writer) = std::io::pipe().unwrap();
    writer.into()
}

#[tokio::test]
async fn a_variable_that_is_set_to_nothing_counts_as_not_set() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = command(&folder.path().join("chat.db"));
    for [_, variable, _] in settings() {
        server.env(variable, "");
    }
    let (_server, address) = running(server).await;
    // Nor is an empty invitation one that nobody can have.
    sign_in(&reqwest::Client::new(), address, "Mina").await;
    let mut check = Command::new(env!("CARGO_BIN_EXE_steadfast"));
    check.arg("check").env("STEADFAST_DATABASE", "");
    let checked = check.current_dir(folder.path()).output().await.unwrap();
    assert_eq!(checked.status.code(), Some(1), "{checked:?}");
}

#[tokio::test]
async fn hole_17_what_was_acknowledged_is_in_the_database_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    let (mut child, address) = started(&database).await;
    let session = sign_in(&reqwest::Client::new(), address, "Mina").await;
    let mut mina = Client::open(address, &session, json!({})).await;
    let room = mina.room();
    let mut acked: Vec<(Seq, EntryId)> = Vec::new();
    let mut waiting = std::collections::VecDeque::new();
    for n in 0..400 {
        waiting.push_back(mina.ask(event::SEND, [message(room, &n.to_string())]).await);
        if waiting.len() > 20 {
            let Reply::Ok(sent) = mina.answer::<Vec<Sent>>(waiting.pop_front().unwrap()).await else {
                panic!("refused");
            };
            let Sent::Stored { id, seq, .. } = sent[0] else {
                panic!("{sent:?}");
            };
            acked.push((seq, id));
        }
    }
    // Killed with twenty batches in flight.
    child.kill().await.unwrap();

    let store = SqliteStore::open(&database, Duration::from_secs(10), 1)
        .await
        .unwrap();
    let mut stored: Vec<(Seq, EntryId)> = Vec::new();
    loop {
        let after = Span::After(stored.len() as u64);
        let page = store.page(room, after, 100).await.unwrap();
        if page.entries.is_empty() {
            assert_eq!(page.head, stored.len() as u64);
            break;
        }
        stored.extend(page.entries.iter().map(|entry| (entry.seq, entry.id)));
    }
    assert!(
        stored.iter().map(|(seq, _)| *seq).eq(1..=stored.len() as u64),
        "contiguous from 1"
    );
    assert!(acked.len() > 300);
    for (seq, id) in acked {
        assert_eq!(
            stored[usize::try_from(seq).unwrap() - 1],
            (seq, id),
            "acknowledged, and not where it was said to be"
        );
    }
}

#[cfg(unix)]
#[tokio::test]
async fn sigterm_tells_everybody_and_ends_with_success() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, address) = started(&folder.path().join("chat.db")).await;
    let session = sign_in(&reqwest::Client::new(), address, "Mina").await;
    let mut mina = Client::open(address, &session, json!({})).await;
    assert!(matches!(
        mina.call::<Value>(event::SEND, [message(mina.room(), "x")]).await,
        Reply::Ok(_)
    ));
    terminate(&child).await;
    assert_eq!(mina.closing().await, Some(ClosingReason::Shutdown));
    let status = timeout(PATIENCE, child.wait()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(0));
}

async fn passwd(database: &Path, nickname: &str, typed: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_steadfast"))
        .args(["passwd", nickname, "--database"])
        .arg(database)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // It may have exited before it reads.
    let _ = stdin.write_all(typed.as_bytes()).await;
    drop(stdin);
    timeout(PATIENCE, child.wait_with_output())
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn a_forgotten_passphrase_is_set_anew_whether_a_server_runs_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    let refused = async |nickname: &str, typed: &str, why: &str| {
        let output = passwd(&database, nickname, typed).await;
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains(why), "{stderr}");
    };
    refused("Mina", "correct horse\n", "there is no database").await;
    assert!(!database.exists(), "it makes none");

    let http = reqwest::Client::new();
    let (mut child, address) = started(&database).await;
    sign_in(&http, address, "Mina").await;
    refused("Nina", "correct horse\n", "there is no person called Nina").await;
    let live = passwd(&database, "Mina", "battery staple\n").await;
    let output = String::from_utf8(live.stdout).unwrap();
    assert!(output.contains("devices signed out: 1"), "{output}");
    let payload = json!({ "nickname": "Mina", "passphrase": "battery staple", "with_token": true });
    let answer = http
        .post(format!("http://{address}/api/session"))
        .json(&payload)
        .send()
        .await;
    let session: SessionInfo = answer.unwrap().json().await.unwrap();
    child.kill().await.unwrap();
    refused("Nina", "correct horse\n", "there is no person called Nina").await;
    refused("Mina", "short\n", "at least 8 characters").await;
    refused("Mina", "", "at least 8 characters").await;
    let done = passwd(&database, "mina", "correct horse\r\n").await;
    let output = String::from_utf8(done.stdout).unwrap();
    assert!(
        done.status.success() && output.contains("devices signed out: 1"),
        "{output}"
    );

    let (_child, address) = started(&database).await;
    let url = format!("http://{address}/api/session");
    let look = http.get(&url).bearer_auth(session.token.unwrap()).send().await;
    assert_eq!(look.unwrap().status(), 401);
    let payload = json!({ "nickname": "Mina", "passphrase": "correct horse" });
    let answer = http.post(&url).json(&payload).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let info: SessionInfo = answer.json().await.unwrap();
    assert_eq!(info.me, session.me);
    assert!(info.has_passphrase);
}

/// Starts a command of the binary. Returns its address and its log.
pub(crate) async fn started_with_log(
    mut command: Command,
) -> (Child, SocketAddr, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (sender, log) = tokio::sync::mpsc::unbounded_channel();
    let (listens, address) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let mut listens = Some(listens);
        while let Ok(Some(line)) = lines.next_line().await {
            if let Some((_, address)) = line.split_once("listening on http://")
                && let Some(listens) = listens.take()
            {
                let _ = listens.send(address.trim().parse().unwrap());
            }
            let _ = sender.send(line);
        }
    });
    let address = timeout(PATIENCE, address).await.unwrap().expect("it ended");
    (child, address, log)
}

pub(crate) async fn line_with(log: &mut tokio::sync::mpsc::UnboundedReceiver<String>, part: &str) -> String {
    let found = async {
        loop {
            let line = log.recv().await.expect("it ended");
            if line.contains(part) {
                return line;
            }
        }
    };
    timeout(PATIENCE, found)
        .await
        .unwrap_or_else(|_| panic!("the log does not say {part}"))
}

#[tokio::test]
async fn fault_m06_who_comes_and_who_is_refused_is_in_the_log_with_the_clients_address() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(&folder.path().join("chat.db"));
    command.args(["--trusted-proxy", "127.0.0.1"]);
    let (_child, address, mut log) = started_with_log(command).await;
    let http = reqwest::Client::new();
    let ask = async |passphrase: &str| {
        let payload = json!({ "nickname": "Mina", "passphrase": passphrase });
        let request = http.post(format!("http://{address}/api/session")).json(&payload);
        let answer = request
            .header("x-forwarded-for", "1.1.1.1, 203.0.113.9")
            .send()
            .await;
        answer.unwrap().status().as_u16()
    };
    for (passphrase, status, part) in [
        ("correct horse", 201, "INFO signed up address=203.0.113.9 "),
        ("correct horse", 201, "INFO signed in address=203.0.113.9 "),
        (
            "wrong horse",
            401,
            "WARN wrong passphrase address=203.0.113.9 nickname=\"Mina\"",
        ),
    ] {
        assert_eq!(ask(passphrase).await, status);
        let line = line_with(&mut log, part).await;
        assert!(!line.contains("horse"), "{line}");
    }
    for _ in 0..12 {
        let _ = ask("wrong horse").await;
    }
    line_with(
        &mut log,
        "WARN sign-in refused address=203.0.113.9 reason=RateLimited",
    )
    .await;
}

/// Everything in the files of a folder.
#[cfg(unix)]
fn bytes_in(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let files = files.filter(|path| path.is_file());
    files.flat_map(|path| std::fs::read(path).unwrap()).collect()
}

#[cfg(unix)]
#[tokio::test]
async fn no_file_and_no_line_of_the_log_contains_a_passphrase_or_a_token() {
    const PASSPHRASE: &str = "a horse of Mina's";
    let folder = tempfile::tempdir().unwrap();
    let (mut child, address, mut log) = started_with_log(command(&folder.path().join("chat.db"))).await;
    let http = reqwest::Client::new();
    let payload = json!({ "nickname": "Mina", "passphrase": PASSPHRASE, "with_token": true });
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let request = http.post(format!("http://{address}/api/session")).json(&payload);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 201, "the passphrase is known all the same");
        let session: SessionInfo = answer.json().await.unwrap();
        Client::open(address, &session, json!({})).await.leave().await;
        tokens.extend(session.token);
    }
    let mut kept = bytes_in(folder.path());
    terminate(&child).await;
    timeout(PATIENCE, child.wait()).await.unwrap().unwrap();
    kept.extend(bytes_in(folder.path()));
    while let Some(line) = log.recv().await {
        kept.extend(line.bytes());
    }
    let contains = |text: &str| kept.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert!(
        contains("Mina") && contains("signed in"),
        "names and lines are found"
    );
    for secret in [PASSPHRASE, &tokens[0], &tokens[1]] {
        assert!(!contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_visitor_is_no_warning_and_a_stranger_page_is() {
    let folder = tempfile::tempdir().unwrap();
    let (_child, address, mut log) = started_with_log(command(&folder.path().join("chat.db"))).await;
    assert_eq!(Client::refused(address, "", &[]).await, "unauthorized");
    let evil = [("origin", "https://evil.example")];
    assert_eq!(Client::refused(address, "", &evil).await, "forbidden_origin");
    let line = line_with(&mut log, "connection refused").await;
    assert!(
        line.contains(" WARN ") && line.ends_with("reason=\"forbidden_origin\""),
        "{line}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn fault_h06_health_is_answered_where_no_open_files_are_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut limited = Command::new("sh");
    limited
        .args([
            "-c",
            "ulimit -n 128 && exec \"$0\" --listen 127.0.0.1:0 --database \"$1\"",
        ])
        .arg(env!("CARGO_BIN_EXE_steadfast"))
        .arg(folder.path().join("chat.db"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    let (_child, address, mut log) = started_with_log(limited).await;
    line_with(&mut log, "the system allows 128 open files").await;
    // Connections are not kept alive, because each would occupy a place.
    let http = reqwest::Client::builder()
        .pool_max_idle_per_host(0)
        .build()
        .unwrap();
    let status = async |path: &str| {
        let answer = http.get(format!("http://{address}{path}")).send().await;
        answer.map_or(0, |answer| answer.status().as_u16())
    };
    let mina = sign_in(&http, address, "Mina").await;
    let mut silent = Vec::new();
    for _ in 0..300 {
        silent.push(tokio::net::TcpStream::connect(address).await.unwrap());
    }
    assert_eq!(status("/healthz").await, 200, "strangers make room");
    // People who chat keep their places.
    let mut held = Vec::new();
    for _ in 0..64 {
        held.push(Client::open(address, &mina, json!({})).await);
    }
    assert_eq!(status("/healthz").await, 200);
    assert_eq!(status("/readyz").await, 200);
    assert_eq!(
        status("/api/registration").await,
        503,
        "all others are told to come back"
    );
    line_with(&mut log, "every place is taken").await;
    drop(held);
    let mut again = 0;
    for _ in 0..200 {
        again = status("/api/registration").await;
        if again == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(again, 200);
}
