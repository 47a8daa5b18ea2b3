//! `docs/DELIVERY.md`, `SECURITY.md` and the tables of the Socket.IO client's tests name only tests that exist, and every hole has one.

use super::source::{file, files};

#[test]
fn every_test_that_the_documents_name_is_there() {
    let tests = tests();
    for document in [
        "docs/DELIVERY.md",
        "SECURITY.md",
        "socketio-client/tests/README.md",
    ] {
        let text = file(document).unwrap();
        let named = text.split('`').skip(1).step_by(2);
        let (named, absent): (Vec<_>, Vec<_>) = named
            .filter(|name| is_a_test(name))
            .partition(|name| is_there(name, &tests));
        assert!(
            absent.is_empty(),
            "{document} names tests that are not there: {absent:#?}"
        );
        assert!(!named.is_empty(), "{document} names no test");
    }
}

#[test]
fn every_hole_has_a_test_and_the_rules_of_delivery_name_it() {
    let (document, tests) = (file("docs/DELIVERY.md").unwrap(), tests());
    for hole in 1..=20 {
        let name = format!("hole_{hole:02}_");
        assert!(starts_a_word(&tests, &name), "no test is called {name}…");
        assert!(document.contains(&format!("`{name}")), "{name}… is not named");
    }
}

#[test]
fn the_rules_of_delivery_are_numbered_in_their_order() {
    let document = file("docs/DELIVERY.md").unwrap();
    let numbers = document
        .lines()
        .filter_map(|line| line.strip_prefix("**D")?.split_once('.'));
    let numbers: Vec<&str> = numbers.map(|(number, _)| number).collect();
    let in_order: Vec<String> = (1..=numbers.len()).map(|number| number.to_string()).collect();
    assert!(!numbers.is_empty(), "no rule begins with its number");
    assert_eq!(numbers, in_order);
}

/// All code that may contain tests.
fn tests() -> String {
    let sources = files("", &[".rs", ".ts", ".mjs"]).unwrap().into_iter();
    let ours = sources.filter(|source| !source.path.starts_with("xtask/"));
    ours.map(|source| source.text).collect()
}

/// `tabs::what_it_says`, `tabs::*`, `hole_01_…`, `a_name_like_a_sentence`.
fn is_a_test(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_:*…".contains(c);
    let sentence = name.contains("::") || name.ends_with('…') || name.matches('_').count() > 1;
    sentence && name.len() > 2 && name.chars().all(plain)
}

fn is_there(name: &str, tests: &str) -> bool {
    let (module, test) = name.rsplit_once("::").unwrap_or(("", name));
    if test == "*" {
        let module = module.rsplit("::").next().unwrap_or(module);
        return tests.contains(&format!("mod {module};"));
    }
    match test.strip_suffix('…') {
        Some(beginning) => starts_a_word(tests, beginning),
        None => tests.match_indices(test).any(|(at, _)| {
            let after = tests[at + test.len()..].chars().next();
            begins_at(tests, at) && !after.is_some_and(is_of_a_name)
        }),
    }
}

fn starts_a_word(text: &str, beginning: &str) -> bool {
    text.match_indices(beginning).any(|(at, _)| begins_at(text, at))
}

fn begins_at(text: &str, at: usize) -> bool {
    !text[..at].chars().next_back().is_some_and(is_of_a_name)
}

fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
