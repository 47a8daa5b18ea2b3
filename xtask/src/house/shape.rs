//! Rules on dependencies, on the length of files, and on the files that documents name.

use std::path::Path;

use super::source::{file, files};
use crate::workspace;

/// The shipped dependencies of a crate: `[dependencies]` and its per-target tables.
fn dependencies(krate: &str) -> Vec<String> {
    let manifest = file(&format!("{krate}/Cargo.toml")).unwrap();
    let mut inside = false;
    let mut names = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_end_matches(']');
            inside = table == "dependencies" || table.ends_with(".dependencies");
        } else if inside && !line.is_empty() && !line.starts_with(['#', '}', ']']) {
            let name = line.split(['=', '.', ' ']).next().unwrap_or_default();
            names.push(name.to_owned());
        }
    }
    names
}

#[test]
fn shared_depends_on_serde_and_uuid_and_nothing_else() {
    assert_eq!(dependencies("shared"), ["serde", "uuid"]);
}

#[test]
fn dependencies_between_our_crates_point_down() {
    let ours = [
        "steadfast-shared",
        "socketio-anywhere",
        "steadfast-client",
        "steadfast-lab",
        "steadfast-server",
        "steadfast-web",
        "steadfast-markup",
    ];
    let allowed: [(&str, &[&str]); 7] = [
        ("shared", &[]),
        ("socketio-client", &[]),
        ("client", &["steadfast-shared", "socketio-anywhere"]),
        ("lab", &["steadfast-shared", "steadfast-client"]),
        ("server", &["steadfast-shared"]),
        (
            "web",
            &[
                "steadfast-shared",
                "steadfast-client",
                "steadfast-lab",
                "steadfast-markup",
            ],
        ),
        ("web/markup", &[]),
    ];
    for (krate, allowed) in allowed {
        for name in dependencies(krate) {
            let fine = !ours.contains(&&*name) || allowed.contains(&&*name);
            assert!(fine, "{krate} may not depend on {name}");
        }
    }
}

#[test]
fn no_file_is_longer_than_600_lines() {
    let sources = files("", &[".rs", ".ts", ".mjs", ".js", ".css", ".html"]).unwrap();
    let lines = sources
        .iter()
        .map(|source| (source.text.lines().count(), &source.path));
    let long: Vec<_> = lines.filter(|(lines, _)| *lines > 600).collect();
    assert!(long.is_empty(), "split these by what they name: {long:?}");
}

#[test]
fn every_link_in_the_documents_leads_somewhere() {
    let mut broken = Vec::new();
    for document in files("", &[".md"]).unwrap() {
        let path = workspace::root().join(&document.path);
        let folder = path.parent().unwrap_or(Path::new(""));
        let text: String = document.text.lines().map(without_code).collect();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap_or_default();
            let elsewhere = target.is_empty() || target.contains(':');
            if !elsewhere && !folder.join(target).exists() {
                broken.push(format!("{}: {link}", document.path));
            }
        }
    }
    assert!(
        broken.is_empty(),
        "links that lead nowhere:\n{}",
        broken.join("\n")
    );
}

/// A line without its code: code may look like a link.
fn without_code(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, marked)) = rest.split_once('`') {
        let width = 1 + marked.bytes().take_while(|byte| *byte == b'`').count();
        let inner = &marked[width - 1..];
        text += before;
        rest = inner
            .split_once(&"`".repeat(width))
            .map_or(inner, |(_, behind)| behind.trim_start_matches('`'));
    }
    text + rest + "\n"
}

/// A path such as `server/src/main.rs` in a document must exist.
#[test]
fn every_file_the_documents_name_is_there() {
    let mut absent = Vec::new();
    for document in files("", &[".md"]).unwrap() {
        for name in document.text.split('`').skip(1).step_by(2) {
            let top = name.split('/').next().unwrap_or_default();
            let ours = [
                "shared",
                "socketio-client",
                "client",
                "lab",
                "server",
                "web",
                "e2e",
                "xtask",
                "docs",
                "bench",
                "deploy",
            ]
            .contains(&top);
            let pattern = name.contains(['*', '{', '<', ' ', '…', ':', '\n']) || name.starts_with("web/dist");
            if name.contains('/') && ours && !pattern && !workspace::root().join(name).exists() {
                absent.push(format!("{}: {name}", document.path));
            }
        }
    }
    assert!(
        absent.is_empty(),
        "files that are named and are not there:\n{}",
        absent.join("\n")
    );
}
