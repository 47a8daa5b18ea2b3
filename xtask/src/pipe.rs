//! A standard output that its reader closes, as `| head` does.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

/// The exit code of a program that SIGPIPE ends: 128 and the signal's number.
const READER_GONE: u8 = 128 + 13;

/// Runs a command, and ends it without a word once nobody reads its output.
///
/// `println!` panics then. The panic is only kept silent: unwinding stops the servers and browsers that the command started.
pub(crate) fn until_closed(command: impl FnOnce() -> ExitCode) -> ExitCode {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if !is_closed_pipe(panic.payload()) {
            report(panic);
        }
    }));
    match panic::catch_unwind(AssertUnwindSafe(command)) {
        Ok(code) => code,
        Err(payload) if is_closed_pipe(&*payload) => ExitCode::from(READER_GONE),
        Err(payload) => panic::resume_unwind(payload),
    }
}

/// Whether this is the panic of `println!` or `eprintln!` on a closed pipe. It has no type of its own, only this message.
fn is_closed_pipe(payload: &(dyn Any + Send)) -> bool {
    payload.downcast_ref::<String>().is_some_and(|message| {
        message.starts_with("failed printing to std") && message.contains("Broken pipe")
    })
}
