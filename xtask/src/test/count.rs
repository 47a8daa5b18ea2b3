//! Counts tests from the output of each test tool.

use std::{fmt, iter::Sum, process::ExitStatus};

/// Tests passed, failed and skipped.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Count {
    /// Tests that ran and passed.
    pub(crate) passed: usize,
    /// Tests that ran and failed, and those that could not run.
    pub(crate) failed: usize,
    /// Tests that were told not to run.
    pub(crate) skipped: usize,
}

impl Count {
    /// A single check that failed.
    pub(crate) const FAILURE: Self = Self {
        passed: 0,
        failed: 1,
        skipped: 0,
    };

    /// A single check that passed.
    pub(crate) const SUCCESS: Self = Self {
        passed: 1,
        failed: 0,
        skipped: 0,
    };

    /// A single check that could not be made here.
    pub(crate) const SKIPPED: Self = Self {
        passed: 0,
        failed: 0,
        skipped: 1,
    };

    /// The number of tests that really ran.
    pub(crate) fn ran(&self) -> usize {
        self.passed + self.failed
    }

    /// Counts a tool that failed without a failed test as one failure, so that a crash does not look like success.
    pub(crate) fn with(mut self, status: ExitStatus) -> Self {
        if !status.success() && self.failed == 0 {
            self.failed = 1;
        }
        self
    }

    /// Reads a line of Rust's test harness, native or in a browser:
    /// `test result: ok. 9 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s`.
    pub(crate) fn cargo(&mut self, line: &str) {
        let Some(result) = line.trim_start().strip_prefix("test result: ") else {
            return;
        };
        let (_, numbers) = result.split_once(". ").unwrap_or_default();
        for (number, label) in numbers.split("; ").filter_map(number_and_word) {
            match label {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.skipped += number,
                _ => {}
            }
        }
    }

    /// Reads a line of the summary of Node's `spec` reporter: `ℹ pass 12`.
    pub(crate) fn node(&mut self, line: &str) {
        let Some(summary) = line.strip_prefix("ℹ ") else {
            return;
        };
        let Some((label, number)) = summary.split_once(' ') else {
            return;
        };
        let Ok(number) = number.parse::<usize>() else {
            return;
        };
        match label {
            "pass" => self.passed += number,
            "fail" | "cancelled" => self.failed += number,
            "skipped" | "todo" => self.skipped += number,
            _ => {}
        }
    }

    /// Reads a line of Playwright's summary: `  12 passed (1.2m)`. A test that passes only on its second attempt counts as
    /// failed.
    pub(crate) fn playwright(&mut self, line: &str) {
        if !line.starts_with("  ") {
            return;
        }
        let Some((number, label)) = number_and_word(line.trim()) else {
            return;
        };
        let label = label.split(" (").next().unwrap_or(label);
        match label {
            "passed" => self.passed += number,
            "failed" | "flaky" | "interrupted" | "did not run" => self.failed += number,
            "skipped" => self.skipped += number,
            _ => {}
        }
    }
}

fn number_and_word(text: &str) -> Option<(usize, &str)> {
    let (number, label) = text.split_once(' ')?;
    Some((number.parse().ok()?, label))
}

impl Sum for Count {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |a, b| Self {
            passed: a.passed + b.passed,
            failed: a.failed + b.failed,
            skipped: a.skipped + b.skipped,
        })
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(lines: &str, read: fn(&mut Count, &str)) -> String {
        let mut count = Count::default();
        lines.lines().for_each(|line| read(&mut count, line));
        count.to_string()
    }

    #[test]
    fn the_results_of_several_test_binaries_add_up() {
        let output = "running 2 tests\ntest a ... ok\n\
            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: FAILED. 3 passed; 1 failed; 2 ignored; 0 measured; 7 filtered out; finished in 1.00s";
        assert_eq!(count(output, Count::cargo), "5 passed, 1 failed, 2 skipped");
    }

    #[test]
    fn nodes_summary_is_read() {
        let output = "✔ logs in (12.3ms)\nℹ tests 5\nℹ suites 1\nℹ pass 3\nℹ fail 1\nℹ cancelled 1\nℹ skipped 0\n\
            ℹ todo 0\nℹ duration_ms 56.7";
        assert_eq!(count(output, Count::node), "3 passed, 2 failed");
    }

    #[test]
    fn playwrights_summary_is_read() {
        let output = "  ✓  1 tests/chat.spec.ts:3:1 › 2 passed (1s)\n  1 failed\n    tests/a.spec.ts:4:1 › b ───\n  1 flaky\n\
            \x20\x201 did not run\n  2 skipped\n  12 passed (1.2m)";
        assert_eq!(count(output, Count::playwright), "12 passed, 3 failed, 2 skipped");
    }

    #[cfg(unix)]
    #[test]
    fn a_crash_is_a_failure() {
        use std::os::unix::process::ExitStatusExt;
        let crashed = ExitStatus::from_raw(6);
        let count = Count {
            passed: 3,
            ..Count::default()
        };
        assert_eq!(count.with(crashed).to_string(), "3 passed, 1 failed");
        assert_eq!(
            count.with(ExitStatus::from_raw(0)).to_string(),
            "3 passed, 0 failed"
        );
    }
}
