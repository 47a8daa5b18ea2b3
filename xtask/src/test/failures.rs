//! What tools print of the tests that failed, to be shown again at the end: a whole run prints thousands of lines.

use std::mem;
use std::sync::{Mutex, PoisonError};

/// Those of the part that runs.
static KEPT: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Lines kept per run of a tool.
const MOST: usize = 60;

/// Reads the output of Rust's test harness or of Node's `spec` reporter line by line.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    lines: Vec<String>,
    /// Whether the lines that come are about failed tests.
    reading: bool,
}

impl Failures {
    pub(crate) fn read(&mut self, line: &str) {
        match line {
            "failures:" | "✖ failing tests:" => self.reading = true,
            _ if line.starts_with("test result: ") => self.reading = false,
            _ if self.reading && self.lines.len() < MOST && !line.is_empty() => {
                self.lines.push(line.to_owned());
            }
            _ => {}
        }
    }

    /// Keeps them for the end.
    pub(crate) fn keep(mut self) {
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        kept.append(&mut self.lines);
    }
}

/// What was kept since this was last called.
pub(crate) fn take() -> Vec<String> {
    mem::take(&mut *KEPT.lock().unwrap_or_else(PoisonError::into_inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(output: &str) -> Vec<String> {
        let mut failures = Failures::default();
        output.lines().for_each(|line| failures.read(line));
        failures.lines
    }

    #[test]
    fn the_failures_of_a_harness_are_kept() {
        let output = "test a ... ok\ntest b ... FAILED\n\nfailures:\n\n---- b stdout ----\nleft: 1\n\nfailures:\n    b\n\n\
                      test result: FAILED. 1 passed; 1 failed\n\nrunning 1 test\ntest c ... ok\n";
        assert_eq!(read(output), ["---- b stdout ----", "left: 1", "    b"]);
        assert_eq!(read("test a ... ok\ntest result: ok. 1 passed\n"), [""; 0]);
    }

    #[test]
    fn the_failures_of_node_are_kept_up_to_a_bound() {
        let output =
            "✔ one (1ms)\n✖ two (2ms)\nℹ fail 1\n\n✖ failing tests:\n\ntest at a.mjs:1:1\n✖ two (2ms)\n";
        assert_eq!(read(output), ["test at a.mjs:1:1", "✖ two (2ms)"]);
        let long = format!("✖ failing tests:\n{}", "line\n".repeat(1_000));
        assert_eq!(read(&long).len(), MOST);
    }
}
