//! `steadfast check`: whether a database, or a backup of one, is whole; and if not, the way to mend it.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;

use crate::store::database::Database;
use crate::store::postgres;
use crate::store::report::Report;
use crate::store::sqlite::check::check;
use crate::store::{StoreError, files};

#[derive(Args, Clone, Debug)]
pub struct CheckArgs {
    /// A backup to look at, instead of the server's database
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// The database of the server
    #[arg(
        long,
        env = "STEADFAST_DATABASE",
        value_name = "PATH OR URL",
        default_value = "steadfast.db",
        hide_env_values = true,
        value_parser = Database::parse
    )]
    pub database: Database,

    /// Tell it as JSON, for programs
    #[arg(long)]
    pub json: bool,
}

/// The report: for people or, where asked for, for programs.
pub fn answer(asked: &CheckArgs, report: &Report) -> String {
    if asked.json {
        return serde_json::to_string_pretty(report).unwrap_or_default();
    }
    in_words(report)
}

/// Why it cannot be told whether the database is whole.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// There is no such file.
    #[error("there is no database {path}: name it, or name the server's with --database")]
    NoDatabase {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The one in Postgres cannot be looked at.
    #[error(transparent)]
    Postgres(#[from] postgres::check::PostgresCheckError),
    /// Another program has locked it.
    #[error("{path} is in use by another program: wait until that is done, and check again")]
    InUse { path: PathBuf },
    /// It cannot be got at, which says nothing of what is in it.
    #[error(
        "cannot read {path} ({source}), which is no sign of damage: see that you may read and write it and its folder, and that its \
         disk works; then check again"
    )]
    OutOfReach { path: PathBuf, source: StoreError },
    /// It cannot be read.
    #[error(
        "cannot read {path} ({source}): if this is a Steadfast database it is damaged. Keep it, and go back to the newest \
         backup that `steadfast check` calls sound: `steadfast restore BACKUP`"
    )]
    Unreadable { path: PathBuf, source: StoreError },
}

/// Looks at a database. Changes nothing.
pub async fn run(asked: &CheckArgs) -> Result<Report, CheckError> {
    let path = match (&asked.file, &asked.database) {
        (Some(file), _) | (None, Database::File(file)) => files::real(file),
        (None, Database::Postgres(url)) => return Ok(postgres::check::check(url).await?),
    };
    if !path.is_file() {
        return Err(CheckError::NoDatabase { path });
    }
    let alone = files::is_alone(&path);
    let mut report = check(&path, alone).await;
    // A server has started meanwhile, and its writes may have been taken for damage.
    if alone && !files::is_alone(&path) && !report.as_ref().is_ok_and(|report| report.sound) {
        report = check(&path, false).await;
    }
    report.map_err(|source| CheckError::of(path, source))
}

impl CheckError {
    fn of(path: PathBuf, source: StoreError) -> Self {
        match source {
            StoreError::Locked => Self::InUse { path },
            source if source.is_out_of_reach() => Self::OutOfReach { path, source },
            source => Self::Unreadable { path, source },
        }
    }
}

/// The report as a person reads it.
pub fn in_words(report: &Report) -> String {
    let verdict = if report.sound { "sound" } else { "DAMAGED" };
    let mut text = format!("{}: {verdict}\n", report.database.display());
    let (size, log) = (bytes(report.bytes), bytes(report.wal_bytes));
    let kept = match files::disk(&report.database).filter(|_| report.database.is_file()) {
        Some((free, _)) => format!(
            "{size}, and {log} in its write-ahead log; {} free on its disk",
            bytes(free)
        ),
        None => size,
    };
    let _ = writeln!(
        text,
        "  people: {}, rooms: {}, entries: {}\n  {kept}",
        report.people, report.rooms, report.entries,
    );
    for check in &report.checks {
        let state = if check.findings.is_empty() {
            "ok"
        } else {
            "DAMAGED"
        };
        let _ = writeln!(text, "  {:<11} {state:<8} {}", check.name, check.rule);
        for finding in &check.findings {
            let _ = writeln!(text, "    - {finding}");
        }
        if !check.findings.is_empty() {
            let _ = writeln!(text, "    What to do: {}.", check.advice);
        }
    }
    text
}

/// A size as a person reads it: 1.5 MB.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let (mut tenths, mut unit) = (bytes / 100, 0);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1_000;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_cannot_be_got_at_is_not_called_damaged() {
        let words = |source| CheckError::of("chat.db".into(), source).to_string();
        assert!(words(StoreError::Locked).contains("in use by another program"));
        assert!(words(StoreError::Full).contains("no sign of damage"));
        assert!(words(StoreError::Unreadable("schema: it has none")).contains("is damaged"));
    }

    #[test]
    fn sizes_read_well() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1_500), "1.5 kB");
        assert_eq!(bytes(12_345_678), "12.3 MB");
        assert_eq!(bytes(3_000_000_000_000_000), "3000.0 TB");
    }
}
