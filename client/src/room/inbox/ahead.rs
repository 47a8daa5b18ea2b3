//! The entries past the cursor: those that wait for a gap to close, and this device's own, acknowledged ahead of a gap.

use steadfast_shared::{Body, Entry, Seq};

use crate::vec_map::VecMap;

/// An own entry, acknowledged ahead of a gap.
#[derive(Debug)]
struct Acked {
    entry: Entry,
    /// Over another tab's link, or an earlier one: perhaps in a log that no longer exists. Shown, but the cursor does not
    /// count it.
    elsewhere: bool,
}

/// The entries past an inbox's cursor.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    /// Entries ahead of a gap. Bounded: those that do not fit are pulled again.
    buffered: VecMap<Seq, Entry>,
    /// Own entries, shown until the window reaches them.
    acked: VecMap<Seq, Acked>,
}

impl Ahead {
    /// The number of entries that wait for a gap to close.
    pub(crate) fn buffered(&self) -> usize {
        self.buffered.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.buffered.len() + self.acked.len() == 0
    }

    pub(super) fn first_buffered(&self) -> Option<Seq> {
        self.buffered.first_key().copied()
    }

    /// Own entries acknowledged ahead of a gap, oldest first.
    pub(crate) fn acked(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.acked.values().map(|acked| &acked.entry)
    }

    /// An own entry acknowledged ahead of a gap, by its place.
    pub(crate) fn acked_at(&self, seq: Seq) -> Option<&Entry> {
        self.acked.get(&seq).map(|acked| &acked.entry)
    }

    pub(super) fn last_acked(&self) -> Option<Seq> {
        self.acked.last_key().copied()
    }

    /// Whether an own entry was acknowledged after this place of the log, over whichever link.
    pub(crate) fn is_acked_past(&self, head: Seq) -> bool {
        self.last_acked().is_some_and(|seq| seq > head)
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.buffered.values().chain(self.acked())
    }

    pub(super) fn buffer(&mut self, entry: Entry) {
        self.buffered.get_or_insert_with(entry.seq, || entry);
    }

    /// Keeps the nearest of the buffered entries: they are the next to fit.
    pub(super) fn bound_buffered(&mut self, most: usize) {
        self.buffered.truncate(most);
    }

    /// Takes in an own entry from its ack. Returns another entry that was acknowledged at the same place.
    pub(super) fn acknowledge(&mut self, entry: Entry, elsewhere: bool) -> Option<Entry> {
        let (seq, id) = (entry.seq, entry.id);
        let before = self.acked.insert(seq, Acked { entry, elsewhere });
        before.map(|before| before.entry).filter(|before| before.id != id)
    }

    /// Removes the oldest acknowledged entry, if there are more than `most`.
    pub(super) fn pop_acked_past(&mut self, most: usize) -> Option<Entry> {
        if self.acked.len() <= most {
            return None;
        }
        self.acked.pop_first().map(|(_, acked)| acked.entry)
    }

    /// A session opened. Buffered entries may be from a log that no longer exists: the handshake's cursor is before them, so
    /// they come again if they are not. Acks were for an earlier link.
    pub(super) fn session_opened(&mut self) {
        self.buffered.clear();
        for acked in self.acked.values_mut() {
            acked.elsewhere = true;
        }
    }

    /// Removes the entry after the cursor, if it is known for certain. With it, if the log has another entry at that place, the
    /// acknowledged one: another tab got that ack from a log that no longer exists.
    pub(super) fn next_after(&mut self, high: Seq) -> Option<(Entry, Option<Entry>)> {
        let seq = high + 1;
        if let Some(entry) = self.buffered.remove(&seq) {
            let acked = self.acked.remove(&seq).map(|acked| acked.entry);
            let gone = acked.filter(|acked| acked.id != entry.id);
            return Some((entry, gone));
        }
        self.acked
            .get(&seq)
            .filter(|acked| !acked.elsewhere && is_whole(&acked.entry))?;
        self.acked.remove(&seq).map(|acked| (acked.entry, None))
    }

    /// The cursor is at `high`: drops the entries up to it.
    pub(super) fn passed(&mut self, high: Seq) {
        self.buffered.retain(|seq, _| *seq > high);
        self.acked.retain(|seq, _| *seq > high);
    }
}

/// Whether an entry is as complete as the log's copy: an ack leaves out the quoted message and the names of the people
/// mentioned.
fn is_whole(entry: &Entry) -> bool {
    let replies = matches!(
        entry.body,
        Body::Message {
            reply_to: Some(_),
            ..
        }
    );
    let mentions = entry.body.mentions().next().is_some();
    (!replies || entry.quoted.is_some()) && (!mentions || !entry.mentioned.is_empty())
}
