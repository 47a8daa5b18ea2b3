//! Checks people's entries and stores them in sets.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use steadfast_shared::admin::AccountState;
use steadfast_shared::{Body, EntryId, Millis, Quoted, Role, RoomId, Seq, UserId};

use super::change::{self, AllowedChange, MemberState};
use super::{Append, Membership, Memberships, Sql};
use crate::store::admin::kept_out;
use crate::store::command::CommandError;
use crate::store::log::quote;
use crate::store::number::to_sql;
use crate::store::people::person;
use crate::store::query::sql;
use crate::store::usage::grows;
use crate::store::{EntryOutcome, NewEntry, StoreError, StoreRefusal, word};

/// The entry with an author's id, in the log or in the present set.
struct Known<'e> {
    room: RoomId,
    seq: Seq,
    at: Millis,
    body: Cow<'e, Body>,
}

impl Known<'_> {
    /// The outcome of an entry with the same id.
    fn settles(&self, entry: &NewEntry) -> EntryOutcome {
        let erased = matches!(*self.body, Body::Erased | Body::ErasedEdit);
        if self.room != entry.room || !(erased || *self.body == entry.body) {
            return EntryOutcome::Refused(StoreRefusal::Conflict);
        }
        EntryOutcome::Repeat {
            seq: self.seq,
            at: self.at,
        }
    }
}

/// A stored entry stays stored, whatever has happened to the room or the message since.
fn settled(refusal: StoreRefusal, known: Option<&Known<'_>>, entry: &NewEntry) -> EntryOutcome {
    match known.map(|known| known.settles(entry)) {
        _ if refusal == StoreRefusal::RoomDeleted => EntryOutcome::Refused(refusal),
        Some(repeat @ EntryOutcome::Repeat { .. }) => repeat,
        Some(conflict) if refusal != StoreRefusal::UnknownRoom => conflict,
        _ => EntryOutcome::Refused(refusal),
    }
}

impl<S: Sql> Append<S> {
    /// Appends people's entries, unless they are already stored or not allowed.
    pub(super) async fn entries(&mut self, entries: &[NewEntry]) -> Result<Vec<EntryOutcome>, StoreError> {
        self.learn(entries).await?;
        let mut outcomes = Vec::with_capacity(entries.len());
        let mut set: Vec<&NewEntry> = Vec::new();
        for entry in entries {
            let changes = !matches!(entry.body, Body::Message { .. }) && entry.body.changes().is_some();
            // The message replied to may be in the set itself.
            let replies_ahead = matches!(entry.body, Body::Message { reply_to: Some(seq), .. } if seq > self.head(entry.room));
            if changes || replies_ahead {
                outcomes.extend(self.set(&std::mem::take(&mut set)).await?);
            }
            if changes {
                outcomes.push(self.change(entry).await?);
            } else {
                set.push(entry);
            }
        }
        outcomes.extend(self.set(&set).await?);
        Ok(outcomes)
    }

    /// Reads the authors' memberships, their usage of the day, and the time.
    async fn learn(&mut self, entries: &[NewEntry]) -> Result<(), StoreError> {
        let pairs: BTreeSet<(UserId, RoomId)> =
            entries.iter().map(|entry| (entry.author, entry.room)).collect();
        let Memberships { found, now } = self.connection.memberships(&pairs).await?;
        if self.database_time {
            self.set_time(Some(now)).await?;
        }
        for (pair, membership) in found {
            if let Membership::In { used, .. } = membership {
                let (usage, quota) = used.on(self.today.day, self.today.quota);
                self.today.learn(pair.0, usage, quota);
            }
            self.memberships.insert(pair, membership);
        }
        Ok(())
    }

    /// The author's membership, if they may write to the room.
    fn check(&self, entry: &NewEntry, outside: Option<MemberState>) -> Result<MemberState, StoreRefusal> {
        let member = match self.memberships.get(&(entry.author, entry.room)) {
            Some(Membership::In { member, .. }) => member.clone(),
            Some(Membership::Out { was_deleted: true }) => return Err(StoreRefusal::RoomDeleted),
            _ => outside.ok_or(StoreRefusal::UnknownRoom)?,
        };
        if member.state != AccountState::Active {
            return Err(kept_out(member.state));
        }
        // People may delete their own messages wherever they are.
        if !matches!(entry.body, Body::Delete { .. }) {
            if self.logs.get(&entry.room).is_none_or(|log| log.end.archived) {
                return Err(StoreRefusal::Archived);
            }
            if let Some(blocker) = member.blocked {
                return Err(StoreRefusal::Blocked(blocker));
            }
        }
        if self.full && grows(&entry.body) {
            return Err(StoreRefusal::StorageFull);
        }
        self.today.check(entry.author, &entry.body)?;
        Ok(member)
    }

