//! What people did and were shown: all that the checker goes by, beside the log itself.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use steadfast_shared::{EntryId, UserId};

use crate::checker::Screen;

#[derive(Default)]
pub(crate) struct History {
    /// By the tab that took them, in order. Where a device's storage failed, what was typed before, meanwhile and after
    /// counts as of different tabs: a tab refreshed since may not be able to read all of it. So does what such a tab takes.
    pub(crate) posted: BTreeMap<(usize, usize, u32, u32), Vec<EntryId>>,
    /// As whom their tab took them.
    pub(crate) posted_as: BTreeMap<EntryId, UserId>,
    /// Shown as saved or sent, and on which device first.
    pub(crate) shown_safe: BTreeMap<EntryId, usize>,
    /// Acknowledged, in some epoch.
    pub(crate) acked: BTreeSet<EntryId>,
    /// Refused for good, by themselves.
    pub(crate) refused: HashSet<EntryId>,
    /// Thrown away, or replaced, by a person.
    pub(crate) discarded: HashSet<EntryId>,
    /// What messages may say, and have been asked to: their own text, and that of every edit.
    pub(crate) texts: BTreeMap<EntryId, Vec<String>>,
    /// Messages that somebody wanted deleted.
    pub(crate) deleted: HashSet<EntryId>,
    /// Not written when their tab ended: a frozen tab that was told of them, or a line that stood still, may bring them later than
    /// what the tab took in its next life. Or not sent when storage could not be read: a tab that starts meanwhile, and is
    /// elected, sends those that it hears of from others.
    pub(crate) adrift: HashSet<EntryId>,
    /// Retried or edited by a person: out of order by their own wish.
    pub(crate) touched: HashSet<EntryId>,
}

/// What one tab has shown, to hold it to it.
#[derive(Default)]
pub(crate) struct Seen {
    /// Own rows.
    pub(crate) rows: HashSet<EntryId>,
    pub(crate) screen: Screen,
}
