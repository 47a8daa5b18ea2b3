//! A contiguous piece of a room's log, with the changes of its messages folded in.
//!
//! Invariant: the entries' `seq` ascend without a gap, and a message is shown as the fold of every change known,
//! whichever of them came first.

use std::collections::VecDeque;
use std::ops::Range;

use steadfast_shared::{Body, Entry, Seq};

use crate::room::fold::{Folded, LogChange, fold};
use crate::vec_map::VecMap;

/// No `seq` is larger: JavaScript could not read it.
pub(crate) const LAST_SEQ: Seq = 1 << 53;

/// A contiguous piece of a room's log.
#[derive(Debug, Default)]
pub(crate) struct Window {
    entries: VecDeque<Entry>,
    /// By message and place: those of the window's entries, and later ones from [`Window::change`].
    changes: VecMap<(Seq, Seq), LogChange>,
    /// Messages as their changes left them; those without a change are not in it.
    folded: VecMap<Seq, Box<Folded>>,
}

impl Window {
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The entries, oldest first.
    pub(crate) fn entries(&self) -> &VecDeque<Entry> {
        &self.entries
    }

    pub(crate) fn low(&self) -> Option<Seq> {
        self.entries.front().map(|entry| entry.seq)
    }

    pub(crate) fn high(&self) -> Option<Seq> {
        self.entries.back().map(|entry| entry.seq)
    }

    pub(crate) fn get(&self, seq: Seq) -> Option<&Entry> {
        self.entries.get(self.index(seq)?)
    }

    /// Whether the window has another entry than this one at its place.
    pub(crate) fn has_another(&self, entry: &Entry) -> bool {
        let present = self.get(entry.seq);
        present.is_some_and(|present| present.id != entry.id)
    }

    /// Whether a message is here, or quoted here.
    pub(crate) fn shows(&self, message: Seq) -> bool {
        self.get(message).is_some() || self.quoted().any(|quoted| quoted == message)
    }

    /// A message as its changes left it; `None` where there are none.
    pub(crate) fn folded(&self, message: Seq) -> Option<&Folded> {
        self.folded.get(&message).map(Box::as_ref)
    }

    /// The known changes of one message after a place of the log, oldest first.
    pub(crate) fn changes_of(&self, message: Seq, after: Seq) -> impl Iterator<Item = &LogChange> {
        let changes = self.changes.from(&(message, after + 1));
        changes
            .take_while(move |((of, _), _)| *of == message)
            .map(|(_, change)| change)
    }

    /// The entries after a place of the log, oldest first.
    pub(crate) fn after(&self, seq: Seq) -> impl Iterator<Item = &Entry> {
        let low = self.low().unwrap_or(0);
        let first = usize::try_from((seq + 1).saturating_sub(low)).unwrap_or(usize::MAX);
        self.entries.range(first.min(self.entries.len())..)
    }

    /// Appends the entry after the newest.
    pub(crate) fn push_newest(&mut self, entry: Entry) {
        let seq = entry.seq;
        let change = LogChange::of(&entry);
        self.entries.push_back(entry);
        match change {
            Some((message, change)) => self.apply_change(message, seq, change),
            None => self.fold(seq),
        }
    }

    /// Prepends the entries before the oldest.
    pub(crate) fn push_oldest(&mut self, entries: Vec<Entry>) {
        for entry in entries.into_iter().rev() {
            let seq = entry.seq;
            let change = LogChange::of(&entry);
            self.entries.push_front(entry);
            match change {
                Some((message, change)) => self.apply_change(message, seq, change),
                None => self.fold(seq),
            }
        }
    }

    /// Takes in a change whose entry is not in the window: it is ahead of a gap, or this window is not at the log's
    /// end.
    pub(crate) fn change(&mut self, entry: &Entry) {
        if let Some((message, change)) = LogChange::of(entry) {
            self.apply_change(message, entry.seq, change);
        }
    }

    /// Lets go of a change taken in by [`Window::change`].
    pub(crate) fn forget_change(&mut self, entry: &Entry) {
        if let Some(message) = entry.body.changes()
            && self.get(entry.seq).is_none()
        {
            self.changes.remove(&(message, entry.seq));
            self.fold(message);
        }
    }

    /// Lets go of the oldest.
    pub(crate) fn drop_oldest(&mut self, many: usize) {
        self.entries.drain(..many.min(self.entries.len()));
        self.drop_strays();
    }

    /// Drops the newest entries. Their changes of the remaining messages stay.
    pub(crate) fn drop_newest(&mut self, many: usize) {
        self.entries.truncate(self.entries.len().saturating_sub(many));
        self.drop_strays();
    }

