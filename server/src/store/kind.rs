//! A room's kind, and what it is found by, as its row holds them.

use steadfast_shared::RoomKind;

use super::StoreError;
use super::nickname::folded;

/// A kind of room as its row holds it.
pub(super) fn written(kind: RoomKind) -> &'static str {
    match kind {
        RoomKind::Public => "public",
        RoomKind::Private => "private",
        RoomKind::Direct => "direct",
    }
}

/// See [`written`].
pub(super) fn read(written: &str) -> Result<RoomKind, StoreError> {
    match written {
        "public" => Ok(RoomKind::Public),
        "private" => Ok(RoomKind::Private),
        "direct" => Ok(RoomKind::Direct),
        _ => Err(StoreError::Unreadable("kind of room")),
    }
}

/// What a room is found by.
pub(super) fn search(name: &str, topic: &str) -> String {
    folded(&format!("{name}\n{topic}"))
}
