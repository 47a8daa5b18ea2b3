//! Updates cached entries: deleted messages are erased, and quotes show the message's current text.

use steadfast_shared::{Body, Entry, Person, Quoted, Seq};

/// Whether an entry changes others, and so has to be passed to [`revise`].
pub(super) fn is_revision(entry: &Entry) -> bool {
    matches!(entry.body, Body::Edit { .. } | Body::Delete { .. })
}

/// Brings an entry into the state it has in the store once `change` is in the log.
pub(super) fn revise(entry: &mut Entry, change: &Entry) {
    match &change.body {
        Body::Delete { message } => erase(entry, *message),
        Body::Edit { message, text } => {
            let Some(quoted) = quote_of(entry, *message) else {
                return;
            };
            quoted.text = Some(Quoted::start_of(text.as_str()).to_owned());
            for person in &change.mentioned {
                if !entry.mentioned.contains(person) {
                    entry.mentioned.push(person.clone());
                }
            }
        }
        _ => {}
    }
}

/// Applies a person's new name wherever the entry contains it.
pub(super) fn rename(entry: &mut Entry, person: &Person) {
    let quoted = entry.quoted.as_deref_mut().map(|quoted| &mut quoted.author);
    let named = entry
        .mentioned
        .iter_mut()
        .chain([&mut entry.author])
        .chain(quoted);
    for known in named.filter(|known| known.id == person.id) {
        known.name.clone_from(&person.name);
    }
}

fn erase(entry: &mut Entry, message: Seq) {
    if let Some(quoted) = quote_of(entry, message) {
        quoted.text = None;
    }
    let erased = match entry.body {
        Body::Message { .. } if entry.seq == message => Body::Erased,
        Body::Edit { message: of, .. } if of == message => Body::ErasedEdit,
        _ => return,
    };
    *entry = Entry::new(entry.seq, entry.id, entry.author.clone(), entry.at, erased);
}

fn quote_of(entry: &mut Entry, message: Seq) -> Option<&mut Quoted> {
    entry
        .quoted
        .as_deref_mut()
        .filter(|quoted| quoted.seq == message && quoted.text.is_some())
}

#[cfg(test)]
mod tests {
    use steadfast_shared::{EntryId, MessageText, Person, UserId};
    use uuid::Uuid;

    use super::*;

    fn entry(seq: Seq, body: Body) -> Entry {
        let author = Person {
            id: UserId(Uuid::nil()),
            name: "Mina".into(),
        };
        Entry::new(seq, EntryId(Uuid::nil()), author, 0, body)
    }

    fn text(text: &str) -> MessageText {
        MessageText::parse(text).unwrap()
    }

    #[test]
    fn a_deletion_leaves_no_text_of_the_message_its_edits_and_its_quotes() {
        let message = entry(1, Body::message(text("secret")));
        let edit = entry(
            2,
            Body::Edit {
                message: 1,
                text: text("secret too"),
            },
        );
        let mut reply = entry(3, Body::message(text("what?")));
        reply.quoted = Some(Box::new(Quoted {
            seq: 1,
            author: message.author.clone(),
            text: Some("secret".into()),
        }));
        let other = entry(4, Body::message(text("other")));
        let mut log = vec![message, edit, reply, other.clone()];
        let delete = entry(5, Body::Delete { message: 1 });
        log.iter_mut().for_each(|entry| revise(entry, &delete));
        assert_eq!((&log[0].body, &log[1].body), (&Body::Erased, &Body::ErasedEdit));
        assert!(!format!("{log:?}").contains("secret"));
        assert_eq!(log[3], other);
    }

    #[test]
    fn a_quote_says_what_the_message_says_unless_that_was_deleted() {
        let mut reply = entry(3, Body::message(text("what?")));
        reply.quoted = Some(Box::new(Quoted {
            seq: 1,
            author: reply.author.clone(),
            text: Some("before".into()),
        }));
        let edit = |seq, words| {
            entry(
                seq,
                Body::Edit {
                    message: 1,
                    text: text(words),
                },
            )
        };
        revise(&mut reply, &edit(4, "after"));
        assert_eq!(reply.quoted.as_ref().unwrap().text.as_deref(), Some("after"));
        revise(&mut reply, &entry(5, Body::Delete { message: 1 }));
        assert_eq!(reply.quoted.unwrap().text, None);
    }
}
