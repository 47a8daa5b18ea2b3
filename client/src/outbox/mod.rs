//! Items typed and not yet acknowledged, in order.
//!
//! - `flight`: the one batch under way, and when the next may go
//! - `tombstones`: items that left the outbox lately, so that a late message cannot bring them back
//!
//! Invariant: an item leaves only by [`Outbox::settle`] (it is in the log) or [`Outbox::discard`] (a person decided).

mod flight;
mod tombstones;

use std::time::Duration;

use steadfast_shared::{Body, Entry, EntryId, Epoch, Person, RoomId, Seq, UserId};

use crate::record::{Disk, Identity, OutboxItem, Rejection, StorageError};
use crate::vec_map::VecMap;

pub(crate) use flight::{BatchOutcome, Flight};
pub(crate) use tombstones::{ItemOutcome, Tombstones};

/// One tab's copy of the device's outbox.
#[derive(Debug)]
pub(crate) struct Outbox {
    items: VecMap<OutboxPlace, Box<NotedItem>>,
    places: VecMap<EntryId, OutboxPlace>,
    /// The changes among the items, by the message they change.
    changes: VecMap<(RoomId, Seq, OutboxPlace), ()>,
    /// The largest order ever seen here; the next is one more.
    last_order: u64,
    /// The time of the input being handled.
    pub(crate) now: Duration,
    pub(crate) tombstones: Tombstones,
    pub(crate) flight: Flight,
}

type OutboxPlace = (u64, EntryId);

/// An item with this tab's own notes about it.
#[derive(Debug)]
struct NotedItem {
    item: OutboxItem,
    /// Typed in this tab, which writes it and broadcasts it again on request.
    local: bool,
    /// Some tab may have sent it. Only an item without this certainly is not on the server.
    maybe_sent: bool,
    /// This tab broadcast it on its own: tabs that started after its outcome was broadcast may know it from here alone.
    vouched: bool,
    /// When this tab learned that it has to be sent.
    since: Duration,
    /// The item as another tab migrated it into an epoch that this tab is not in yet.
    ahead: Option<Box<OutboxItem>>,
}

impl Outbox {
    pub(crate) fn new() -> Self {
        Self {
            items: VecMap::default(),
            places: VecMap::default(),
            changes: VecMap::default(),
            last_order: 0,
            now: Duration::ZERO,
            tombstones: Tombstones::new(),
            flight: Flight::new(),
        }
    }

    pub(crate) fn items(&self) -> impl DoubleEndedIterator<Item = &OutboxItem> {
        self.items.values().map(|noted| &noted.item)
    }

    pub(crate) fn get(&self, id: EntryId) -> Option<&OutboxItem> {
        self.noted(id).map(|noted| &noted.item)
    }

