//! What a log makes of a message, computed simply: by walking the whole log.
//!
//! The oracle for edits, deletions and reactions in the tests of the server's stores and of the client. It shares no code with
//! either.

use steadfast_shared::{Body, Edited, Entry, MessageText, Now, Reaction, Seq};

/// A message at the end of a log.
#[derive(Default)]
pub struct Became {
    /// `None` if it was deleted, or is no message.
    pub text: Option<String>,
    pub edited: Option<Edited>,
    /// Ordered by the first one of each emoji.
    pub reactions: Vec<Reaction>,
}

/// The message with this `seq` after all entries of the log, which starts at 1 and has no gap.
pub fn became(log: &[Entry], message: Seq) -> Became {
    let place = message
        .checked_sub(1)
        .and_then(|place| usize::try_from(place).ok());
    let entry = place.and_then(|place| log.get(place));
    let text = entry.and_then(|entry| entry.body.text());
    let mut became = Became {
        text: text.map(|text| text.as_str().to_owned()),
        ..Became::default()
    };
    for entry in log.iter().filter(|entry| entry.body.changes() == Some(message)) {
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

/// What a page of history adds to an entry: the result of its changes, `None` if it has none or is erased.
pub fn now(log: &[Entry], entry: &Entry) -> Option<Now> {
    let is_changed = log.iter().any(|other| other.body.changes() == Some(entry.seq));
    (is_changed && entry.body != Body::Erased).then(|| {
        let became = became(log, entry.seq);
        Now {
            as_of: log.last().map_or(0, |last| last.seq),
            edited: became.edited,
            reactions: became.reactions,
        }
    })
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
