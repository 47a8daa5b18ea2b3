//! What `docs/DELIVERY.md` says of tests: those it names are there, and every hole has one.

use super::source::{file, files};

#[test]
fn every_test_that_the_rules_of_delivery_name_is_there() {
    let (document, tests) = (file("docs/DELIVERY.md"), tests());
    let absent: Vec<_> = document
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| is_a_test(name) && !is_there(name, &tests))
        .collect();
    assert!(
        absent.is_empty(),
        "tests that are named and are not there: {absent:#?}"
    );
}

#[test]
fn every_hole_has_a_test_and_the_rules_of_delivery_name_it() {
    let (document, tests) = (file("docs/DELIVERY.md"), tests());
    for hole in 1..=20 {
        let name = format!("hole_{hole:02}_");
        assert!(starts_a_word(&tests, &name), "no test is called {name}…");
        assert!(document.contains(&format!("`{name}")), "{name}… is not named");
    }
}

/// All the code that may hold a test.
fn tests() -> String {
    let sources = files("", &[".rs", ".ts", ".mjs"]).into_iter();
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
