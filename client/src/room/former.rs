//! Messages from before the server's database went back in time, to find those that it has lost.

use steadfast_shared::limit::PAGE_ENTRIES;
use steadfast_shared::{EntryId, Person, Seq};

use crate::room::window::Window;

/// A message that was shown here and is no longer in the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LostMessage {
    pub id: EntryId,
    pub author: Person,
    /// The text last shown.
    pub text: String,
    /// Its place in the former log.
    pub(crate) seq: Seq,
}

/// The newest messages of a former log, until a person has seen the list of those that are lost.
#[derive(Debug, Default)]
pub(crate) struct FormerLog {
    messages: Vec<LostMessage>,
    /// The head of the log that replaced it.
    head: Seq,
}

impl FormerLog {
    /// Keeps the messages of a window that is about to be dropped.
    pub(crate) fn remember(&mut self, window: &Window) {
        let shown = window.entries().iter().filter_map(|entry| {
            let folded = window.folded(entry.seq);
            if folded.is_some_and(|folded| folded.erased) || !entry.body.is_news() {
                return None;
            }
            let edited = folded.and_then(|folded| folded.edited.as_ref());
            let text = edited.map(|edited| &edited.text).or(entry.body.text())?;
            Some(LostMessage {
                id: entry.id,
                author: entry.author.clone(),
                text: text.as_str().to_owned(),
                seq: entry.seq,
            })
        });
        for message in shown {
            self.messages.retain(|known| known.id != message.id);
            self.messages.push(message);
        }
        let excess = self.messages.len().saturating_sub(PAGE_ENTRIES);
        self.messages.drain(..excess);
    }

    /// Another log takes its place, which ends at `head`.
    pub(crate) fn replaced(&mut self, head: Seq) {
        self.head = head;
    }

    /// The messages that the present log does not have, as far as this window shows it.
    pub(crate) fn lost<'a>(&'a self, window: &'a Window) -> impl Iterator<Item = &'a LostMessage> {
        let is_lost = |message: &&LostMessage| {
            let another = window
                .get(message.seq)
                .is_some_and(|entry| entry.id != message.id);
            message.seq > self.head || another
        };
        // A message not acknowledged to every tab is sent again, and then has another place.
        let is_here = |message: &&LostMessage| window.entries().iter().any(|entry| entry.id == message.id);
        self.messages
            .iter()
            .filter(is_lost)
            .filter(move |message| !is_here(message))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    pub(crate) fn forget(&mut self) {
        self.messages.clear();
    }
}
