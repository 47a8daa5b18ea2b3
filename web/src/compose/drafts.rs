//! Every draft on this device: one record per person, room and tab.
//!
//! A tab writes its own records only, so two tabs on one room keep two drafts. A tab that has none of its own shows the
//! newest other one; when it has sent that, the record is marked, and its own tab lets go of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use steadfast_shared::{Epoch, Millis, Person, RoomId, UserId};

use crate::browser::json;
use crate::compose::draft::Draft;
use crate::storage::key_value::KeyValue;

/// The prefix of every record's key.
const PREFIX: &str = "steadfast.draft.";

/// The text in the place of a record whose words another tab has sent.
const SENT: &str = "sent";

/// Most records kept of one person in one room: tabs that crashed leave theirs behind. The oldest goes first.
const RECORDS: usize = 16;

/// Who writes, and in which life of the database.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftAuthor {
    pub me: Person,
    /// The epoch that the places in a draft mean.
    pub epoch: Epoch,
}

/// One room to write in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftPlace {
    pub room: RoomId,
    /// Its name, where it is a public one: it is found by it in another epoch.
    pub public_name: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct DraftRecord {
    draft: Draft,
    by: Person,
    epoch: Epoch,
    room_name: String,
    at: Millis,
}

impl DraftRecord {
    fn is_of(&self, author: &DraftAuthor) -> bool {
        self.by.id == author.me.id || (self.epoch != author.epoch && self.by.name == author.me.name)
    }
}

/// Where a draft that is shown came from.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Origin {
    key: String,
    text: String,
    draft: Draft,
}

/// This tab's draft of one room.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Own {
    draft: Draft,
    /// The other tab's record that it began as.
    origin: Option<Origin>,
    /// Whether the storage has it.
    kept: bool,
}

/// The drafts of this device, as one tab sees them.
#[derive(Debug)]
pub struct Drafts<S> {
    storage: S,
    /// This tab's name in the keys.
    tab: String,
    own: BTreeMap<RoomId, Own>,
}

/// Unsent words of one person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnsentWords {
    pub by: Person,
    /// In how many drafts.
    pub drafts: usize,
}

impl<S: KeyValue> Drafts<S> {
    /// The drafts in `storage`, for the tab of this name.
    pub fn new(storage: S, tab: impl Into<String>) -> Self {
        Self {
            storage,
            tab: tab.into(),
            own: BTreeMap::new(),
        }
    }

    /// The draft this tab shows in a room: its own, or else the newest of another tab or of an earlier visit.
    pub fn open(&mut self, author: &DraftAuthor, place: &DraftPlace) -> Draft {
        if let Some(own) = self.own.get(&place.room) {
            return own.draft.clone();
        }
        let mine = key(author.me.id, place.room, &self.tab);
        let mut found = self.found(author, place);
        let at = found.iter().position(|(key, ..)| *key == mine);
        let (key, text, record) = match at {
            Some(at) => found.swap_remove(at),
            None => match found.into_iter().max_by_key(|(.., record)| record.at) {
                Some(newest) => newest,
                None => return Draft::default(),
            },
        };
        let draft = if record.epoch == author.epoch {
            record.draft
        } else {
            record.draft.in_another_epoch()
        };
        let origin = (key != mine).then(|| Origin {
            key,
            text,
            draft: draft.clone(),
        });
        let own = Own {
            draft: draft.clone(),
            kept: true,
            origin,
        };
        self.own.insert(place.room, own);
        draft
    }

