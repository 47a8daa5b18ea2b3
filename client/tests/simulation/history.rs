//! People's actions and screens: the checker uses only these and the log.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use steadfast_shared::{EntryId, UserId};

use crate::checker::Screen;

#[derive(Default)]
pub(crate) struct History {
    /// Items by the tab that took them, in order. If a device's storage failed, items typed before, during and after the
    /// failure count as from different tabs, because a tab refreshed since may not be able to read all of them. The same
    /// holds for items that such a tab takes.
    pub(crate) posted: BTreeMap<(usize, usize, u32, u32), Vec<EntryId>>,
    /// The person as whom the tab took each item.
    pub(crate) posted_as: BTreeMap<EntryId, UserId>,
    /// Items shown as saved or sent, and the device that showed them first.
    pub(crate) shown_safe: BTreeMap<EntryId, usize>,
    /// Acknowledged, in some epoch.
    pub(crate) acked: BTreeSet<EntryId>,
    /// Items refused for good on their own account.
    pub(crate) refused: HashSet<EntryId>,
    /// Items that a person discarded or replaced.
    pub(crate) discarded: HashSet<EntryId>,
    /// The texts that messages may show: their own, and that of every edit.
    pub(crate) texts: BTreeMap<EntryId, Vec<String>>,
    /// The message that the author of each change saw at its place.
    pub(crate) changed: BTreeMap<EntryId, EntryId>,
    /// Messages that a person tried to delete.
    pub(crate) deleted: HashSet<EntryId>,
    /// Items not written when their tab ended: a frozen tab that knows of them, or a stalled line, may bring them later than
    /// the items that the tab took in its next life. Or items not sent when storage could not be read: a tab that starts in
    /// the meantime, and becomes leader, sends the items that it learns of from others.
    pub(crate) adrift: HashSet<EntryId>,
    /// Items that a person retried or edited, and so moved out of order.
    pub(crate) touched: HashSet<EntryId>,
}

/// Everything one tab has shown, for later comparison.
#[derive(Default)]
pub(crate) struct Seen {
    /// The rows of its own person.
    pub(crate) rows: HashSet<EntryId>,
    pub(crate) screen: Screen,
}
