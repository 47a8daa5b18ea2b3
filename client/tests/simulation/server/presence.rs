//! Who is present, and who is typing.

use std::time::Duration;

use steadfast_shared::event::{self, Availability, Presence, Typing, Watched};
use steadfast_shared::{Person, RoomId};

use super::Flaw;
use crate::line::LineId;
use crate::world::{Happening, World};

/// A connection that returns within this time is not reported.
const GRACE: Duration = Duration::from_secs(2);

impl World {
    pub(super) fn lines_where(&self, wanted: impl Fn(LineId, &Person) -> bool) -> Vec<LineId> {
        let connections = self.server.nodes.iter().flat_map(|node| &node.connections);
        connections
            .filter(|(line, connection)| {
                connection
                    .person
                    .as_ref()
                    .is_some_and(|person| wanted(**line, person))
            })
            .map(|(line, _)| *line)
            .collect()
    }

    pub(super) fn online(&self) -> Vec<Presence> {
        let mut people: Vec<Person> = Vec::new();
        for person in self.server.connected() {
            if !people.contains(person) {
                people.push(person.clone());
            }
        }
        let online = |person| Presence {
            person,
            state: Availability::Online,
        };
        people.into_iter().map(online).collect()
    }

    pub(super) fn comes(&mut self, person: &Person) {
        self.announce(person, Availability::Online);
    }

    pub(super) fn may_be_gone(&mut self, person: Person) {
        if self.flaw != Some(Flaw::GhostsStay) {
            self.plan(GRACE, Happening::Gone(person));
        }
    }

    pub(crate) fn gone(&mut self, person: &Person) {
        if !self.server.connected().any(|other| other == person) {
            self.announce(person, Availability::Offline);
        }
    }

    fn announce(&mut self, person: &Person, state: Availability) {
        let everybody = self.lines_where(|_, _| true);
        let presence = Presence {
            person: person.clone(),
            state,
        };
        let watched = Watched {
            people: vec![presence],
            rooms: Vec::new(),
        };
        self.broadcast(&everybody, event::WATCHED, &watched);
    }

    pub(super) fn writes(&mut self, from: LineId, person: Person, room: RoomId) {
        let others = self.lines_where(|line, _| line != from);
        self.broadcast(&others, event::TYPING, &Typing { room, person });
    }
}
