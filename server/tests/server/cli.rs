//! `steadfast admin` beside a running server: the real binary on both sides of the socket.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use steadfast_shared::event::{self, ClosingReason, NewRole, Session};
use steadfast_shared::{ErrorCode, Role, WireError};
use tokio::process::Command;
use tokio::time::timeout;

use crate::process::{command, started, started_with_log};
use crate::support::client::PATIENCE;
use crate::support::server::sign_in;
use crate::support::{Client, message};

/// Runs `steadfast admin`. Returns its exit code and its output.
async fn admin(database: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_steadfast"))
        .arg("admin")
        .args(arguments)
        .arg("--database")
        .arg(database)
        .stdin(Stdio::null())
        .output();
    let Output {
        status,
        stdout,
        stderr,
    } = timeout(PATIENCE, output).await.unwrap().unwrap();
    let output = String::from_utf8([stdout, stderr].concat()).unwrap();
    (status.code().unwrap(), output)
}

async fn done(database: &Path, arguments: &[&str]) -> String {
    let (code, output) = admin(database, arguments).await;
    assert_eq!(code, 0, "{arguments:?}: {output}");
    output
}

async fn answer(database: &Path, arguments: &[&str]) -> Value {
    let output = done(database, &[arguments, &["--json"]].concat()).await;
    serde_json::from_str(&output).unwrap_or_else(|_| panic!("{output}"))
}

#[tokio::test]
async fn fault_h10_an_operator_bans_live_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    let (_server, address) = started(&database).await;
    let socket = folder.path().join("chat.db.sock");
    let mode = std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let http = reqwest::Client::new();
    let session = sign_in(&http, address, "Mallory").await;
    let mut mallory = Client::open(address, &session, json!({})).await;
    let mina = sign_in(&http, address, "Mina").await;
    let mut other = Client::open(address, &mina, json!({})).await;
    let room = mallory.room();
    mallory.send(&[message(room, "buy this")]).await;

    let who = done(&database, &["who"]).await;
    assert!(who.contains("Mallory") && who.contains("127.0.0.1"), "{who}");
    let output = done(
        &database,
        &[
            "ban",
            "mallory",
            "--reason",
            "spam",
            "--for",
            "7d",
            "--messages",
            "hidden",
        ],
    )
    .await;
    assert!(output.contains("banned") && output.contains("spam"), "{output}");
    let event: Session = mallory.next(event::SESSION).await;
    let reason = ClosingReason::Banned;
    assert_eq!(event, Session::Closing { reason });
    let payload = json!({ "nickname": "Mallory" });
    let url = format!("http://{address}/api/session");
    let refused = http.post(&url).json(&payload).send().await.unwrap();
    let refused: WireError = refused.json().await.unwrap();
    assert_eq!(refused.code, ErrorCode::NicknameTaken);
    let page = other
        .call::<event::Page>(event::HISTORY, json!({ "room": room }))
        .await;
    let page = Result::from(page).unwrap();
    assert_eq!(page.entries[0].body, steadfast_shared::Body::Hidden);

    let seen = answer(&database, &["person", "Mallory"]).await;
    assert_eq!(
        (&seen["state"], &seen["exclusion"]["reason"]),
        (&json!("banned"), &json!("spam"))
    );
    done(&database, &["unban", "Mallory"]).await;
    assert_eq!(answer(&database, &["people", "--excluded"]).await, json!([]));

    // Roles, rooms, limits, logs.
    done(&database, &["role", "Mina", "moderator"]).await;
    assert_eq!(other.next::<NewRole>(event::ROLE).await.role, Role::Moderator);
    done(&database, &["room", "rename", "general", "lounge"]).await;
    let rooms = done(&database, &["room", "list"]).await;
    assert!(rooms.contains("lounge"), "{rooms}");
    let (code, output) = admin(&database, &["room", "delete", "lounge"]).await;
    assert_eq!(code, 1, "{output}");
    let limits = answer(&database, &["limit", "Mina", "message-burst", "5000"]).await;
    assert_eq!(limits, json!([{ "limit": "message_burst", "value": 5000 }]));
    let out = answer(&database, &["sign-out", "Mina"]).await;
    assert_eq!(out, json!({ "devices": 1 }));
    let link = done(&database, &["owner-link", "--url", "https://chat.example/"]).await;
    assert!(link.starts_with("https://chat.example/owner#"), "{link}");
    let sign_ins = done(&database, &["sign-ins", "Mallory"]).await;
    assert!(sign_ins.contains("signed_up"), "{sign_ins}");
    let audit = answer(&database, &["audit"]).await;
    let actions: Vec<&str> = audit
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|line| line["action"].as_str())
        .collect();
    assert_eq!(
        actions,
        [
            "made_owner_link",
            "signed_out",
            "set_limit",
            "changed_room",
            "set_role",
            "readmitted",
            "banned"
        ]
    );
    assert!(
        audit
            .as_array()
            .unwrap()
            .iter()
            .all(|line| line["via"] == "command_line")
    );
}

