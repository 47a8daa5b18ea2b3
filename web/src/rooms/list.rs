//! The rooms as the page lists them.

use leptos::prelude::*;
use steadfast_client::RoomView;
use steadfast_shared::{Person, RoomId, RoomKind};

use crate::rooms::context::RoomsContext;
use crate::rooms::phrases::RoomPhrases;

/// The first room's name, used until the server sends it.
const FIRST_ROOM: &str = "#general";

/// Maximum number of people named in a direct room's title; the rest are counted.
const NAMED: usize = 4;

/// One room in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RoomLine {
    pub(crate) id: RoomId,
    /// Its name, without the mark of its kind.
    pub(crate) title: String,
    pub(crate) kind: RoomKind,
    /// Whether it is read-only.
    pub(crate) archived: bool,
    /// Whether lists omit it: this person has hidden it, and no message arrived since.
    pub(crate) hidden: bool,
    pub(crate) with: Vec<Person>,
    /// Unread messages of others.
    pub(crate) unread: u64,
    /// How many of those mention this person.
    pub(crate) mentions: u64,
}

/// The open room, for its head and its menu.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct OpenRoom {
    pub(crate) id: RoomId,
    /// Its name, without the mark of its kind; empty for a direct room.
    pub(crate) name: String,
    pub(crate) kind: RoomKind,
    pub(crate) topic: String,
    /// Whether it is read-only.
    pub(crate) archived: bool,
    /// Whether this person may rename, describe and archive it.
    pub(crate) manage: bool,
    pub(crate) hidden: bool,
    /// Who added this person, until they post in it.
    pub(crate) brought_by: Option<Person>,
    pub(crate) with: Vec<Person>,
}

impl OpenRoom {
    /// The other person, if there is exactly one.
    pub(crate) fn partner(&self) -> Option<&Person> {
        match self.with.as_slice() {
            [partner] => Some(partner),
            _ => None,
        }
    }
}

impl RoomLine {
    pub(crate) fn is_direct(&self) -> bool {
        self.kind == RoomKind::Direct
    }

    /// The other person, if there is exactly one.
    pub(crate) fn partner(&self) -> Option<&Person> {
        match self.with.as_slice() {
            [partner] => Some(partner),
            _ => None,
        }
    }
}

impl RoomsContext {
    /// The rooms, in display order. Tracked.
    pub(crate) fn room_lines(self) -> Vec<RoomLine> {
        self.chat
            .on_rooms(|session| session.rooms().map(|view| self.line_of(&view)).collect())
    }

    /// Whether the open room is read-only. Tracked.
    pub(crate) fn is_archived(self) -> bool {
        let room = self.chat.room.get();
        self.chat.on_rooms(|session| {
            room.and_then(|room| session.room(room))
                .is_some_and(|room| room.archived)
        })
    }

    /// The open room, once the server has sent it. Tracked.
    pub(crate) fn open_room(self) -> Option<OpenRoom> {
        let room = self.chat.room.get();
        self.chat.on_rooms(|session| {
            let view = session.room(room?)?;
            Some(OpenRoom {
                id: view.id,
                name: view.name.to_owned(),
                kind: view.kind,
                topic: view.topic.to_owned(),
                archived: view.archived,
                manage: view.manage,
                hidden: view.hidden,
                brought_by: view.brought_by.cloned(),
                with: view.with.to_vec(),
            })
        })
    }

    /// Whether the open room is a direct conversation. Tracked.
    pub(crate) fn is_direct(self) -> bool {
        self.open_room().is_some_and(|room| room.kind == RoomKind::Direct)
    }

    /// The open room's name, with the mark of its kind. Tracked.
    pub(crate) fn room_name(self) -> String {
        let room = self.chat.room.get();
        self.chat
            .on_rooms(|session| Some(self.marked_name(&session.room(room?)?)))
            .unwrap_or_else(|| FIRST_ROOM.to_owned())
    }

    /// A room's name, with the mark of its kind.
    pub(crate) fn marked_name_of(self, room: RoomId) -> String {
        untrack(|| {
            self.chat
                .read(|session| Some(self.marked_name(&session.room(room)?)))
        })
        .unwrap_or_default()
    }

    /// A room's name, with the mark of its kind. Tracks the language.
    pub(crate) fn marked_name(self, view: &RoomView<'_>) -> String {
        let title = self.title_of(view);
        match view.kind {
            // A lock marks a private room where icons can be; in words its name stands alone.
            RoomKind::Direct | RoomKind::Private => title,
            RoomKind::Public => format!("#{title}"),
        }
    }

    /// People's names in one line. Tracks the language.
    pub(crate) fn names_of(self, people: &[Person]) -> String {
        let named = people.iter().take(NAMED).map(|person| person.name.as_str());
        let names = named.collect::<Vec<_>>().join(", ");
        match people.len().saturating_sub(NAMED) {
            0 => names,
            more => (RoomPhrases::of(self.locale.language()).and_more)(&names, more),
        }
    }

    fn title_of(self, view: &RoomView<'_>) -> String {
        match view.kind {
            RoomKind::Direct => self.names_of(view.with),
            RoomKind::Public | RoomKind::Private => view.name.to_owned(),
        }
    }

    fn line_of(self, view: &RoomView<'_>) -> RoomLine {
        RoomLine {
            id: view.id,
            title: self.title_of(view),
            kind: view.kind,
            archived: view.archived,
            hidden: view.hidden,
            with: view.with.to_vec(),
            unread: view.unread,
            mentions: view.mentions,
        }
    }
}
