//! Checked at any time: the server's acks, and its recovered sessions.

use steadfast_shared::event::{Cursors, Opened, Page, Sent};
use steadfast_shared::{Body, Entry, Person, RoomId, Seq, WireError};

use super::Rule;
use crate::words;
use crate::world::World;

/// Called before the server acknowledges a batch to its author.
pub(crate) fn acknowledged(world: &mut World, author: &Person, sent: &[Sent]) {
    for sent in sent {
        if let Sent::Stored { id, seq, .. } = sent {
            world.history.acked.insert(*id);
            if !world.server.database.holds(author.id, *id, *seq) {
                world.breaks(Rule::AckedIsStored, || {
                    format!("{} is not at #{seq}", words::message(*id))
                });
            }
        }
    }
}

/// Called when the server has appended an entry to a room's log.
pub(crate) fn changes_what_was_seen(world: &mut World, room: RoomId, entry: &Entry) {
    let (Some(place), Some(seen)) = (entry.body.changes(), world.history.changed.get(&entry.id)) else {
        return;
    };
    let log = world.server.database.room(room);
    let there = log.and_then(|log| log.entry(place)).map(|there| there.id);
    if there != Some(*seen) {
        let (change, seen) = (words::message(entry.id), words::message(*seen));
        world.breaks(Rule::ChangesWhatWasSeen, || {
            format!("{change} was meant for {seen}, and another message is at #{place}")
        });
    }
}

/// Called before the server opens a session for a client that has everything up to `cursors`.
pub(crate) fn opened(world: &mut World, cursors: &Cursors, opened: &Opened) {
    if !opened.recovered {
        return;
    }
    let lacks = opened.rooms.iter().find_map(|log| {
        let cursor = cursors.get(&log.id).map_or(0, |cursor| cursor.seq);
        let missed = opened.missed.iter().filter(|missed| missed.room == log.id);
        let brought: Vec<Seq> = missed
            .flat_map(|missed| &missed.entries)
            .map(|entry| entry.seq)
            .collect();
        let whole = brought.iter().copied().eq(cursor + 1..=log.head.max(cursor));
        (!whole).then_some((cursor, log.head, brought))
    });
    if let Some((cursor, head, brought)) = lacks {
        world.breaks(Rule::RecoveredIsWhole, || {
            format!("of #{cursor} to #{head} it brings {brought:?}")
        });
    }
}

/// Called before the server sends a page of history.
pub(crate) fn paged(world: &mut World, page: &Result<Page, WireError>) {
    let Ok(page) = page else { return };
    let Some(log) = world.server.database.room(page.room) else {
        return;
    };
    let deleted = log.deleted();
    let erased = page.entries.iter().find(|entry| match &entry.body {
        Body::Message { .. } => deleted.contains(&entry.seq),
        Body::Edit { message, .. } => deleted.contains(message),
        _ => false,
    });
    if let Some(entry) = erased.cloned() {
        world.breaks(Rule::ErasedIsGone, || format!("a page contains {entry:?}"));
    }
}
