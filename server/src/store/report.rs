//! What was found in a database that was looked at.

use std::path::PathBuf;

use serde::Serialize;
use uuid::Uuid;

/// Most findings told of one kind.
pub(super) const TOLD: usize = 20;

/// What was found in a database.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Report {
    /// The file.
    pub database: PathBuf,
    /// Whether nothing is wrong with it.
    pub sound: bool,
    /// Its life; absent where it has none.
    pub epoch: Option<Uuid>,
    /// The migration it is at.
    pub schema: i64,
    /// Bytes of the file.
    pub bytes: u64,
    /// Bytes of the write-ahead log beside it.
    pub wal_bytes: u64,
    /// How many people there are.
    pub people: u64,
    /// How many rooms there are.
    pub rooms: u64,
    /// How many entries their logs have.
    pub entries: u64,
    /// What was looked at, and what is wrong there.
    pub checks: Vec<Check>,
}

/// One kind of thing that was looked at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// What holds where nothing is wrong.
    pub rule: &'static str,
    /// What is wrong, the first of it.
    pub findings: Vec<String>,
    /// What to do about it.
    pub advice: &'static str,
}
