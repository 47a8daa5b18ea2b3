//! The real program, with a reader that closes the pipe.

use std::process::{Command, Stdio};

#[test]
fn a_reader_that_closes_the_pipe_ends_a_command_quietly() {
    let (_, closed) = std::io::pipe().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["house", "--report"])
        .stdout(closed)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(141));
}
