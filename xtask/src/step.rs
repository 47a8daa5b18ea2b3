//! Prints each step, and how long it took.

use std::{fmt, time::Duration};

/// Measures the duration of a step.
pub(crate) struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts measuring now.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the edge: the durations of real work are shown to a person"
    )]
    pub(crate) fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// How long it has been running.
    pub(crate) fn elapsed(&self) -> Took {
        Took(self.0.elapsed())
    }
}

/// A duration, formatted for people.
#[derive(Clone, Copy)]
pub(crate) struct Took(pub(crate) Duration);

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let text = if seconds < 60 {
            format!("{:.1} s", self.0.as_secs_f64())
        } else {
            format!("{} min {:02} s", seconds / 60, seconds % 60)
        };
        f.pad(&text)
    }
}

/// Prints what is about to be done, does it, and prints how long it took.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    println!("==> {what}");
    let watch = Stopwatch::start();
    let done = work()?;
    println!("    done in {}", watch.elapsed());
    Ok(done)
}

/// Prints that a step was not needed.
pub(crate) fn unchanged(what: &str) {
    println!("==> {what}: up to date");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(Took(Duration::from_millis(1_230)).to_string(), "1.2 s");
        assert_eq!(Took(Duration::from_secs(65)).to_string(), "1 min 05 s");
    }
}
