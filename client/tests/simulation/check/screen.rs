//! Checked at any time: the contents of a tab's screen.

use std::collections::{BTreeSet, HashSet};

use steadfast_client::record::OutboxItem;
use steadfast_client::{Rejection, Row, RowState};
use steadfast_shared::{Body, EntryId, RoomId, Seq};

use super::{Broken, hold};
use crate::checker::Most;
use crate::device::Device;
use crate::history::{History, Seen};
use crate::server::Server;
use crate::server::change::is_row;
use crate::server::database::Log;
use crate::tab::{Tab, TabId};
use crate::words;
use crate::world::World;

/// Checks one tab's screen.
pub(crate) fn screen(world: &mut World, id: TabId) {
    let Some(mut tab) = world.devices[id.device].tabs[id.slot].take_if(|tab| tab.id == id) else {
        return;
    };
    let check = ScreenCheck {
        server: &world.server,
        device: &world.devices[id.device],
        most: Most {
            window: world.options.window_browsing,
            buffered: world.options.buffered,
            outbox: world.options.outbox,
        },
    };
    let seen = std::mem::take(&mut tab.seen);
    let checked = check.run(&tab, seen, &mut world.history);
    let broken = match checked {
        Ok(seen) => {
            tab.seen = seen;
            None
        }
        Err(broken) => Some(broken),
    };
    world.devices[id.device].tabs[id.slot] = Some(tab);
    if let Some(Broken { rule, what }) = broken {
        world.breaks(rule, || format!("{what}, in {}", words::tab(id)));
    }
}

struct ScreenCheck<'a> {
    server: &'a Server,
    device: &'a Device,
    most: Most,
}

