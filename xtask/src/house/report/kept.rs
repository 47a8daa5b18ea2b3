//! Keeps the measures where they are.

use super::{circles, code::Code, sizes, words};

/// Names that two of our crates use, each precise where it stands: shared by the chat's machine and the Socket.IO client's
/// machine, or used for a room or a session both as an event describes it and as a device knows it.
const SHARED_NAMES: [&str; 10] = [
    "Answer",
    "Connection",
    "Input",
    "Limits",
    "Link",
    "Output",
    "Room",
    "Session",
    "Unsent",
    "Keys",
];

/// Words of a former dialect, each with its replacement.
const FORMER: [(&str, &str); 24] = [
    ("Errand", "Command"),
    ("errand", "command"),
    ("reseat", "sync_membership"),
    ("Tooth", "Mutant"),
    ("bites", "active"),
    ("PeerNews", "TabMessage"),
    ("Journey", "Trace"),
    ("LookAt", "Anchor"),
    ("Fate", "Outcome"),
    ("rehome", "migrate"),
    ("Dice", "Rng"),
    ("SortedMap", "VecMap"),
    ("whisper", "dispatch_silently"),
    ("stirs", "mark_active"),
    ("remark", "toast"),
    ("stance", "anchor"),
    ("Elected", "TakeOver"),
    ("is_elected", "is_leader"),
    ("tellings", "broadcasts"),
    ("journeys", "traces"),
    ("PicturePhrases", "SnapshotPhrases"),
    ("farewell", "goodbye"),
    ("Carrier", "CurrentTransport"),
    ("carrier", "transport"),
];

/// A longer function, or component, has several subjects.
const LONGEST_FUNCTION: usize = 100;
const FIELDS: usize = 20;
const METHODS: usize = 40;

#[track_caller]
fn none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

#[test]
fn a_type_name_is_defined_once() {
    let (_, mut homonyms) = sizes::homonyms(&Code::read().unwrap());
    homonyms.retain(|found| !SHARED_NAMES.contains(&found.split(':').next().unwrap_or_default()));
    none(
        &homonyms,
        "one name, one type (twins and shared names are listed in xtask/src/house/report)",
    );
}

#[test]
fn a_doc_comment_says_more_than_the_name() {
    let short = words::short_docs(&Code::read().unwrap());
    none(&short, "say the why, the unit or the bound, or leave it out");
}

#[test]
fn modules_do_not_import_each_other_in_a_circle() {
    let circles = circles::circles(&Code::read().unwrap());
    none(&circles, "move what both need below them");
}

#[test]
fn functions_types_and_folders_stay_small() {
    let code = Code::read().unwrap();
    let mut large = sizes::long_functions(&code, LONGEST_FUNCTION);
    for (counted, most, of) in [
        (sizes::fields(&code), FIELDS, "fields"),
        (sizes::methods(&code), METHODS, "methods"),
    ] {
        let over = counted.into_iter().filter(|(_, count)| *count > most);
        large.extend(over.map(|(name, count)| format!("{name}: {count} {of}")));
    }
    large.extend(sizes::large_folders(&code));
    none(&large, "divide it by subject");
}

#[test]
fn words_of_the_former_dialect_do_not_come_back() {
    let mut found = Vec::new();
    for file in Code::read().unwrap().product() {
        for (line, number) in file.lines.iter().zip(1..) {
            let words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            for (former, now) in words.filter_map(|word| FORMER.iter().find(|(former, _)| *former == word)) {
                found.push(format!("{}:{number}: {former}: say {now}", file.path));
            }
        }
    }
    none(&found, "docs/GLOSSARY.md");
}
