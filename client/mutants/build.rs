//! Writes the client's source with all mutants in it, and a test for each.

#[path = "patch.rs"]
mod patch;

use std::{
    env,
    error::Error,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process,
};

use patch::Patch;

/// The switches, in the module `mutants` of the client's copy. A world runs in one thread, and so does its mutant.
const SWITCHES: &str = "
pub mod mutants {
    use std::cell::Cell;

    thread_local! {
        static ACTIVE: Cell<Option<usize>> = const { Cell::new(None) };
    }

    /// Puts this mutant, or none, into the client that this thread runs.
    pub fn activate(mutant: Option<usize>) {
        ACTIVE.set(mutant);
    }

    pub(crate) fn active(mutant: usize) -> bool {
        ACTIVE.get() == Some(mutant)
    }
}
";

fn main() {
    for input in ["build.rs", "patch.rs", "patches", "../src"] {
        println!("cargo::rerun-if-changed={input}");
    }
    if let Err(error) = build() {
        eprintln!("{error}");
        process::exit(1);
    }
}

fn build() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let patches = patch::read(Path::new("patches"))?;
    let mut sources = patch::sources(Path::new("../src"), "client/src")?;
    patch::weave(&mut sources, &patches)?;

    let copy = out.join("client");
    // A file that the client no longer has would stay otherwise.
    if copy.exists() {
        fs::remove_dir_all(&copy)?;
    }
    for (path, mut source) in sources {
        if path == "client/src/lib.rs" {
            source = without_head(&source) + SWITCHES;
        }
        let path = copy.join(path.trim_start_matches("client/src/"));
        fs::create_dir_all(path.parent().unwrap_or(&copy))?;
        fs::write(path, source)?;
    }
    fs::write(out.join("tests.rs"), tests(&patches)?)?;
    Ok(())
}

/// `lib.rs` without its documentation of the crate, which an included file may not have.
fn without_head(source: &str) -> String {
    let lines = source.lines().filter(|line| !line.starts_with("//!"));
    lines.fold(String::new(), |text, line| text + line + "\n")
}

/// A test for each mutant, named after it.
fn tests(patches: &[Patch]) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    for (number, Patch { name, rules, .. }) in patches.iter().enumerate() {
        let rules: Vec<_> = rules.iter().map(|rule| format!("Rule::{rule}")).collect();
        let rules = rules.join(", ");
        writeln!(
            text,
            "#[test]\nfn mutant_{name}() {{\n    caught({number}, &[{rules}]);\n}}"
        )?;
    }
    Ok(text)
}
