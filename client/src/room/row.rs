//! One row of a timeline, as a screen shows and keeps it.

use steadfast_shared::{Body, Emoji, EntryId, Millis, Person, Quoted, Seq, UserId};

use crate::record::{Disk, Identity, OutboxItem, Rejection, StorageError};

/// A row's identity, from the keypress on and for ever: render keys and element ids come from it.
///
/// An id is unique per author only: another author may reuse it, by accident or not, and both rows show.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RowKey {
    pub author: UserId,
    /// The id that its author's device gave it.
    pub id: EntryId,
}

/// A row that has not been read: to list rows costs less than to read them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ListedRow {
    pub key: RowKey,
    /// Its place in the log, once stored.
    pub seq: Option<Seq>,
    /// The time that the row shows.
    pub at: Millis,
    /// Whether the person signed in wrote it.
    pub mine: bool,
}

/// One message, as shown, or another entry that has a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// The id that its author's device gave it.
    pub id: EntryId,
    /// Its author, by their current name.
    pub author: Person,
    /// The time, by the server's clock once it is stored, by this device's until then.
    pub at: Millis,
    /// Its body as its changes left it, with this person's own as if they were stored. A change only if it was rejected and
    /// its message is not here.
    pub body: Body,
    /// When it was edited, where it was.
    pub edited: Option<Millis>,
    /// Whether the person signed in wrote it.
    pub mine: bool,
    /// How far it has come.
    pub state: RowState,
    /// The start of the message it replies to, where that is known.
    pub quoted: Option<Quoted>,
    /// The people its text may mention, by the names they have. A person named who is not here has no name.
    pub mentioned: Vec<Person>,
    /// The reactions, each emoji once, this person's own as if they were stored.
    pub reactions: Vec<ReactionView>,
    /// This person's changes of it that are not in the log: on their way, or rejected.
    pub changes: Vec<PendingChange>,
}

impl Row {
    /// The identity of the row.
    pub fn key(&self) -> RowKey {
        RowKey {
            author: self.author.id,
            id: self.id,
        }
    }

    /// Its place in the log, once stored.
    pub fn seq(&self) -> Option<Seq> {
        self.state.seq()
    }

    /// Its text, where it is a message.
    pub fn text(&self) -> Option<&str> {
        match &self.body {
            Body::Message { text, .. } => Some(text.as_str()),
            _ => None,
        }
    }

    /// The message it replies to.
    pub fn reply_to(&self) -> Option<Seq> {
        match self.body {
            Body::Message { reply_to, .. } => reply_to,
            _ => None,
        }
    }

    /// Its place in the log, if it is a message that people can reply and react to.
    pub fn message(&self) -> Option<Seq> {
        self.text().and(self.seq())
    }

    /// Shows a change of this person's as if it were stored.
    pub(crate) fn foresee(&mut self, item: &OutboxItem, me: Option<&Person>) {
        match &item.body {
            Body::React { emoji, on, .. } => {
                if let Some(me) = me {
                    foresee_reaction(&mut self.reactions, emoji, me, *on);
                }
            }
            // Its place in the log may be another message's by now.
            _ if !item.is_meant_for(self.id) => {}
            Body::Edit { text, .. } if self.text().is_some() => {
                let reply_to = self.reply_to();
                let text = text.clone();
                self.body = Body::Message { text, reply_to };
                self.edited = Some(item.at);
            }
            Body::Delete { .. } if self.text().is_some() => {
                self.body = Body::Erased;
                self.edited = None;
                self.quoted = None;
                self.reactions.clear();
            }
            _ => {}
        }
    }
}

fn foresee_reaction(views: &mut Vec<ReactionView>, emoji: &Emoji, me: &Person, on: bool) {
    let place = views.iter().position(|view| view.emoji == *emoji);
    let Some(place) = place else {
        if on {
            views.push(ReactionView {
                emoji: emoji.clone(),
                by: vec![me.clone()],
                mine: true,
                pending: true,
            });
        }
        return;
    };
    let view = &mut views[place];
    if on && !view.mine {
        view.by.push(me.clone());
    } else if !on {
        view.by.retain(|by| by.id != me.id);
    }
    view.mine = on;
    view.pending = true;
    if view.by.is_empty() {
        views.remove(place);
    }
}

/// One emoji under a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReactionView {
    pub emoji: Emoji,
    /// The people who gave it, by their current names, in the order they came.
    pub by: Vec<Person>,
    /// Whether this person's is among them.
    pub mine: bool,
    /// Whether this person's is not in the log as it is shown.
    pub pending: bool,
}

/// A change of a message that is not in the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PendingChange {
    /// Its own id, by which it is retried or discarded.
    pub id: EntryId,
    pub body: Body,
    /// How far it has come. Never `Sent`: it would be in the message.
    pub state: RowState,
}

impl PendingChange {
    pub(crate) fn of(item: &OutboxItem, now: Option<&Identity>) -> Self {
        Self {
            id: item.id,
            body: item.body.clone(),
            state: RowState::of(item, now),
        }
    }
}

/// How far a row has come. An ack supersedes saving: `Sent` may follow `Saving`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RowState {
    /// Typed, not yet on this device's disk.
    Saving {
        /// Why a write failed, if one did: closing the tab before the message is sent would lose it.
        problem: Option<StorageError>,
    },
    /// On this device's disk, waiting for the server.
    Saved,
    Sent {
        seq: Seq,
    },
    /// Not sent, and not going to be until a person retries, edits or discards it.
    Rejected {
        rejection: Rejection,
    },
}

impl RowState {
    /// How far an item of the outbox has come.
    pub(crate) fn of(item: &OutboxItem, now: Option<&Identity>) -> Self {
        if let Some(rejection) = item.rejection_for(now) {
            let rejection = rejection.clone();
            return Self::Rejected { rejection };
        }
        match &item.disk {
            Disk::Written => Self::Saved,
            Disk::Writing => Self::Saving { problem: None },
            Disk::Failed(problem) => Self::Saving {
                problem: Some(problem.clone()),
            },
        }
    }

    /// The place in the log of a row that is there.
    pub fn seq(&self) -> Option<Seq> {
        match self {
            Self::Sent { seq } => Some(*seq),
            _ => None,
        }
    }
}
