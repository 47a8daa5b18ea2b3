//! What a command prints, and the code it ends with.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

/// The exit code of a program that SIGPIPE ends: 128 and the signal's number.
const READER_GONE: u8 = 128 + 13;

/// What a command has to say at its end.
pub(crate) struct Answer {
    text: String,
    code: ExitCode,
}

impl Answer {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            code: ExitCode::SUCCESS,
        }
    }

    /// An answer after which the command exits with this code.
    pub(crate) fn with_code(self, code: ExitCode) -> Self {
        Self { code, ..self }
    }

    /// Prints the text as lines. If the reader has closed the pipe, as `head` does, the command ends without a word.
    pub(crate) fn print(self) -> ExitCode {
        let mut stdout = io::stdout().lock();
        let printed = writeln!(stdout, "{}", self.text.trim_end()).and_then(|()| stdout.flush());
        match printed {
            Ok(()) => self.code,
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(READER_GONE),
            Err(error) => failed(&error),
        }
    }
}

/// Prints why a command failed. Without anybody to read it, the exit code has to do.
pub(crate) fn failed(error: &dyn Error) -> ExitCode {
    let _ = writeln!(io::stderr(), "steadfast: {error}");
    ExitCode::FAILURE
}
