//! `steadfast check`.

use super::{behind_its_back, filled, name, report, run};
use crate::process::started;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sound_database_is_called_sound_beside_a_server_and_without_one() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    filled(&database, 100).await;
    let before = super::names(folder.path());
    let (code, output) = run(&["check"], &database).await;
    assert_eq!(code, Some(0), "{output}");
    assert!(
        output.contains(": sound") && output.contains("entries: 100"),
        "{output}"
    );
    assert_eq!(super::names(folder.path()), before, "it leaves no trace");
    let (_server, _) = started(&database).await;
    let (code, output) = run(&["check"], &database).await;
    assert_eq!(code, Some(0), "{output}");
    let nowhere = folder.path().join("nowhere.db");
    let (code, output) = run(&["check", name(&nowhere)], &database).await;
    assert_eq!(code, Some(1), "{output}");
    assert!(output.contains("there is no database"), "{output}");
    assert!(!nowhere.exists());
}

/// A kind of damage, the check that finds it, and the finding.
const HARM: [(&str, &str, &str); 9] = [
    (
        "delete from entries where seq = 50",
        "rooms",
        "99 entries, from 1 to 100",
    ),
    ("update rooms set head = 101", "rooms", "head 101"),
    ("delete from entries where seq = 1", "rooms", "from 2 to 100"),
    ("delete from epoch", "epoch", "missing"),
    (
        "update entries set target = 400 where seq = 9",
        "references",
        "entry 9 changes entry 400",
    ),
    (
        "update entries set body = json_set(body, '$.reply_to', 70) where seq = 60",
        "references",
        "entry 60 replies to entry 70",
    ),
    (
        "insert into reactions select room, 300, '👍', author, 5, 5 from entries where seq = 5",
        "references",
        "a reaction to entry 300",
    ),
    ("update entries set body = '{' where seq = 3", "texts", "entry 3"),
    (
        "update members set seen = seen - 7",
        "unread",
        "7 messages are kept as unread",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_l07_whatever_is_damaged_is_found_and_told_with_what_to_do() {
    for (harm, kind, finding) in HARM {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("chat.db");
        filled(&database, 100).await;
        sqlx::query(harm)
            .execute(&mut behind_its_back(&database).await)
            .await
            .unwrap();
        let report = report(&database).await;
        assert_eq!(report["sound"], false, "{harm}");
        for check in report["checks"].as_array().unwrap() {
            let findings = check["findings"].as_array().unwrap();
            assert_eq!(findings.is_empty(), check["name"] != kind, "{harm}: {report:#}");
            if let Some(first) = findings.first() {
                assert!(first.as_str().unwrap().contains(finding), "{harm}: {first}");
            }
        }
        let (code, output) = run(&["check"], &database).await;
        assert_eq!(code, Some(1), "{output}");
        assert!(
            output.contains("DAMAGED") && output.contains("What to do: "),
            "{output}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_l07_a_file_with_foreign_bytes_in_it_is_called_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    filled(&database, 3_000).await;
    let whole = std::fs::read(&database).unwrap();
    for place in 0..8 {
        let mut bytes = whole.clone();
        let at = 100 + place * (bytes.len() - 9_000) / 8;
        bytes[at..at + 8_192].fill(0xa5);
        std::fs::write(&database, bytes).unwrap();
        let (code, output) = run(&["check"], &database).await;
        assert_eq!(code, Some(1), "at {at}: {output}");
        assert!(
            output.contains("DAMAGED") || output.contains("is damaged"),
            "{output}"
        );
        assert!(output.contains("steadfast restore"), "{output}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_a_newer_version_is_told_so_by_each_command_and_not_called_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let (database, other) = (folder.path().join("chat.db"), folder.path().join("other.db"));
    filled(&database, 10).await;
    filled(&other, 10).await;
    let mut connection = behind_its_back(&database).await;
    sqlx::query("insert into _sqlx_migrations (version, description, success, checksum, execution_time) values (9999, 'x', true, x'', 0)")
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::Connection::close(connection).await.unwrap();
    let backup = folder.path().join("backup.db");
    for (arguments, on) in [
        (vec!["check"], &database),
        (vec!["check", name(&database)], &other),
        (vec!["backup", name(&backup)], &database),
        (vec!["restore", name(&database)], &other),
    ] {
        let (code, output) = run(&arguments, on).await;
        assert_eq!(code, Some(1), "{output}");
        assert!(
            output.contains("was written by a newer version of Steadfast")
                && output.contains("run that version"),
            "{output}"
        );
        for wrong in [
            "is damaged",
            "steadfast restore",
            "enough space",
            "choose another",
        ] {
            assert!(!output.contains(wrong), "{output}");
        }
    }
    assert!(!backup.exists());
    assert_eq!(super::entries_of(&other).await, 10);
}