    /// Keeps this tab's draft of a room.
    pub fn keep(&mut self, author: &DraftAuthor, place: &DraftPlace, draft: &Draft, at: Millis) {
        let key = key(author.me.id, place.room, &self.tab);
        let origin = self.own.remove(&place.room).and_then(|own| own.origin);
        if draft.is_empty() {
            self.storage.remove(&key);
            // A draft emptied here is not to be shown here again. The tab that still shows it writes it again.
            if let Some(origin) = origin.filter(|origin| self.is_unchanged(origin)) {
                self.storage.remove(&origin.key);
            }
            return;
        }
        let record = DraftRecord {
            draft: draft.clone(),
            by: author.me.clone(),
            epoch: author.epoch,
            room_name: place.public_name.clone(),
            at,
        };
        let kept = json::text_of(&record).is_ok_and(|text| self.storage.set(&key, &text));
        self.own.insert(
            place.room,
            Own {
                draft: draft.clone(),
                origin,
                kept,
            },
        );
        self.bound(author, place);
    }

    /// This tab's draft of a room was sent; `left` remains. A send clears the draft it sent, and no other.
    pub fn sent(&mut self, author: &DraftAuthor, place: &DraftPlace, sent: &str, left: &Draft, at: Millis) {
        let origin = self.own.get_mut(&place.room).and_then(|own| own.origin.take());
        if let Some(origin) = origin.filter(|origin| self.is_unchanged(origin))
            && sent.contains(origin.draft.current().trim())
        {
            self.storage.set(&origin.key, SENT);
        }
        self.keep(author, place, left, at);
    }

    /// Another tab changed the record under a key. Gives the draft to show in the room, where it is another one.
    pub fn changed(
        &mut self,
        author: &DraftAuthor,
        place: &DraftPlace,
        changed: &str,
        at: Millis,
    ) -> Option<Draft> {
        let mine = key(author.me.id, place.room, &self.tab);
        let stored = self.storage.get(changed);
        if changed == mine {
            if stored.as_deref() == Some(SENT) {
                self.storage.remove(&mine);
                self.own.remove(&place.room);
                return Some(Draft::default());
            }
            if stored.is_none()
                && let Some(own) = self.own.get(&place.room).cloned()
            {
                self.keep(author, place, &own.draft, at);
            }
            return None;
        }
        // A draft shown untouched goes with its record.
        let own = self.own.get(&place.room)?;
        let origin = own.origin.as_ref()?;
        let untouched = own.draft == origin.draft && self.storage.get(&mine).is_none();
        if origin.key == changed && untouched && stored.is_none_or(|text| text == SENT) {
            self.own.remove(&place.room);
            return Some(Draft::default());
        }
        None
    }

    /// Whether words are written here that the storage did not take.
    pub fn is_unkept(&self) -> bool {
        self.own.values().any(|own| !own.kept && own.draft.has_words())
    }

    /// Everybody's unsent words, whoever's they are.
    pub fn words(&self) -> Vec<UnsentWords> {
        let mut words: Vec<UnsentWords> = Vec::new();
        for (.., record) in self.all() {
            if !record.draft.has_words() {
                continue;
            }
            match words.iter_mut().find(|words| words.by.id == record.by.id) {
                Some(words) => words.drafts += 1,
                None => words.push(UnsentWords {
                    by: record.by,
                    drafts: 1,
                }),
            }
        }
        words
    }

    /// This person's unsent words, room by room.
    pub fn words_of(&self, author: &DraftAuthor) -> Vec<(RoomId, Draft)> {
        let all = self.all().into_iter();
        let mine = all.filter(|(.., record)| record.is_of(author) && record.draft.has_words());
        mine.filter_map(|(key, _, record)| Some((room_of(&key)?, record.draft)))
            .collect()
    }

    /// Erases every draft on this device.
    pub fn clear(&mut self) {
        self.own.clear();
        for key in self.storage.keys() {
            if key.starts_with(PREFIX) {
                self.storage.remove(&key);
            }
        }
    }

    /// Erases the drafts that hold nobody's words: replies begun, edits unchanged.
    pub fn clear_wordless(&mut self) {
        self.own.clear();
        let all = self.all().into_iter();
        let wordless: Vec<String> = all
            .filter(|(.., record)| !record.draft.has_words())
            .map(|(key, ..)| key)
            .collect();
        for key in wordless {
            self.storage.remove(&key);
        }
    }

