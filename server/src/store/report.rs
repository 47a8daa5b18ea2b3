//! The findings of a check.

use std::path::PathBuf;

use serde::Serialize;
use uuid::Uuid;

/// Most findings reported per check.
pub(super) const REPORTED: usize = 20;

/// The report on a database.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Report {
    pub database: PathBuf,
    /// Whether no check found anything.
    pub sound: bool,
    /// The epoch, if there is one.
    pub epoch: Option<Uuid>,
    pub schema: i64,
    /// Bytes of the file.
    pub bytes: u64,
    /// Bytes of the write-ahead log beside it.
    pub wal_bytes: u64,
    /// The number of people.
    pub people: u64,
    /// The number of rooms.
    pub rooms: u64,
    /// The number of entries in all logs.
    pub entries: u64,
    /// All checks, with their findings.
    pub checks: Vec<Check>,
}

/// A check and its findings.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Check {
    pub name: &'static str,
    /// The rule that a sound database satisfies.
    pub rule: &'static str,
    /// The first findings, at most [`REPORTED`].
    pub findings: Vec<String>,
    /// How to repair it.
    pub advice: &'static str,
}

impl Check {
    pub(super) const fn new(
        name: &'static str,
        rule: &'static str,
        findings: Vec<String>,
        advice: &'static str,
    ) -> Self {
        Self {
            name,
            rule,
            findings,
            advice,
        }
    }
}
