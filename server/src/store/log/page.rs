//! A page of a room's log: choosing the entries that fit, and completing them.

use std::collections::{HashMap, HashSet};

use steadfast_shared::{
    Body, Edited, Emoji, Entry, MessageText, Now, Person, Quoted, Reaction, Seq, UserId, limit, mention,
};

/// For entries read backwards: the requested one is the last.
pub(in crate::store) fn at_the_end(entries: Vec<Entry>) -> (Vec<Entry>, usize) {
    let nearest = entries.len().saturating_sub(1);
    (entries, nearest)
}

/// Keeps as much as fits into a page: first the requested entry, then those before it, then those after it.
pub(in crate::store) fn cut(entries: &mut Vec<Entry>, nearest: usize) {
    let Some(entry) = entries.get(nearest) else { return };
    // If other entries follow, those up to the requested one get half of the page.
    let half = match entries.len() - nearest {
        1 => limit::PAGE_BYTES,
        _ => limit::PAGE_BYTES / 2,
    };
    let mut bytes = entry.text_bytes();
    let preceding = entries[..nearest].iter().rev();
    let before = fitting(preceding, &mut bytes, half);
    let following = entries[nearest + 1..].iter();
    let after = fitting(following, &mut bytes, limit::PAGE_BYTES);
    entries.truncate(nearest + 1 + after);
    entries.drain(..nearest - before);
}

/// The number of entries that fit; adds up their bytes.
fn fitting<'e>(entries: impl Iterator<Item = &'e Entry>, bytes: &mut usize, most: usize) -> usize {
    let fits = entries.take_while(|entry| {
        let with = *bytes + entry.text_bytes();
        let fits = with <= most;
        if fits {
            *bytes = with;
        }
        fits
    });
    fits.count()
}

/// The current state of messages, up to a head of the log.
#[derive(Default)]
pub(in crate::store) struct PageChanges(HashMap<Seq, Now>);

impl PageChanges {
    /// Records that a message was changed, and its newest edit if there is one.
    pub(in crate::store) fn changed(&mut self, message: Seq, head: Seq, edit: Option<(Body, u64)>) {
        let edited = match edit {
            Some((Body::Edit { text, .. }, at)) => Some(Edited { text, at }),
            _ => None,
        };
        let now = Now {
            as_of: head,
            edited,
            reactions: Vec::new(),
        };
        self.0.insert(message, now);
    }

    /// Records a reaction. They arrive by message, and grouped by emoji.
    pub(in crate::store) fn reacted(&mut self, message: Seq, emoji: Emoji, by: Person) {
        let Some(now) = self.0.get_mut(&message) else {
            return;
        };
        match now
            .reactions
            .last_mut()
            .filter(|reaction| reaction.emoji == emoji)
        {
            Some(reaction) => reaction.by.push(by),
            None => now.reactions.push(Reaction { emoji, by: vec![by] }),
        }
    }

    pub(in crate::store) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The messages that entries reply to.
pub(in crate::store) fn replied_to(entries: &[Entry]) -> Vec<Seq> {
    let replies: HashSet<Seq> = entries.iter().filter_map(replies_to).collect();
    replies.into_iter().collect()
}

/// Adds the current state to entries, and the messages they reply to.
pub(in crate::store) fn complete(entries: &mut [Entry], mut changes: PageChanges, quoted: Vec<Quoted>) {
    let quoted: HashMap<Seq, Quoted> = quoted.into_iter().map(|quoted| (quoted.seq, quoted)).collect();
    for entry in entries {
        entry.now = changes
            .0
            .remove(&entry.seq)
            .filter(|_| entry.body != Body::Hidden && entry.body != Body::Erased)
            .map(Box::new);
        entry.quoted = replies_to(entry)
            .and_then(|seq| quoted.get(&seq))
            .cloned()
            .map(Box::new);
    }
}

/// The people that completed entries mention.
pub(in crate::store) fn everybody_mentioned(entries: &[Entry]) -> Vec<UserId> {
    let everybody: HashSet<UserId> = entries.iter().flat_map(mentioned).collect();
    everybody.into_iter().collect()
}

/// Adds the names of mentioned people to entries.
pub(in crate::store) fn name_mentioned(entries: &mut [Entry], people: Vec<Person>) {
    let names: HashMap<UserId, Person> = people.into_iter().map(|person| (person.id, person)).collect();
    if names.is_empty() {
        return;
    }
    for entry in entries {
        entry.mentioned = mentioned(entry)
            .iter()
            .filter_map(|id| names.get(id).cloned())
            .collect();
    }
}

fn replies_to(entry: &Entry) -> Option<Seq> {
    match entry.body {
        Body::Message { reply_to, .. } => reply_to,
        _ => None,
    }
}

/// The people mentioned in its texts: its own, that of its newest edit, and the quoted one.
pub(in crate::store) fn mentioned(entry: &Entry) -> Vec<UserId> {
    let edited = entry.now.as_ref().and_then(|now| now.edited.as_ref());
    let quoted = entry.quoted.as_ref().and_then(|quoted| quoted.text.as_deref());
    let texts = [
        entry.body.text().map(MessageText::as_str),
        edited.map(|edited| edited.text.as_str()),
        quoted,
    ];
    let mut people = Vec::new();
    for person in texts.into_iter().flatten().flat_map(mention::of) {
        if !people.contains(&person) {
            people.push(person);
        }
    }
    people
}
