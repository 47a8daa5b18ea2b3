//! A room's kind and its search text, as stored in its row.

use steadfast_shared::RoomKind;

use crate::store::StoreError;
use crate::store::nickname::folded;

/// A kind of room as stored.
pub(in crate::store) fn written(kind: RoomKind) -> &'static str {
    match kind {
        RoomKind::Public => "public",
        RoomKind::Private => "private",
        RoomKind::Direct => "direct",
    }
}

pub(in crate::store) fn read(written: &str) -> Result<RoomKind, StoreError> {
    match written {
        "public" => Ok(RoomKind::Public),
        "private" => Ok(RoomKind::Private),
        "direct" => Ok(RoomKind::Direct),
        _ => Err(StoreError::Unreadable("kind of room")),
    }
}

/// The text that searches look through.
pub(in crate::store) fn search(name: &str, topic: &str) -> String {
    folded(&format!("{name}\n{topic}"))
}
