//! Background work: exclusions that expire, clean-ups, the logs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use steadfast_server::config::Config;
use steadfast_server::store::account::{Account, KeptOut, NewDevice, SignInError, SignUp, SignUpError};
use steadfast_server::store::admin::{Keep, NewAuditLine, NewSignIn, SERVER};
use steadfast_server::store::sqlite::{PATIENCE, SqliteStore};
use steadfast_server::store::{
    Accounts, Actor, Administer, Administration, Command, Log, NewEntry, OperatorCommand, Rooms, Store, Token,
};
use steadfast_shared::admin::{
    AccountState, AuditAction, Exclude, LogQuery, Messages, PeopleQuery, PersonInfo, SignInOutcome,
};
use steadfast_shared::event::{self, Page};
use steadfast_shared::room::CreateRoom;
use steadfast_shared::{EntryId, Millis, Nickname, RoomId, RoomKind, RoomName, Topic, UserId};
use tempfile::TempDir;
use uuid::Uuid;

use crate::support::client::PATIENCE as LONG;
use crate::support::{TestServer, body, newcomer};

/// The text to look for in the database's files.
const SECRET: &str = "xyzzy";
const HASH: &str = "a hash";

async fn opened(folder: &TempDir) -> SqliteStore {
    let path = folder.path().join("chat.db");
    SqliteStore::open(&path, PATIENCE, 1).await.unwrap()
}

async fn operate(store: &SqliteStore, command: OperatorCommand, at: Millis) {
    let command = Administer {
        actor: Actor::operator("test".into()),
        command,
    };
    let done = store
        .act(SERVER, None, &Command::Administer(Box::new(command)), at)
        .await;
    done.unwrap().unwrap();
}

/// A sign-up with a passphrase, from an address.
fn wanted(nickname: &str, at: Millis) -> SignUp {
    SignUp {
        passphrase: Some(HASH.into()),
        ..SignUp::new(Nickname::parse(nickname).unwrap(), device(at))
    }
}

fn device(at: Millis) -> NewDevice {
    NewDevice {
        address: Some("192.0.2.7".into()),
        ..NewDevice::new(Token::random().unwrap().hash(), at)
    }
}

#[tokio::test]
async fn fault_h10_an_exclusion_that_has_run_out_is_none_and_its_address_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder).await;
    let mallory = store.sign_up(&wanted("Mallory", 1_000)).await.unwrap().person.id;
    for (state, from) in [
        (AccountState::Banned, 1_000),
        (AccountState::Deactivated, 500_000),
    ] {
        let exclude = Exclude {
            state,
            reason: "spam".into(),
            lasts_seconds: Some(60),
            addresses_seconds: Some(60),
            messages: Messages::Kept,
        };
        operate(&store, OperatorCommand::Exclude(mallory, exclude), from).await;
        let seen = async |at| store.person_info(mallory, at).await.unwrap().unwrap();
        let listed = async |state, at| {
            let query = PeopleQuery {
                state: Some(state),
                ..PeopleQuery::default()
            };
            let found: Vec<PersonInfo> = store.people_info(&query, at).await.unwrap();
            found.iter().any(|info| info.person.id == mallory)
        };
        let account = Account {
            user: mallory,
            passphrase: Some(HASH.into()),
        };
        // A millisecond before it expires.
        let last = from + 59_999;
        let info = seen(last).await;
        assert_eq!(info.state, state);
        assert_eq!(info.exclusion.unwrap().until, Some(from + 60_000));
        assert!(listed(state, last).await && !listed(AccountState::Active, last).await);
        let refused = store.sign_in(&account, &device(last)).await;
        let until = Some(from + 60_000);
        assert!(matches!(refused, Err(SignInError::KeptOut(kept)) if kept == KeptOut { state, until }));
        let newcomer = wanted(&format!("Eve {from}"), last);
        let refused = store.sign_up(&newcomer).await;
        assert!(matches!(refused, Err(SignUpError::KeptOut)));
        assert_eq!(store.held_addresses(last).await.unwrap().len(), 1);

        // It expires without any action.
        let end = from + 60_000;
        let info = seen(end).await;
        assert_eq!((info.state, info.exclusion), (AccountState::Active, None));
        assert!(!listed(state, end).await && listed(AccountState::Active, end).await);
        assert!(store.held_addresses(end).await.unwrap().is_empty());
        store.sign_up(&wanted(&format!("Eve {from}"), end)).await.unwrap();
        store.sign_in(&account, &device(end)).await.unwrap();
        assert_eq!(seen(end + 1).await.exclusion, None);
    }
}

