//! Runs other programs.

use std::{
    env,
    ffi::OsStr,
    io::{BufRead, BufReader, IsTerminal, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::Duration,
};

use anyhow::{Context, bail};

use crate::{step::Stopwatch, workspace};

/// A program without output for this long counts as hanging.
const SILENCE: Duration = Duration::from_secs(15 * 60);

/// How long to wait for the pipes of an ended program: its orphaned children may still hold them open.
const LINGER: Duration = Duration::from_secs(3);

/// A command in the top-level folder, with the cargo home and npm's programs first on its PATH.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace::root()).env("PATH", path());
    // Variables that `cargo run` sets for this process would make build scripts run again.
    for (name, _) in env::vars_os() {
        if let Some(name) = name.to_str()
            && (name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
        {
            command.env_remove(name);
        }
    }
    command
}

/// The cargo that started this process.
pub(crate) fn cargo() -> Command {
    command("cargo")
}

/// The PATH of every program started here.
fn path() -> std::ffi::OsString {
    let old = env::var_os("PATH").unwrap_or_default();
    let first = [workspace::e2e().join("node_modules/.bin"), workspace::cargo_bin()];
    let all = first.into_iter().chain(env::split_paths(&old));
    env::join_paths(all).unwrap_or(old)
}

/// The path of a program on that PATH.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&path())
        .map(|folder| folder.join(program))
        .find(|file| is_executable(file))
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata()
        .is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(file: &Path) -> bool {
    file.is_file()
}

/// The trimmed output of a program; `None` if it is missing or fails.
pub(crate) fn output(program: &str, args: &[&str]) -> Option<String> {
    let output = command(program).args(args).stderr(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a command to its end, with its output on the terminal.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", shown(command));
    }
    Ok(())
}

/// Runs a command to its end; shows every line, and passes it to `line` without its colours.
///
/// Standard output and standard error come as one stream, in the order they were read.
pub(crate) fn watch(command: &mut Command, mut line: impl FnMut(&str)) -> anyhow::Result<ExitStatus> {
    if std::io::stdout().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always").env("FORCE_COLOR", "1");
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    let (sender, lines) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        read_lines(stdout, sender.clone());
    }
    if let Some(stderr) = child.stderr.take() {
        read_lines(stderr, sender);
    }

    let mut quiet = Stopwatch::start();
    loop {
        match lines.recv_timeout(Duration::from_millis(200)) {
            Ok(text) => {
                quiet = Stopwatch::start();
                show(&text);
                line(plain(&text).trim_end());
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                let ended = child.try_wait()?.is_some();
                if ended && quiet.elapsed().0 > LINGER {
                    break;
                }
                if quiet.elapsed().0 > SILENCE {
                    child.kill()?;
                    child.wait()?;
                    bail!(
                        "{} printed nothing for {}; killed",
                        shown(command),
                        quiet.elapsed()
                    );
                }
            }
        }
    }
    Ok(child.wait()?)
}

fn read_lines(from: impl Read + Send + 'static, to: Sender<String>) {
    thread::spawn(move || {
        let mut reader = BufReader::new(from);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes).is_ok_and(|n| n > 0) {
            if to.send(String::from_utf8_lossy(&bytes).into_owned()).is_err() {
                break;
            }
            bytes.clear();
        }
    });
}

/// Prints a line as it came. A closed standard output is not an error: the work goes on.
fn show(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes());
    let _ = stdout.flush();
}

/// Removes a line's terminal colours.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            plain.push(c);
        } else if chars.next() == Some('[') {
            chars.by_ref().find(char::is_ascii_alphabetic);
        }
    }
    plain
}

/// A command as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A program that serves while tests run, and ends with this value.
pub(crate) struct Background(Child);

impl Background {
    /// Starts it and waits for the first line it prints.
    pub(crate) fn start(command: &mut Command) -> anyhow::Result<(Self, String)> {
        let mut child = command
            // Open for the life of this process: a program can watch it to know when to end.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", shown(command)))?;
        let stdout = child.stdout.take();
        let background = Self(child);
        let (sender, lines) = mpsc::channel();
        if let Some(stdout) = stdout {
            read_lines(stdout, sender);
        }
        let line = lines
            .recv_timeout(Duration::from_secs(30))
            .with_context(|| format!("{} did not report that it is ready", shown(command)))?;
        // Further output is drained, so that the program never blocks on a full pipe.
        thread::spawn(move || lines.into_iter().for_each(drop));
        Ok((background, line.trim().to_owned()))
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_cut_from_a_line() {
        assert_eq!(plain("\u{1b}[1m\u{1b}[32mok\u{1b}[0m. 3 passed"), "ok. 3 passed");
    }

    #[test]
    fn a_command_that_fails_is_named() {
        let error = run(Command::new("cargo").arg("no-such-command").stderr(Stdio::null())).unwrap_err();
        assert!(
            error.to_string().starts_with("cargo no-such-command failed"),
            "{error}"
        );
    }

    #[test]
    fn both_streams_of_a_program_are_watched() {
        let mut seen = Vec::new();
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2; exit 3"]);
        let status = watch(&mut command, |line| seen.push(line.to_owned())).unwrap();
        seen.sort();
        assert_eq!(seen, ["err", "out"]);
        assert_eq!(status.code(), Some(3));
    }
}