    /// Drafts of a version that knew one per room and nobody's name become this person's.
    pub fn adopt_nameless(&mut self, author: &DraftAuthor, at: Millis) {
        for key in self.storage.keys() {
            let room = key
                .strip_prefix(PREFIX)
                .and_then(|room| room.parse::<RoomId>().ok());
            let Some((room, text)) = room.zip(self.storage.get(&key)) else {
                continue;
            };
            let place = DraftPlace {
                room,
                public_name: String::new(),
            };
            let draft = Draft {
                text,
                ..Draft::default()
            };
            self.keep(author, &place, &draft, at);
            self.storage.remove(&key);
        }
    }

    fn is_unchanged(&self, origin: &Origin) -> bool {
        self.storage.get(&origin.key).as_ref() == Some(&origin.text)
    }

    fn found(&self, author: &DraftAuthor, place: &DraftPlace) -> Vec<(String, String, DraftRecord)> {
        let here = |key: &str, record: &DraftRecord| {
            let same_name = !place.public_name.is_empty() && record.room_name == place.public_name;
            room_of(key) == Some(place.room) || (record.epoch != author.epoch && same_name)
        };
        let mut found = self.all();
        found.retain(|(key, _, record)| record.is_of(author) && here(key, record));
        found
    }

    fn all(&self) -> Vec<(String, String, DraftRecord)> {
        let keys = self.storage.keys().into_iter();
        keys.filter(|key| room_of(key).is_some())
            .filter_map(|key| {
                let text = self.storage.get(&key)?;
                let record = json::parse(&text).ok()?;
                Some((key, text, record))
            })
            .collect()
    }

    fn bound(&mut self, author: &DraftAuthor, place: &DraftPlace) {
        let mut found = self.found(author, place);
        if found.len() <= RECORDS {
            return;
        }
        found.sort_by_key(|(.., record)| record.at);
        let too_many = found.len() - RECORDS;
        for (key, ..) in found.into_iter().take(too_many) {
            self.storage.remove(&key);
        }
    }
}

/// Whether a key is of a draft.
pub fn is_key(key: &str) -> bool {
    key.starts_with(PREFIX)
}

fn key(person: UserId, room: RoomId, tab: &str) -> String {
    format!("{PREFIX}{person}.{room}.{tab}")
}