#[tokio::test]
async fn fault_h10_lines_of_the_logs_are_forgotten_by_age_and_by_number() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder).await;
    let lines: Vec<_> = (1..=20)
        .map(|at| NewSignIn {
            at,
            nickname: "Mallory".into(),
            user: None,
            outcome: SignInOutcome::WrongPassphrase,
            device: String::new(),
            address: "192.0.2.7".into(),
        })
        .collect();
    store.log_sign_ins(&lines, &[]).await.unwrap();
    for at in 1..=20 {
        let line = NewAuditLine {
            at,
            action: AuditAction::MadeOwnerLink,
            actor: Actor::operator("test".into()),
            person: None,
            room: None,
            detail: String::new(),
        };
        store.log_audit(&line).await.unwrap();
    }
    let kept = async |sign_ins: (Millis, u64), audit: (Millis, u64)| {
        let keep = |(since, lines)| Keep { since, lines };
        store.prune(100, keep(sign_ins), keep(audit)).await.unwrap();
        let query = LogQuery::default();
        let sign_ins: Vec<_> = store.sign_ins(query).await.unwrap();
        let audit: Vec<_> = store.audit(query).await.unwrap();
        (
            sign_ins.iter().map(|line| line.at).collect::<Vec<_>>(),
            audit.iter().map(|line| line.at).collect::<Vec<_>>(),
        )
    };
    let newest = |from: Millis| (from..=20).rev().collect::<Vec<_>>();
    // Each log has its own age and size limits; the tighter one applies.
    assert_eq!(kept((0, 100), (0, 100)).await, (newest(1), newest(1)));
    assert_eq!(kept((5, 100), (0, 100)).await, (newest(5), newest(1)));
    assert_eq!(kept((0, 100), (0, 12)).await, (newest(5), newest(9)));
    assert_eq!(kept((0, 3), (12, 100)).await, (newest(18), newest(12)));
    assert_eq!(kept((30, 100), (0, 0)).await, (vec![], vec![]));
}

#[tokio::test]
async fn fault_h10_a_server_forgets_old_lines_by_itself() {
    let server = TestServer::start().await;
    let owner = server.own("Olga").await;
    server.sign_in("Mina").await;
    let mallory = server.sign_in("Mallory").await;
    let path = server.url(&format!("/api/admin/people/{}/sessions", mallory.me.id));
    let token = owner.token.clone().unwrap();
    let done = server.http.delete(path).bearer_auth(&token).send().await.unwrap();
    assert_eq!(done.status(), 200);
    let lines = async |server: &TestServer, path: &str| {
        let request = server.http.request(Method::GET, server.url(path));
        let answer = request.bearer_auth(&token).send().await.unwrap();
        answer.json::<Vec<Value>>().await.unwrap().len()
    };
    // Stopping writes the queued lines.
    let stopped = server.stop().await;
    let mut config = stopped.config();
    (config.limits.data.sign_in_days, config.limits.data.audit_days) = (1, 1);
    let server = TestServer::again(stopped, config).await;
    for path in ["/api/admin/sign-ins", "/api/admin/audit"] {
        assert!(lines(&server, path).await > 0, "{path}: a day is kept");
    }
    let stopped = server.stop().await;
    let mut config = stopped.config();
    (config.limits.data.sign_in_days, config.limits.data.audit_days) = (0, 0);
    let server = TestServer::again(stopped, config).await;
    for path in ["/api/admin/sign-ins", "/api/admin/audit"] {
        eventually(async || lines(&server, path).await == 0, path).await;
    }
}

