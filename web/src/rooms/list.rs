//! The rooms as the page shows them.

use leptos::prelude::*;
use steadfast_client::RoomView;
use steadfast_shared::{Person, RoomId, RoomKind};

use crate::rooms::context::RoomsContext;
use crate::rooms::phrases::RoomPhrases;

/// The first room's name, until the server has said it.
const FIRST_ROOM: &str = "#general";

/// Most people a direct room's title names; the others are counted.
const NAMED: usize = 4;

/// One room, as a list shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RoomLine {
    pub(crate) id: RoomId,
    /// Its name, without a mark.
    pub(crate) title: String,
    pub(crate) kind: RoomKind,
    /// Whether nothing more can be said in it.
    pub(crate) archived: bool,
    /// Whether lists leave it out: this person has hidden it, and nothing was said in it since.
    pub(crate) hidden: bool,
    /// The other people of a direct room.
    pub(crate) with: Vec<Person>,
    /// Messages of others since it was read.
    pub(crate) unread: u64,
    /// How many of those mention this person.
    pub(crate) mentions: u64,
}

/// The open room, as its head and its menu show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct OpenRoom {
    pub(crate) id: RoomId,
    /// Its name, without a mark; empty for a direct one.
    pub(crate) name: String,
    pub(crate) kind: RoomKind,
    pub(crate) topic: String,
    /// Whether nothing more can be said in it.
    pub(crate) archived: bool,
    /// Whether this person may rename, describe and archive it.
    pub(crate) manage: bool,
    /// Whether this person has hidden it.
    pub(crate) hidden: bool,
    /// Who brought this person in, while they have said nothing in it.
    pub(crate) brought_by: Option<Person>,
    /// The other people of a direct room.
    pub(crate) with: Vec<Person>,
}

impl OpenRoom {
    /// The one person it is a conversation with.
    pub(crate) fn partner(&self) -> Option<&Person> {
        match self.with.as_slice() {
            [partner] => Some(partner),
            _ => None,
        }
    }
}

impl RoomLine {
    /// Whether it is a conversation between people.
    pub(crate) fn is_direct(&self) -> bool {
        self.kind == RoomKind::Direct
    }

    /// The one person it is a conversation with.
    pub(crate) fn partner(&self) -> Option<&Person> {
        match self.with.as_slice() {
            [partner] => Some(partner),
            _ => None,
        }
    }
}

impl RoomsContext {
    /// The rooms, in the order lists have them. Tracked.
    pub(crate) fn room_lines(self) -> Vec<RoomLine> {
        self.chat
            .on_rooms(|session| session.rooms().map(|view| self.line_of(&view)).collect())
    }

    /// The open room, where the server has told of it. Tracked.
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

    /// The open room's name, with the mark of its kind. Tracked.
    pub(crate) fn room_name(self) -> String {
        let room = self.chat.room.get();
        self.chat
            .on_rooms(|session| Some(self.marked_name(&session.room(room?)?)))
            .unwrap_or_else(|| FIRST_ROOM.to_owned())
    }

    /// A room's name, with the mark of its kind.
    pub(crate) fn room_called(self, room: RoomId) -> String {
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
            RoomKind::Direct => title,
            RoomKind::Public | RoomKind::Private => format!("#{title}"),
        }
    }

    /// People as one line. Tracks the language.
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