/// A user without rights on the server.
const NOBODY: u32 = 65_534;

#[tokio::test]
async fn another_user_of_the_computer_administers_nothing() {
    let folder = tempfile::tempdir().unwrap();
    // Only root can run a command as another user; in CI the tests run as root.
    if std::fs::metadata(folder.path()).unwrap().uid() != 0 {
        return;
    }
    let database = folder.path().join("chat.db");
    let (_server, address) = started(&database).await;
    sign_in(&reqwest::Client::new(), address, "Mallory").await;
    let socket = folder.path().join("chat.db.sock");
    // Even if the folder and the program are accessible to all users.
    let program = folder.path().join("steadfast");
    std::fs::copy(env!("CARGO_BIN_EXE_steadfast"), &program).unwrap();
    set_mode(folder.path(), 0o777);
    let as_nobody = async |arguments: &[&str]| {
        let output = Command::new(&program)
            .arg("admin")
            .args(arguments)
            .arg("--database")
            .arg(&database)
            .current_dir(folder.path())
            .uid(NOBODY)
            .gid(NOBODY)
            .stdin(Stdio::null())
            .output();
        let output = timeout(PATIENCE, output).await.unwrap().unwrap();
        assert!(output.stdout.is_empty(), "{arguments:?}");
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    for mode in [0o600, 0o666] {
        // The second time only the server's own check of the user stands in the way.
        set_mode(&socket, mode);
        for arguments in [
            &["who"][..],
            &["role", "Mallory", "owner"],
            &["owner-link"],
            &["ban", "Mallory"],
        ] {
            let (code, output) = as_nobody(arguments).await;
            assert_eq!(code, 1, "{mode:o} {arguments:?}: {output}");
            assert!(
                output.contains("this user may not"),
                "{mode:o} {arguments:?}: {output}"
            );
        }
    }
    let people = answer(&database, &["people"]).await;
    assert_eq!(people[0]["person"]["name"], "Mallory");
    assert_eq!(
        (&people[0]["role"], &people[0]["state"]),
        (&json!("member"), &json!("active"))
    );
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn fault_h10_the_command_line_says_what_is_wrong_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    let (code, output) = admin(&database, &["who"]).await;
    assert_eq!(code, 1);
    assert!(
        output.contains("no server is running") && output.contains("--database"),
        "{output}"
    );
    let (mut server, _) = started(&database).await;
    for (arguments, why) in [
        (vec!["person", "Nobody"], "there is no person called Nobody"),
        (
            vec!["room", "archive", "nowhere"],
            "there is no room called nowhere",
        ),
    ] {
        let (code, output) = admin(&database, &arguments).await;
        assert_eq!(code, 1);
        assert!(
            output.contains(why) && output.trim().lines().count() == 1,
            "{output}"
        );
    }
    let (code, output) = admin(&database, &["ban", "Eve", "--for", "soon"]).await;
    assert_eq!(code, 2);
    assert!(output.contains("30m"), "{output}");
    // A killed server leaves its socket; the next one replaces it.
    server.kill().await.unwrap();
    let (code, output) = admin(&database, &["who"]).await;
    assert!(code == 1 && output.contains("no server is running"), "{output}");
    let (_server, _) = started(&database).await;
    assert_eq!(done(&database, &["who"]).await.trim(), "nobody is connected");
}

#[tokio::test]
async fn fault_h09_an_owner_link_of_the_command_line_leads_below_the_servers_path() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    let mut below = command(&database);
    below.args(["--base-path", "/chat"]);
    let (mut server, address, mut log) = started_with_log(below).await;
    let first = loop {
        let line = log.recv().await.unwrap();
        if let Some((_, link)) = line.split_once(": open ") {
            break link.trim_end_matches(" to become its owner").to_owned();
        }
    };
    let output = done(&database, &["owner-link"]).await;
    let link = output.lines().next().unwrap();
    let home = format!("http://{address}/chat");
    for link in [first.as_str(), link] {
        assert!(link.starts_with(&format!("{home}/owner#")), "{link}");
    }
    // And it makes an owner there.
    let code = link.split_once('#').unwrap().1;
    let payload = json!({ "nickname": "Olga", "owner_code": code });
    let http = reqwest::Client::new();
    let answer = http
        .post(format!("{home}/api/session"))
        .json(&payload)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.json::<Value>().await.unwrap()["role"], "owner");
    // The public URL from the settings determines the link.
    server.kill().await.unwrap();
    let mut public = command(&database);
    public.args(["--base-path", "/chat", "--public-url", "https://host.example"]);
    let (_server, _, _log) = started_with_log(public).await;
    let output = done(&database, &["owner-link"]).await;
    assert!(output.starts_with("https://host.example/chat/owner#"), "{output}");
    let output = done(&database, &["owner-link", "--url", "http://10.0.0.7/x/"]).await;
    assert!(output.starts_with("http://10.0.0.7/x/owner#"), "{output}");
}
