//! A room's rows: the window of its log, folded, then this device's echoes; one row per author and id.

pub(crate) mod row;
pub(crate) mod viewer;

use std::fmt;

use steadfast_shared::{Body, Entry, EntryId, Seq};

use crate::record::OutboxItem;
use crate::room::Room;
use crate::room::inbox::Inbox;
use crate::room::revisions::ChangedRows;
use crate::room::window::Window;
use crate::timeline::row::{Echoed, QuotedView, Row, RowBody, RowSource, RowState};
use crate::timeline::viewer::Viewer;

/// The rows of one room, oldest first.
#[derive(Clone, Copy)]
pub struct Timeline<'a> {
    pub(crate) reader: Viewer<'a>,
    pub(crate) in_room: Option<&'a Room>,
}

impl<'a> Timeline<'a> {
    /// The rows, oldest first: the log's, then this device's echoes.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = Row<'a>> + use<'a> {
        self.stored().chain(self.echoes())
    }

    /// The rows that are in the log: the window, then own ones acknowledged ahead of a gap. Changes of messages are no
    /// rows of their own.
    pub fn stored(&self) -> impl DoubleEndedIterator<Item = Row<'a>> + use<'a> {
        let this = *self;
        self.stored_entries().map(move |entry| this.stored_row(entry))
    }

    /// The rows that are not in the log: this device's unacknowledged items. A change shows on the row of its message;
    /// if that is not here, or not the one meant, a rejected change has a row of its own.
    pub fn echoes(&self) -> impl DoubleEndedIterator<Item = Row<'a>> + use<'a> {
        let this = *self;
        self.echoed_items().map(move |item| this.echo_row(item))
    }

    /// The rows' sources, in the rows' order: to list rows costs less than to make them.
    pub fn sources(&self) -> impl DoubleEndedIterator<Item = RowSource<'a>> + use<'a> {
        let stored = self.stored_entries().map(RowSource::Entry);
        stored.chain(self.echoed_items().map(RowSource::Echo))
    }

    /// The row of a source.
    pub fn row_of(&self, source: RowSource<'a>) -> Row<'a> {
        match source {
            RowSource::Entry(entry) => self.stored_row(entry),
            RowSource::Echo(item) => self.echo_row(item),
        }
    }

    /// The number of the last change, for [`Timeline::changed_since`].
    pub fn revision(&self) -> u64 {
        self.reader.revisions.number()
    }

    /// The rows that may have changed after a revision.
    pub fn changed_since(&self, revision: u64) -> ChangedRows {
        self.reader.revisions.since(self.reader.room, revision)
    }

    fn stored_entries(&self) -> impl DoubleEndedIterator<Item = &'a Entry> + use<'a> {
        let window = self
            .window()
            .into_iter()
            .flat_map(|window| window.entries().iter());
        let live = self.inbox().filter(|_| self.is_live());
        let acked = live.into_iter().flat_map(|inbox| inbox.ahead().acked());
        window.chain(acked).filter(|entry| is_row(&entry.body))
    }

    fn echoed_items(&self) -> impl DoubleEndedIterator<Item = &'a OutboxItem> + use<'a> {
        let this = *self;
        let of_this_room = this
            .reader
            .outbox
            .items()
            .filter(move |item| item.room == this.reader.room && this.is_live())
            .filter(move |item| !item.is_anothers(this.reader.now));
        of_this_room
            // An entry with the item's id in the log can only be a conflict, and has the row.
            .filter(move |item| {
                this.inbox()
                    .is_none_or(|inbox| !inbox.shows(item.author.id, item.id))
            })
            .filter(move |item| match item.body.changes() {
                None => true,
                Some(message) => {
                    item.rejection_for(this.reader.now).is_some() && !this.shows_change(item, message)
                }
            })
    }

    /// The message at a place of the log, where it is in the window.
    pub fn message(&self, seq: Seq) -> Option<Row<'a>> {
        let entry = self.window()?.get(seq)?;
        is_row(&entry.body).then(|| self.stored_row(entry))
    }

    /// The id of the message shown at a place of the log: in the window, or acknowledged ahead of a gap.
    pub(crate) fn id_at(&self, seq: Seq) -> Option<EntryId> {
        let shown = self.stored().find(|row| row.seq() == Some(seq));
        shown.map(|row| row.id)
    }

    /// Whether its newest row is the room's newest. In a detached view it is not: neither the entries ahead of a gap
    /// nor this device's echoes show there.
    pub fn is_live(&self) -> bool {
        self.in_room.is_none_or(|room| room.detached().is_none())
    }

    fn inbox(&self) -> Option<&'a Inbox> {
        self.in_room.map(|room| &room.inbox)
    }

    fn window(&self) -> Option<&'a Window> {
        self.in_room.map(Room::shown)
    }

    fn shows_change(&self, item: &OutboxItem, message: Seq) -> bool {
        let meant = self.reader.now.is_none_or(|now| now.epoch == item.epoch);
        meant && self.message(message).is_some_and(|row| item.is_meant_for(row.id))
    }

    fn stored_row(&self, entry: &'a Entry) -> Row<'a> {
        let folded = self.window().and_then(|window| window.folded(entry.seq));
        let edited = folded.and_then(|folded| folded.edited.as_ref());
        let mut row = Row {
            body: match &entry.body {
                Body::Message { text, .. } => {
                    RowBody::Message(edited.map_or(text, |edited| &edited.text).as_str())
                }
                body => RowBody::from(body),
            },
            edited: edited.map(|edited| edited.at),
            quoted: self.quoted(entry),
            mentioned: [
                entry.mentioned.as_slice(),
                folded.map_or(&[], |folded| folded.mentioned.as_slice()),
            ],
            reactions: folded.map_or(&[], |folded| folded.reactions.as_slice()),
            ..self.row(
                Echoed {
                    id: entry.id,
                    author: &entry.author,
                    at: entry.at,
                    body: &entry.body,
                },
                RowState::Sent { seq: entry.seq },
            )
        };
        if matches!(entry.body, Body::Message { .. }) {
            for item in self
                .reader
                .changes_of(entry.seq)
                .filter(|item| item.is_meant_for(entry.id))
            {
                row.foresee(item);
            }
        }
        row
    }

    fn echo_row(&self, item: &'a OutboxItem) -> Row<'a> {
        let typed = Echoed {
            id: item.id,
            author: &item.author,
            at: item.at,
            body: &item.body,
        };
        let mut row = self.row(typed, RowState::of(item, self.reader.now));
        row.quoted = row.reply_to.and_then(|message| {
            let quoted = self.message(message)?;
            Some(QuotedView {
                seq: message,
                author: quoted.author,
                text: quoted.text(),
            })
        });
        row
    }

    fn row(&self, said: Echoed<'a>, state: RowState<'a>) -> Row<'a> {
        Row {
            id: said.id,
            author: self.reader.names.current(said.author),
            at: said.at,
            body: RowBody::from(said.body),
            edited: None,
            mine: self.reader.now.is_some_and(|now| now.me.id == said.author.id),
            state,
            reply_to: match said.body {
                Body::Message { reply_to, .. } => *reply_to,
                _ => None,
            },
            quoted: None,
            mentioned: [&[], &[]],
            reactions: &[],
            reader: self.reader,
        }
    }

    /// The message replied to, in its current state: the message itself where it is in the window, else the quote with
    /// its changes since.
    fn quoted(&self, entry: &'a Entry) -> Option<QuotedView<'a>> {
        let Body::Message {
            reply_to: Some(message),
            ..
        } = entry.body
        else {
            return None;
        };
        if let Some(row) = self.message_without_quotes(message) {
            return Some(row);
        }
        let given = entry.quoted.as_deref()?;
        let mut text = given.text.as_deref();
        let as_of = entry.now.as_ref().map_or(0, |now| now.as_of);
        for change in self.window()?.changes_of(message, entry.seq.max(as_of)) {
            if change.deletes() {
                text = None;
            } else if text.is_some() {
                text = change.text().or(text);
            }
        }
        Some(QuotedView {
            seq: message,
            author: self.reader.names.current(&given.author),
            text,
        })
    }

    /// The start of a message in the window, as a quote of it shows.
    fn message_without_quotes(&self, message: Seq) -> Option<QuotedView<'a>> {
        let window = self.window()?;
        let entry = window.get(message)?;
        let edited = window.folded(message).and_then(|folded| folded.edited.as_ref());
        Some(QuotedView {
            seq: message,
            author: self.reader.names.current(&entry.author),
            text: match (&entry.body, edited) {
                (Body::Message { .. }, Some(edited)) => Some(edited.text.as_str()),
                (Body::Message { text, .. }, None) => Some(text.as_str()),
                _ => None,
            },
        })
    }
}

impl fmt::Debug for Timeline<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.rows()).finish()
    }
}

/// Whether an entry has a row of its own: a change shows on its message's.
pub(crate) fn is_row(body: &Body) -> bool {
    body.changes().is_none() && *body != Body::ErasedEdit
}
