//! Absences: what only the named folders may use.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

fn who_names(what: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut naming: Vec<String> = files
        .iter()
        .filter(|path| fs::read_to_string(path).unwrap().contains(what))
        .map(|path| {
            path.strip_prefix(&root)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/")
        })
        .collect();
    naming.sort();
    naming
}

#[test]
fn only_the_realtime_folder_names_the_socket_crate() {
    let outside: Vec<_> = who_names("socketioxide::")
        .into_iter()
        .filter(|path| !path.starts_with("realtime/"))
        .collect();
    assert!(outside.is_empty(), "{outside:?}");
}

#[test]
fn only_the_store_writes_sql() {
    let outside: Vec<_> = who_names("sqlx::")
        .into_iter()
        .filter(|path| !path.starts_with("store/"))
        .collect();
    assert!(outside.is_empty(), "{outside:?}");
}

#[test]
fn only_the_clock_reads_the_clock() {
    let outside: Vec<_> = ["SystemTime::now", "Instant::now"]
        .into_iter()
        .flat_map(who_names)
        // The store's patience uses the runtime's clock, which tests can stop; tests inside files make up times.
        .filter(|path| !["clock.rs", "store/sql_store.rs", "bucket.rs"].contains(&path.as_str()))
        .collect();
    assert!(outside.is_empty(), "{outside:?}");
}

/// The layers from the top: a folder uses only those below it.
#[test]
fn the_folders_depend_on_each_other_in_one_direction() {
    let floors = ["app", "http", "realtime", "request", "store"];
    for (floor, folder) in floors.iter().enumerate() {
        for above in &floors[..floor] {
            let upwards: Vec<_> = who_names(&format!("crate::{above}::"))
                .into_iter()
                .filter(|path| path.starts_with(&format!("{folder}/")))
                .collect();
            assert!(upwards.is_empty(), "{folder} may not name {above}: {upwards:?}");
        }
    }
}

/// Code under the lock that publishes waits for no database.
#[test]
fn nothing_is_asked_of_the_store_under_the_lock_that_publishes() {
    let under_it = [
        "entries/published.rs",
        "entries/revision.rs",
        "feed/apply.rs",
        "feed/membership.rs",
        "feed/sync.rs",
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/realtime");
    for file in under_it {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        for asks in ["self.store", "hub.store", "snapshot"] {
            assert!(!text.contains(asks), "{file} names {asks}");
        }
    }
}
