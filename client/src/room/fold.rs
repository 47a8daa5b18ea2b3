//! A message as its changes left it: its newest edit, its reactions, or its deletion.
//!
//! Pure, and independent of the order of arrival: the state of a message is the server's summary up to some place of the log
//! ([`steadfast_shared::Now`]), and every change after that place, in `seq` order.

use steadfast_shared::{Body, Edited, Emoji, Entry, MessageText, Millis, Person, Reaction, Seq};

/// One change of a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct LogChange {
    at: Millis,
    by: Person,
    what: LogChangeKind,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum LogChangeKind {
    Edit(MessageText, Vec<Person>),
    Delete,
    React(Emoji, bool),
}

impl LogChange {
    /// The message an entry changes, and how. An erased edit changes nothing: its message was deleted.
    pub(crate) fn of(entry: &Entry) -> Option<(Seq, Self)> {
        let (message, what) = match &entry.body {
            Body::Edit { message, text } => (
                *message,
                LogChangeKind::Edit(text.clone(), entry.mentioned.clone()),
            ),
            Body::Delete { message } => (*message, LogChangeKind::Delete),
            Body::React { message, emoji, on } => (*message, LogChangeKind::React(emoji.clone(), *on)),
            _ => return None,
        };
        let (at, by) = (entry.at, entry.author.clone());
        Some((message, Self { at, by, what }))
    }

    /// The text it gives the message.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.what {
            LogChangeKind::Edit(text, _) => Some(text.as_str()),
            _ => None,
        }
    }

    pub(crate) fn deletes(&self) -> bool {
        self.what == LogChangeKind::Delete
    }
}

/// The changes of one message, folded.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Folded {
    /// It was deleted: it has no text and no reactions.
    pub(crate) erased: bool,
    pub(crate) edited: Option<Edited>,
    /// The people the newest edit mentions, where an entry named them. The server's summary of a message names them
    /// itself.
    pub(crate) mentioned: Vec<Person>,
    /// In the order of each emoji's first, as long as it is there.
    pub(crate) reactions: Vec<Reaction>,
}

/// Folds the server's summary of a message and all `changes` here, in `seq` order. `None` if nothing has changed it.
pub(crate) fn fold<'a>(
    message: &Entry,
    changes: impl IntoIterator<Item = (Seq, &'a LogChange)>,
) -> Option<Folded> {
    let mut folded = Folded {
        erased: message.body == Body::Erased,
        ..Folded::default()
    };
    let mut as_of = 0;
    if let Some(now) = &message.now {
        as_of = now.as_of;
        folded.edited.clone_from(&now.edited);
        folded.reactions.clone_from(&now.reactions);
    }
    let later = changes.into_iter().filter(|(seq, _)| *seq > as_of);
    for (_, change) in later {
        folded.apply(change);
    }
    if folded.erased {
        folded = Folded {
            erased: true,
            ..Folded::default()
        };
    }
    (folded != Folded::default()).then_some(folded)
}

impl Folded {
    fn apply(&mut self, change: &LogChange) {
        match &change.what {
            LogChangeKind::Edit(text, mentioned) => {
                self.edited = Some(Edited {
                    text: text.clone(),
                    at: change.at,
                });
                self.mentioned.clone_from(mentioned);
            }
            LogChangeKind::Delete => self.erased = true,
            LogChangeKind::React(emoji, on) => react(&mut self.reactions, emoji, &change.by, *on),
        }
    }
}

/// Adds a person's reaction, or removes it. An emoji without people disappears, and comes last if it is used again.
pub(crate) fn react(reactions: &mut Vec<Reaction>, emoji: &Emoji, by: &Person, on: bool) {
    let place = reactions.iter().position(|reaction| reaction.emoji == *emoji);
    match (place, on) {
        (Some(place), true) => {
            if reactions[place].by.iter().all(|person| person.id != by.id) {
                reactions[place].by.push(by.clone());
            }
        }
        (None, true) => reactions.push(Reaction {
            emoji: emoji.clone(),
            by: vec![by.clone()],
        }),
        (Some(place), false) => {
            reactions[place].by.retain(|person| person.id != by.id);
            if reactions[place].by.is_empty() {
                reactions.remove(place);
            }
        }
        (None, false) => {}
    }
}
