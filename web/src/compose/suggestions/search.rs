//! Searches the server for people by the name being typed: the list of a large room holds only its
//! first people.

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_shared::{Person, RoomId};

use crate::people::context::PeopleContext;

/// One request at a time, and the last answer.
#[derive(Clone, Copy)]
pub(super) struct NameSearch {
    found: RwSignal<Option<Found>>,
    in_flight: StoredValue<bool>,
    /// The name typed last.
    name: StoredValue<String>,
}

#[derive(Clone)]
struct Found {
    room: RoomId,
    people: Vec<Person>,
}

impl NameSearch {
    pub(super) fn new() -> Self {
        Self {
            found: RwSignal::new(None),
            in_flight: StoredValue::new(false),
            name: StoredValue::new(String::new()),
        }
    }

    /// The people last found in the open room. Tracked.
    pub(super) fn people(self, people: PeopleContext) -> Vec<Person> {
        let open = people.chat.room.get();
        let found = self.found.get().filter(|found| Some(found.room) == open);
        found.map_or_else(Vec::new, |found| found.people)
    }

    /// Requests the first `most` people of that name, if the local list may lack some.
    pub(super) fn search(self, people: PeopleContext, name: &str, most: usize) {
        if name.trim().is_empty() || people.lists_everybody() {
            return;
        }
        let same = self.name.try_update_value(|last| {
            let same = *last == name;
            name.clone_into(last);
            same
        });
        let idle = || self.in_flight.try_update_value(|on| !std::mem::replace(on, true));
        if same == Some(false) && idle() == Some(true) {
            spawn_local(self.run(people, most));
        }
    }

    /// Repeats the request until the answer is for the name typed last.
    async fn run(self, people: PeopleContext, most: usize) {
        while let Some(room) = people.chat.room.get_untracked()
            && let Some(name) = self.name.try_get_value()
        {
            let found = people.find_members(room, name.clone(), most).await;
            let Ok(found) = found else {
                // The next letter triggers a new request.
                self.name.try_update_value(String::clear);
                break;
            };
            self.found.try_set(Some(Found { room, people: found }));
            if self.name.try_with_value(|last| *last == name) != Some(false) {
                break;
            }
        }
        self.in_flight.try_set_value(false);
    }
}
