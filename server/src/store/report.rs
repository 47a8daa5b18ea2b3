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
    const fn new(
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

    pub(super) fn epoch(epoch: Option<Uuid>, advice: &'static str) -> Self {
        let findings = match epoch {
            Some(_) => Vec::new(),
            None => vec!["the epoch is missing".to_owned()],
        };
        let rule = "the database has an epoch, by which browsers know it";
        Self::new("epoch", rule, findings, advice)
    }

    pub(super) const fn pages(findings: Vec<String>, advice: &'static str) -> Self {
        let rule = "every page and every index of the file is intact";
        Self::new("pages", rule, findings, advice)
    }

    pub(super) const fn rooms(findings: Vec<String>, advice: &'static str) -> Self {
        let rule = "every room's log is contiguous from 1 to its head";
        Self::new("rooms", rule, findings, advice)
    }

    pub(super) const fn changes(findings: Vec<String>, advice: &'static str) -> Self {
        let rule = "the change feed is contiguous up to its head";
        Self::new("changes", rule, findings, advice)
    }

    pub(super) const fn references(findings: Vec<String>, advice: &'static str) -> Self {
        let rule = "every change, reply, reaction, mention and author refers to something that exists";
        Self::new("references", rule, findings, advice)
    }

    pub(super) const fn unread(findings: Vec<String>, advice: &'static str) -> Self {
        let rule = "the stored unread counts equal the actual ones";
        Self::new("unread", rule, findings, advice)
    }

    pub(super) const fn texts(findings: Vec<String>, advice: &'static str) -> Self {
        Self::new("texts", "every entry can be read", findings, advice)
    }
}