fn room_of(key: &str) -> Option<RoomId> {
    let mut parts = key.strip_prefix(PREFIX)?.split('.');
    let (_person, room, _tab) = (parts.next()?, parts.next()?, parts.next()?);
    room.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    /// What two tabs share.
    #[derive(Clone, Default)]
    struct Shared(Rc<RefCell<BTreeMap<String, String>>>, Rc<RefCell<bool>>);

    impl KeyValue for Shared {
        fn get(&self, key: &str) -> Option<String> {
            self.0.borrow().get(key).cloned()
        }
        fn set(&mut self, key: &str, text: &str) -> bool {
            let full = *self.1.borrow();
            if !full {
                self.0.borrow_mut().insert(key.to_owned(), text.to_owned());
            }
            !full
        }
        fn remove(&mut self, key: &str) {
            self.0.borrow_mut().remove(key);
        }
        fn keys(&self) -> Vec<String> {
            self.0.borrow().keys().cloned().collect()
        }
    }

    fn uuid(n: u128) -> uuid::Uuid {
        uuid::Uuid::from_u128(n)
    }

    fn author(n: u128) -> DraftAuthor {
        DraftAuthor {
            me: Person {
                id: UserId(uuid(n)),
                name: format!("person {n}"),
            },
            epoch: Epoch(uuid(0xE)),
        }
    }

    fn place(n: u128) -> DraftPlace {
        DraftPlace {
            room: RoomId(uuid(n)),
            public_name: String::new(),
        }
    }

    fn says(text: &str) -> Draft {
        Draft {
            text: text.to_owned(),
            ..Draft::default()
        }
    }

    #[test]
    fn fault_f04_a_draft_is_one_persons_and_nobody_elses() {
        let shared = Shared::default();
        let mut ann = Drafts::new(shared.clone(), "a");
        ann.keep(&author(1), &place(1), &says("about my salary"), 1);
        let mut ben = Drafts::new(shared.clone(), "a");
        assert_eq!(ben.open(&author(2), &place(1)), Draft::default());
        assert_eq!(
            ben.words(),
            [UnsentWords {
                by: author(1).me,
                drafts: 1
            }]
        );
        assert_eq!(ben.words_of(&author(2)), []);
        let mut again = Drafts::new(shared.clone(), "b");
        assert_eq!(again.open(&author(1), &place(1)), says("about my salary"));
        again.clear();
        assert!(shared.keys().is_empty(), "nothing is left of it");
        assert_eq!(again.open(&author(1), &place(1)), Draft::default());
    }

    #[test]
    fn fault_f01_what_was_written_in_one_room_is_shown_in_no_other() {
        let mut drafts = Drafts::new(Shared::default(), "a");
        drafts.keep(&author(1), &place(1), &says("in private"), 1);
        assert_eq!(drafts.open(&author(1), &place(2)), Draft::default());
        assert_eq!(drafts.open(&author(1), &place(1)), says("in private"));
    }

    #[test]
    fn fault_f22_a_send_in_one_tab_leaves_the_others_draft_alone() {
        let shared = Shared::default();
        let (mut one, mut two) = (Drafts::new(shared.clone(), "1"), Drafts::new(shared.clone(), "2"));
        assert_eq!(one.open(&author(1), &place(1)), Draft::default());
        assert_eq!(two.open(&author(1), &place(1)), Draft::default());
        two.keep(&author(1), &place(1), &says("a long letter"), 1);
        one.keep(&author(1), &place(1), &says("hi"), 2);
        one.sent(&author(1), &place(1), "hi", &Draft::default(), 3);
        // The second tab is loaded anew, under its name or as another tab.
        for tab in ["2", "3"] {
            let mut again = Drafts::new(shared.clone(), tab);
            assert_eq!(again.open(&author(1), &place(1)), says("a long letter"), "{tab}");
        }
    }

    #[test]
    fn fault_f22_another_text_sent_where_the_others_draft_was_shown_leaves_it_alone() {
        let shared = Shared::default();
        let mut two = Drafts::new(shared.clone(), "2");
        two.keep(&author(1), &place(1), &says("a long letter"), 1);
        let mut one = Drafts::new(shared.clone(), "1");
        assert_eq!(one.open(&author(1), &place(1)), says("a long letter"));
        one.keep(&author(1), &place(1), &says("hi"), 2);
        one.sent(&author(1), &place(1), "hi", &Draft::default(), 3);
        let mut again = Drafts::new(shared, "2");
        assert_eq!(again.open(&author(1), &place(1)), says("a long letter"));
    }

    #[test]
    fn fault_f22_a_send_clears_the_draft_it_sent_in_every_tab() {
        let shared = Shared::default();
        let mut two = Drafts::new(shared.clone(), "2");
        two.keep(&author(1), &place(1), &says("a letter"), 1);
        let mut one = Drafts::new(shared.clone(), "1");
        assert_eq!(one.open(&author(1), &place(1)), says("a letter"));
        one.keep(&author(1), &place(1), &says("a letter, and more"), 2);
        one.sent(&author(1), &place(1), "a letter, and more", &Draft::default(), 3);
        let key = key(author(1).me.id, place(1).room, "2");
        assert_eq!(
            two.changed(&author(1), &place(1), &key, 4),
            Some(Draft::default())
        );
        assert!(shared.keys().is_empty());

        // Where that tab is gone, nobody shows it any more.
        two.keep(&author(1), &place(1), &says("a letter"), 5);
        let mut one = Drafts::new(shared.clone(), "1");
        assert_eq!(one.open(&author(1), &place(1)), says("a letter"));
        one.sent(&author(1), &place(1), "a letter", &Draft::default(), 6);
        for tab in ["2", "3"] {
            let mut again = Drafts::new(shared.clone(), tab);
            assert_eq!(again.open(&author(1), &place(1)), Draft::default());
        }
    }

    #[test]
    fn fault_f22_a_draft_emptied_in_one_tab_stays_in_the_one_that_shows_it() {
        let shared = Shared::default();
        let mut two = Drafts::new(shared.clone(), "2");
        two.keep(&author(1), &place(1), &says("a letter"), 1);
        let mut one = Drafts::new(shared.clone(), "1");
        assert_eq!(one.open(&author(1), &place(1)), says("a letter"));
        one.keep(&author(1), &place(1), &Draft::default(), 2);
        assert!(shared.keys().is_empty());
        let key = key(author(1).me.id, place(1).room, "2");
        assert_eq!(two.changed(&author(1), &place(1), &key, 3), None);
        assert_eq!(shared.keys(), [key]);
    }

    #[test]
    fn a_tab_without_storage_keeps_its_drafts_to_itself_and_knows_that_nobody_else_does() {
        let shared = Shared::default();
        *shared.1.borrow_mut() = true;
        let mut drafts = Drafts::new(shared, "1");
        drafts.keep(&author(1), &place(1), &says("hi"), 1);
        drafts.keep(&author(1), &place(2), &Draft::default(), 1);
        assert_eq!(drafts.open(&author(1), &place(1)), says("hi"));
        assert!(drafts.is_unkept());
        drafts.sent(&author(1), &place(1), "hi", &Draft::default(), 2);
        assert!(!drafts.is_unkept());
    }

    #[test]
    fn in_another_life_of_the_database_a_draft_is_found_by_person_and_public_room() {
        let shared = Shared::default();
        let general = DraftPlace {
            public_name: "general".into(),
            ..place(1)
        };
        let mut before = Drafts::new(shared.clone(), "1");
        let mut reply = says("hi all");
        reply.begin_reply(4);
        before.keep(&author(1), &general, &reply, 1);
        before.keep(&author(1), &place(2), &says("in private"), 1);
        let anew = DraftAuthor {
            me: Person {
                id: UserId(uuid(99)),
                ..author(1).me
            },
            epoch: Epoch(uuid(0xF)),
        };
        let mut after = Drafts::new(shared, "1");
        let found = after.open(
            &anew,
            &DraftPlace {
                room: RoomId(uuid(50)),
                ..general
            },
        );
        assert_eq!(found, says("hi all"));
        let private = DraftPlace {
            room: RoomId(uuid(51)),
            public_name: String::new(),
        };
        assert_eq!(after.open(&anew, &private), Draft::default());
    }

    #[test]
    fn drafts_of_an_earlier_version_are_taken_over_once() {
        let mut shared = Shared::default();
        let room = place(1).room;
        shared.set(&format!("{PREFIX}{room}"), "from before");
        let mut drafts = Drafts::new(shared.clone(), "1");
        drafts.adopt_nameless(&author(1), 1);
        assert_eq!(drafts.open(&author(1), &place(1)), says("from before"));
        assert_eq!(shared.keys().len(), 1);
    }

    #[test]
    fn what_tabs_leave_behind_is_bounded() {
        let shared = Shared::default();
        for tab in 0..100 {
            let mut drafts = Drafts::new(shared.clone(), tab.to_string());
            drafts.keep(&author(1), &place(1), &says(&format!("from {tab}")), tab);
        }
        assert_eq!(shared.keys().len(), RECORDS);
        let mut last = Drafts::new(shared, "new");
        assert_eq!(last.open(&author(1), &place(1)), says("from 99"));
    }
}
