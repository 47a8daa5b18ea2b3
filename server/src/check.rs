//! `steadfast check`: tells whether a database or a backup is intact, and how to repair it.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;

use crate::config::secret;
use crate::store::database::Database;
use crate::store::postgres;
use crate::store::report::Report;
use crate::store::sqlite::check::{CUT_OFF, check};
use crate::store::{StoreError, files};

#[derive(Args, Clone, Debug)]
pub struct CheckArgs {
    /// A backup to check, instead of the server's database
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// The server's database: a file or a URL
    #[arg(
        long,
        env = "STEADFAST_DATABASE",
        value_name = "PATH OR URL",
        default_value = "steadfast.db",
        hide_env_values = true,
        value_parser = secret(Database::parse)
    )]
    pub database: Database,

    /// Print the report as JSON, for programs
    #[arg(long)]
    pub json: bool,
}

/// The report as text or, if requested, as JSON.
pub fn answer(args: &CheckArgs, report: &Report) -> String {
    if args.json {
        return serde_json::to_string_pretty(report).unwrap_or_default();
    }
    in_words(report)
}

/// Why the database could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The file does not exist.
    #[error("there is no database at {path}: give its path, or name the server's database with --database")]
    NoDatabase {
        /// The path that was tried.
        path: PathBuf,
    },
    /// The Postgres database cannot be checked.
    #[error(transparent)]
    Postgres(#[from] postgres::check::PostgresCheckError),
    /// A copy into it was interrupted: what it lacks is no damage.
    #[error(
        "{database} is an unfinished copy: run `steadfast copy` again with the same --from and --to, and check it then"
    )]
    Half { database: Database },
    /// Another program has locked it.
    #[error("{path} is in use by another program: wait until it has finished, and check again")]
    InUse { path: PathBuf },
    /// SQLite finds no space for the files that it keeps beside it.
    #[error(
        "cannot read {path}, because its disk is full, which is no sign of damage: free some space there, and check again"
    )]
    DiskFull { path: PathBuf },
    /// SQLite cannot create the files that it keeps beside it.
    #[error(
        "cannot read {path}, because you may not write its folder, where SQLite keeps files beside it. That is no sign of damage: \
         check again as the user who runs the server, or as root"
    )]
    FolderNotWritable { path: PathBuf },
    /// The file cannot be accessed, which is no sign of damage.
    #[error(
        "cannot read {path} ({source}), which is no sign of damage: make sure that you may read and write it and its folder, and that \
         its disk works; then check again"
    )]
    OutOfReach { path: PathBuf, source: StoreError },
    /// A later version has migrated it, which is no damage.
    #[error(
        "{path} was written by a newer version of Steadfast, which is no damage: run that version, and check it with that one"
    )]
    Newer { path: PathBuf },
    /// The copy is incomplete, so that it cannot be read.
    #[error(
        "{path} is damaged: {CUT_OFF}. Keep it, and restore the newest backup that `steadfast check` calls sound: \
         `steadfast restore BACKUP`"
    )]
    CutOff { path: PathBuf },
    /// The database cannot be read.
    #[error(
        "cannot read {path} ({source}): if this is a Steadfast database, it is damaged. Keep it, and restore the newest backup that \
         `steadfast check` calls sound: `steadfast restore BACKUP`"
    )]
    Unreadable { path: PathBuf, source: StoreError },
}

/// Checks a database. Changes nothing.
pub async fn run(args: &CheckArgs) -> Result<Report, CheckError> {
    let database = match &args.file {
        Some(file) => Database::File(file.clone()),
        None => args.database.clone(),
    };
    let report = report_of(&database).await;
    if report.as_ref().is_ok_and(|report| !report.sound) && database.is_half().await {
        return Err(CheckError::Half { database });
    }
    report
}

async fn report_of(database: &Database) -> Result<Report, CheckError> {
    let path = match database {
        Database::File(file) => files::real(file),
        Database::Postgres(url) => return Ok(postgres::check::check(url).await?),
    };
    if !path.is_file() {
        return Err(CheckError::NoDatabase { path });
    }
    let alone = files::is_alone(&path);
    let mut report = check(&path, alone).await;
    // A server started during the check, so its writes may have looked like damage.
    if alone && !files::is_alone(&path) && !report.as_ref().is_ok_and(|report| report.sound) {
        report = check(&path, false).await;
    }
    report.map_err(|source| CheckError::of(path, source))
}

impl CheckError {
    fn of(path: PathBuf, source: StoreError) -> Self {
        match source {
            StoreError::Locked => Self::InUse { path },
            StoreError::Newer => Self::Newer { path },
            StoreError::Full => Self::DiskFull { path },
            source if source.is_out_of_reach() && !files::may_create_beside(&path) => {
                Self::FolderNotWritable { path }
            }
            source if source.is_out_of_reach() => Self::OutOfReach { path, source },
            _ if files::is_sqlite(&path) && files::is_cut_off(&path) => Self::CutOff { path },
            source => Self::Unreadable { path, source },
        }
    }
}

/// The report as text.
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

/// Formats a size: 1.5 MB.
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
        let full = words(StoreError::Full);
        assert!(
            full.contains("disk is full") && full.contains("no sign of damage"),
            "{full}"
        );
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
