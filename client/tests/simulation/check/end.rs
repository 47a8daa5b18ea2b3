//! Checked once every fault has ended: everybody shows the same, and nothing is waiting.

use std::collections::{BTreeMap, BTreeSet};

use steadfast_client::{Connection, Disk};
use steadfast_shared::event::Availability;
use steadfast_shared::{Body, EntryId, MessageText, Seq, UserId};

use super::fold::folded;
use super::{Broken, hold};
use crate::device::Device;
use crate::server::database::Log;
use crate::tab::Tab;
use crate::words;
use crate::world::World;

/// Whether everybody shows the same, and nothing is waiting.
pub(crate) fn settled(world: &World) -> Result<(), Broken> {
    for device in &world.devices {
        for tab in device.live() {
            tab_is_settled(world, tab)?;
        }
    }
    Ok(())
}

fn tab_is_settled(world: &World, tab: &Tab) -> Result<(), Broken> {
    let (id, session) = (words::tab(tab.id), &tab.session);
    let online = matches!(session.connection(), Connection::Online { .. });
    hold!(Converges, online, "{id} is {:?}", session.connection());
    for log in &world.server.database.rooms {
        let view = session.room(log.id);
        let head = log.head();
        let up = view.is_some_and(|view| (view.head, view.cursor, view.buffered) == (head, Some(head), 0));
        hold!(Converges, up, "{id} shows {view:?} of a log that ends at {head}");
    }
    let waiting: Vec<String> = session
        .outbox()
        .filter(|item| item.rejection_for(session.account().identity()).is_none())
        .map(|item| words::message(item.id))
        .collect();
    hold!(Converges, waiting.is_empty(), "{id} has not sent {waiting:?}");
    Ok(())
}

/// Called after a quiet period, in which everything could recover.
pub(crate) fn in_the_end(world: &World) -> Result<(), Broken> {
    settled(world)?;
    let mut stored: BTreeMap<EntryId, usize> = BTreeMap::new();
    for id in world.server.database.ids() {
        *stored.entry(id).or_default() += 1;
    }
    for (id, times) in &stored {
        hold!(
            StoredOnce,
            *times == 1,
            "{} is stored {times} times",
            words::message(*id)
        );
    }
    stored_texts_are_unique(world)?;
    let mut rejected = BTreeSet::new();
    let mut unreached = BTreeSet::new();
    for device in &world.devices {
        rejected.extend(
            device
                .live()
                .flat_map(|tab| tab.session.outbox().map(|item| item.id)),
        );
        if device.left {
            unreached.extend(device.disk.outbox.iter().map(|item| item.id));
        } else {
            one_outbox(world, device, &stored)?;
        }
        for tab in device.live() {
            no_stale_presence(world, tab)?;
            for log in &world.server.database.rooms {
                as_stored(tab, log)?;
                folded(tab, log)?;
            }
        }
    }
    for (id, device) in &world.history.shown_safe {
        let accounted = stored.contains_key(id)
            || world.server.lost.contains(id)
            || world.history.discarded.contains(id)
            || rejected.contains(id)
            || unreached.contains(id);
        hold!(
            SavedIsStored,
            accounted,
            "{} was shown as safe on device {device} and is nowhere",
            words::message(*id)
        );
    }
    for id in &world.history.acked {
        let accounted = stored.contains_key(id) || world.server.lost.contains(id);
        hold!(
            AckedIsStored,
            accounted,
            "{} was acknowledged and is nowhere",
            words::message(*id)
        );
    }
    in_order(world)
}

fn is_reply(body: &Body) -> bool {
    matches!(
        body,
        Body::Message {
            reply_to: Some(_),
            ..
        }
    )
}

/// A tab's rows of a room are those of its log.
fn as_stored(tab: &Tab, log: &Log) -> Result<(), Broken> {
    for row in tab.session.timeline(log.id).stored() {
        let entry = row.seq().and_then(|seq| log.entry(seq));
        let same = entry
            .is_some_and(|entry| (entry.id, entry.author.id, entry.at) == (row.id, row.author.id, row.at));
        let (name, id) = (words::message(row.id), words::tab(tab.id));
        hold!(OneLog, same, "{id} shows {name} where the log has {entry:?}");
    }
    Ok(())
}

/// No text is typed twice in these worlds, so a text that is in the log twice was stored twice.
fn stored_texts_are_unique(world: &World) -> Result<(), Broken> {
    let mut texts = BTreeSet::new();
    for entry in world.server.database.rooms.iter().flat_map(|log| &log.entries) {
        let text = entry.body.text().map(MessageText::as_str);
        let again = text.is_some_and(|text| !texts.insert(text));
        hold!(StoredOnce, !again, "{text:?} is in the log twice");
    }
    Ok(())
}

