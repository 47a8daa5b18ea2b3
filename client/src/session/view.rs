//! The views of a session.

use std::cmp::Reverse;

use steadfast_shared::event::{Availability, ClosingReason};
use steadfast_shared::{Epoch, ErrorCode, Millis, Person, Role, RoomId, RoomKind, Seq, UserId, event, limit};

use super::Session;
use crate::connection::Connection;
use crate::people::notices::Notice;
use crate::record::{Identity, OutboxItem};
use crate::room::Room;
use crate::room::former::LostMessage;
use crate::timeline::Timeline;
use crate::timeline::viewer::Viewer;
use crate::vec_map::VecMap;

impl Session {
    /// Who this device speaks for.
    pub fn me(&self) -> Option<&Person> {
        self.identity.as_ref().map(|identity| &identity.me)
    }

    /// Whether this person owns the server, by its last report: then they may delete other people's messages.
    pub fn owns_server(&self) -> bool {
        self.role == Role::Owner
    }

    /// This person's role on the server, by its last report.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whom this person has blocked, by name.
    pub fn blocked(&self) -> &[Person] {
        &self.blocked
    }

    /// Whether this person has blocked another: those messages are to be shown only on request.
    pub fn has_blocked(&self, person: UserId) -> bool {
        self.blocked.iter().any(|blocked| blocked.id == person)
    }

    /// Whether a room this person was in has been deleted, as far as this tab knows.
    pub fn was_deleted(&self, room: RoomId) -> bool {
        self.deleted.contains(&room)
    }

    /// Why the server ended this device's session for good: `signed_out`, `banned` or `deactivated`. `None` where it did
    /// not, and once a session has opened again.
    pub fn ended(&self) -> Option<ClosingReason> {
        self.ended
    }

    /// The life of the database that cursors and cache belong to.
    pub fn epoch(&self) -> Option<Epoch> {
        self.identity.as_ref().map(|identity| identity.epoch)
    }

    /// The auth of the next CONNECT. The token is the link's to add.
    pub fn auth(&self) -> event::Auth {
        event::Auth {
            token: None,
            epoch: self.epoch(),
            cursors: self.cursors(),
            tab: Some(self.tab),
            watch: Some(self.watch_in_auth()),
        }
    }

    pub(super) fn cursors(&self) -> event::Cursors {
        self.rooms
            .values()
            .filter_map(|room| Some((room.id, room.inbox.cursor()?)))
            .take(limit::CURSORS)
            .collect()
    }