    /// Stores entries that change no message, unless they are already stored or not allowed.
    async fn set(&mut self, entries: &[&NewEntry]) -> Result<Vec<EntryOutcome>, StoreError> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let mut known = self.known(entries).await?;
        let quoted = self.quoted(entries).await?;
        let mut outcomes = Vec::with_capacity(entries.len());
        let mut fresh = Vec::with_capacity(entries.len());
        let mut staying = BTreeSet::new();
        for entry in entries {
            let checked = self.check(entry, None).and_then(|member| {
                if member.brought && matches!(entry.body, Body::Message { .. }) {
                    staying.insert((entry.author, entry.room));
                }
                let quoted = reply_to(entry).map(|message| quoted.get(&message).cloned());
                match quoted {
                    Some(None) => Err(StoreRefusal::UnknownMessage),
                    quoted => Ok((member, quoted.flatten())),
                }
            });
            let id = (entry.author, entry.id);
            outcomes.push(match checked {
                Err(refusal) => settled(refusal, known.get(&id), entry),
                Ok(_) if known.contains_key(&id) => known[&id].settles(entry),
                Ok((member, quoted)) => {
                    let mut new = self.place(member.person, entry.id, entry.room, &entry.body)?;
                    new.quoted = quoted.map(Box::new);
                    self.today.count(entry.author, &entry.body);
                    let (seq, at) = (new.seq, new.at);
                    let body = Cow::Borrowed(&entry.body);
                    let room = entry.room;
                    known.insert(id, Known { room, seq, at, body });
                    fresh.push((room, new));
                    EntryOutcome::Stored { seq, at }
                }
            });
        }
        self.stay(&staying).await?;
        if fresh
            .iter()
            .any(|(_, entry)| entry.body.mentions().next().is_some())
        {
            self.connection.mention(&fresh).await?;
        }
        self.keep(fresh).await?;
        Ok(outcomes)
    }

    /// The excerpts of the messages that these entries reply to.
    async fn quoted(&mut self, entries: &[&NewEntry]) -> Result<HashMap<(RoomId, Seq), Quoted>, StoreError> {
        let replies: BTreeSet<(RoomId, Seq)> = entries.iter().filter_map(|entry| reply_to(entry)).collect();
        if replies.is_empty() {
            return Ok(HashMap::new());
        }
        self.store().await?;
        let replies: Vec<_> = replies.into_iter().collect();
        quote::quoted(&mut self.connection, &replies).await
    }

    /// Stores an edit, a deletion or a reaction, and applies it.
    async fn change(&mut self, entry: &NewEntry) -> Result<EntryOutcome, StoreError> {
        self.store().await?;
        let known = self.known(&[entry]).await?;
        let known = known.get(&(entry.author, entry.id));
        let outside = self.outside(entry).await?;
        let member = match self.check(entry, outside) {
            Ok(member) => member,
            Err(refusal) => return Ok(settled(refusal, known, entry)),
        };
        let change = match change::check(&mut self.connection, &member, entry).await {
            Ok(change) => change,
            Err(CommandError::Refused(refusal)) => return Ok(settled(refusal, known, entry)),
            Err(CommandError::Failed(error)) => return Err(error),
        };
        if let Some(known) = known {
            return Ok(known.settles(entry));
        }
        let new = self.place(member.person, entry.id, entry.room, &entry.body)?;
        self.today.count(entry.author, &entry.body);
        if let AllowedChange::Delete { message, mine: false } = change {
            let connection = &mut self.connection;
            change::note_deletion(connection, entry.room, message, &new, entry.address).await?;
        }
        self.connection.apply_change(change, entry.room, &new).await?;
        let (seq, at) = (new.seq, new.at);
        self.keep(vec![(entry.room, new)]).await?;
        Ok(EntryOutcome::Stored { seq, at })
    }

    /// The log's entries with these ids.
    async fn known(
        &mut self,
        entries: &[&NewEntry],
    ) -> Result<HashMap<(UserId, EntryId), Known<'static>>, StoreError> {
        if !self.rows.is_empty() {
            self.store().await?;
        }
        let firsts = self.connection.firsts(entries).await?.into_iter();
        let known = firsts.map(|(id, first)| {
            let known = Known {
                room: first.room,
                seq: first.seq,
                at: first.at,
                body: Cow::Owned(first.body),
            };
            (id, known)
        });
        Ok(known.collect())
    }

    /// A person outside the room, who may delete their own messages and nothing else.
    async fn outside(&mut self, entry: &NewEntry) -> Result<Option<MemberState>, StoreError> {
        let (Body::Delete { message }, Some(Membership::Out { was_deleted: false })) =
            (&entry.body, self.memberships.get(&(entry.author, entry.room)))
        else {
            return Ok(None);
        };
        let author = sql!("select users.id, users.name, users.state
             from entries join rooms on rooms.id = entries.room join users on users.id = entries.author
             where entries.room = $1 and entries.seq = $2 and entries.author = $3 and rooms.deleted_at is null")
        .bind(entry.room)
        .bind(to_sql(*message))
        .bind(entry.author)
        .optional(&mut self.connection)
        .await?;
        let Some(author) = author else { return Ok(None) };
        Ok(Some(MemberState {
            person: person::read(&author)?,
            role: Role::Member,
            state: word::state(author.get("state")?)?,
            brought: false,
            blocked: None,
        }))
    }

    /// Marks people who write in a room they were added to as staying by their own will.
    async fn stay(&mut self, staying: &BTreeSet<(UserId, RoomId)>) -> Result<(), StoreError> {
        for pair in staying {
            if let Some(Membership::In { member, .. }) = self.memberships.get_mut(pair) {
                member.brought = false;
            }
        }
        match staying.is_empty() {
            true => Ok(()),
            false => self.connection.stay(staying).await,
        }
    }
}

/// The message that an entry replies to.
fn reply_to(entry: &NewEntry) -> Option<(RoomId, Seq)> {
    match entry.body {
        Body::Message { reply_to, .. } => Some((entry.room, reply_to?)),
        _ => None,
    }
}
