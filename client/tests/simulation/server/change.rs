//! The changes of messages that the simulated server takes, erases and folds.

use std::collections::BTreeSet;

use steadfast_oracle::Became;
use steadfast_shared::{Body, Entry, EntryId, ErrorCode, Quoted, Seq, UserId};

use super::database::Log;

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

    /// Messages that the log deletes.
    pub(crate) fn deleted(&self) -> BTreeSet<Seq> {
        let deletes = |entry: &Entry| match entry.body {
            Body::Delete { message } => Some(message),
            _ => None,
        };
        self.entries.iter().filter_map(deletes).collect()
    }

    pub(crate) fn became(&self, message: Seq) -> Became {
        steadfast_oracle::became(&self.entries, message)
    }

    /// Entries as in a page of history, with the result of their changes.
    pub(super) fn with_changes(&self, from: usize, to: usize) -> Vec<Entry> {
        let mut entries = self.entries[from..to].to_vec();
        for entry in &mut entries {
            entry.quoted = self.quote(&entry.body);
            entry.now = steadfast_oracle::now(&self.entries, entry).map(Box::new);
        }
        entries
    }
}
