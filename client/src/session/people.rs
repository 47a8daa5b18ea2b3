//! The other people: who is here, who writes, who came and went.

use std::cell::RefCell;
use std::time::Duration;

use steadfast_shared::event::{Availability, Nodes, Presence, Typing, Watch, Watched};
use steadfast_shared::room::MembershipUpdate;
use steadfast_shared::{Entry, Person, RoomId, UserId, WireError, limit};

use super::conversation::Conversation;
use super::output::{Change, Effects, Request};
use super::requests::{RequestPurpose, Requests};
use super::rooms::OwnRooms;
use crate::people::names::Names;
use crate::people::notices::{Notice, Notices};
use crate::people::presence::KnownPresence;
use crate::request::RequestError;
use crate::vec_map::{VecSet, by_number};

/// After a refusal the request is repeated no sooner than this.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// Whom this tab sees.
#[derive(Debug, Default)]
pub struct PeopleHere {
    presence: KnownPresence,
    notices: Notices,
    watching: Watching,
    /// The server hears the others of its cluster late.
    degraded: bool,
}

/// The rooms and people this tab watches.
#[derive(Debug, Default)]
struct Watching {
    /// The rooms whose people are shown.
    rooms: Vec<RoomId>,
    /// People who are shown beside them.
    people: Vec<UserId>,
    /// The watch last requested of the server. `None` where it has to be requested anew.
    asked: Option<Watch>,
    /// The watch in the last CONNECT.
    in_auth: RefCell<Option<Watch>>,
    /// Whether the server knows of watching: an older build reports everything unasked.
    supported: bool,
    not_before: Duration,
}

impl PeopleHere {
    /// Who is online or away of those who are watched, by name. While offline, as last reported.
    pub fn here(&self) -> &[Presence] {
        self.presence.here()
    }

    /// Whether a person who is watched is there. While offline, as last reported.
    pub fn availability(&self, id: UserId) -> Availability {
        let presence = self.here().iter().find(|presence| presence.person.id == id);
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
        self.degraded
    }

    /// Rooms and people whose presence is shown from here on, beside the people of direct conversations.
    pub(super) fn watch(&mut self, rooms: Vec<RoomId>, people: Vec<UserId>) {
        self.watching.rooms = rooms;
        self.watching.people = people;
    }

    /// The watch for the next CONNECT.
    pub(super) fn watch_in_auth(&self, rooms: &OwnRooms) -> Watch {
        let wanted = self.watching.wanted(rooms);
        self.watching.in_auth.replace(Some(wanted.clone()));
        wanted
    }

    /// A session opened: it reports on the watch of the last CONNECT.
    pub(super) fn opened(
        &mut self,
        online: Vec<Presence>,
        watched: Option<Watched>,
        chat: &mut Conversation,
        now: Duration,
    ) {
        self.watching.supported = watched.is_some();
        self.watching.asked = self.watching.in_auth.take();
        self.watching.not_before = Duration::ZERO;
        let Watched { mut people, rooms } = watched.unwrap_or_default();
        people.extend(online);
        for presence in &people {
            chat.names.learn(&presence.person);
        }
        let before = self.presence.here().iter().map(|presence| presence.person.id);
        let missing = before.filter(|id| people.iter().all(|here| here.person.id != *id));
        self.notices.missing(missing, now);
        self.presence.all_here(people);
        self.presence.crowds(&rooms);
        chat.effects.changes.insert(Change::Presence);
    }

    /// Requests a watch of the rooms and people shown, where they have changed.
    pub(super) fn drive_watch(&mut self, requests: &mut Requests, chat: &mut Conversation, now: Duration) {
        let watching = &mut self.watching;
        if !watching.supported || now < watching.not_before || requests.has(RequestPurpose::Watch) {
            return;
        }
        let wanted = watching.wanted(&chat.rooms);
        if watching.asked.as_ref() != Some(&wanted) {
            watching.asked = Some(wanted.clone());
            requests.ask(RequestPurpose::Watch, Request::Watch(wanted), &mut chat.effects);
        }
    }

    /// When a refused request is repeated.
    pub(super) fn watch_due(&self) -> Option<Duration> {
        let asks = self.watching.supported && self.watching.asked.is_none();
        asks.then_some(self.watching.not_before)
    }

    /// The answer: everybody watched who is there.
    pub(super) fn watch_answered(
        &mut self,
        answer: Result<Result<Watched, WireError>, RequestError>,
        chat: &mut Conversation,
        now: Duration,
    ) {
        let Ok(Ok(watched)) = answer else {
            self.watching.asked = None;
            self.watching.not_before = now + ASK_AGAIN;
            return;
        };
        for presence in &watched.people {
            chat.names.learn(&presence.person);
        }
        let mut people = watched.people;
        let me = chat.account.id();
        let own = self.here().iter().find(|here| Some(here.person.id) == me);
        people.extend(own.cloned());
        self.presence.all_here(people);
        self.presence.crowds(&watched.rooms);
        chat.effects.changes.insert(Change::Presence);
    }

