//! The changes to a room or a person.

use steadfast_shared::room::ChangeRoom;
use steadfast_shared::{Nickname, RoomChange, RoomName};

use super::access::Access;
use crate::store::{StoreError, older};

/// The refusal of an unusable room name.
pub(in crate::store) const NO_ROOM_NAME: &str =
    "this name cannot be used for a room: it has a character that is not allowed, or no visible character";

/// The refusal of an unusable nickname.
pub(in crate::store) const NO_NICKNAME: &str =
    "this nickname cannot be used: it has a character that is not allowed, or no visible character";

/// The changes as text, for the audit log.
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

/// The requested changes. Reopening comes first, and archiving last.
pub(in crate::store) fn differences(
    access: &Access,
    request: &ChangeRoom,
    name: &str,
) -> Result<Vec<RoomChange>, StoreError> {
    let mut changes = Vec::new();
    if access.archived && request.archived == Some(false) {
        changes.push(RoomChange::Reopened);
    }
    if request.name.is_some() && name != access.name {
        let was = RoomName::parse(&access.name)
            .or_else(|_| RoomName::parse(&older::seen(&access.name)))
            .map_err(|_| StoreError::Unreadable("name of a room"))?;
        let name = RoomName::parse(name).map_err(|_| StoreError::Unreadable("name of a room"))?;
        changes.push(RoomChange::Renamed { name, was });
    }
    if let Some(topic) = request
        .topic
        .as_ref()
        .filter(|topic| topic.as_str() != access.topic)
    {
        changes.push(RoomChange::Described { topic: topic.clone() });
    }
    if !access.archived && request.archived == Some(true) {
        changes.push(RoomChange::Archived);
    }
    Ok(changes)
}

/// A person's former nickname, in a form the log can store.
pub(in crate::store) fn former_nickname(name: &str) -> Result<Nickname, StoreError> {
    Nickname::parse(name)
        .or_else(|_| Nickname::parse(&older::seen(name)))
        .map_err(|_| StoreError::Unreadable("nickname"))
}
