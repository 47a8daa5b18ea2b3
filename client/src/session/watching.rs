//! Whose presence is shown, and the server's reports of it.

use std::cell::RefCell;
use std::time::Duration;

use steadfast_shared::event::{Availability, Presence, Watch, Watched};
use steadfast_shared::{RoomId, UserId, WireError, limit};

use super::asking::RequestPurpose;
use super::output::{Change, Request};
use super::{RequestError, Session};
use crate::vec_map::by_number;

/// After a refusal the request is repeated no sooner than this.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// The rooms and people this tab watches.
#[derive(Debug, Default)]
pub(super) struct Watching {
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

impl Session {
    /// Rooms and people whose presence is shown from here on, beside the people of direct conversations.
    pub(super) fn watch(&mut self, rooms: Vec<RoomId>, people: Vec<UserId>) {
        self.watching.rooms = rooms;
        self.watching.people = people;
    }

    /// The watch for the next CONNECT.
    pub(super) fn watch_in_auth(&self) -> Watch {
        let wanted = self.wanted_watch();
        self.watching.in_auth.replace(Some(wanted.clone()));
        wanted
    }

    /// A session opened: it reports on the watch of the last CONNECT.
    pub(super) fn open_presence(&mut self, online: Vec<Presence>, watched: Option<Watched>, now: Duration) {
        self.watching.supported = watched.is_some();
        self.watching.asked = self.watching.in_auth.take();
        self.watching.not_before = Duration::ZERO;
        let Watched { mut people, rooms } = watched.unwrap_or_default();
        people.extend(online);
        for presence in &people {
            self.hear_name(&presence.person);
        }
        let before = self.presence.here().iter().map(|presence| presence.person.id);
        let missing = before.filter(|id| people.iter().all(|here| here.person.id != *id));
        self.notices.missing(missing, now);
        self.presence.all_here(people);
        self.presence.crowds(&rooms);
        self.changes.insert(Change::Presence);
    }

    /// Requests a watch of the rooms and people shown, where they have changed.
    pub(super) fn drive_watch(&mut self, now: Duration) {
        if !self.watching.supported || now < self.watching.not_before {
            return;
        }
        if self.asked.values().any(|asked| *asked == RequestPurpose::Watch) {
            return;
        }
        let wanted = self.wanted_watch();
        if self.watching.asked.as_ref() != Some(&wanted) {
            self.watching.asked = Some(wanted.clone());
            self.ask(RequestPurpose::Watch, Request::Watch(wanted));
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
        now: Duration,
    ) {
        let Ok(Ok(watched)) = answer else {
            self.watching.asked = None;
            self.watching.not_before = now + ASK_AGAIN;
            return;
        };
        for presence in &watched.people {
            self.hear_name(&presence.person);
        }
        let mut people = watched.people;
        let me = self.my_id();
        let own = self
            .presence
            .here()
            .iter()
            .find(|here| Some(here.person.id) == me);
        people.extend(own.cloned());
        self.presence.all_here(people);
        self.presence.crowds(&watched.rooms);
        self.changes.insert(Change::Presence);
    }

    /// Takes in changes among the watched people and rooms.
    pub(super) fn watched(&mut self, watched: Watched, now: Duration) {
        for presence in watched.people {
            self.comes_or_goes(presence, now);
        }
        // The people of a room that has become a crowd are not reported any more: their presence goes out of date.
        if self.presence.crowds_changed(&watched.rooms) {
            self.watching.asked = None;
        }
        self.changes.insert(Change::Presence);
    }

    /// A person comes or goes.
    pub(super) fn comes_or_goes(&mut self, presence: Presence, now: Duration) {
        self.hear_name(&presence.person);
        let other = self.my_id() != Some(presence.person.id);
        let was_here = self.availability(presence.person.id) != Availability::Offline;
        if other && self.notices.appears(&presence, was_here, now) {
            self.changes.insert(Change::Notices);
        }
        self.presence.comes_or_goes(presence);
        self.changes.insert(Change::Presence);
    }

    fn wanted_watch(&self) -> Watch {
        let mut rooms: Vec<RoomId> = self.watching.rooms.clone();
        rooms.retain(|room| self.rooms.contains_key(room));
        rooms.sort_unstable();
        rooms.dedup();
        rooms.truncate(limit::WATCHED_ROOMS);
        let mut people = self.watching.people.clone();
        people.truncate(limit::WATCHED_PEOPLE);
        let mut direct: Vec<_> = self
            .rooms
            .values()
            .filter(|room| !room.about.with.is_empty())
            .collect();
        let known: usize = direct.iter().map(|room| room.about.with.len()).sum();
        if known + people.len() > limit::WATCHED_PEOPLE {
            let places = by_number(direct.iter().map(|room| room.active_at()));
            direct = places.into_iter().rev().map(|place| direct[place]).collect();
        }
        let partners = direct
            .iter()
            .flat_map(|room| room.about.with.iter().map(|person| person.id));
        people.extend(partners);
        people.truncate(limit::WATCHED_PEOPLE);
        people.sort_unstable();
        people.dedup();
        Watch { rooms, people }
    }
}
