//! The views of a session.

use std::cmp::Reverse;

use steadfast_shared::{ErrorCode, Millis, Person, RoomId, RoomKind, Seq, UserId, event};

use super::output::Refusal;
use super::{OwnAccount, PeopleHere, Session};
use crate::connection::Connection;
use crate::record::OutboxItem;
use crate::room::Room;
use crate::room::former::LostMessage;
use crate::room::looking::WindowView;
use crate::room::timeline::Timeline;
use crate::vec_map::VecMap;

impl Session {
    /// Who this device speaks for, and what the server says of them.
    pub fn account(&self) -> &OwnAccount {
        &self.chat.account
    }

    /// The other people: who is here, who writes, who came and went.
    pub fn people(&self) -> &PeopleHere {
        &self.people
    }

    /// The state of the connection to the server.
    pub fn connection(&self) -> &Connection {
        self.dialer.connection()
    }

    /// The auth of the next CONNECT. The token is the link's to add.
    pub fn auth(&self) -> event::Auth {
        event::Auth {
            token: None,
            epoch: self.account().epoch(),
            cursors: self.chat.rooms.cursors(),
            tab: Some(self.tab),
            watch: Some(self.people.watch_in_auth(&self.chat.rooms)),
        }
    }

    /// Whether a post would be taken.
    pub fn can_post(&self) -> Result<(), Refusal> {
        self.chat.can_post()
    }

    /// Whether a room this person was in has been deleted, as far as this tab knows.
    pub fn was_deleted(&self, room: RoomId) -> bool {
        self.chat.rooms.was_deleted(room)
    }

    /// The rooms, those where something was said last first.
    pub fn rooms(&self) -> impl Iterator<Item = RoomView<'_>> {
        let (rooms, me) = (self.chat.rooms.iter(), self.account().id());
        let keyed = rooms.map(|room| ((Reverse(room.active_at()), &room.name, room.id), room));
        let by_activity: VecMap<_, _> = keyed.collect();
        by_activity
            .into_iter()
            .map(move |(_, room)| RoomView::of(room, me))
    }

    pub fn room(&self, room: RoomId) -> Option<RoomView<'_>> {
        let me = self.account().id();
        self.chat.rooms.get(room).map(|room| RoomView::of(room, me))
    }

    /// The messages shown in a room that the server's database no longer has, because it went back in time: oldest first,
    /// until [`crate::Input::ForgetLost`].
    pub fn lost(&self, room: RoomId) -> impl Iterator<Item = &LostMessage> {
        self.chat.rooms.get(room).into_iter().flat_map(Room::lost)
    }

    /// The rows of a room. For an unknown room: the items this device still has to send there.
    pub fn timeline(&self, room: RoomId) -> Timeline<'_> {
        self.chat.timeline(room)
    }

    /// This person's items that the server has not acknowledged, rejected ones too, in order.
    pub fn outbox(&self) -> impl DoubleEndedIterator<Item = &OutboxItem> {
        let now = self.account().identity();
        let items = self.chat.outbox.items();
        items.filter(move |item| !item.is_anothers(now))
    }

    /// Items that others who used this device left unsent on it; with nobody signed in, all there are.
    pub fn left_behind(&self) -> impl Iterator<Item = &OutboxItem> {
        let now = self.account().identity();
        let items = self.chat.outbox.items();
        items.filter(move |item| now.is_none() || item.is_anothers(now))
    }

    /// How many items wait to be sent; rejected ones do not count.
    pub fn unsent(&self) -> usize {
        let now = self.account().identity();
        let items = self.chat.outbox.items();
        items.filter(|item| item.rejection_for(now).is_none()).count()
    }

    /// Why the server has put off the waiting items, where it has. They are sent again without further input.
    pub fn put_off(&self) -> Option<ErrorCode> {
        let put_off = self.chat.outbox.flight.put_off();
        put_off.filter(|_| self.unsent() > 0)
    }

    /// The newest name known of a person.
    pub fn person(&self, id: UserId) -> Option<&Person> {
        self.chat.names.get(id)
    }

    /// Whether this tab is the one that drains the outbox.
    pub fn is_leader(&self) -> bool {
        self.chat.leads
    }
}

/// One room, as lists and drawers show it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RoomView<'a> {
    pub id: RoomId,
    /// Its name; empty for a direct one, which is named after the people in it.
    pub name: &'a str,
    /// Who can be in it.
    pub kind: RoomKind,
    /// Its purpose; empty where nobody gave one.
    pub topic: &'a str,
    /// Whether nothing more can be said in it.
    pub archived: bool,
    /// Whether this person may rename, describe and archive it.
    pub manage: bool,
    /// Whether this person has hidden it, and nothing was said in it since: lists leave it out.
    pub hidden: bool,
    /// Who brought this person in, where another person did and they have said nothing in it yet.
    pub brought_by: Option<&'a Person>,
    /// The other people of a direct room.
    pub with: &'a [Person],
    /// When the newest message known was stored, or the room made, by the server's clock.
    pub active_at: Millis,
    /// The newest `seq` known to exist.
    pub head: Seq,
    /// The cursor: the newest entry applied without a gap. `None` before the first page.
    pub cursor: Option<Seq>,
    /// The number of entries buffered ahead of a gap.
    pub buffered: usize,
    /// How far this person has read.
    pub read: Seq,
    /// The first message of another person after `read`, if there is one. It may have to be searched for.
    pub first_unread: Option<Seq>,
    /// Messages of other people after `read`.
    pub unread: u64,
    /// How many of those mention this person.
    pub mentions: u64,
    /// The part of its log that can be scrolled.
    pub window: WindowView,
}

impl<'a> RoomView<'a> {
    fn of(room: &'a Room, me: Option<UserId>) -> Self {
        let unread = room.unread(me);
        Self {
            id: room.id,
            name: &room.name,
            kind: room.about.kind,
            topic: &room.about.topic,
            archived: room.about.archived,
            manage: room.about.manage,
            hidden: room.is_hidden(),
            brought_by: room.about.brought_by.as_ref(),
            with: &room.about.with,
            active_at: room.active_at(),
            head: room.inbox.head(),
            cursor: room.inbox.high(),
            buffered: room.inbox.ahead().buffered(),
            read: room.read(),
            first_unread: room.first_unread(me),
            unread: unread.news,
            mentions: unread.mentions,
            window: room.window_view(),
        }
    }
}
