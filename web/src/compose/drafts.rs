//! Every draft on this device: one record per person, room and tab.
//!
//! A tab writes only its own records, so two tabs in one room keep two drafts. A tab without one of
//! its own shows the newest of the others. Once it has sent that one, it marks the record as sent,
//! and the record's own tab drops it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use steadfast_shared::{Epoch, Millis, Person, RoomId, UserId, record};
use uuid::Uuid;

use crate::browser::json;
use crate::compose::draft::Draft;
use crate::storage::key_value::KeyValue;

/// The prefix of every record's key.
const PREFIX: &str = "steadfast.draft.";

/// Replaces a record whose text another tab has sent.
const SENT: &str = "sent";

/// Maximum number of records per person and room: crashed tabs leave theirs behind. The oldest is
/// removed first.
const RECORDS: usize = 16;

/// The author of drafts, and the epoch they write in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftAuthor {
    pub me: Person,
    /// The epoch that the seqs in a draft refer to.
    pub epoch: Epoch,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftPlace {
    pub room: RoomId,
    /// Its name if it is public, to find it again in another epoch.
    pub public_name: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct DraftRecord {
    draft: Draft,
    by: Person,
    epoch: Epoch,
    room_name: String,
    at: Millis,
}

record!(DraftRecord {
    draft,
    by,
    epoch,
    room_name,
    at
});

impl DraftRecord {
    fn is_of(&self, author: &DraftAuthor) -> bool {
        self.by.id == author.me.id || (self.epoch != author.epoch && self.by.name == author.me.name)
    }
}

/// The record a shown draft was taken from.
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
    /// The other tab's record it was taken from.
    origin: Option<Origin>,
    /// Whether it is in storage.
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

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnsentWords {
    pub by: Person,
    /// Number of drafts with text.
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

    /// The draft this tab shows in a room: its own, or else the newest of another tab or an earlier
    /// visit.
    pub fn open(&mut self, author: &DraftAuthor, place: &DraftPlace) -> Draft {
        self.remove_unreadable(author, place);
        let mine = key(author.me.id, place.room, &self.tab);
        // Another tab may have sent it while this one showed another room.
        self.drop_sent(&mine, place.room);
        if let Some(own) = self.own.get(&place.room) {
            return own.draft.clone();
        }
        let mut matching = self.matching(author, place);
        let at = matching.iter().position(|(key, ..)| *key == mine);
        let (key, text, record) = match at {
            Some(at) => matching.swap_remove(at),
            None => match matching.into_iter().max_by_key(|(.., record)| record.at) {
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

    /// Stores this tab's draft of a room.
    pub fn keep(&mut self, author: &DraftAuthor, place: &DraftPlace, draft: &Draft, at: Millis) {
        let key = key(author.me.id, place.room, &self.tab);
        let origin = self.own.remove(&place.room).and_then(|own| own.origin);
        if draft.is_empty() {
            self.storage.remove(&key);
            // A draft emptied here must not appear here again. A tab that still shows it will write
            // it again.
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

    /// Handles this tab's draft of a room having been sent; `left` remains. A send clears only the
    /// draft it sent.
    pub fn sent(&mut self, author: &DraftAuthor, place: &DraftPlace, sent: &str, left: &Draft, at: Millis) {
        let origin = self.own.get_mut(&place.room).and_then(|own| own.origin.take());
        if let Some(origin) = origin.filter(|origin| self.is_unchanged(origin))
            && sent.contains(origin.draft.current().trim())
        {
            self.storage.set(&origin.key, SENT);
            self.bound_marks(author, place);
        }
        self.keep(author, place, left, at);
    }

    /// Handles another tab's change of the record under a key. Returns the draft to show in the
    /// room, if it is another one.
    pub fn changed(
        &mut self,
        author: &DraftAuthor,
        place: &DraftPlace,
        changed: &str,
        at: Millis,
    ) -> Option<Draft> {
        let mine = key(author.me.id, place.room, &self.tab);
        if changed == mine
            && self.storage.get(&mine).is_none()
            && let Some(own) = self.own.get(&place.room).cloned()
        {
            self.keep(author, place, &own.draft, at);
            return None;
        }
        let concerns_own = self.own.get(&place.room).is_some_and(|own| {
            let origin = own.origin.as_ref();
            changed == mine || origin.is_some_and(|origin| origin.key == changed)
        });
        (concerns_own && self.drop_sent(&mine, place.room)).then(Draft::default)
    }

    /// Drops this tab's draft of a room if another tab has sent it, or removed the record it was taken from.
    fn drop_sent(&mut self, mine: &str, room: RoomId) -> bool {
        let Some(own) = self.own.get(&room) else {
            return false;
        };
        let stored = self.storage.get(mine);
        // The record that was sent is not the newest text if storage refused that.
        let sent = own.kept && stored.as_deref() == Some(SENT);
        let origin_gone = own.origin.as_ref().is_some_and(|origin| {
            let untouched = own.draft == origin.draft && stored.is_none();
            untouched && self.storage.get(&origin.key).is_none_or(|text| text == SENT)
        });
        if sent {
            self.storage.remove(mine);
        }
        if sent || origin_gone {
            self.own.remove(&room);
        }
        sent || origin_gone
    }

    /// Whether this tab has text that storage refused.
    pub fn is_unkept(&self) -> bool {
        self.own.values().any(|own| !own.kept && own.draft.has_words())
    }

    /// The unsent drafts with text on this device, per person.
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

    /// This person's unsent drafts with text, by room.
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

    /// Erases the drafts without new text: replies just started, unchanged edits.
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

    /// Assigns the drafts of an earlier version, which stored one per room and no author, to this
    /// person.
    pub fn assign_nameless(&mut self, author: &DraftAuthor, at: Millis) {
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

    fn matching(&self, author: &DraftAuthor, place: &DraftPlace) -> Vec<(String, String, DraftRecord)> {
        let here = |key: &str, record: &DraftRecord| {
            let same_name = !place.public_name.is_empty() && record.room_name == place.public_name;
            room_of(key) == Some(place.room) || (record.epoch != author.epoch && same_name)
        };
        let mut matching = self.all();
        matching.retain(|(key, _, record)| record.is_of(author) && here(key, record));
        matching
    }

    fn all(&self) -> Vec<(String, String, DraftRecord)> {
        let keys = self.storage.keys().into_iter();
        keys.filter(|key| room_of(key).is_some())
            .filter_map(|key| {
                let text = self.storage.get(&key)?;
                let record = read(&key, &text)?;
                Some((key, text, record))
            })
            .collect()
    }

    /// Removes this person's records of a room that contain no readable text, whichever version wrote them.
    fn remove_unreadable(&mut self, author: &DraftAuthor, place: &DraftPlace) {
        for key in self.keys_in(author, place) {
            let text = self.storage.get(&key).unwrap_or_default();
            if text != SENT && read(&key, &text).is_none() {
                self.storage.remove(&key);
            }
        }
    }

    /// Removes the oldest "sent" marks: those of tabs that never came back to see them.
    fn bound_marks(&mut self, author: &DraftAuthor, place: &DraftPlace) {
        let mut marks = self.keys_in(author, place);
        marks.retain(|key| self.storage.get(key).as_deref() == Some(SENT));
        while marks.len() > RECORDS {
            let Some((_, oldest)) = marks.iter().zip(0..).min() else {
                return;
            };
            self.storage.remove(&marks.remove(oldest));
        }
    }

    fn keys_in(&self, author: &DraftAuthor, place: &DraftPlace) -> Vec<String> {
        let here = key(author.me.id, place.room, "");
        let mut keys = self.storage.keys();
        keys.retain(|key| key.starts_with(&here));
        keys
    }

    fn bound(&mut self, author: &DraftAuthor, place: &DraftPlace) {
        let mut matching = self.matching(author, place);
        while matching.len() > RECORDS {
            let ages = matching.iter().map(|(.., record)| record.at);
            let Some((_, oldest)) = ages.zip(0..).min() else {
                return;
            };
            let (key, ..) = matching.remove(oldest);
            self.storage.remove(&key);
        }
    }
}

/// Parses a record; of one in another version's format it keeps the text, without the messages it refers to.
fn read(key: &str, text: &str) -> Option<DraftRecord> {
    if let Ok(record) = json::parse(text) {
        return Some(record);
    }
    let value: Value = serde_json::from_str(text).ok()?;
    let mut draft = Draft::default();
    for place in ["/draft/text", "/draft/edit/text"] {
        draft.add(value.pointer(place).and_then(Value::as_str).unwrap_or_default());
    }
    let name = value.pointer("/by/name").and_then(Value::as_str);
    draft.has_words().then_some(DraftRecord {
        draft,
        by: Person {
            id: UserId(key.strip_prefix(PREFIX)?.split('.').next()?.parse().ok()?),
            name: name.unwrap_or_default().to_owned(),
        },
        epoch: Epoch(Uuid::nil()),
        room_name: String::new(),
        at: 0,
    })
}

/// Whether a key is a draft's.
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
mod tests;