    pub(crate) fn contains(&self, id: EntryId) -> bool {
        self.places.contains_key(&id)
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// The items that change a message, in order.
    pub(crate) fn changes_of(&self, room: RoomId, message: Seq) -> impl Iterator<Item = &OutboxItem> {
        let first = (room, message, (0, EntryId(uuid::Uuid::nil())));
        let changes = self.changes.from(&first);
        changes
            .take_while(move |((in_room, of, _), ())| (*in_room, *of) == (room, message))
            .filter_map(|((.., place), ())| self.items.get(place))
            .map(|noted| &noted.item)
    }

    /// Items that another tab may not have found in storage: typed in this tab, perhaps written just now, or not
    /// written at all.
    pub(crate) fn not_in_storage(&self) -> impl Iterator<Item = &OutboxItem> {
        self.items
            .values()
            .filter(|noted| noted.local || noted.item.disk != Disk::Written)
            .map(|noted| &noted.item)
    }

    /// The order of the next item typed.
    pub(crate) fn next_order(&self) -> u64 {
        self.last_order + 1
    }

    /// Takes in an item typed in this tab. `draining`: no other tab can be sending it.
    pub(crate) fn post(&mut self, item: OutboxItem, draining: bool) {
        self.insert(NotedItem {
            item,
            local: true,
            maybe_sent: !draining,
            vouched: false,
            since: self.now,
            ahead: None,
        });
    }

    /// Takes in an item of another tab: from its message, or from the storage both share. Returns whether anything
    /// changed.
    ///
    /// Of an existing item, only a retry and its migration into `epoch`, this tab's, are taken over. A rejection is not: it
    /// comes in a message of its own, and an older copy must not undo a retry.
    pub(crate) fn merge(&mut self, item: OutboxItem, now: Option<&Identity>) -> bool {
        let epoch = now.map(|identity| identity.epoch);
        if self.tombstones.outcome(item.id).is_some() {
            return false;
        }
        let Some(noted) = self.noted_mut(item.id) else {
            self.insert(NotedItem {
                item,
                local: false,
                maybe_sent: true,
                vouched: false,
                since: self.now,
                ahead: None,
            });
            return true;
        };
        let before = noted.item.clone();
        if item.disk == Disk::Written {
            noted.item.disk = Disk::Written;
        }
        if item.epoch != noted.item.epoch {
            if Some(item.epoch) == epoch {
                noted.item.become_of(&item);
            } else {
                // Whether that epoch is the next one or a former one is known once this tab is online in it.
                noted.ahead = Some(Box::new(item.clone()));
            }
        }
        if item.rejected.is_none() {
            noted.item.rejected = None;
            // A retry as another person. This person's own items stay theirs: a tab in another epoch has assigned them to
            // the person that it knows.
            let is_mine = now.is_some_and(|identity| identity.me.id == noted.item.author.id);
            if item.epoch == noted.item.epoch && !is_mine {
                noted.item.author = item.author;
            }
        }
        noted.maybe_sent = true;
        noted.item != before
    }

    /// Takes in a stored item, as this tab begins to drain the outbox. Returns whether anything changed.
    ///
    /// A stored rejection was the decision of the tab that drained before. This tab's own items ignore it.
    pub(crate) fn merge_stored(&mut self, item: OutboxItem, now: Option<&Identity>) -> bool {
        let (id, rejected) = (item.id, item.rejected.clone());
        let disk = Disk::Written;
        let mut changed = self.merge(OutboxItem { disk, ..item }, now);
        if let Some(noted) = self.noted_mut(id)
            && !noted.local
            && noted.item.rejected.is_none()
            && rejected.is_some()
        {
            noted.item.rejected = rejected;
            changed = true;
        }
        changed
    }

    /// Items that another tab typed, and that no tab reported written.
    pub(crate) fn unwritten_of_others(&self) -> impl Iterator<Item = &OutboxItem> {
        self.items
            .values()
            .filter(|noted| !noted.local && noted.item.disk != Disk::Written)
            .map(|noted| &noted.item)
    }

    /// The item is in the log and leaves the outbox. Returns it if it was here, and whether it was typed here.
    pub(crate) fn settle(&mut self, id: EntryId, outcome: ItemOutcome) -> Option<(OutboxItem, bool)> {
        let noted = self.remove(id)?;
        self.tombstones.note(id, outcome);
        Some((noted.item, noted.local))
    }

    /// A person discarded the item, here or in another tab.
    pub(crate) fn discard(&mut self, id: EntryId) -> Option<(OutboxItem, bool)> {
        let noted = self.remove(id);
        self.tombstones.note(id, ItemOutcome::Discarded);
        noted.map(|noted| (noted.item, noted.local))
    }

    /// Whether the entry is one of the items: same author, same id, same room and body, or that body deleted.
    pub(crate) fn is_in_log(&self, room: RoomId, entry: &Entry) -> bool {
        self.get(entry.id).is_some_and(|item| {
            item.author.id == entry.author.id && item.room == room && stored_as(&item.body, &entry.body)
        })
    }

    /// Marks the item as rejected: it is not sent until a person decides.
    pub(crate) fn reject(&mut self, id: EntryId, rejection: Rejection) -> Option<&OutboxItem> {
        let noted = self.noted_mut(id)?;
        noted.item.rejected = Some(rejection);
        Some(&noted.item)
    }

    /// The log went back in time: messages that certainly were never sent no longer reply to anything. Returns those of
    /// this room that did.
    pub(crate) fn forget_replies(&mut self, room: RoomId) -> Vec<OutboxItem> {
        let mut changed = Vec::new();
        for noted in self
            .items
            .values_mut()
            .filter(|noted| !noted.maybe_sent && noted.item.room == room)
        {
            if let Body::Message { reply_to, .. } = &mut noted.item.body
                && reply_to.take().is_some()
            {
                changed.push(noted.item.clone());
            }
        }
        changed
    }

    /// Sends a rejected item again, as `author` of `epoch`.
    pub(crate) fn retry(
        &mut self,
        id: EntryId,
        author: Person,
        epoch: Epoch,
        draining: bool,
    ) -> Option<&OutboxItem> {
        let now = self.now;
        let noted = self.noted_mut(id)?;
        noted.item.rejected = None;
        noted.item.author = author;
        noted.item.epoch = epoch;
        noted.item.tries = 0;
        noted.local = true;
        noted.since = now;
        noted.maybe_sent |= !draining;
        Some(&noted.item)
    }

    /// Notes that this tab broadcasts the item on its own.
    pub(crate) fn vouch(&mut self, id: EntryId) {
        if let Some(noted) = self.noted_mut(id) {
            noted.vouched = true;
        }
    }

    /// Whether other tabs may know the item from this tab alone.
    pub(crate) fn vouches(&self, id: EntryId) -> bool {
        self.noted(id).is_some_and(|noted| noted.vouched)
    }

    /// Whether some tab may have sent the item.
    pub(crate) fn maybe_sent(&self, id: EntryId) -> bool {
        self.noted(id).is_some_and(|noted| noted.maybe_sent)
    }

    /// After an epoch change: assigns the items of `old` to `new`. Returns the items changed, and whether each was
    /// typed here.
    pub(crate) fn reassign(&mut self, old: UserId, new: &Person) -> Vec<(OutboxItem, bool)> {
        let mut reassigned = Vec::new();
        for noted in self.items.values_mut() {
            // As another tab has it, it may have been reassigned the other way.
            if let Some(ahead) = noted.ahead.as_mut().filter(|ahead| ahead.author.id == old) {
                ahead.author = new.clone();
            }
            if noted.item.author.id == old {
                noted.item.author = new.clone();
                reassigned.push((noted.item.clone(), noted.local));
            }
        }
        reassigned
    }

    /// Migrates items that this person typed in another epoch into this one: into the room of the same id, or else of the
    /// same name if the item has one. If there is no such room, an item stays where it is, and the server will refuse it. A change stays in its epoch: the message it names is not in this one. A reply loses its
    /// quote for the same reason. Returns the items changed, and whether each was typed here.
    pub(crate) fn migrate(
        &mut self,
        me: &Person,
        formerly: &[UserId],
        epoch: Epoch,
        rooms: &[(RoomId, String)],
    ) -> Vec<(OutboxItem, bool)> {
        let mut migrated = Vec::new();
        for noted in self.items.values_mut() {
            let item = &mut noted.item;
            let mine = item.author.name == me.name || formerly.contains(&item.author.id);
            let here = item.epoch == epoch && !item.was_migrated_as_a_former(me, epoch);
            let stays = here || item.body.changes().is_some();
            if stays || !(mine || item.author.id == me.id) {
                continue;
            }
            // All tabs agree on the author, whichever person is signed in by now.
            if let Some(ahead) = noted.ahead.take_if(|ahead| ahead.epoch == epoch) {
                item.become_of(&ahead);
                if !item.was_migrated_as_a_former(me, epoch) {
                    migrated.push((item.clone(), noted.local));
                    continue;
                }
            }
            item.author = me.clone();
            let same = rooms.iter().find(|(id, _)| *id == item.room);
            let called = |(_, name): &&(RoomId, String)| !name.is_empty() && *name == item.room_name;
            if let Some((home, _)) = same.or_else(|| rooms.iter().find(called)) {
                item.room = *home;
                item.belong_to(me, epoch);
                migrated.push((item.clone(), noted.local));
            }
        }
        migrated
    }

    /// Notes the result of writing the item. Returns whether that changed it.
    pub(crate) fn on_disk(&mut self, id: EntryId, result: &Result<(), StorageError>) -> bool {
        let Some(noted) = self.noted_mut(id) else {
            return false;
        };
        let disk = match result {
            Ok(()) => Disk::Written,
            // An older version of the record is on disk all the same.
            Err(_) if noted.item.disk == Disk::Written => Disk::Written,
            Err(error) => Disk::Failed(error.clone()),
        };
        let news = noted.item.disk != disk;
        noted.item.disk = disk;
        news
    }

    /// The items of the person signed in that can be sent, in order.
    pub(crate) fn waiting<'a>(&'a self, now: &'a Identity) -> impl Iterator<Item = &'a OutboxItem> {
        self.items()
            .filter(move |item| item.rejection_for(Some(now)).is_none())
    }

    /// When this tab learned of the first of [`Outbox::waiting`].
    pub(crate) fn waiting_since(&self, now: &Identity) -> Option<Duration> {
        let mut noted = self.items.values();
        noted
            .find(|noted| noted.item.rejection_for(Some(now)).is_none())
            .map(|noted| noted.since)
    }

    /// Notes that these items go out.
    pub(crate) fn going_out(&mut self, ids: &[EntryId]) {
        for id in ids {
            if let Some(noted) = self.noted_mut(*id) {
                noted.maybe_sent = true;
                noted.item.tries = noted.item.tries.saturating_add(1);
            }
        }
    }

    fn insert(&mut self, noted: NotedItem) {
        let place = (noted.item.order, noted.item.id);
        self.last_order = self.last_order.max(noted.item.order);
        self.places.insert(noted.item.id, place);
        if let Some(message) = noted.item.body.changes() {
            self.changes.insert((noted.item.room, message, place), ());
        }
        self.items.insert(place, Box::new(noted));
    }

    fn remove(&mut self, id: EntryId) -> Option<NotedItem> {
        self.flight.forget(id);
        let place = self.places.remove(&id)?;
        let noted = self.items.remove(&place)?;
        if let Some(message) = noted.item.body.changes() {
            self.changes.remove(&(noted.item.room, message, place));
        }
        Some(*noted)
    }

    fn noted(&self, id: EntryId) -> Option<&NotedItem> {
        self.items.get(self.places.get(&id)?).map(Box::as_ref)
    }

    fn noted_mut(&mut self, id: EntryId) -> Option<&mut NotedItem> {
        self.items.get_mut(self.places.get(&id)?).map(Box::as_mut)
    }
}

/// Whether a body in the log is the body sent, or that body deleted. A reply that was migrated into another epoch replies
/// to nothing, whichever tab migrated it.
fn stored_as(sent: &Body, stored: &Body) -> bool {
    match (sent, stored) {
        (Body::Message { text, .. }, Body::Message { text: stored, .. }) => text == stored,
        (Body::Message { .. }, Body::Erased | Body::Hidden) | (Body::Edit { .. }, Body::ErasedEdit) => true,
        _ => sent == stored,
    }
}
