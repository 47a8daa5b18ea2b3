//! The example `chat`, run as a program. `page` is run by `browser/example.rs`.

#![cfg(all(feature = "client", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};

use support::{PATIENCE, Server};

/// A running example.
struct Chat {
    child: Child,
    input: Option<ChildStdin>,
    output: Receiver<String>,
}

impl Chat {
    fn with(url: &str) -> Self {
        // Cargo builds a package's examples before it runs its tests.
        let mut program = std::env::current_exe().unwrap();
        program.pop();
        program.set_file_name(format!("examples/chat{}", std::env::consts::EXE_SUFFIX));
        let mut child = Command::new(&program)
            .arg(url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (said, output) = channel();
        std::thread::spawn(move || {
            for line in lines {
                let _ = said.send(line.unwrap());
            }
        });
        Self {
            input: child.stdin.take(),
            output,
            child,
        }
    }

    fn types(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    /// Reads up to a line with this in it.
    fn says(&self, what: &str) {
        let mut before = Vec::new();
        loop {
            match self.output.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(what) => return,
                Ok(line) => before.push(line),
                Err(_) => panic!("no {what:?} after {before:?}"),
            }
        }
    }

    /// Ends its input; returns the exit code and its last output.
    fn ends(mut self) -> (Option<i32>, String) {
        self.input = None;
        let mut last = String::new();
        loop {
            match self.output.recv_timeout(PATIENCE) {
                Ok(line) => last = line,
                Err(RecvTimeoutError::Timeout) => panic!("it does not end; its last line: {last}"),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        (self.child.wait().unwrap().code(), last)
    }
}

impl Drop for Chat {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_chat_sends_what_is_typed_and_prints_what_others_say() {
    let server = Server::start();
    let (mut ann, ben) = (Chat::with(&server.url()), Chat::with(&server.url()));
    ann.says("* connected as ");
    ben.says("* connected as ");
    ann.types("hello");
    ben.says("hello");
    // The last line arrives although the program ends.
    ann.types("bye");
    assert_eq!(ann.ends().0, Some(0));
    ben.says("bye");
    assert_eq!(ben.ends().0, Some(0));
}

#[test]
fn without_a_server_the_chat_says_what_to_do_and_what_it_did_not_send() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let mut chat = Chat::with(&format!("http://{free}"));
    chat.says("* cannot connect: ");
    chat.says(&format!(
        "is a Socket.IO server running at http://{free}? See the head of examples/chat.rs"
    ));
    chat.says("* trying again in ");
    chat.types("to nobody");
    let (code, last) = chat.ends();
    assert_eq!(code, Some(1));
    assert!(last.ends_with("not sent"), "{last}");
}

#[test]
fn the_chat_fails_at_once_at_an_address_that_cannot_be() {
    assert_eq!(Chat::with("ftp://example.org").ends().0, Some(1));
}
