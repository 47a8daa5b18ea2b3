//! A database that another process keeps locked: everybody waits, nobody loses anything, and it goes on as soon as the lock goes.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Executor};
use steadfast_client::link::AskError;
use steadfast_server::store::sqlite::PATIENCE;
use steadfast_shared::room::CreateRoom;
use steadfast_shared::{ErrorCode, RoomId, RoomKind, RoomName, Topic};
use uuid::Uuid;

use crate::desk::room;
use crate::device::{Device, converged};
use crate::process::{Server, free_address};

const DATABASE: &str = "STEADFAST_TEST_LOCKED_DATABASE";
const SECONDS: &str = "STEADFAST_TEST_LOCKED_SECONDS";
const LOCKED: &str = "locked";

/// Seconds of a lock that outlasts the server's patience with one write, and with another queued behind it.
const TOO_LONG: u64 = 3 * PATIENCE.as_secs();
/// How long it may take until everybody's messages are stored, once the lock is gone.
const GOING_ON_TAKES: Duration = Duration::from_secs(8);

/// The other process. Nothing in a run of the tests themselves.
#[tokio::test]
async fn hold() {
    let (Some(database), Ok(seconds)) = (std::env::var_os(DATABASE), std::env::var(SECONDS)) else {
        return;
    };
    let options = SqliteConnectOptions::new()
        .filename(PathBuf::from(database))
        .busy_timeout(Duration::from_secs(30));
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    connection.execute("begin exclusive").await.unwrap();
    println!("{LOCKED}");
    tokio::time::sleep(Duration::from_secs(seconds.parse().unwrap())).await;
    connection.execute("commit").await.unwrap();
}

/// Another process, from when it has the lock.
async fn lock(database: &Path, seconds: u64) -> Child {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "locked::hold", "--nocapture"])
        .env(DATABASE, database)
        .env(SECONDS, seconds.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(process.stdout.take().unwrap());
    let locked = tokio::task::spawn_blocking(move || {
        let mut lines = said.lines().map_while(Result::ok);
        let locked = lines.any(|line| line.ends_with(LOCKED));
        // Its later output is read too, so that it never blocks on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        locked
    });
    assert!(locked.await.unwrap(), "the other process got no lock");
    process
}

/// Something that, once refused, is not tried again by itself.
fn a_room() -> CreateRoom {
    CreateRoom {
        id: RoomId(Uuid::now_v7()),
        kind: RoomKind::Public,
        name: RoomName::parse("made in vain").unwrap(),
        topic: Topic::default(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hole_19_a_database_locked_by_another_process_delays_everybody_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    let server = Server::start(&database, free_address()).await;
    let mut devices = Vec::new();
    for name in ["ann", "bob", "cleo"] {
        devices.push(Device::new(&server, name).await);
    }
    let general = room(&devices[0].chat);

    for seconds in [1, 1, TOO_LONG] {
        let mut holder = lock(&database, seconds).await;
        let refused = (seconds == TOO_LONG).then(|| tokio::spawn(devices[2].chat.ask(&a_room())));
        let mut round = 0;
        while holder.try_wait().unwrap().is_none() {
            for device in &mut devices {
                device.types(general);
                device.looks(general);
            }
            round += 1;
            if round == 5 {
                let waiting = devices.iter().all(Device::waits);
                assert!(waiting, "something was acknowledged that could not be stored");
                devices[0].line.cut();
                devices[1].refreshes().await;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let going_on = tokio::time::timeout(GOING_ON_TAKES, async {
            while devices.iter().any(Device::waits) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        assert!(
            going_on.await.is_ok(),
            "{seconds} s of lock were over, and it did not go on"
        );
        if let Some(refused) = refused {
            let refused = refused.await.unwrap();
            assert!(
                matches!(&refused, Err(AskError::Refused(error)) if error.code == ErrorCode::Unavailable),
                "{refused:?}"
            );
        }
    }
    converged(&mut devices, general).await;
}
