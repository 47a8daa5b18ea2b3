//! People's nicknames. After a rename, older messages show the new name too.
//!
//! Each message of the server carries the names current when it was sent. So the newest message is right, and an answer
//! is as new as the last event before its request. No clock decides, because a server's clock can be set back.

use steadfast_shared::{Entry, Person, UserId};

use crate::vec_map::VecMap;

/// Most people whose names are kept. Beyond it the person mentioned longest ago is dropped, and shown by the names in
/// their entries.
const KEPT: usize = 5_000;

/// The number of name updates received so far. The default is the oldest: a device's stored names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(crate) struct NamesVersion(u64);

/// The newest name known of each person.
#[derive(Debug, Default)]
pub(crate) struct Names {
    known: VecMap<UserId, (NamesVersion, Box<Person>)>,
    version: NamesVersion,
    /// Whether a cached name has changed.
    renamed: bool,
}

impl Names {
    /// The person by the newest name known.
    pub(crate) fn current<'a>(&'a self, person: &'a Person) -> &'a Person {
        self.known.get(&person.id).map_or(person, |(_, known)| known)
    }

    /// The person with this id, if their name is cached.
    pub(crate) fn get(&self, id: UserId) -> Option<&Person> {
        self.known.get(&id).map(|(_, known)| known.as_ref())
    }

    pub(crate) fn version(&self) -> NamesVersion {
        self.version
    }

    /// Learns the names in entries that the server pushed.
    pub(crate) fn learn_pushed(&mut self, entries: &[Entry]) {
        self.version.0 += 1;
        self.learn_requested(entries, self.version);
    }

    /// Learns a name that the server pushed by itself.
    pub(crate) fn learn(&mut self, person: &Person) {
        self.version.0 += 1;
        self.take(person, self.version);
    }

    /// Learns the names in entries that were requested at version `when`.
    pub(crate) fn learn_requested(&mut self, entries: &[Entry], when: NamesVersion) {
        for person in entries.iter().flat_map(people_of) {
            self.take(person, when);
        }
    }

    /// Whether a cached name has changed since the last call.
    pub(crate) fn take_renamed(&mut self) -> bool {
        std::mem::take(&mut self.renamed)
    }

    fn take(&mut self, person: &Person, when: NamesVersion) {
        match self.known.get_mut(&person.id) {
            Some((known_when, known)) if *known_when <= when => {
                *known_when = when;
                if known.name != person.name {
                    known.name.clone_from(&person.name);
                    self.renamed = true;
                }
            }
            Some(_) => {}
            None => {
                if self.known.len() >= KEPT {
                    let oldest = self.known.iter().min_by_key(|(_, (when, _))| *when);
                    if let Some(oldest) = oldest.map(|(id, _)| *id) {
                        self.known.remove(&oldest);
                    }
                }
                self.known.insert(person.id, (when, Box::new(person.clone())));
            }
        }
    }
}

fn people_of(entry: &Entry) -> impl Iterator<Item = &Person> {
    let quoted = entry.quoted.iter().map(|quoted| &quoted.author);
    let now = entry.now.iter().flat_map(|now| &now.reactions);
    let reacted = now.flat_map(|reaction| &reaction.by);
    let named = entry.mentioned.iter().chain(quoted).chain(reacted);
    std::iter::once(&entry.author).chain(named)
}

#[cfg(test)]
mod tests {
    use steadfast_shared::{Body, EntryId};
    use uuid::Uuid;

    use super::*;

    fn called(name: &str) -> Person {
        Person {
            id: UserId(Uuid::from_u128(1)),
            name: name.into(),
        }
    }

    fn written_by(name: &str) -> Vec<Entry> {
        let id = EntryId(Uuid::from_u128(9));
        vec![Entry::new(1, id, called(name), 0, Body::Erased)]
    }

    #[test]
    fn an_answer_is_as_new_as_what_had_been_heard_when_it_was_asked_for() {
        let mut names = Names::default();
        names.learn_requested(&written_by("of old"), NamesVersion::default());
        assert!(!names.take_renamed());
        let asked = names.version();
        names.learn_pushed(&written_by("mina"));
        assert!(names.take_renamed(), "heard while the page is on its way");
        names.learn_requested(&written_by("of old"), asked);
        assert!(!names.take_renamed());
        assert_eq!(names.get(called("").id), Some(&called("mina")));
        names.learn_requested(&written_by("mia"), names.version());
        assert!(names.take_renamed());
        names.learn(&called("mina"));
        assert!(names.take_renamed());
        assert_eq!(names.current(&called("of old")), &called("mina"));
    }

    #[test]
    fn past_the_bound_the_one_heard_of_longest_ago_is_forgotten() {
        let mut names = Names::default();
        names.learn(&called("mina"));
        for n in 0..KEPT as u128 {
            let id = UserId(Uuid::from_u128(100 + n));
            names.learn(&Person { id, name: "x".into() });
        }
        assert_eq!((names.known.len(), names.get(called("").id)), (KEPT, None));
    }
}
