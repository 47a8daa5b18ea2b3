//! The findings of a check.

use std::path::PathBuf;

use serde::Serialize;
use uuid::Uuid;

/// Most findings told of one kind.
pub(super) const TOLD: usize = 20;

/// The findings in a database.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Report {
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
    /// A check, and its findings.
    pub checks: Vec<Check>,
}

/// One kind of thing that was looked at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Check {
    pub name: &'static str,
    /// The condition that holds where nothing is wrong.
    pub rule: &'static str,
    /// The findings, the first of them.
    pub findings: Vec<String>,
    /// The way to mend it.
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
