//! Rules on which names may appear where.

use super::source::{Source, files};

/// Lines of Rust below `folders` that contain one of `words`, outside `home`.
fn strays(folders: &[&str], words: &[&str], home: &str) -> Vec<String> {
    let stray = |source: &Source| {
        let lines = source
            .text
            .lines()
            .zip(1..)
            .map(|(line, number)| (number, line.trim()));
        let code = lines.filter(|(_, line)| !line.starts_with("//"));
        let lines = code.filter(|(_, line)| words.iter().any(|word| line.contains(word)));
        lines
            .map(|(number, line)| format!("{}:{number}: {line}", source.path))
            .collect::<Vec<_>>()
    };
    let sources = folders.iter().flat_map(|folder| files(folder, &[".rs"]).unwrap());
    let outside = sources.filter(|source| {
        !(source.path.starts_with(&format!("{home}/")) || source.path == format!("{home}.rs"))
    });
    outside.flat_map(|source| stray(&source)).collect()
}

const ALL: [&str; 6] = [
    "shared/src",
    "socketio-client/src",
    "client/src",
    "lab/src",
    "server/src",
    "web/src",
];

#[track_caller]
fn only(home: &str, folders: &[&str], words: &[&str]) {
    none(&strays(folders, words, home), home, words);
}

#[track_caller]
fn none(strays: &[String], home: &str, words: &[&str]) {
    assert!(
        strays.is_empty(),
        "only {home} may name {words:?}:\n{}",
        strays.join("\n")
    );
}

#[test]
fn only_the_store_speaks_sql() {
    let sql = [
        "sqlx",
        "SELECT ",
        "INSERT INTO",
        "DELETE FROM",
        "CREATE TABLE",
        "PRAGMA ",
    ];
    only("server/src/store", &ALL, &sql);
}

#[test]
fn only_realtime_names_socketioxide() {
    only("server/src/realtime", &ALL, &["socketioxide"]);
}

/// Its backoff and its random numbers are pure, and the session's.
#[test]
fn only_the_link_names_the_socket_crate() {
    let folders = ["shared/src", "client/src", "lab/src", "server/src", "web/src"];
    let mut strays = strays(&folders, &["socketio_anywhere"], "client/src/link");
    let pure = |stray: &String| {
        stray.starts_with("client/src/") && stray.contains(": use socketio_anywhere::backoff::")
    };
    strays.retain(|stray| !pure(stray));
    none(&strays, "client/src/link", &["socketio_anywhere"]);
}

#[test]
fn only_storage_touches_what_the_browser_keeps() {
    let kept = [
        "idb::",
        "IndexedDb",
        "IdbFactory",
        "local_storage",
        "session_storage",
        "gloo_storage",
        "web_sys::Storage",
    ];
    only("web/src/storage", &ALL, &kept);
}

#[test]
fn the_machines_read_no_clock_and_spawn_no_task() {
    let edge = [
        "tokio::spawn",
        "spawn_local",
        "Instant::now",
        "SystemTime",
        "Date::now",
    ];
    only("client/src/link", &["client/src", "lab/src", "shared/src"], &edge);
}

#[test]
fn the_socket_crate_knows_nothing_of_chat() {
    only("nowhere", &["socketio-client/src"], &["steadfast"]);
}

#[test]
fn no_page_is_made_of_html_strings() {
    only(
        "nowhere",
        &["web/src"],
        &["inner_html", "set_inner_html", "insert_adjacent_html"],
    );
}
