//! Records that an older version stored and this one would refuse. A room's cached page is shown all the same: each entry
//! keeps its place, and an unreadable one is replaced by the nearest readable body.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use steadfast_shared::{Entry, Person};

/// Replaces a text that shows nothing; the server writes the same.
const BLANK: &str = "…";

/// Repairs an unreadable [`crate::RoomCache`], as far as its entries allow.
pub fn mend(cache: &mut Value) {
    let entries = cache.get_mut("entries").and_then(Value::as_array_mut);
    for entry in entries.into_iter().flatten() {
        if is_readable(entry) {
            continue;
        }
        // A message's changes are pulled again with it when its room is next read.
        if let Some(members) = entry.as_object_mut() {
            members.remove("now");
            members.remove("quoted");
        }
        if is_readable(entry) {
            continue;
        }
        if let Some(body) = entry.get_mut("body") {
            *body = match body.get("kind").and_then(Value::as_str) {
                Some("message") => json!({ "kind": "message", "text": BLANK }),
                Some("edit" | "delete" | "react") => json!({ "kind": "erased_edit" }),
                _ => json!({ "kind": "unknown" }),
            };
        }
    }
}

/// The displayable parts of an outbox record that this version can neither read nor send.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable {
    /// Its key in the storage.
    pub key: String,
    pub author: Option<Person>,
    /// Its text, as stored.
    pub text: Option<String>,
}

impl Unreadable {
    /// Reads as much of a record as it can.
    pub fn new(key: String, record: &str) -> Self {
        let record: Value = serde_json::from_str(record).unwrap_or_default();
        let author = record.get("author");
        let body = record.get("body").unwrap_or(&Value::Null);
        // Messages and edits; reactions; records of a version that had only messages.
        let texts = [body.get("text"), body.get("emoji"), record.get("text")];
        let text = texts.into_iter().flatten().find_map(Value::as_str);
        Self {
            key,
            author: author.and_then(read),
            text: text.filter(|text| !text.trim().is_empty()).map(str::to_owned),
        }
    }

    /// Whether this person wrote it, or its author is unknown. Only the author is shown its text.
    pub fn concerns(&self, me: &Person) -> bool {
        self.author
            .as_ref()
            .is_none_or(|author| author.id == me.id || author.name == me.name)
    }
}

fn is_readable(entry: &Value) -> bool {
    read::<Entry>(entry).is_some()
}

/// Reads through text, as all records are read: the page then contains one reader per type.
fn read<T: DeserializeOwned>(record: &Value) -> Option<T> {
    serde_json::from_str(&record.to_string()).ok()
}

#[cfg(test)]
mod tests {
    use steadfast_shared::Body;

    use super::*;
    use crate::RoomCache;

    fn cache(bodies: &[Value]) -> Value {
        let id = "00000000-0000-0000-0000-000000000007";
        let entries: Vec<Value> = bodies
            .iter()
            .zip(1..)
            .map(|(body, seq)| {
                json!({ "seq": seq, "id": id, "author": { "id": id, "name": "Mina" }, "at": 5, "body": body })
            })
            .collect();
        json!({ "room": id, "epoch": id, "name": "general", "read": 0, "high": bodies.len(), "entries": entries })
    }

    #[test]
    fn fault_f26_f27_a_cached_page_with_what_nobody_can_send_any_more_is_shown() {
        let mut stored = cache(&[
            json!({ "kind": "message", "text": "hi" }),
            json!({ "kind": "message", "text": "\u{200B}" }),
            json!({ "kind": "edit", "message": 1, "text": "\u{2800}" }),
            json!({ "kind": "react", "message": 1, "emoji": "→" }),
            json!({ "kind": "nickname", "name": "\u{3164}", "was": "Mina" }),
        ]);
        assert!(serde_json::from_value::<RoomCache>(stored.clone()).is_err());
        mend(&mut stored);
        let cache: RoomCache = serde_json::from_value(stored).unwrap();
        assert!(
            cache.entries.iter().map(|entry| entry.seq).eq(1..=5),
            "each at its place"
        );
        let bodies: Vec<&Body> = cache.entries.iter().map(|entry| &entry.body).collect();
        let said: Vec<_> = bodies
            .iter()
            .map(|body| body.text().map(steadfast_shared::MessageText::as_str))
            .collect();
        assert_eq!(said, [Some("hi"), Some("…"), None, None, None]);
        assert_eq!(
            bodies[2..],
            [&Body::ErasedEdit, &Body::ErasedEdit, &Body::Unknown]
        );
    }

    #[test]
    fn what_became_of_a_cached_message_goes_where_it_cannot_be_read_and_the_message_stays() {
        let mut stored = cache(&[json!({ "kind": "message", "text": "hi" })]);
        stored["entries"][0]["now"] = json!({ "reactions": [{ "emoji": "→", "count": 1, "people": [] }] });
        assert!(serde_json::from_value::<RoomCache>(stored.clone()).is_err());
        mend(&mut stored);
        let cache: RoomCache = serde_json::from_value(stored).unwrap();
        assert!(cache.entries[0].now.is_none());
        assert_eq!(cache.entries[0].body.text().unwrap().as_str(), "hi");
    }

    #[test]
    fn of_an_item_that_cannot_be_read_what_can_be_is_told() {
        let id = "00000000-0000-0000-0000-000000000007";
        let mina: Person = serde_json::from_value(json!({ "id": id, "name": "Mina" })).unwrap();
        let of = |record: Value| Unreadable::new("k".to_owned(), &record.to_string());
        let item = of(json!({ "author": mina, "body": { "kind": "poll", "text": "tea?" } }));
        assert_eq!(item.author.as_ref(), Some(&mina));
        assert_eq!(item.text.as_deref(), Some("tea?"));
        let react = of(json!({ "author": mina, "body": { "kind": "react", "emoji": "→", "message": 1 } }));
        assert_eq!(react.text.as_deref(), Some("→"));
        let old = of(json!({ "author": { "id": "x" }, "text": "hi" }));
        assert_eq!((&old.author, old.text.as_deref()), (&None, Some("hi")));
        for nothing in ["", "null", "{", "[1]", r#"{"body":{"text":"\u200b"},"author":7}"#] {
            let nothing = Unreadable::new("k".to_owned(), nothing);
            assert_eq!(nothing.author, None);
        }
        let jun = Person {
            id: steadfast_shared::UserId(uuid::Uuid::max()),
            name: "Jun".to_owned(),
        };
        assert!(item.concerns(&mina) && !item.concerns(&jun));
        assert!(old.concerns(&jun), "somebody has to be told");
    }

    #[test]
    fn what_is_no_cache_at_all_stays_none() {
        for stored in [
            json!(null),
            json!({ "entries": 3 }),
            json!({ "entries": [null, {}, "x"] }),
        ] {
            let mut mended = stored;
            mend(&mut mended);
            assert!(serde_json::from_value::<RoomCache>(mended).is_err());
        }
    }
}
