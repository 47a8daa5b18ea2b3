//! What people are called. Somebody who takes another nickname has it in what they wrote before, too.

use steadfast_shared::{Body, Entry, Millis, Person, UserId};

use crate::sorted::SortedMap;

/// Most people whose names are kept. Past it the one heard of longest ago is forgotten, and shown by the names their
/// entries carry.
const KEPT: usize = 5_000;

/// The newest name known of each person, and when by the server's clock it was theirs.
#[derive(Debug, Default)]
pub(crate) struct Names {
    known: SortedMap<UserId, (Millis, Box<Person>)>,
    /// The newest time heard of.
    newest: Millis,
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

    /// Takes in the names entries carry: each those of its own time, or all those of when they were read together, which
    /// is no earlier than the newest of them. Says whether somebody known goes by another name.
    pub(crate) fn read(&mut self, entries: &[Entry], together: bool) -> bool {
        let newest = entries.iter().map(|entry| entry.at).max().filter(|_| together);
        let mut renamed = false;
        for entry in entries {
            let read = newest.unwrap_or(entry.at);
            if let Body::Nickname { name, .. } = &entry.body {
                let name = name.as_str().to_owned();
                let person = Person {
                    name,
                    ..entry.author.clone()
                };
                renamed |= self.hear(&person, entry.at);
            } else {
                renamed |= self.hear(&entry.author, read);
            }
            let quoted = entry.quoted.iter().map(|quoted| &quoted.author);
            let now = entry.now.iter().flat_map(|now| &now.reactions);
            let reacted = now.flat_map(|reaction| &reaction.by);
            for person in entry.mentioned.iter().chain(quoted).chain(reacted) {
                renamed |= self.hear(person, read);
            }
        }
        renamed
    }

    /// Takes in a name that is somebody's by the newest news. Says whether they were known by another.
    pub(crate) fn hear_now(&mut self, person: &Person) -> bool {
        self.hear(person, self.newest)
    }

    fn hear(&mut self, person: &Person, at: Millis) -> bool {
        self.newest = self.newest.max(at);
        match self.known.get_mut(&person.id) {
            Some((known_at, known)) if *known_at <= at => {
                *known_at = at;
                let renamed = known.name != person.name;
                if renamed {
                    known.name.clone_from(&person.name);
                }
                renamed
            }
            Some(_) => false,
            None => {
                if self.known.len() >= KEPT {
                    let oldest = self.known.iter().min_by_key(|(_, (at, _))| *at);
                    if let Some(oldest) = oldest.map(|(id, _)| *id) {
                        self.known.remove(&oldest);
                    }
                }
                self.known.insert(person.id, (at, Box::new(person.clone())));
                false
            }
        }
    }
}
