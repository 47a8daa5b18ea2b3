//! What must hold: at any time in each tab, and in the end.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use steadfast_client::{Connection, Disk};
use steadfast_client::{RowBody, RowState};
use steadfast_shared::{EntryId, RoomId, Seq};

use crate::device::TabId;
use crate::world::World;

/// At any time: what a tab shows.
pub(crate) fn a_tab(world: &mut World, id: TabId) {
    let mut safe: Vec<EntryId> = Vec::new();
    let mut acked: Vec<EntryId> = Vec::new();
    let (server, devices, discarded) = (&world.server, &mut world.devices, &world.history.discarded);
    let Some(tab) = devices[id.device].tabs[id.slot]
        .as_mut()
        .filter(|tab| tab.id == id)
    else {
        return;
    };
    let session = &tab.session;
    let epoch = session.epoch();
    if tab.seen.epoch != epoch {
        tab.seen = crate::device::Seen {
            epoch,
            ..Default::default()
        };
    }
    let in_force = epoch == Some(server.epoch);
    let rooms: BTreeSet<RoomId> = session
        .rooms()
        .map(|room| room.id)
        .chain(session.outbox().map(|item| item.room))
        .collect();
    let mut rows_now: HashSet<(RoomId, EntryId)> = HashSet::new();
    for room in rooms {
        let timeline = session.timeline(room);
        let mut keys = HashSet::new();
        let mut last = 0;
        for row in timeline.rows() {
            assert!(keys.insert(row.key()), "two rows {:?}: {timeline:?}", row.key());
            if let RowState::Sent { seq } = row.state {
                assert!(seq > last, "rows out of order: {timeline:?}");
                last = seq;
                if in_force && let Some(log) = server.room(room) {
                    let entry = &log.log[seq as usize - 1];
                    assert_eq!(
                        (entry.id, entry.author.id),
                        (row.id, row.author.id),
                        "a row that is not the log's"
                    );
                    assert_eq!(
                        RowBody::from(&entry.body),
                        row.body,
                        "another body than the log's"
                    );
                    assert_eq!(entry.at, row.at, "another time than the log's");
                }
                if row.mine {
                    acked.push(row.id);
                    let before = tab.seen.sent.insert(row.id, seq);
                    assert!(before.is_none_or(|before| before == seq), "a row moved");
                }
            }
            if row.mine {
                rows_now.insert((room, row.id));
                if matches!(row.state, RowState::Saved | RowState::Sent { .. }) {
                    safe.push(row.id);
                }
            }
        }
        if let Some(view) = session.room(room) {
            let stored: Vec<Seq> = timeline.stored().filter_map(|row| row.seq()).collect();
            let window = view.cursor.map_or(0, |high| (high + 1 - view.low) as usize);
            assert!(window <= 2_000, "the window grows without a bound");
            let expected: Vec<Seq> = (view.low..=view.cursor.unwrap_or(0)).collect();
            assert_eq!(stored[..window], expected[..], "the window has a gap");
            let cursor = view.cursor.unwrap_or(0);
            let before = tab.seen.cursors.insert(room, cursor).unwrap_or(0);
            assert!(cursor >= before, "the cursor moved back");
        }
    }
    // A row stays, unless a person threw it away or the window has moved past it.
    for (room, entry) in &tab.seen.rows {
        if rows_now.contains(&(*room, *entry)) || discarded.contains(entry) {
            continue;
        }
        let Some(view) = session.room(*room) else { continue };
        let seq = server
            .room(*room)
            .and_then(|log| log.log.iter().find(|e| e.id == *entry))
            .map(|e| e.seq);
        assert!(
            !in_force || seq.is_some_and(|seq| seq < view.low || view.cursor.is_none()),
            "the row {entry} at {seq:?} is gone from {view:?} of {:?}; the outbox has {:?}",
            tab.id,
            session.outbox().find(|item| item.id == *entry)
        );
    }
    tab.seen.rows = rows_now;
    // Rejected or waiting, what the disk has is safe to show as saved.
    for item in session.outbox() {
        assert!(item.disk == Disk::Written || !safe.contains(&item.id) || acked.contains(&item.id));
    }
    world.history.shown_safe.extend(safe);
    world.history.acked.extend(acked);
}

