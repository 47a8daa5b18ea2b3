//! Settings that may contain a password: an error does not repeat them, because it ends up in logs.

use std::ffi::OsStr;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

/// Parses such a setting. Clap's own error for an invalid value quotes it.
#[derive(Clone)]
pub struct SecretParser<T>(fn(&str) -> Result<T, String>);

/// The value parser of a setting that may contain a password.
pub fn secret<T>(parse: fn(&str) -> Result<T, String>) -> SecretParser<T> {
    SecretParser(parse)
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for SecretParser<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        let parsed = match value.to_str() {
            Some(text) => (self.0)(text),
            None => Err("it is not UTF-8".into()),
        };
        parsed.map_err(|why| {
            let name = arg.map(ToString::to_string).unwrap_or_default();
            let words = format!("invalid value for '{name}': {why}\n");
            Error::raw(ErrorKind::ValueValidation, words).with_cmd(command)
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::Args;

    use crate::config::Config;

    #[test]
    fn an_error_does_not_repeat_a_password() {
        let values = [
            ("--database", "postgres://chat:hunter2@db.example:port/team"),
            ("--database", "mysql://chat:hunter2@db.example/team"),
            ("--adapter", "redis:/chat:hunter2@db.example"),
            ("--adapter", "amqp://chat:hunter2@db.example"),
            ("--invite", "hunter2"),
        ];
        for (flag, value) in values {
            let command = Config::augment_args(clap::Command::new("steadfast"));
            let error = command
                .try_get_matches_from(["steadfast", flag, value])
                .unwrap_err();
            let words = error.to_string();
            assert!(words.contains(flag) && !words.contains("hunter2"), "{words}");
        }
    }
}
