//! Finds top-level modules of a crate that import each other by `use crate::…`.

use std::collections::{BTreeMap, BTreeSet};

use super::{Measure, SHIPPED, code::Code};

type Imports = BTreeMap<String, BTreeSet<String>>;

pub(super) fn measures(code: &Code) -> Vec<Measure> {
    vec![Measure::counted(
        "pairs of modules in a circle of imports",
        "0",
        circles(code),
    )]
}

/// Pairs of modules that import each other, directly or through others.
pub(super) fn circles(code: &Code) -> Vec<String> {
    let mut found = Vec::new();
    for krate in SHIPPED {
        let imports = imports(code, krate);
        for from in imports.keys() {
            for to in imports.keys().filter(|to| *to > from) {
                if reaches(&imports, from, to) && reaches(&imports, to, from) {
                    found.push(format!("{krate}: {from} and {to}"));
                }
            }
        }
    }
    found
}

fn imports(code: &Code, krate: &str) -> Imports {
    let root = format!("{krate}/src/");
    let mut imports = Imports::new();
    for file in code.product() {
        let Some(path) = file.path.strip_prefix(&root) else {
            continue;
        };
        let module = path
            .split('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".rs")
            .to_owned();
        if matches!(&*module, "lib" | "main" | "bin") {
            continue;
        }
        let entry = imports.entry(module.clone()).or_default();
        for line in file
            .lines
            .iter()
            .filter(|line| !line.trim_start().starts_with("//"))
        {
            for used in line.split("crate::").skip(1) {
                let end = used
                    .find(|c: char| !c.is_alphanumeric() && c != '_')
                    .unwrap_or(used.len());
                if let Some(used) = used.get(..end).filter(|used| *used != module) {
                    entry.insert(used.to_owned());
                }
            }
        }
    }
    imports
}

fn reaches(imports: &Imports, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut next = vec![from];
    while let Some(module) = next.pop() {
        for used in imports.get(module).into_iter().flatten() {
            if used == to {
                return true;
            }
            if seen.insert(used.as_str()) {
                next.push(used);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_found_over_a_third_module() {
        let uses = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let imports = Imports::from([
            ("a".to_owned(), uses(&["b"])),
            ("b".to_owned(), uses(&["c"])),
            ("c".to_owned(), uses(&["a"])),
            ("d".to_owned(), uses(&["a"])),
        ]);
        assert!(reaches(&imports, "a", "c") && reaches(&imports, "c", "a"));
        assert!(reaches(&imports, "d", "a") && !reaches(&imports, "a", "d"));
    }

    #[test]
    fn no_subject_of_the_page_imports_one_that_imports_it() {
        let imports = imports(&Code::read().unwrap(), "web");
        for from in imports.keys() {
            for to in imports.keys().filter(|to| *to > from) {
                assert!(
                    !(reaches(&imports, from, to) && reaches(&imports, to, from)),
                    "web: {from} and {to}"
                );
            }
        }
    }
}
