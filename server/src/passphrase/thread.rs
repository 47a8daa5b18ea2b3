//! A low-priority thread for each hash, so that the chat does not wait for hashing on a machine with few processors.

use tokio::sync::oneshot;

/// The increase of the thread's `nice` value.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Runs work in a thread of its own. The receiver fails if no thread can be started, or the work panics.
pub(super) fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> oneshot::Receiver<T> {
    let (answer, answered) = oneshot::channel();
    let thread = std::thread::Builder::new().name("hashing".into());
    let started = thread.spawn(move || {
        step_back();
        let _ = answer.send(work());
    });
    if let Err(error) = started {
        tracing::error!(%error, "cannot start a thread to hash a passphrase");
    }
    answered
}

#[cfg(target_os = "linux")]
fn step_back() {
    use rustix::process::{getpriority_process, setpriority_process};

    // On Linux each thread has a priority of its own.
    let this = Some(rustix::thread::gettid());
    let done = getpriority_process(this).and_then(|nice| setpriority_process(this, nice + NICENESS));
    if let Err(error) = done {
        tracing::debug!(%error, "hashing runs at normal priority");
    }
}

#[cfg(not(target_os = "linux"))]
fn step_back() {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::getpriority_process;

    use super::*;

    #[tokio::test]
    async fn fault_m02_hashing_leaves_the_processor_to_everything_else() {
        let nice = || getpriority_process(Some(rustix::thread::gettid())).unwrap();
        let own = nice();
        assert_eq!(run(nice).await, Ok((own + NICENESS).min(19)));
        assert_eq!(nice(), own, "and nothing else does");
    }

    #[tokio::test]
    async fn work_that_panics_is_answered_by_nothing() {
        assert!(run(|| panic!("as told")).await.is_err());
    }
}
