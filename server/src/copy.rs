//! `steadfast copy`: copies a whole database into another one, for example from SQLite to Postgres.

use std::io::{self, IsTerminal, Write};

use clap::Args;

use crate::clock;
use crate::config::secret;
use crate::store::database::Database;
use crate::store::transfer::{Progress, TransferError, Transferred, transfer};

/// Characters in the progress bar.
const WIDTH: u64 = 30;

/// The source and the target.
#[derive(Args, Clone, Debug)]
pub struct CopyArgs {
    /// The database to read; no server may run on it
    #[arg(long, value_name = "PATH OR URL", value_parser = secret(Database::parse))]
    pub from: Database,

    /// The database to write: a new file, or an empty database in Postgres
    #[arg(long, value_name = "PATH OR URL", value_parser = secret(Database::parse))]
    pub to: Database,
}

/// Copies, and compares the copy with its source.
pub async fn run(args: &CopyArgs) -> Result<Transferred, TransferError> {
    let done = transfer(&args.from, &args.to, clock::now(), show).await;
    if io::stderr().is_terminal() {
        eprintln!();
    }
    done
}

/// Prints the progress, on a terminal only.
fn show(progress: Progress) {
    if !io::stderr().is_terminal() {
        return;
    }
    let mut stderr = io::stderr().lock();
    let _ = write!(stderr, "\r{}", bar(progress));
    let _ = stderr.flush();
}

fn bar(progress: Progress) -> String {
    let part = |whole: u64| {
        progress
            .done
            .saturating_mul(whole)
            .checked_div(progress.total)
            .unwrap_or(whole)
    };
    let full = usize::try_from(part(WIDTH).min(WIDTH)).unwrap_or(0);
    let width = usize::try_from(WIDTH).unwrap_or(0);
    let doing = if progress.is_comparing {
        "comparing"
    } else {
        "copying"
    };
    let percent = part(100).min(100);
    format!(
        "[{:<width$}] {percent:3} % {doing} {:<16}",
        "#".repeat(full),
        progress.table
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_as_long_at_every_moment() {
        let at = |done, total| {
            bar(Progress {
                is_comparing: false,
                table: "entries",
                done,
                total,
            })
        };
        assert!(at(0, 4).contains("  0 %") && at(1, 4).contains(" 25 %") && at(4, 4).contains("100 %"));
        assert!(at(0, 0).contains("100 %"));
        assert_eq!(at(0, 4).len(), at(4, 4).len());
    }
}