/// Waits until a condition holds.
async fn eventually(holds: impl AsyncFn() -> bool, what: &str) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(LONG, waiting)
        .await
        .unwrap_or_else(|_| panic!("never: {what}"));
}

/// The number of occurrences of the secret in the database's files.
fn secrets(folder: &Path) -> usize {
    ["chat.db", "chat.db-wal"]
        .iter()
        .filter_map(|name| std::fs::read(folder.join(name)).ok())
        .map(|bytes| {
            let parts = bytes.windows(SECRET.len());
            parts.filter(|part| *part == SECRET.as_bytes()).count()
        })
        .sum()
}

/// Sends a person's messages, some hundred per transaction.
async fn say(store: &SqliteStore, author: UserId, room: RoomId, count: usize) {
    let entries: Vec<_> = (0..count)
        .map(|n| NewEntry {
            author,
            id: EntryId(Uuid::now_v7()),
            room,
            body: body(&format!("{SECRET} {n}")),
            message_id: None,
            address: None,
        })
        .collect();
    for some in entries.chunks(100) {
        store.append(some, 2).await.unwrap();
    }
}

/// A server on a store's leftovers, which contain at least this many secrets, and the path of its files.
async fn restarted(store: SqliteStore, folder: TempDir, left: usize) -> (TestServer, PathBuf) {
    store.close().await;
    drop(store);
    let path = folder.path().to_owned();
    assert!(secrets(&path) >= left, "it was in the middle");
    let config = Config::new(path.join("chat.db"));
    (TestServer::on(folder, config).await, path)
}

#[tokio::test]
async fn fault_h10_a_restart_in_the_middle_of_erasing_goes_on_to_the_end() {
    const COUNT: usize = 700;
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder).await;
    let mallory = store.sign_up(&wanted("Mallory", 1)).await.unwrap().person.id;
    let mina = store.sign_up(&newcomer("Mina")).await.unwrap().person.id;
    let room = store.rooms_of(mallory).await.unwrap()[0].id;
    say(&store, mallory, room, COUNT).await;
    store
        .append(
            &[NewEntry {
                author: mina,
                id: EntryId(Uuid::now_v7()),
                room,
                body: body("Mina's own"),
                message_id: None,
                address: None,
            }],
            2,
        )
        .await
        .unwrap();
    operate(&store, OperatorCommand::SetMessages(mallory, Messages::Erased), 3).await;
    let from = store.erase_some(None).await.unwrap();
    assert!(from.is_some(), "some are left");
    let (server, path) = restarted(store, folder, COUNT / 2).await;
    eventually(async || secrets(&path) == 0, "every message is overwritten").await;
    let mut reader = server.join("Jun").await;
    let request = reader.call::<Page>(event::HISTORY, json!({ "room": room }));
    let page = Result::from(request.await).unwrap();
    assert_eq!(page.head, COUNT as u64 + 1, "each keeps its place");
    assert_eq!(page.entries.last().unwrap().body, body("Mina's own"));
}

#[tokio::test]
async fn fault_h10_a_restart_in_the_middle_of_taking_a_room_out_goes_on_to_the_end() {
    const COUNT: usize = 1_300;
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder).await;
    let mallory = store.sign_up(&wanted("Mallory", 1)).await.unwrap().person.id;
    let room = RoomId(Uuid::now_v7());
    let create = CreateRoom {
        id: room,
        kind: RoomKind::Public,
        name: RoomName::parse("harm").unwrap(),
        topic: Topic::default(),
    };
    store
        .act(mallory, None, &Command::Create(create), 1)
        .await
        .unwrap()
        .unwrap();
    say(&store, mallory, room, COUNT).await;
    operate(&store, OperatorCommand::DeleteRoom(room), 3).await;
    assert!(store.purge_some().await.unwrap());
    let (_server, path) = restarted(store, folder, COUNT / 3).await;
    eventually(async || secrets(&path) == 0, "every message is gone").await;
}