    /// The rooms, those where something was said last first.
    pub fn rooms(&self) -> impl Iterator<Item = RoomView<'_>> {
        let rooms = self.rooms.values();
        let keyed = rooms.map(|room| ((Reverse(room.active_at()), &room.name, room.id), room));
        let by_activity: VecMap<_, _> = keyed.collect();
        by_activity.into_iter().map(|(_, room)| self.room_view(room))
    }

    pub fn room(&self, room: RoomId) -> Option<RoomView<'_>> {
        self.rooms.get(&room).map(|room| self.room_view(room))
    }

    /// The messages that were shown in a room and are not in the server's database any more, which went back in time: oldest first,
    /// until [`crate::Input::ForgetLost`].
    pub fn lost(&self, room: RoomId) -> impl Iterator<Item = &LostMessage> {
        self.rooms.get(&room).into_iter().flat_map(Room::lost)
    }

    /// The rows of a room. For an unknown room: the items this device still has to send there.
    pub fn timeline(&self, room: RoomId) -> Timeline<'_> {
        Timeline {
            reader: Viewer {
                room,
                now: self.identity.as_ref(),
                outbox: &self.outbox,
                names: &self.names,
            },
            in_room: self.rooms.get(&room),
        }
    }

    /// This person's items that the server has not acknowledged, rejected ones too, in order.
    pub fn outbox(&self) -> impl DoubleEndedIterator<Item = &OutboxItem> {
        let now = self.identity.as_ref();
        self.outbox.items().filter(move |item| !item.is_anothers(now))
    }

    /// Items that others who used this device left unsent on it; with nobody signed in, all there are.
    pub fn left_behind(&self) -> impl Iterator<Item = &OutboxItem> {
        let now = self.identity.as_ref();
        let items = self.outbox.items();
        items.filter(move |item| now.is_none() || item.is_anothers(now))
    }

    /// How many items wait to be sent; rejected ones do not count.
    pub fn unsent(&self) -> usize {
        let now = self.identity.as_ref();
        self.outbox
            .items()
            .filter(|item| item.rejection_for(now).is_none())
            .count()
    }

    /// Why the server has put off the waiting items, where it has. They are sent again without further input.
    pub fn put_off(&self) -> Option<ErrorCode> {
        self.outbox.flight.put_off().filter(|_| self.unsent() > 0)
    }

    /// The newest name known of a person.
    pub fn person(&self, id: UserId) -> Option<&Person> {
        self.names.get(id)
    }

    /// Who this device speaks for, and in which life of the database: the argument of [`OutboxItem::rejection_for`].
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    /// Who is online or away of those who are watched, by name. While offline, as last reported.
    pub fn people(&self) -> &[event::Presence] {
        self.presence.here()
    }

    /// Whether a person who is watched is there. While offline, as last reported.
    pub fn availability(&self, id: UserId) -> Availability {
        let here = self.presence.here();
        let presence = here.iter().find(|presence| presence.person.id == id);
        presence.map_or(Availability::Offline, |presence| presence.state)
    }

    /// How many members of a room are there, where they are too many to report one by one.
    pub fn crowd(&self, room: RoomId) -> Option<u32> {
        self.presence.crowd(room)
    }

    /// Who came and went just now, for the readers of one room.
    pub fn notices(&self, room: RoomId) -> impl Iterator<Item = &Notice> {
        self.notices.of(room)
    }

    /// Who else is writing in a room.
    pub fn typing(&self, room: RoomId) -> Vec<&Person> {
        self.presence.typing(room)
    }

    /// Whether the server hears the others of its cluster late: who types there, and who is there, may be wrong.
    pub fn is_degraded(&self) -> bool {
        self.nodes.degraded
    }

    /// The state of the connection to the server.
    pub fn connection(&self) -> &Connection {
        self.dialer.connection()
    }

    /// Whether this tab is the one that drains the outbox.
    pub fn is_elected(&self) -> bool {
        self.elected
    }

    pub(super) fn my_id(&self) -> Option<UserId> {
        self.me().map(|me| me.id)
    }

    fn room_view<'a>(&self, room: &'a Room) -> RoomView<'a> {
        let unread = room.unread(self.my_id());
        let shown = room.shown();
        RoomView {
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
            low: shown.low().unwrap_or(room.inbox.low()),
            high: shown.high(),
            detached: room.detached().is_some(),
            looking: room.is_looking(),
            place: room.place(),
            first_unread: room.first_unread(self.my_id()),
            held: room.inbox.held(),
            read: room.read(),
            unread: unread.news,
            mentions: unread.mentions,
            loading_older: room.is_loading_older(),
            loading_newer: room.is_loading_newer(),
            at_beginning: match room.detached() {
                Some(look) => look.window().low() == Some(1),
                None => room.inbox.at_beginning(),
            },
            catching_up: room.inbox.is_behind(),
        }
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
    /// The oldest entry of the visible window; one past the cursor where it is empty.
    pub low: Seq,
    /// The newest entry of the visible window.
    pub high: Option<Seq>,
    /// Whether the visible window is a detached view, which does not reach the newest entries.
    pub detached: bool,
    /// Whether a person is in a detached view, or waits for it to load.
    pub looking: bool,
    /// The place last asked for, once its entry is here, to bring into view.
    pub place: Option<Seq>,
    /// The first message of another person after the read marker, where there is one. It may have to be searched for.
    pub first_unread: Option<Seq>,
    /// The number of entries buffered ahead of a gap.
    pub held: usize,
    /// How far this person has read.
    pub read: Seq,
    /// Messages of other people after `read`.
    pub unread: u64,
    /// How many of those mention this person.
    pub mentions: u64,
    /// Whether an older page is on its way.
    pub loading_older: bool,
    /// Whether a newer page, or the place looked for, is on its way.
    pub loading_newer: bool,
    /// Whether the visible window reaches the room's first entry.
    pub at_beginning: bool,
    /// Whether entries are known to exist that are not applied yet.
    pub catching_up: bool,
}
