//! The content of one row.

use steadfast_client::{PendingChange, QuotedView, ReactionView, Rejection, Row, RowBody, RowState};
use steadfast_shared::{Body, Emoji, EntryId, Millis, Person, RoomChange, Seq, UserId};

use crate::markdown;

/// One row, ready to render.
#[derive(Clone, PartialEq, Debug)]
pub struct RowView {
    pub author: Person,
    pub at: Millis,
    pub says: Says,
    /// Whether its text was changed.
    pub edited: bool,
    pub mine: bool,
    pub state: MessageState,
    pub quoted: Option<Quote>,
    /// The people mentioned in it.
    pub mentioned: Vec<Person>,
    pub reactions: Vec<Reacted>,
    /// The person's unsent changes to it.
    pub pending: Vec<UnsentChange>,
}

/// The content of a row.
#[derive(Clone, PartialEq, Debug)]
pub enum Says {
    Message(String),
    Erased,
    /// Its text is withheld while a moderator hides it.
    Hidden,
    Room(RoomChange),
    /// The author changed their nickname.
    Nickname {
        was: String,
        name: String,
    },
    /// A refused change to a message that is not loaded.
    Change(RowChange),
    /// An entry this version of the page does not know.
    Unknown,
}

#[derive(Clone, PartialEq, Debug)]
pub enum RowChange {
    Edit(String),
    Delete,
    React(String),
    Unreact(String),
}

impl RowChange {
    fn of(body: &Body) -> Option<Self> {
        Some(match body {
            Body::Edit { text, .. } => Self::Edit(text.as_str().to_owned()),
            Body::Delete { .. } => Self::Delete,
            Body::React { emoji, on, .. } if *on => Self::React(emoji.as_str().to_owned()),
            Body::React { emoji, .. } => Self::Unreact(emoji.as_str().to_owned()),
            _ => return None,
        })
    }
}

/// The message that a reply quotes.
#[derive(Clone, PartialEq, Debug)]
pub struct Quote {
    /// Its place in the log.
    pub seq: Seq,
    /// Its author and text, if it is loaded.
    pub message: Option<(Person, Option<String>)>,
}

/// One emoji under a message.
#[derive(Clone, PartialEq, Debug)]
pub struct Reacted {
    pub emoji: Emoji,
    pub by: Vec<String>,
    /// Whether the person signed in is among them.
    pub mine: bool,
    /// Whether the person's own change is not in the log yet.
    pub pending: bool,
}

/// A change that is not in the log.
#[derive(Clone, PartialEq, Debug)]
pub struct UnsentChange {
    pub id: EntryId,
    pub what: RowChange,
    pub state: MessageState,
}

/// The delivery state of a message or a change.
#[derive(Clone, PartialEq, Debug)]
pub enum MessageState {
    /// Typed, not on this device's disk yet.
    Saving {
        /// Whether a write failed: closing the tab before the message is sent would lose it.
        failed: bool,
    },
    /// On this device's disk, waiting for the server.
    Saved,
    Sent {
        seq: Seq,
    },
    /// Refused. It waits for the person's decision.
    Rejected(Rejection),
}

impl MessageState {
    /// The name used in the document.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Saving { .. } => "saving",
            Self::Saved => "saved",
            Self::Sent { .. } => "sent",
            Self::Rejected(_) => "rejected",
        }
    }

    /// Its place in the log, once stored.
    pub fn seq(&self) -> Option<Seq> {
        match self {
            Self::Sent { seq } => Some(*seq),
            _ => None,
        }
    }
}

impl From<RowState<'_>> for MessageState {
    fn from(state: RowState<'_>) -> Self {
        match state {
            RowState::Saving { problem } => Self::Saving {
                failed: problem.is_some(),
            },
            RowState::Saved => Self::Saved,
            RowState::Sent { seq } => Self::Sent { seq },
            RowState::Rejected { rejection } => Self::Rejected(rejection.clone()),
        }
    }
}

impl RowView {
    /// Its text, if it is a message.
    pub fn text(&self) -> Option<&str> {
        match &self.says {
            Says::Message(text) => Some(text),
            _ => None,
        }
    }

    /// Its text with mentions as names: those loaded with the row, and others from `name`.
    pub fn readable(&self, name: impl Fn(UserId) -> String) -> Option<String> {
        let named = |user| {
            let here = self.mentioned.iter().find(|person| person.id == user);
            here.map_or_else(|| name(user), |person| person.name.clone())
        };
        self.text().map(|text| markdown::with_names(text, named))
    }

    /// Its place in the log, if it is a message that people can reply and react to.
    pub fn message(&self) -> Option<Seq> {
        self.text().and(self.state.seq())
    }
}

impl From<&Row<'_>> for RowView {
    fn from(row: &Row<'_>) -> Self {
        let quote = |quoted: QuotedView<'_>| {
            let start = quoted.start().map(str::to_owned);
            (quoted.author.clone(), start)
        };
        let reacted = |reaction: ReactionView<'_>| Reacted {
            emoji: reaction.emoji.clone(),
            by: reaction.by.iter().map(|person| person.name.clone()).collect(),
            mine: reaction.mine,
            pending: reaction.pending,
        };
        let pending = |change: PendingChange<'_>| {
            Some(UnsentChange {
                id: change.id,
                what: RowChange::of(change.body)?,
                state: change.state.into(),
            })
        };
        Self {
            author: row.author.clone(),
            at: row.at,
            says: says(row.body),
            edited: row.edited.is_some(),
            mine: row.mine,
            state: row.state.into(),
            quoted: row.reply_to.filter(|_| row.text().is_some()).map(|seq| Quote {
                seq,
                message: row.quoted.map(quote),
            }),
            mentioned: row.mentioned().cloned().collect(),
            reactions: row.reactions().into_iter().map(reacted).collect(),
            pending: row.changes().filter_map(pending).collect(),
        }
    }
}

fn says(body: RowBody<'_>) -> Says {
    match body {
        RowBody::Message(text) => Says::Message(text.to_owned()),
        RowBody::Erased => Says::Erased,
        RowBody::Hidden => Says::Hidden,
        RowBody::Room(change) => Says::Room(change.clone()),
        RowBody::Nickname { name, was } => Says::Nickname {
            was: was.to_owned(),
            name: name.to_owned(),
        },
        RowBody::Change(body) => RowChange::of(body).map_or(Says::Unknown, Says::Change),
        RowBody::Unknown => Says::Unknown,
    }
}