/// After a quiet time, in which everything could heal.
pub(crate) fn in_the_end(world: &World) {
    let mut stored: BTreeMap<EntryId, usize> = BTreeMap::new();
    for room in &world.server.rooms {
        for entry in &room.log {
            *stored.entry(entry.id).or_default() += 1;
        }
    }
    for (id, times) in &stored {
        assert_eq!(*times, 1, "{id} is stored {times} times");
    }
    assert!(world.server.wiped.values().all(|times| *times >= 1));
    let mut rejected = BTreeSet::new();
    for device in &world.devices {
        for tab in device.live() {
            assert!(
                matches!(tab.session.connection(), Connection::Online { .. }),
                "{:?} is not connected: {:?} {:?}",
                tab.id,
                tab.session.connection(),
                tab.link
            );
            for room in &world.server.rooms {
                let view = tab.session.room(room.id).expect("the room is known");
                let head = room.log.len() as Seq;
                assert_eq!(
                    (view.head, view.cursor, view.held),
                    (head, Some(head), 0),
                    "{:?} {view:?}",
                    tab.id
                );
            }
            assert_eq!(
                tab.session.unsent(),
                0,
                "{:?}: {:?}",
                tab.id,
                tab.session.outbox().collect::<Vec<_>>()
            );
            rejected.extend(tab.session.outbox().map(|item| item.id));
        }
        let views: BTreeSet<Vec<EntryId>> = device
            .live()
            .map(|tab| tab.session.outbox().map(|item| item.id).collect())
            .collect();
        assert!(
            views.len() <= 1,
            "the tabs of a device hold different outboxes: {views:?}"
        );
        if !world.weather.full_disk {
            let held = views
                .into_iter()
                .next()
                .unwrap_or_default()
                .into_iter()
                .collect::<BTreeSet<_>>();
            let disk: BTreeSet<EntryId> = device.disk.outbox.iter().map(|item| item.id).collect();
            assert!(held.is_subset(&disk), "not on disk: {:?}", held.difference(&disk));
            // With the tab that tidies up frozen, something may be left that the log has: sent again, it is a repeat.
            let left: Vec<_> = disk.difference(&held).collect();
            let harmless = world.weather.frozen > 0 && left.iter().all(|id| stored.contains_key(id));
            assert!(left.is_empty() || harmless, "left on disk: {left:?}");
        }
    }
    for id in &world.history.shown_safe {
        let accounted = stored.contains_key(id)
            || world.server.wiped.contains_key(id)
            || world.history.discarded.contains(id)
            || rejected.contains(id);
        assert!(accounted, "{id} was shown as saved and is nowhere");
    }
    for id in &world.history.acked {
        let accounted = stored.contains_key(id) || world.server.wiped.contains_key(id);
        assert!(accounted, "{id} was shown as sent and is nowhere");
    }
    in_order(world);
}

/// What one tab took, in order, is in the log in that order.
fn in_order(world: &World) {
    for ((device, slot, _), posted) in &world.history.posted {
        for room in &world.server.rooms {
            let seqs: BTreeMap<EntryId, Seq> = room.log.iter().map(|entry| (entry.id, entry.seq)).collect();
            let counts = |id: &EntryId| {
                world.history.shown_safe.contains(id)
                    && !world.history.touched.contains(id)
                    && !world.server.wiped.contains_key(id)
            };
            let order: Vec<Seq> = posted
                .iter()
                .filter(|(_, id)| counts(id))
                .filter_map(|(_, id)| seqs.get(id).copied())
                .collect();
            assert!(
                order.is_sorted(),
                "what tab {slot} of device {device} took is in another order in {}: {order:?}",
                room.name
            );
        }
    }
}