    /// Replaces an entry with a newer reading of it, whose summary of changes is as of a later place. Changes up to
    /// there are in it.
    pub(crate) fn refresh(&mut self, entry: Entry) {
        let (seq, change) = (entry.seq, LogChange::of(&entry));
        let Some(index) = self.index(seq) else {
            return;
        };
        let as_of = entry.now.as_ref().map_or(0, |now| now.as_of);
        let range = (self.low().unwrap_or(0), self.high().unwrap_or(0));
        self.changes.retain(|(message, change), _| {
            *message != seq || *change > as_of || (range.0..=range.1).contains(change)
        });
        self.entries[index] = entry;
        match change {
            Some((message, change)) => self.apply_change(message, seq, change),
            None => self.fold(seq),
        }
    }

    /// The number of changes kept.
    pub(crate) fn changes(&self) -> usize {
        self.changes.len()
    }

    /// The entries, without their folds.
    pub(crate) fn into_entries(self) -> VecDeque<Entry> {
        self.entries
    }

    /// Drops changes made by entries outside the window to messages outside it. Later ones of a quoted message stay.
    fn drop_strays(&mut self) {
        let (low, high) = (self.low().unwrap_or(Seq::MAX), self.high().unwrap_or(0));
        let inside = |seq: Seq| (low..=high).contains(&seq);
        let quoted: Vec<Seq> = self.quoted().collect();
        self.changes.retain(|(message, change), _| {
            inside(*message) || inside(*change) || *change > high && quoted.contains(message)
        });
        self.folded.retain(|message, _| inside(*message));
    }

    /// The messages that reply to one of these.
    pub(crate) fn replies_to(&self, messages: Range<Seq>) -> impl Iterator<Item = Seq> {
        let replies = self.entries.iter().filter(move |entry| match &entry.body {
            Body::Message {
                reply_to: Some(to), ..
            } => messages.contains(to),
            _ => false,
        });
        replies.map(|entry| entry.seq)
    }

    fn quoted(&self) -> impl Iterator<Item = Seq> {
        let quoted = self.entries.iter().filter_map(|entry| entry.quoted.as_ref());
        quoted.map(|quoted| quoted.seq)
    }

    fn apply_change(&mut self, message: Seq, seq: Seq, change: LogChange) {
        self.changes.insert((message, seq), change);
        self.fold(message);
    }

    /// Folds a message's changes again. A deleted message is erased here too.
    fn fold(&mut self, message: Seq) {
        let deleted = self.changes_of(message, 0).any(LogChange::deletes)
            || self.get(message).is_some_and(|entry| entry.body == Body::Erased);
        if deleted {
            self.erase(message);
        }
        let Some(entry) = self.get(message) else {
            return;
        };
        let changes = self.changes.from(&(message, 0));
        let changes = changes.take_while(|((of, _), _)| *of == message);
        match fold(entry, changes.map(|((_, seq), change)| (*seq, change))) {
            Some(folded) => {
                self.folded.insert(message, Box::new(folded));
            }
            None => {
                self.folded.remove(&message);
            }
        }
    }

    /// Erases a message's text: in itself, in its edits and where it is quoted.
    fn erase(&mut self, message: Seq) {
        let first = self.index(message).unwrap_or(0);
        for entry in self.entries.range_mut(first..) {
            let itself = entry.seq == message;
            if itself || matches!(&entry.body, Body::Edit { message: of, .. } if *of == message) {
                entry.body = if itself { Body::Erased } else { Body::ErasedEdit };
                entry.now = None;
                entry.quoted = None;
                entry.mentioned.clear();
            }
            if let Some(quoted) = entry.quoted.as_mut().filter(|quoted| quoted.seq == message) {
                quoted.text = None;
            }
        }
        self.changes
            .retain(|(of, _), change| *of != message || change.deletes());
    }

    fn index(&self, seq: Seq) -> Option<usize> {
        let index = usize::try_from(seq.checked_sub(self.low()?)?).ok()?;
        (index < self.entries.len()).then_some(index)
    }
}

impl FromIterator<Entry> for Window {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let mut window = Self::default();
        for entry in entries {
            window.push_newest(entry);
        }
        window
    }
}

pub(crate) fn is_contiguous(entries: &[Entry]) -> bool {
    entries
        .iter()
        .zip(entries.iter().skip(1))
        .all(|(entry, next)| entry.seq.checked_add(1) == Some(next.seq))
}

#[cfg(test)]
pub(crate) mod tests;
