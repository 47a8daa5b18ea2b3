//! Deleted text is gone from the files, even after a crash in between.

use std::path::Path;

use steadfast_server::store::{Log, NewEntry};
use steadfast_shared::{Body, mention};

use super::{Fixture, open};
use crate::support::body;

const SECRET: &str = "xyzzy";

/// The database files that contain the secret.
fn holding(folder: &Path) -> Vec<String> {
    let mut holding = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        if bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes()) {
            holding.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    holding
}

/// Sends a message, edits it, has it answered, and deletes it: everything except overwriting.
async fn deleted(fixture: &Fixture) {
    let text = format!(
        "{} {}",
        SECRET.repeat(3_000),
        mention::written(fixture.jun.person.id)
    );
    let new = |author, body| NewEntry {
        author,
        body,
        address: None,
        ..fixture.entry("-")
    };
    let (mina, jun) = (fixture.mina.person.id, fixture.jun.person.id);
    let Body::Message { text: secret, .. } = body(&text) else {
        panic!("a message");
    };
    let reply = |message| Body::Message {
        text: secret.clone(),
        reply_to: Some(message),
    };
    let text = secret.clone();
    fixture
        .append(&[
            new(mina, body(SECRET)),
            new(mina, Body::Edit { message: 1, text }),
        ])
        .await;
    fixture.fill(300).await;
    fixture.append(&[new(jun, reply(1))]).await;
    fixture
        .append(&[
            new(mina, Body::Delete { message: 1 }),
            new(jun, Body::Delete { message: 303 }),
        ])
        .await;
}

#[tokio::test]
async fn nothing_of_a_deleted_text_is_left_in_any_file() {
    let fixture = Fixture::sqlite().await;
    deleted(&fixture).await;
    fixture.scrub().await;
    assert_eq!(holding(fixture.path().parent().unwrap()), Vec::<String>::new());
}

#[tokio::test]
async fn what_a_crash_leaves_is_overwritten_at_the_next_start() {
    let fixture = Fixture::sqlite().await;
    deleted(&fixture).await;
    // The files as a killed process leaves them.
    let left = tempfile::tempdir().unwrap();
    for name in ["chat.db", "chat.db-wal"] {
        std::fs::copy(fixture.path().with_file_name(name), left.path().join(name)).unwrap();
    }
    assert!(
        !holding(left.path()).is_empty(),
        "there was something to overwrite"
    );
    let store = open(left.path().join("chat.db")).await.unwrap();
    assert_eq!(holding(left.path()), Vec::<String>::new());
    assert_eq!(store.heads().await.unwrap()[&fixture.general], 305);
}
