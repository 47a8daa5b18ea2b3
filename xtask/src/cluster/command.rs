//! The commands that a person types while the cluster runs.

use super::postgres::Action as ToPostgres;
use super::redis::Action as ToRedis;

/// Shown once everything runs.
pub(super) const HELP: &str = "
  kill N      kill -9 node N             postgres restart | kill | stop | start
  stop N      SIGTERM to node N          redis kill | start
  start N     restart node N             reload     the proxy reloads its file
  freeze N    SIGSTOP to node N          show       addresses and process ids
  thaw N      SIGCONT to node N          quit       end everything (so does Ctrl-C)
";

/// An action on a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Action {
    Kill,
    Stop,
    Start,
    Freeze,
    Thaw,
}

/// One typed command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Command {
    Node(Action, usize),
    Postgres(ToPostgres),
    Redis(ToRedis),
    Reload,
    Show,
    Help,
    Quit,
}

impl Command {
    /// Parses a line; an empty one is no command.
    pub(super) fn parse(line: &str) -> Result<Option<Self>, String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let command = match words.as_slice() {
            [] => return Ok(None),
            ["show"] => Self::Show,
            ["help"] => Self::Help,
            ["quit" | "exit"] => Self::Quit,
            ["reload"] => Self::Reload,
            ["postgres", action] => Self::Postgres(match *action {
                "restart" => ToPostgres::Restart,
                "kill" => ToPostgres::Kill,
                "stop" => ToPostgres::Stop,
                "start" => ToPostgres::Start,
                _ => return Err(unknown(line)),
            }),
            ["redis", "kill"] => Self::Redis(ToRedis::Kill),
            ["redis", "start"] => Self::Redis(ToRedis::Start),
            [action, number] => {
                let action = match *action {
                    "kill" => Action::Kill,
                    "stop" => Action::Stop,
                    "start" => Action::Start,
                    "freeze" => Action::Freeze,
                    "thaw" => Action::Thaw,
                    _ => return Err(unknown(line)),
                };
                let number = number
                    .parse()
                    .map_err(|_| format!("{number:?} is no node's number"))?;
                Self::Node(action, number)
            }
            _ => return Err(unknown(line)),
        };
        Ok(Some(command))
    }
}

fn unknown(line: &str) -> String {
    format!("unknown command {:?}; `help` lists them", line.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read() {
        assert_eq!(Command::parse("  "), Ok(None));
        assert_eq!(Command::parse("kill 2"), Ok(Some(Command::Node(Action::Kill, 2))));
        assert_eq!(
            Command::parse("postgres restart\n"),
            Ok(Some(Command::Postgres(ToPostgres::Restart)))
        );
        for line in [
            "kill",
            "kill two",
            "kill 1 2",
            "postgres",
            "postgres fly",
            "redis stop",
            "fly 1",
        ] {
            assert!(Command::parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn help_names_every_command_and_no_other() {
        let words = HELP.replace('|', "");
        for word in [
            "kill N", "stop N", "start N", "freeze N", "thaw N", "reload", "show", "quit", "redis",
        ] {
            assert!(words.contains(word), "{word}");
        }
        for action in ["restart", "kill", "stop", "start"] {
            assert!(Command::parse(&format!("postgres {action}")).is_ok(), "{action}");
        }
    }
}
