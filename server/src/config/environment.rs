//! Environment variables whose value is empty.
//!
//! A compose file has `STEADFAST_INVITE: ${INVITE}` whether or not somebody chose a code, and a unit's environment file lists every
//! variable: without a value, a setting counts as not set.

use clap::Command;
use clap::builder::{OsStr, Resettable};

/// The command, reading no variable whose value is empty.
pub fn without_empty_variables(command: Command) -> Command {
    command
        .mut_args(|arg| {
            let value = arg.get_env().and_then(std::env::var_os);
            if value.is_some_and(|value| value.is_empty()) {
                arg.env(Resettable::<OsStr>::Reset)
            } else {
                arg
            }
        })
        .mut_subcommands(without_empty_variables)
}

/// The names of this program's variables whose value is empty.
pub fn empty_variables() -> Vec<String> {
    let mut names: Vec<String> = std::env::vars_os()
        .filter(|(_, value)| value.is_empty())
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with("STEADFAST_"))
        .collect();
    names.sort();
    names
}
