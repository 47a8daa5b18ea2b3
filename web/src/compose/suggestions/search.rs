//! Searches the server for people by the name being typed: the list of a large room holds only its
//! first people.

use leptos::prelude::untrack;
use leptos::task::spawn_local;
use steadfast_shared::{Person, RoomId, UserId};

use crate::compose::context::ComposeContext;
use crate::compose::name_queries::NameQueries;
use crate::people::context::PeopleContext;
use crate::reactive::{RwSignal, StoredValue};

/// One request at a time, and the last answer.
#[derive(Clone, Copy)]
pub(super) struct NameSearch {
    found: RwSignal<Option<Found>>,
    queries: StoredValue<NameQueries>,
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
            queries: StoredValue::new(NameQueries::default()),
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
        let Some(room) = people.chat.room.get_untracked() else {
            return;
        };
        let begins = self
            .queries
            .try_update_value(|queries| queries.ask((room, name.to_owned())));
        if begins == Some(true) {
            spawn_local(self.run(people, most));
        }
    }

    /// Sends requests until the answer is for the name typed last.
    async fn run(self, people: PeopleContext, most: usize) {
        let mut answered = None;
        while let Some(Some(query)) = self
            .queries
            .try_update_value(|queries| queries.next(answered.as_ref()))
        {
            let (room, name) = query.clone();
            let Ok(found) = people.find_members(room, name, most).await else {
                self.queries.try_update_value(NameQueries::fail);
                break;
            };
            self.found.try_set(Some(Found { room, people: found }));
            answered = Some(query);
        }
    }
}

impl ComposeContext {
    /// The people offered for a mention: the room's members first, then other authors of the rows
    /// shown, then those `found` by the server.
    pub(super) fn people_to_name(self, found: Vec<Person>) -> Vec<Person> {
        let me = self.chat.read(|session| session.account().me().map(|me| me.id));
        let members = untrack(|| self.people.members()).into_iter();
        let mut people: Vec<Person> = members.map(|member| member.person).collect();
        people.extend(self.authors.call(()).unwrap_or_default());
        people.extend(found);
        let mut seen: Vec<UserId> = me.into_iter().collect();
        people.retain(|person| {
            let new = !seen.contains(&person.id);
            seen.push(person.id);
            new
        });
        people
    }
}
