//! The changes that a room or a person goes through.

use steadfast_shared::room::ChangeRoom;
use steadfast_shared::{Nickname, RoomChange, RoomName};

use super::access::Access;
use crate::store::{StoreError, older};

/// Why a room cannot be called that.
pub(in crate::store) const NO_ROOM_NAME: &str =
    "this cannot be a room's name: it has a character that no name has, or shows nothing";

/// Why a person cannot be called that.
pub(in crate::store) const NO_NICKNAME: &str =
    "this cannot be a nickname: it has a character that no name has, or shows nothing";

/// The changes, in the words of the audit log.
pub(in crate::store) fn in_words(changes: &[RoomChange]) -> String {
    let words: Vec<String> = changes
        .iter()
        .map(|change| match change {
            RoomChange::Renamed { name, was } => format!("renamed {:?} to {:?}", was.as_str(), name.as_str()),
            RoomChange::Described { .. } => "described".to_owned(),
            RoomChange::Archived => "archived".to_owned(),
            RoomChange::Reopened => "reopened".to_owned(),
            RoomChange::Created | RoomChange::Unknown => String::new(),
        })
        .collect();
    words.join(", ")
}

/// The changes that are asked for. A room is opened before, and archived after everything else.
pub(in crate::store) fn differences(
    access: &Access,
    asked: &ChangeRoom,
    name: &str,
) -> Result<Vec<RoomChange>, StoreError> {
    let mut changes = Vec::new();
    if access.archived && asked.archived == Some(false) {
        changes.push(RoomChange::Reopened);
    }
    if asked.name.is_some() && name != access.name {
        let was = RoomName::parse(&access.name)
            .or_else(|_| RoomName::parse(&older::seen(&access.name)))
            .map_err(|_| StoreError::Unreadable("name of a room"))?;
        let name = RoomName::parse(name).map_err(|_| StoreError::Unreadable("name of a room"))?;
        changes.push(RoomChange::Renamed { name, was });
    }
    if let Some(topic) = asked
        .topic
        .as_ref()
        .filter(|topic| topic.as_str() != access.topic)
    {
        changes.push(RoomChange::Described { topic: topic.clone() });
    }
    if !access.archived && asked.archived == Some(true) {
        changes.push(RoomChange::Archived);
    }
    Ok(changes)
}

/// The nickname that somebody has so far, as the log can tell it.
pub(in crate::store) fn former_nickname(name: &str) -> Result<Nickname, StoreError> {
    Nickname::parse(name)
        .or_else(|_| Nickname::parse(&older::seen(name)))
        .map_err(|_| StoreError::Unreadable("nickname"))
}