impl ScreenCheck<'_> {
    fn run(&self, tab: &Tab, mut seen: Seen, history: &mut History) -> Result<Seen, Broken> {
        let session = &tab.session;
        let epoch = session.account().epoch();
        // The end check covers it in any case.
        let went_back = epoch.is_some_and(|epoch| self.server.went_back.contains(&epoch));
        if !seen.screen.is_of(session) || went_back {
            seen = Seen::default();
        }
        let in_force = epoch == Some(self.server.database.epoch) && !went_back;
        let rooms: BTreeSet<RoomId> = session
            .rooms()
            .map(|room| room.id)
            .chain(session.outbox().map(|item| item.room))
            .collect();
        let mut rows = HashSet::new();
        for room in rooms {
            seen.screen.look(session, room, self.most, words::message)?;
            self.rows(tab, room, in_force, &mut rows, history)?;
            contiguous(tab, self.server.database.room(room).filter(|_| in_force), room)?;
        }
        // A change shows on its message. A person in a detached view sees their own echoes again when they return.
        let elsewhere = |room| !session.timeline(room).is_live();
        let shown_elsewhere = |item: &&OutboxItem| item.body.changes().is_some() || elsewhere(item.room);
        let hidden = session.outbox().filter(shown_elsewhere);
        rows.extend(hidden.map(|item| item.id));
        self.nothing_disappeared(tab, &seen, &rows, in_force, history)?;
        seen.rows = rows;
        for item in session.outbox() {
            let refused = matches!(item.rejected, Some(Rejection::Refused(_)));
            hold!(
                RejectedForAReason,
                !refused || history.refused.contains(&item.id),
                "{} is shown as rejected: {:?}",
                words::message(item.id),
                item.rejected
            );
        }
        Ok(seen)
    }

    /// One room's rows, against the log and the device's disk.
    fn rows(
        &self,
        tab: &Tab,
        room: RoomId,
        in_force: bool,
        rows: &mut HashSet<EntryId>,
        history: &mut History,
    ) -> Result<(), Broken> {
        let log = self.server.database.room(room).filter(|_| in_force);
        for row in tab.session.timeline(room).rows() {
            let name = words::message(row.id);
            if let (Some(seq), Some(log)) = (row.seq(), log) {
                let entry = log.entries.get(seq as usize - 1);
                let same = entry.is_some_and(|entry| {
                    (entry.id, entry.author.id, entry.at) == (row.id, row.author.id, row.at)
                        && may_show(&row, history)
                });
                hold!(
                    OneLog,
                    same,
                    "#{seq} is shown as {name}, and the log has {entry:?}"
                );
            }
            if row.state == RowState::Saved {
                let kept = self.device.disk.outbox.iter().any(|item| item.id == row.id)
                    || history.discarded.contains(&row.id)
                    || self.server.database.entry(row.id).is_some()
                    || self.server.lost.contains(&row.id);
                hold!(SavedIsOnDisk, kept, "{name} is shown as saved and is not on disk");
            }
            // Items that wait on this device count, whoever is signed in.
            let changes = row
                .changes
                .iter()
                .filter(|change| change.state == RowState::Saved);
            for change in changes {
                history.shown_safe.entry(change.id).or_insert(tab.id.device);
            }
            if row.mine || row.seq().is_none() {
                rows.insert(row.id);
                if matches!(row.state, RowState::Saved | RowState::Sent { .. }) {
                    history.shown_safe.entry(row.id).or_insert(tab.id.device);
                }
            }
        }
        Ok(())
    }

    /// A row stays, unless a person discarded it, its database is gone, or the window has moved past it.
    fn nothing_disappeared(
        &self,
        tab: &Tab,
        seen: &Seen,
        rows: &HashSet<EntryId>,
        in_force: bool,
        history: &History,
    ) -> Result<(), Broken> {
        for id in &seen.rows {
            if rows.contains(id) || history.discarded.contains(id) || self.server.lost.contains(id) {
                continue;
            }
            let stored = self.server.database.rooms.iter().find_map(|log| {
                let entry = log.entries.iter().find(|entry| entry.id == *id)?;
                Some((log.id, entry.seq, is_row(&entry.body)))
            });
            let excused = stored.is_some_and(|(room, seq, has_row)| {
                let past =
                    |view: steadfast_client::RoomView<'_>| seq < view.window.low || view.cursor.is_none();
                !in_force
                    || !has_row
                    || tab.session.room(room).is_none_or(past)
                    || self.is_crowded(tab, room)
                    || !tab.session.timeline(room).is_live()
            });
            hold!(
                NothingDisappears,
                excused,
                "{} is gone from the screen; the log has it at {stored:?}",
                words::message(*id)
            );
        }
        Ok(())
    }

    /// Whether a tab shows the most rows of its own ahead of a gap: then it drops the oldest.
    fn is_crowded(&self, tab: &Tab, room: RoomId) -> bool {
        let cursor = tab.session.room(room).and_then(|view| view.cursor).unwrap_or(0);
        let rows = tab.session.timeline(room);
        let ahead = rows
            .stored()
            .filter(|row| row.seq().is_some_and(|seq| seq > cursor));
        // Changes ahead of the gap count too, and have no rows.
        ahead.count() >= self.most.window / 2
    }
}

/// Every place of a room's window, or of its detached view, has a row, unless it is a change of a message.
fn contiguous(tab: &Tab, log: Option<&Log>, room: RoomId) -> Result<(), Broken> {
    let (Some(view), Some(log)) = (tab.session.room(room), log) else {
        return Ok(());
    };
    let timeline = tab.session.timeline(room);
    let shown: Vec<Seq> = timeline.stored().filter_map(|row| row.seq()).collect();
    let expected = if timeline.is_live() {
        view.window.low..=view.cursor.unwrap_or(0)
    } else {
        shown.first().copied().unwrap_or(1)..=shown.last().copied().unwrap_or(0)
    };
    let has_row = |seq: &Seq| log.entry(*seq).is_none_or(|entry| is_row(&entry.body));
    let within = shown.iter().copied().filter(|seq| expected.contains(seq));
    hold!(
        OneLog,
        within.eq(expected.clone().filter(has_row)),
        "the window {expected:?} shows {shown:?}"
    );
    Ok(())
}

/// Whether a person typed this text, or wanted the message gone.
fn may_show(row: &Row, history: &History) -> bool {
    let texts = history.texts.get(&row.id);
    match &row.body {
        Body::Message { text: shown, .. } => {
            texts.is_some_and(|texts| texts.iter().any(|text| text == shown.as_str()))
        }
        Body::Erased => history.deleted.contains(&row.id),
        _ => false,
    }
}
