//! People's nicknames. A person who takes another one has it in their older messages, too.
//!
//! Each message of the server carries the names current when it was sent. So the newest message is right, and an answer
//! is as new as the last event before its request. No clock is read: a server's can be put back.

use steadfast_shared::{Entry, Person, UserId};

use crate::vec_map::VecMap;

/// Most people whose names are kept. Past it the one mentioned longest ago is forgotten, and shown by the names their
/// entries carry.
const KEPT: usize = 5_000;

/// A count of the name updates received up to some time. Nothing is older than the default: a device's stored names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(crate) struct NamesVersion(u64);

/// The newest name known of each person.
#[derive(Debug, Default)]
pub(crate) struct Names {
    known: VecMap<UserId, (NamesVersion, Box<Person>)>,
    heard: NamesVersion,
    /// Somebody known goes by another name.
    renamed: bool,
}

impl Names {
    /// The person by the newest name known.
    pub(crate) fn current<'a>(&'a self, person: &'a Person) -> &'a Person {
        self.known.get(&person.id).map_or(person, |(_, known)| known)
    }

    /// The person of this id, where a name is known.
    pub(crate) fn get(&self, id: UserId) -> Option<&Person> {
        self.known.get(&id).map(|(_, known)| known.as_ref())
    }

    /// The version of the names by now.
    pub(crate) fn heard(&self) -> NamesVersion {
        self.heard
    }

    /// Takes in the names of entries pushed by the server.
    pub(crate) fn hear(&mut self, entries: &[Entry]) {
        self.heard.0 += 1;
        self.read(entries, self.heard);
    }

    /// Takes in a name that comes by itself.
    pub(crate) fn hear_of(&mut self, person: &Person) {
        self.heard.0 += 1;
        self.take(person, self.heard);
    }

    /// Takes in the names of entries requested at version `when`.
    pub(crate) fn read(&mut self, entries: &[Entry], when: NamesVersion) {
        for person in entries.iter().flat_map(people_of) {
            self.take(person, when);
        }
    }

    /// Whether a known person goes by another name since this was last asked.
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
        names.read(&written_by("of old"), NamesVersion::default());
        assert!(!names.take_renamed());
        let asked = names.heard();
        names.hear(&written_by("mina"));
        assert!(names.take_renamed(), "heard while the page is on its way");
        names.read(&written_by("of old"), asked);
        assert!(!names.take_renamed());
        assert_eq!(names.get(called("").id), Some(&called("mina")));
        names.read(&written_by("mia"), names.heard());
        assert!(names.take_renamed());
        names.hear_of(&called("mina"));
        assert!(names.take_renamed());
        assert_eq!(names.current(&called("of old")), &called("mina"));
    }

    #[test]
    fn past_the_bound_the_one_heard_of_longest_ago_is_forgotten() {
        let mut names = Names::default();
        names.hear_of(&called("mina"));
        for n in 0..KEPT as u128 {
            let id = UserId(Uuid::from_u128(100 + n));
            names.hear_of(&Person { id, name: "x".into() });
        }
        assert_eq!((names.known.len(), names.get(called("").id)), (KEPT, None));
    }
}