/// The tabs of a device have the same outbox, and so has its disk.
fn one_outbox(world: &World, device: &Device, stored: &BTreeMap<EntryId, usize>) -> Result<(), Broken> {
    let names = |ids: &BTreeSet<EntryId>| ids.iter().copied().map(words::message).collect::<Vec<_>>();
    let mut views = device
        .live()
        .map(|tab| tab.session.outbox().map(|item| item.id).collect::<Vec<_>>());
    let first = views.next().unwrap_or_default();
    for other in views {
        hold!(
            OneOutbox,
            other == first,
            "one tab of a device holds {:?}, another {:?}",
            first.iter().copied().map(words::message).collect::<Vec<_>>(),
            other.iter().copied().map(words::message).collect::<Vec<_>>()
        );
    }
    let outbox: BTreeSet<EntryId> = first.into_iter().collect();
    let disk: BTreeSet<EntryId> = device.disk.outbox.iter().map(|item| item.id).collect();
    // If the leader is frozen, no tab writes what a dead one could not write, and its row shows that.
    let shown_saved = |id: &EntryId| {
        let items = device.live().flat_map(|tab| tab.session.outbox());
        items
            .filter(|item| item.id == *id)
            .any(|item| item.disk == Disk::Written)
    };
    let mut absent: BTreeSet<EntryId> = outbox.difference(&disk).copied().collect();
    if world.weather.never_told > 0 {
        absent.retain(shown_saved);
    }
    hold!(OneOutbox, absent.is_empty(), "not on disk: {:?}", names(&absent));
    // If the leader is frozen, items that the log has may remain: sent again, they are repeats.
    let left: BTreeSet<EntryId> = disk.difference(&outbox).copied().collect();
    let in_some_log = |id: &EntryId| stored.contains_key(id) || world.server.lost.contains(id);
    let harmless = world.weather.never_told > 0 && left.iter().all(in_some_log);
    hold!(
        OneOutbox,
        left.is_empty() || harmless,
        "left on disk: {:?}",
        names(&left)
    );
    Ok(())
}

/// Everybody shown as present is present, and nobody is shown as typing.
fn no_stale_presence(world: &World, tab: &Tab) -> Result<(), Broken> {
    let id = words::tab(tab.id);
    let there = world.server.people();
    let shown: BTreeSet<_> = tab
        .session
        .people()
        .here()
        .iter()
        .filter(|presence| presence.state != Availability::Offline)
        .map(|presence| (presence.person.name.clone(), presence.person.id.0))
        .collect();
    hold!(
        EphemeraEnd,
        shown == there,
        "{id} shows {shown:?}, and {there:?} are there"
    );
    for log in &world.server.database.rooms {
        let writing = tab.session.people().typing(log.id);
        hold!(
            EphemeraEnd,
            writing.is_empty(),
            "{id} shows {writing:?} as writing"
        );
    }
    Ok(())
}

/// The items that one tab took are in the log in the same order.
///
/// After a backup was put back within its epoch a reply may refer to a place that does not exist for a while: it is refused
/// in an answer that was swallowed, and accepted when it is sent again. A change waits while another epoch is there, and
/// goes once its own is put back by hand. And a device may be signed in again as another
/// person of the same name: items taken as the former person wait for a decision, and not before the items it takes now.
fn in_order(world: &World) -> Result<(), Broken> {
    let history = &world.history;
    let went_back = !world.server.went_back.is_empty();
    for ((device, slot, ..), posted) in &history.posted {
        for log in &world.server.database.rooms {
            let bound = log
                .entries
                .iter()
                .filter(|entry| !(went_back && (is_reply(&entry.body) || entry.body.changes().is_some())));
            let places: BTreeMap<EntryId, Seq> = bound.map(|entry| (entry.id, entry.seq)).collect();
            let counts = |id: &&EntryId| {
                history.shown_safe.contains_key(id)
                    && !history.touched.contains(id)
                    && !history.adrift.contains(id)
                    && !world.server.lost.contains(id)
            };
            let mut newest: BTreeMap<Option<UserId>, (Seq, EntryId)> = BTreeMap::new();
            for id in posted.iter().filter(counts) {
                let Some(seq) = places.get(id).copied() else {
                    continue;
                };
                let person = history.posted_as.get(id).copied().filter(|_| went_back);
                let before = newest.insert(person, (seq, *id));
                hold!(
                    AuthorsOrder,
                    before.is_none_or(|(before, _)| before < seq),
                    "tab {device}.{slot} took {:?} at {:?} before {} at {seq}",
                    before.map(|(_, id)| words::message(id)),
                    before.map(|(seq, _)| seq),
                    words::message(*id)
                );
            }
        }
    }
    Ok(())
}
