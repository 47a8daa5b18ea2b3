//! The rooms as lists show them.

use js_sys::JsString;
use steadfast_client::RoomView;
use steadfast_shared::{RoomId, RoomKind};

use super::Page;

/// One room, as a list shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RoomLine {
    pub(crate) id: RoomId,
    /// What it is called.
    pub(crate) title: String,
    pub(crate) kind: RoomKind,
    /// Messages of others since it was read.
    pub(crate) unread: u64,
    /// How many of those mention this person.
    pub(crate) mentions: u64,
}

impl RoomLine {
    fn of(view: &RoomView<'_>) -> Self {
        Self {
            id: view.id,
            title: view.name.to_owned(),
            kind: RoomKind::Public,
            unread: view.unread,
            mentions: 0,
        }
    }

    /// Whether it is a conversation between people.
    pub(crate) fn is_direct(&self) -> bool {
        self.kind == RoomKind::Direct
    }
}

impl Page {
    /// The rooms, in the order lists have them. Tracked.
    pub(crate) fn room_lines(self) -> Vec<RoomLine> {
        self.on_rooms(|session| session.rooms().map(|view| RoomLine::of(&view)).collect())
    }
}

/// A text without regard to case, as [`crate::finder`] wants it: by the browser's tables.
pub(crate) fn folded(text: &str) -> String {
    JsString::from(text).to_lower_case().into()
}
