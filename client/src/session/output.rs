//! The outputs of a session, and the effects of one input, which become outputs.

use std::collections::VecDeque;
use std::time::Duration;

use steadfast_shared::event::{Away, Cursors, HistoryRequest, Read, SendItem, TypingIn, Watch};
use steadfast_shared::{EntryId, Role, RoomId, Seq, UserId};

use super::input::StoreTicket;
use crate::record::{Unsent, Write};
use crate::request::RequestId;
use crate::room::revisions::{ChangedRows, RowRevisions};
use crate::tab_message::TabMessage;
use crate::vec_map::VecSet;

/// One thing to do. Drain with [`crate::Session::poll_output`] until [`Output::Wait`].
#[derive(Clone, PartialEq, Debug)]
pub enum Output {
    /// Ask the server; answer with [`crate::Input::Answered`].
    Request {
        request: RequestId,
        ask: Request,
        /// How long an answer may take.
        timeout: Duration,
    },
    /// Emit an event to the server; nothing is lost when it does not arrive.
    Emit(Ephemeral),
    /// Write; answer with [`crate::Input::Stored`] once it is durable, in the order of the outputs.
    Store { ticket: StoreTicket, writes: Vec<Write> },
    /// Broadcast to the other tabs of this device.
    Broadcast(TabMessage),
    /// Views to read again.
    Changed(Change),
    /// Connect the socket. It ends in [`crate::Input::LinkUp`], [`crate::Input::DialFailed`] or [`crate::Input::LinkRefused`].
    Dial,
    /// Disconnect the socket, or give up connecting it.
    HangUp,
    /// Ask the server for the session that this device has; answer with [`crate::Input::SignedIn`], or with
    /// [`crate::Input::NotRenewed`] where it cannot be reached.
    RenewSession,
    /// Nothing more to do until an input, or [`crate::Input::Tick`] at this time.
    Wait(Option<Duration>),
}

/// A request to the server.
#[derive(Clone, PartialEq, Debug)]
pub enum Request {
    Send(Vec<SendItem>),
    History(HistoryRequest),
    Sync(Cursors),
    Watch(Watch),
}

/// An event to the server that gets no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ephemeral {
    Typing(TypingIn),
    Read(Read),
    Away(Away),
}

/// The views to read again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Change {
    /// The link, the session's state, or who is signed in.
    Connection,
    /// The list of rooms: names, heads, unread counts.
    Rooms,
    Timeline(RoomId),
    Outbox,
    /// Who is online or away, or goes by another name.
    Presence,
    /// Who is in one room.
    Members(RoomId),
    /// A person's role on the server changed. The session keeps none but its own.
    Role(UserId, Role),
    /// Who came and went.
    Notices,
    /// Who is writing in one room.
    Typing(RoomId),
    /// Another tab signed this device's person out: none of their records are here any more.
    SignedOut(Unsent),
    /// A post, retry, edit or discard was not taken: nothing about it is kept.
    Refused {
        /// The id posted, or the item it was about.
        id: EntryId,
        refusal: Refusal,
    },
}

impl Change {
    /// Whether it may come in great number, so that a screen takes those of a frame together.
    pub fn waits_for_frame(self) -> bool {
        matches!(
            self,
            Self::Rooms | Self::Timeline(_) | Self::Outbox | Self::Presence | Self::Notices | Self::Typing(_)
        )
    }

    /// The room whose timeline changed.
    pub(super) fn timeline(&self) -> Option<RoomId> {
        match self {
            Self::Timeline(room) => Some(*room),
            _ => None,
        }
    }
}

/// Why something a person did was not taken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, thiserror::Error)]
pub enum Refusal {
    /// Nobody is signed in on this device.
    #[error("nobody is signed in")]
    NotSignedIn,
    /// The outbox holds as many unsent items as it may.
    #[error("too many messages wait to be sent")]
    OutboxFull,
    /// The item may already be with the server: it can be discarded, not edited.
    #[error("the message may already be on its way")]
    MaybeSent,
    /// The item is not in the outbox: it was sent, or thrown away.
    #[error("the message is not waiting any more")]
    NotWaiting,
    /// The id is taken by another item of the outbox.
    #[error("the id is taken")]
    IdTaken,
    /// It changes a message of a database that was replaced: it can only be discarded.
    #[error("the message it changes is gone")]
    OtherEpoch,
    /// It has no text that could be another.
    #[error("there is no text to edit")]
    NoText,
}

/// Collects the effects of one input: what is to be done, which views to read again, which records to write.
#[derive(Debug, Default)]
pub(super) struct Effects {
    pub(super) outputs: VecDeque<Output>,
    pub(super) changes: VecSet<Change>,
    /// Rooms of whose rows only these changed, unless `changes` has the room.
    single_rows: Vec<(RoomId, Vec<Seq>)>,
    /// To be handed to storage as one batch.
    pub(super) writes: Vec<Write>,
}

impl Effects {
    pub(super) fn broadcast(&mut self, news: TabMessage) {
        self.outputs.push_back(Output::Broadcast(news));
    }

    pub(super) fn emit(&mut self, ephemeral: Ephemeral) {
        self.outputs.push_back(Output::Emit(ephemeral));
    }

    pub(super) fn refuse(&mut self, id: EntryId, refusal: Refusal) {
        self.changes.insert(Change::Refused { id, refusal });
    }

    pub(super) fn rows_changed(&mut self, room: RoomId) {
        self.changes.insert(Change::Timeline(room));
        self.changes.insert(Change::Outbox);
    }

    /// Another piece of a room's log is shown.
    pub(super) fn view_changed(&mut self, room: RoomId) {
        self.changes.extend([Change::Rooms, Change::Timeline(room)]);
    }

    /// Rows of a room's log changed, or came.
    pub(super) fn log_changed(&mut self, room: RoomId, rows: ChangedRows) {
        match rows {
            ChangedRows::All => {
                self.changes.insert(Change::Timeline(room));
            }
            ChangedRows::Some(rows) => self.single_rows.push((room, rows)),
        }
    }

    /// The changed views follow the outputs, each once.
    pub(super) fn flush_changes(&mut self, revisions: &mut RowRevisions) {
        let mut changes = std::mem::take(&mut self.changes);
        for room in changes.iter().filter_map(Change::timeline) {
            revisions.changed(room, ChangedRows::All);
        }
        for (room, rows) in std::mem::take(&mut self.single_rows) {
            revisions.changed(room, ChangedRows::Some(rows));
            changes.insert(Change::Timeline(room));
        }
        self.outputs.extend(changes.into_iter().map(Output::Changed));
    }
}
