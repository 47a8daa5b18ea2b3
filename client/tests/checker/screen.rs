//! Checks a tab's screen at any time, compared only with its own earlier screens.

use std::collections::{BTreeMap, HashMap, HashSet};

use steadfast_client::session::Session;
use steadfast_client::{ChangedRows, Row, RowKey};
use steadfast_shared::{EntryId, Epoch, RoomId, Seq};

use super::{Broken, hold};

/// A page that was under way when the window was full.
const PAGE: usize = steadfast_shared::limit::PAGE_ENTRIES;

/// The bounds of a session's memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Most {
    /// Entries of a room.
    pub(crate) window: usize,
    /// Entries of a room held back by a gap.
    pub(crate) buffered: usize,
    /// Items in the outbox.
    pub(crate) outbox: usize,
}

/// Everything one tab has shown, to compare later screens with.
#[derive(Default)]
pub(crate) struct Screen {
    epoch: Option<Epoch>,
    sent: HashMap<RowKey, Seq>,
    cursors: BTreeMap<RoomId, Seq>,
    read: BTreeMap<RoomId, ReadRows>,
}

/// A room's rows as a view has them that reads only those that changed.
#[derive(Default)]
struct ReadRows {
    revision: u64,
    rows: HashMap<RowKey, String>,
}

impl Screen {
    /// Whether the earlier screens are of the database that the session knows.
    pub(crate) fn is_of(&self, session: &Session) -> bool {
        self.epoch == session.account().epoch()
    }

    /// Looks at one room. Places and cursors count within one life of the database.
    pub(crate) fn look(
        &mut self,
        session: &Session,
        room: RoomId,
        most: Most,
        name: impl Fn(EntryId) -> String,
    ) -> Result<(), Broken> {
        if !self.is_of(session) {
            *self = Self {
                epoch: session.account().epoch(),
                ..Self::default()
            };
        }
        let mut keys = HashSet::new();
        let mut last = 0;
        for row in session.timeline(room).rows() {
            let name = || name(row.id);
            hold!(OneRow, keys.insert(row.key()), "{} has two rows", name());
            let Some(seq) = row.seq() else { continue };
            hold!(OneLog, seq > last, "#{seq} ({}) is shown after #{last}", name());
            last = seq;
            self.stays_put(&row, seq, name)?;
        }
        self.reads_what_changed(session, room, name)?;
        self.window(session, room, most)?;
        let items = session.outbox().count();
        hold!(Bounds, items <= most.outbox, "an outbox of {items}");
        Ok(())
    }

    /// Reads the rows that changed, and compares the others with those read before.
    fn reads_what_changed(
        &mut self,
        session: &Session,
        room: RoomId,
        name: impl Fn(EntryId) -> String,
    ) -> Result<(), Broken> {
        let timeline = session.timeline(room);
        let read = self.read.entry(room).or_default();
        let before = std::mem::take(&mut read.rows);
        let changed = timeline.changed_since(read.revision);
        read.revision = timeline.revision();
        for row in timeline.rows() {
            let shown = everything_of(&row);
            let kept = before.get(&row.key()).filter(|_| row.changes.is_empty());
            if let (ChangedRows::Some(changed), Some(seq), Some(before)) = (&changed, row.seq(), kept)
                && !changed.contains(&seq)
            {
                let name = || name(row.id);
                hold!(
                    ChangesAreAnnounced,
                    *before == shown,
                    "{} was {before} and is {shown}",
                    name()
                );
            }
            read.rows.insert(row.key(), shown);
        }
        Ok(())
    }

    fn stays_put(&mut self, row: &Row, seq: Seq, name: impl Fn() -> String) -> Result<(), Broken> {
        // Others' rows are the log's, and compared with it.
        if row.mine {
            let before = self.sent.insert(row.key(), seq);
            let same = before.is_none_or(|before| before == seq);
            hold!(RowsStayPut, same, "{} was #{before:?} and is #{seq}", name());
        }
        Ok(())
    }

    /// The window is bounded, ends at the cursor, and never goes back.
    fn window(&mut self, session: &Session, room: RoomId, most: Most) -> Result<(), Broken> {
        let Some(view) = session.room(room) else {
            return Ok(());
        };
        let cursor = view.cursor.unwrap_or(0);
        // A detached view does not end at the cursor.
        let timeline = session.timeline(room);
        let many = if timeline.is_live() {
            (cursor + 1).saturating_sub(view.window.low) as usize
        } else {
            timeline.stored().count()
        };
        hold!(Bounds, many <= most.window + PAGE, "a window of {many}");
        hold!(
            Bounds,
            view.buffered <= most.buffered,
            "{} entries held back by a gap",
            view.buffered
        );
        let before = self.cursors.insert(room, cursor).unwrap_or(0);
        hold!(
            CursorGoesForward,
            cursor >= before,
            "a cursor went from {before} to {cursor}"
        );
        let me = session.account().me().map(|me| me.id);
        let writing = session.people().typing(room);
        let own = writing.iter().any(|person| Some(person.id) == me);
        hold!(EphemeraEnd, !own, "somebody is shown to themselves as writing");
        Ok(())
    }
}

/// All that a row shows.
fn everything_of(row: &Row) -> String {
    let quoted = row
        .quoted
        .as_ref()
        .map(|quoted| (&quoted.author.name, &quoted.text));
    let (author, mentioned, changes) = (&row.author.name, &row.mentioned, &row.changes);
    let (body, edited, state, reactions) = (&row.body, row.edited, &row.state, &row.reactions);
    format!("{author} {body:?} {edited:?} {state:?} {quoted:?} {mentioned:?} {reactions:?} {changes:?}")
}