    /// Takes in changes among the watched people and rooms.
    pub(super) fn watched(&mut self, watched: Watched, chat: &mut Conversation, now: Duration) {
        for presence in watched.people {
            self.comes_or_goes(presence, chat, now);
        }
        // The people of a room that has become a crowd are not reported any more: their presence goes out of date.
        if self.presence.crowds_changed(&watched.rooms) {
            self.watching.asked = None;
        }
        chat.effects.changes.insert(Change::Presence);
    }

    /// A person comes or goes.
    pub(super) fn comes_or_goes(&mut self, presence: Presence, chat: &mut Conversation, now: Duration) {
        chat.names.learn(&presence.person);
        let other = chat.account.id() != Some(presence.person.id);
        let was_here = self.availability(presence.person.id) != Availability::Offline;
        if other && self.notices.presence_changed(&presence, was_here, now) {
            chat.effects.changes.insert(Change::Notices);
        }
        self.presence.comes_or_goes(presence);
        chat.effects.changes.insert(Change::Presence);
    }

    /// A person comes into a room or leaves it.
    pub(super) fn moves(&mut self, news: &MembershipUpdate, chat: &mut Conversation, now: Duration) {
        chat.names.learn(&news.person);
        let other = chat.account.id() != Some(news.person.id);
        let here = chat.rooms.contains(news.room);
        if other
            && here
            && self
                .notices
                .membership_changed(news.room, &news.person, news.joined, now)
        {
            chat.effects.changes.insert(Change::Notices);
        }
        chat.effects.changes.insert(Change::Members(news.room));
    }

    /// A person writes in a room.
    pub(super) fn types(&mut self, typing: &Typing, chat: &mut Conversation, now: Duration) {
        if chat.account.id() != Some(typing.person.id) && chat.rooms.contains(typing.room) {
            let person = chat.names.current(&typing.person).clone();
            self.presence.writes(typing.room, person, now);
            chat.effects.changes.insert(Change::Typing(typing.room));
        }
    }

    /// Whose messages these are writes no longer.
    pub(super) fn wrote(&mut self, room: RoomId, entries: &[Entry], effects: &mut Effects) {
        for entry in entries.iter().filter(|entry| entry.body.text().is_some()) {
            if self.presence.wrote(room, entry.author.id) {
                effects.changes.insert(Change::Typing(room));
            }
        }
    }

    pub(super) fn on_nodes(&mut self, nodes: Nodes) {
        self.degraded = nodes.degraded;
    }

    pub(super) fn renamed(&mut self, names: &Names) {
        self.presence.renamed(names);
        self.notices.renamed(names);
    }

    pub(super) fn forget_room(&mut self, room: RoomId) {
        self.presence.forget_room(room);
        self.notices.forget_room(room);
    }

    /// Another person, or another epoch: nobody is known to be here.
    pub(super) fn forget_people(&mut self) {
        self.presence = KnownPresence::default();
        self.notices = Notices::default();
    }

    pub(super) fn link_ended(&mut self, effects: &mut Effects) {
        for room in self.presence.clear_typing() {
            effects.changes.insert(Change::Typing(room));
        }
        self.notices.link_down();
    }

    /// Lets go of what is shown for a while only.
    pub(super) fn drive(&mut self, now: Duration, effects: &mut Effects) {
        for room in self.presence.expire(now) {
            effects.changes.insert(Change::Typing(room));
        }
        if self.notices.expire(now) {
            effects.changes.insert(Change::Notices);
        }
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        let expiries = [self.presence.next_expiry(), self.notices.next_expiry()];
        expiries.into_iter().flatten().min()
    }
}

impl Watching {
    fn wanted(&self, known: &OwnRooms) -> Watch {
        let rooms = self.rooms.iter().copied();
        let rooms = in_order(rooms.filter(|room| known.contains(*room)));
        let mut people = self.people.clone();
        people.truncate(limit::WATCHED_PEOPLE);
        let mut direct: Vec<_> = known.iter().filter(|room| !room.about.with.is_empty()).collect();
        let with: usize = direct.iter().map(|room| room.about.with.len()).sum();
        if with + people.len() > limit::WATCHED_PEOPLE {
            let places = by_number(direct.iter().map(|room| room.active_at()));
            direct = places.into_iter().rev().map(|place| direct[place]).collect();
        }
        let partners = direct
            .iter()
            .flat_map(|room| room.about.with.iter().map(|person| person.id));
        people.extend(partners);
        people.truncate(limit::WATCHED_PEOPLE);
        Watch {
            rooms: rooms.into_iter().take(limit::WATCHED_ROOMS).collect(),
            people: in_order(people).into_iter().collect(),
        }
    }
}

/// Each once, in order. A sort would be kilobytes of program for each type, and these are few.
fn in_order<K: Ord>(keys: impl IntoIterator<Item = K>) -> VecSet<K> {
    let mut set = VecSet::default();
    set.extend(keys);
    set
}
