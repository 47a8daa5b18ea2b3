//! The result of a log's changes, computed simply: by walking the whole log.

use std::collections::BTreeSet;

use steadfast_shared::{
    Body, Edited, Entry, EntryId, ErrorCode, MessageText, Now, Quoted, Reaction, Seq, UserId,
};

use super::database::Log;

/// A message at the end of the log.
#[derive(Default)]
pub(crate) struct Became {
    /// `None` if it was deleted.
    pub(crate) text: Option<String>,
    pub(crate) edited: Option<Edited>,
    pub(crate) reactions: Vec<Reaction>,
}

/// Whether an entry has a row of its own.
pub(crate) fn is_row(body: &Body) -> bool {
    body.changes().is_none() && *body != Body::ErasedEdit
}

/// Removes from an entry everything that a message's deletion erases.
pub(super) fn erase(entry: &mut Entry, message: Seq) {
    if entry.seq == message {
        entry.body = Body::Erased;
        entry.quoted = None;
    }
    if matches!(entry.body, Body::Edit { message: of, .. } if of == message) {
        entry.body = Body::ErasedEdit;
    }
    if let Some(quoted) = entry.quoted.as_mut().filter(|quoted| quoted.seq == message) {
        quoted.text = None;
    }
}

impl Log {
    pub(crate) fn entry(&self, seq: Seq) -> Option<&Entry> {
        self.entries.get(usize::try_from(seq.checked_sub(1)?).ok()?)
    }

    /// Whether the author may send this change of the message with this id.
    pub(super) fn allows(
        &self,
        author: UserId,
        body: &Body,
        message_id: Option<EntryId>,
    ) -> Result<(), ErrorCode> {
        let named = match body {
            Body::Message { reply_to, .. } => *reply_to,
            other => other.changes(),
        };
        let Some(named) = named else { return Ok(()) };
        let whose = self.entry(named).ok_or(ErrorCode::UnknownMessage)?;
        if message_id.is_some_and(|id| id != whose.id) {
            return Err(ErrorCode::UnknownMessage);
        }
        match (&whose.body, body) {
            (Body::Message { .. } | Body::Erased, Body::Message { .. })
            | (Body::Message { .. }, Body::React { .. }) => Ok(()),
            (Body::Message { .. }, _) if whose.author.id == author => Ok(()),
            (Body::Message { .. }, _) => Err(ErrorCode::Forbidden),
            _ => Err(ErrorCode::UnknownMessage),
        }
    }

    /// The current start of the message that a body replies to.
    pub(super) fn quote(&self, body: &Body) -> Option<Box<Quoted>> {
        let Body::Message {
            reply_to: Some(seq), ..
        } = body
        else {
            return None;
        };
        let text = self.became(*seq).text;
        Some(Box::new(Quoted {
            seq: *seq,
            author: self.entry(*seq)?.author.clone(),
            text: text.map(|text| Quoted::start_of(&text).to_owned()),
        }))
    }

    /// Messages that entries of the log change.
    fn changed(&self) -> BTreeSet<Seq> {
        self.entries
            .iter()
            .filter_map(|entry| entry.body.changes())
            .collect()
    }

    /// Messages that the log deletes.
    pub(crate) fn deleted(&self) -> BTreeSet<Seq> {
        let deletes = |entry: &Entry| match entry.body {
            Body::Delete { message } => Some(message),
            _ => None,
        };
        self.entries.iter().filter_map(deletes).collect()
    }

    pub(crate) fn became(&self, message: Seq) -> Became {
        let text = self.entry(message).and_then(|entry| entry.body.text());
        let mut became = Became {
            text: text.map(|text| text.as_str().to_owned()),
            ..Became::default()
        };
        for entry in self
            .entries
            .iter()
            .filter(|entry| entry.body.changes() == Some(message))
        {
            match &entry.body {
                Body::Edit { text, .. } => became.edit(text, entry),
                Body::React { emoji, on, .. } => {
                    let reactions = &mut became.reactions;
                    if reactions.iter().all(|reaction| reaction.emoji != *emoji) {
                        reactions.push(Reaction {
                            emoji: emoji.clone(),
                            by: Vec::new(),
                        });
                    }
                    for reaction in reactions.iter_mut().filter(|reaction| reaction.emoji == *emoji) {
                        let there = reaction.by.iter().any(|by| by.id == entry.author.id);
                        if *on && !there {
                            reaction.by.push(entry.author.clone());
                        } else if !*on {
                            reaction.by.retain(|by| by.id != entry.author.id);
                        }
                    }
                    reactions.retain(|reaction| !reaction.by.is_empty());
                }
                _ => return Became::default(),
            }
        }
        became
    }

    /// Entries as in a page of history, with the result of their changes.
    pub(super) fn with_changes(&self, from: usize, to: usize) -> Vec<Entry> {
        let changed = self.changed();
        let mut entries = self.entries[from..to].to_vec();
        for entry in &mut entries {
            entry.quoted = self.quote(&entry.body);
            if changed.contains(&entry.seq) && entry.body != Body::Erased {
                let became = self.became(entry.seq);
                entry.now = Some(Box::new(Now {
                    as_of: self.head(),
                    edited: became.edited,
                    reactions: became.reactions,
                }));
            }
        }
        entries
    }
}

impl Became {
    fn edit(&mut self, text: &MessageText, entry: &Entry) {
        self.text = Some(text.as_str().to_owned());
        self.edited = Some(Edited {
            text: text.clone(),
            at: entry.at,
        });
    }
}
