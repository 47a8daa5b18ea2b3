//! Describes events in words, for a person.

use steadfast_shared::{Entry, EntryId};

use crate::script::{Act, Spot, Text};
use crate::tab::TabId;

pub(crate) fn tab(id: TabId) -> String {
    format!("tab {}.{} (life {})", id.device, id.slot, id.life)
}

pub(crate) fn spot(spot: Spot) -> String {
    format!("tab {}.{}", spot.device, spot.slot)
}

pub(crate) fn node(node: usize) -> String {
    format!("node {node}")
}

/// The last half of an id counts up.
pub(crate) fn message(id: EntryId) -> String {
    format!("m{}", id.0.as_u128() as u64)
}

pub(crate) fn entries(entries: &[Entry]) -> String {
    let names: Vec<String> = entries.iter().map(|entry| message(entry.id)).collect();
    match names.as_slice() {
        [first, .., last] if names.len() > 4 => format!("{} messages, {first} to {last},", names.len()),
        _ => names.join(", "),
    }
}

/// Describes an act, unless its effects already do.
pub(crate) fn act(act: &Act) -> Option<String> {
    let text = match act {
        Act::Post {
            text: Text::Plain, ..
        }
        | Act::Burst { .. } => return None,
        Act::Post { text, .. } => format!("the next message is {text:?}"),
        Act::Reply { tab, room, .. } => {
            format!("the next message, at {}, is a reply in room {room}", spot(*tab))
        }
        Act::Hide { tab } => format!("{} is hidden", spot(*tab)),
        Act::Freeze { tab, lasts } => format!("{} freezes for {lasts:?}", spot(*tab)),
        Act::ShutOut { tab, reason } => format!("the server shuts out {}: {reason:?}", spot(*tab)),
        Act::Offline { device, lasts } => format!("device {device} has no network for {lasts:?}"),
        Act::Storage {
            device,
            trouble,
            lasts,
        } => {
            format!("device {device}'s storage is {trouble:?} for {lasts:?}")
        }
        Act::ScrollBack { tab, room } => format!("{} scrolls back in room {room}", spot(*tab)),
        Act::Read { tab, room } => format!("{} has read room {room}", spot(*tab)),
        Act::Type { tab, room } => format!("a person types at {} in room {room}", spot(*tab)),
        Act::Crash { node: at, stage, .. } => format!("{} is to die: {stage:?}", node(*at)),
        _ => return None,
    };
    Some(text)
}
