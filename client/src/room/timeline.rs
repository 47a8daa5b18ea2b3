//! A room's rows: the window of its log, folded, then this device's echoes; one row per author and id.

use std::fmt;

use steadfast_shared::{Body, Entry, EntryId, Person, Quoted, Reaction, Seq};

use crate::record::OutboxItem;
use crate::room::Room;
use crate::room::inbox::Inbox;
use crate::room::revisions::ChangedRows;
use crate::room::row::{ListedRow, PendingChange, ReactionView, Row, RowKey, RowState};
use crate::room::viewer::Viewer;
use crate::room::window::Window;

/// The rows of one room, oldest first.
#[derive(Clone, Copy)]
pub struct Timeline<'a> {
    pub(crate) viewer: Viewer<'a>,
    pub(crate) in_room: Option<&'a Room>,
}

impl<'a> Timeline<'a> {
    /// The rows, oldest first: the log's, then this device's echoes.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = Row> + use<'a> {
        self.stored().chain(self.echoes())
    }

    /// The rows that are in the log: the window, then own ones acknowledged ahead of a gap. Changes of messages are no
    /// rows of their own.
    pub fn stored(&self) -> impl DoubleEndedIterator<Item = Row> + use<'a> {
        let this = *self;
        self.stored_entries().map(move |entry| this.stored_row(entry))
    }

    /// The rows that are not in the log: this device's unacknowledged items. A change shows on the row of its message;
    /// if that is not here, or not the one meant, a rejected change has a row of its own.
    pub fn echoes(&self) -> impl DoubleEndedIterator<Item = Row> + use<'a> {
        let this = *self;
        self.echoed_items().map(move |item| this.echo_row(item))
    }

    /// The rows in their order, to be read one by one with [`Timeline::row`].
    pub fn listed(&self) -> impl DoubleEndedIterator<Item = ListedRow> + use<'a> {
        let viewer = self.viewer;
        let listed = move |author: &Person, id, seq, at| ListedRow {
            key: RowKey {
                author: author.id,
                id,
            },
            seq,
            at,
            mine: viewer.is_me(author),
        };
        let stored = self
            .stored_entries()
            .map(move |entry| listed(&entry.author, entry.id, Some(entry.seq), entry.at));
        let echoes = self
            .echoed_items()
            .map(move |item| listed(&item.author, item.id, None, item.at));
        stored.chain(echoes)
    }

    /// A row that was listed, if it is still here.
    pub fn row(&self, listed: &ListedRow) -> Option<Row> {
        match listed.seq {
            Some(seq) => self.entry_at(seq).map(|entry| self.stored_row(entry)),
            None => {
                let item = self.viewer.outbox.get(listed.key.id)?;
                (item.author.id == listed.key.author).then(|| self.echo_row(item))
            }
        }
    }

    /// The number of the last change, for [`Timeline::changed_since`].
    pub fn revision(&self) -> u64 {
        self.viewer.revisions.number()
    }

    /// The rows that may have changed after a revision.
    pub fn changed_since(&self, revision: u64) -> ChangedRows {
        self.viewer.revisions.since(self.viewer.room, revision)
    }

    fn stored_entries(&self) -> impl DoubleEndedIterator<Item = &'a Entry> + use<'a> {
        let window = self
            .window()
            .into_iter()
            .flat_map(|window| window.entries().iter());
        let acked = self
            .live_inbox()
            .into_iter()
            .flat_map(|inbox| inbox.ahead().acked());
        window.chain(acked).filter(|entry| is_row(&entry.body))
    }

    fn echoed_items(&self) -> impl DoubleEndedIterator<Item = &'a OutboxItem> + use<'a> {
        let this = *self;
        let of_this_room = this
            .viewer
            .outbox
            .items()
            .filter(move |item| item.room == this.viewer.room && this.is_live())
            .filter(move |item| !item.is_anothers(this.viewer.now));
        of_this_room
            // An entry with the item's id in the log can only be a conflict, and has the row.
            .filter(move |item| {
                this.inbox()
                    .is_none_or(|inbox| !inbox.shows(item.author.id, item.id))
            })
            .filter(move |item| match item.body.changes() {
                None => true,
                Some(message) => {
                    item.rejection_for(this.viewer.now).is_some() && !this.shows_change(item, message)
                }
            })
    }

    /// The message at a place of the log, where it is in the window.
    pub fn message(&self, seq: Seq) -> Option<Row> {
        self.window_row(seq).map(|entry| self.stored_row(entry))
    }

    /// The id of the message shown at a place of the log: in the window, or acknowledged ahead of a gap.
    pub(crate) fn id_at(&self, seq: Seq) -> Option<EntryId> {
        self.entry_at(seq).map(|entry| entry.id)
    }

    /// Whether its newest row is the room's newest. In a detached view it is not: neither the entries ahead of a gap
    /// nor this device's echoes show there.
    pub fn is_live(&self) -> bool {
        self.in_room.is_none_or(|room| room.detached().is_none())
    }

    fn inbox(&self) -> Option<&'a Inbox> {
        self.in_room.map(|room| &room.inbox)
    }

    fn live_inbox(&self) -> Option<&'a Inbox> {
        self.inbox().filter(|_| self.is_live())
    }

    fn window(&self) -> Option<&'a Window> {
        self.in_room.map(|room| room.shown().window())
    }

    fn window_row(&self, seq: Seq) -> Option<&'a Entry> {
        self.window()?.get(seq).filter(|entry| is_row(&entry.body))
    }

    /// The entry of the row at a place of the log.
    fn entry_at(&self, seq: Seq) -> Option<&'a Entry> {
        let acked = || self.live_inbox()?.ahead().acked_at(seq);
        let acked = || acked().filter(|entry| is_row(&entry.body));
        self.window_row(seq).or_else(acked)
    }

    fn shows_change(&self, item: &OutboxItem, message: Seq) -> bool {
        let meant = self.viewer.now.is_none_or(|now| now.epoch == item.epoch);
        meant
            && self
                .window_row(message)
                .is_some_and(|entry| item.is_meant_for(entry.id))
    }

    fn stored_row(&self, entry: &Entry) -> Row {
        let Viewer { names, now, .. } = self.viewer;
        let folded = self.window().and_then(|window| window.folded(entry.seq));
        let edited = folded.and_then(|folded| folded.edited.as_ref());
        let mentioned_later = folded.map_or(&[][..], |folded| &folded.mentioned);
        let mut row = Row {
            id: entry.id,
            author: names.current(&entry.author).clone(),
            at: entry.at,
            body: match (&entry.body, edited) {
                (Body::Message { reply_to, .. }, Some(edited)) => Body::Message {
                    text: edited.text.clone(),
                    reply_to: *reply_to,
                },
                (body, _) => body.clone(),
            },
            edited: edited.map(|edited| edited.at),
            mine: self.viewer.is_me(&entry.author),
            state: RowState::Sent { seq: entry.seq },
            quoted: self.quoted(entry),
            mentioned: entry
                .mentioned
                .iter()
                .chain(mentioned_later)
                .map(|person| names.current(person).clone())
                .collect(),
            reactions: self.reactions(folded.map_or(&[], |folded| &folded.reactions)),
            changes: Vec::new(),
        };
        let me = now.map(|now| &now.me);
        for item in self.viewer.changes_of(entry.seq) {
            row.changes.push(PendingChange::of(item, now));
            if item.rejection_for(now).is_none() {
                row.foresee(item, me);
            }
        }
        row
    }

    fn echo_row(&self, item: &OutboxItem) -> Row {
        let Viewer { names, now, .. } = self.viewer;
        let mut row = Row {
            id: item.id,
            author: names.current(&item.author).clone(),
            at: item.at,
            body: item.body.clone(),
            edited: None,
            mine: self.viewer.is_me(&item.author),
            state: RowState::of(item, now),
            quoted: None,
            mentioned: Vec::new(),
            reactions: Vec::new(),
            changes: Vec::new(),
        };
        row.quoted = row.reply_to().and_then(|seq| {
            let message = self.message(seq)?;
            let text = message.text().map(Quoted::start_of).map(str::to_owned);
            let author = message.author;
            Some(Quoted { seq, author, text })
        });
        row
    }

    fn reactions(&self, stored: &[Reaction]) -> Vec<ReactionView> {
        let names = self.viewer.names;
        let views = stored.iter().map(|reaction| ReactionView {
            emoji: reaction.emoji.clone(),
            by: reaction.by.iter().map(|by| names.current(by).clone()).collect(),
            mine: reaction.by.iter().any(|by| self.viewer.is_me(by)),
            pending: false,
        });
        views.collect()
    }

    /// The message replied to, in its current state: the message itself where it is in the window, else the quote with
    /// its changes since.
    fn quoted(&self, entry: &Entry) -> Option<Quoted> {
        let Body::Message {
            reply_to: Some(seq), ..
        } = entry.body
        else {
            return None;
        };
        let (author, text) = match self.quoted_in_window(seq) {
            Some(quoted) => quoted,
            None => self.quoted_in_entry(entry, seq)?,
        };
        Some(Quoted {
            seq,
            author: self.viewer.names.current(author).clone(),
            text: text.map(Quoted::start_of).map(str::to_owned),
        })
    }

    fn quoted_in_window(&self, message: Seq) -> Option<(&'a Person, Option<&'a str>)> {
        let window = self.window()?;
        let entry = window.get(message)?;
        let edited = window.folded(message).and_then(|folded| folded.edited.as_ref());
        let text = match (&entry.body, edited) {
            (Body::Message { .. }, Some(edited)) => Some(edited.text.as_str()),
            (Body::Message { text, .. }, None) => Some(text.as_str()),
            _ => None,
        };
        Some((&entry.author, text))
    }

    fn quoted_in_entry<'b>(
        &'b self,
        entry: &'b Entry,
        message: Seq,
    ) -> Option<(&'b Person, Option<&'b str>)> {
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
        Some((&given.author, text))
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
