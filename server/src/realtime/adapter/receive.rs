//! Effects of another node's hints: a read of the store, or a transient event that does no harm if it is wrong.

use std::sync::{Arc, Weak};

use futures::FutureExt;
use steadfast_shared::event::{self, ClosingReason, Read, Typing};
use steadfast_shared::{Epoch, Millis, RoomId, Seq, UserId};
use uuid::Uuid;

use super::super::RealtimeParts;
use super::super::sockets::{person_room, room_name};
use super::Adapter;
use super::hint::Hint;
use super::link::{LinkError, LinkMessage};
use crate::store::SessionId;

/// Handles the hints of other nodes while the server exists.
pub(super) struct Receiver {
    pub(super) adapter: Arc<Adapter>,
    pub(super) realtime: Weak<RealtimeParts>,
}

impl Receiver {
    pub(super) async fn take(&self, message: LinkMessage) -> Result<(), LinkError> {
        let effects = HintEffects(self.realtime.upgrade().ok_or(LinkError::Ended)?);
        for hint in self.adapter.read(&message) {
            effects.apply(hint).await;
        }
        Ok(())
    }

    /// The current epoch of the database.
    pub(super) fn epoch(&self) -> Result<Epoch, LinkError> {
        let realtime = self.realtime.upgrade().ok_or(LinkError::Ended)?;
        Ok(realtime.store.epoch())
    }

    pub(super) fn is_there(&self) -> Result<(), LinkError> {
        match self.realtime.strong_count() {
            0 => Err(LinkError::Ended),
            _ => Ok(()),
        }
    }
}

/// The parts of this node that another node's hints affect.
struct HintEffects(Arc<RealtimeParts>);

impl HintEffects {
    async fn apply(&self, hint: Hint) {
        match hint {
            Hint::Room { room, head } => self.room_may_have_grown(room, head).await,
            Hint::Feed(head) => {
                if head.is_none_or(|head| self.0.hub.progress.applied() < head) {
                    self.0.hub.hints.feed();
                }
            }
            Hint::Everything => {
                self.0.hub.hints.everything();
                self.0.hub.presence.on_lost_hints();
            }
            Hint::Typing(typing) => self.typing_elsewhere(&typing),
            Hint::Read { person, room, seq } => self.read_elsewhere(person, room, seq).await,
            Hint::Tab {
                person,
                session,
                tab,
                since,
            } => self.replace_tab(person, session, tab, since),
            Hint::Presence(presence) => self.0.hub.presence.on_hint(presence),
        }
    }

    /// A room that this process has not loaded has no member connected here.
    async fn room_may_have_grown(&self, room: RoomId, head: Seq) {
        let published = self.0.hub.published().await.head(room);
        if published.is_some_and(|published| published < head) {
            self.0.hub.hints.room(room);
        }
    }

    fn typing_elsewhere(&self, typing: &Typing) {
        let Some(everybody) = self.0.sockets.everybody() else {
            return;
        };
        let others = everybody
            .to(room_name(typing.room))
            .except(person_room(typing.person.id));
        let _ = others.volatile().emit(event::TYPING, typing).now_or_never();
    }

    async fn read_elsewhere(&self, person: UserId, room: RoomId, seq: Seq) {
        let connections = self.0.people.of(person);
        let Some(connection) = connections.first() else {
            return;
        };
        let Some(head) = self.0.hub.head_for(connection, room).await else {
            return;
        };
        let Some(everybody) = self.0.sockets.everybody() else {
            return;
        };
        let seq = seq.min(head);
        let own = everybody.to(person_room(person));
        let _ = own.emit(event::READ, &Read { room, seq }).await;
    }

    /// Ends a tab's connections that are older than the one on another node, by the clocks of both. One left open in error ends
    /// by its ping timeout.
    fn replace_tab(&self, person: UserId, session: SessionId, tab: Uuid, since: Millis) {
        for connection in self.0.people.of(person) {
            if connection.device.session == session && connection.tab == Some(tab) && connection.since < since
            {
                self.0.closer.close(&connection, ClosingReason::Replaced);
            }
        }
    }
}
