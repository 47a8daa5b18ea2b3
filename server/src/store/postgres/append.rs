//! The log grows: one transaction for everything that was queued, a few statements for however many entries.
//!
//! The rooms are locked first. What is said is then checked and stored in sets, as far as one entry does not depend on another:
//! an edit, a deletion or a reaction ends a set, for it changes what the next ones are checked against.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sqlx::{PgConnection, Row};
use steadfast_shared::admin::AccountState;
use steadfast_shared::{Body, Entry, EntryId, Millis, Person, Quoted, RoomId, Seq, UserId};
use uuid::Uuid;

use super::body::read;
use super::change;
use super::rows::Rows;
use super::transaction::written;
use super::{Clock, PostgresStore, feed, from_sql, person, quote, to_sql, told, usage};
use crate::store::access::{Seat, blocker};
use crate::store::admin::kept_out;
use crate::store::patience::Wait;
use crate::store::quota::Quota;
use crate::store::usage::Today;
use crate::store::{
    Appended, ChangeKind, ChangeNumber, Grown, NewEntry, Outcome, Refusal, StoreError, page, word,
};

/// See [`crate::store::Log::append`].
///
/// Where a connection ends in a commit, the same is appended anew: what was committed is a repeat then.
pub(super) async fn append(
    store: &PostgresStore,
    entries: &[NewEntry],
    at: Millis,
) -> Result<Appended, StoreError> {
    let mut wait = Wait::new(store.patience);
    loop {
        let done = written!(store, writer, |transaction| appended(
            store,
            &mut transaction,
            entries,
            at
        ));
        match done {
            Err(unconfirmed @ StoreError::Unconfirmed(_)) => {
                tracing::warn!(error = %unconfirmed, "appending anew, to learn what was committed");
                wait.before_retry(unconfirmed).await?;
            }
            done => return done,
        }
    }
}

async fn appended(
    store: &PostgresStore,
    connection: &mut PgConnection,
    entries: &[NewEntry],
    at: Millis,
) -> Result<Appended, StoreError> {
    let mut append = Append::begin(store, connection, at);
    let rooms: BTreeSet<RoomId> = entries.iter().map(|entry| entry.room).collect();
    append.lock(&rooms).await?;
    append.seat(entries).await?;
    let mut outcomes = Vec::with_capacity(entries.len());
    let mut set: Vec<&NewEntry> = Vec::new();
    for entry in entries {
        let changes = !matches!(entry.body, Body::Message { .. }) && entry.body.changes().is_some();
        // What is replied to may be in the set itself.
        let replies_ahead =
            matches!(entry.body, Body::Message { reply_to: Some(seq), .. } if seq > append.head(entry.room));
        if changes || replies_ahead {
            outcomes.extend(append.set(&std::mem::take(&mut set)).await?);
        }
        if changes {
            outcomes.push(append.change(entry).await?);
        } else {
            set.push(entry);
        }
    }
    outcomes.extend(append.set(&set).await?);
    let (logs, feed) = append.finish(&[]).await?;
    Ok(Appended { outcomes, logs, feed })
}

/// What a transaction appends.
pub(super) struct Append<'t> {
    pub(super) connection: &'t mut PgConnection,
    pub(super) at: Millis,
    clock: Clock,
    /// The rooms that are locked, as this transaction has them.
    logs: BTreeMap<RoomId, Growing>,
    seats: HashMap<(UserId, RoomId), Membership>,
    today: Today,
    /// Who had to leave which room, to make room for the one they were brought into.
    pub(super) gave_way: Vec<(RoomId, Person)>,
}

/// A room's log as this transaction has it.
struct Growing {
    head: Seq,
    /// When its newest entry was stored.
    last_at: Millis,
    archived: bool,
    /// When the newest message was added by this transaction; 0 where none was.
    active_at: Millis,
    fresh: Vec<Entry>,
}

/// What an author is in a room.
#[derive(Clone)]
enum Membership {
    In(Seat),
    Out {
        /// Whether they were in it when it was deleted.
        was_deleted: bool,
    },
}

/// What is in the log under an author's id.
struct First {
    room: RoomId,
    seq: Seq,
    at: Millis,
    body: Body,
}

impl First {
    /// What it says of an entry with the same id.
    fn settles(&self, entry: &NewEntry) -> Outcome {
        let erased = matches!(self.body, Body::Erased | Body::ErasedEdit);
        if self.room != entry.room || !(erased || self.body == entry.body) {
            return Outcome::Refused(Refusal::Conflict);
        }
        Outcome::Repeat {
            seq: self.seq,
            at: self.at,
        }
    }
}

/// What is stored stays stored, whatever became of the room or the message since.
fn settled(refusal: Refusal, first: Option<&First>, entry: &NewEntry) -> Outcome {
    match first.map(|first| first.settles(entry)) {
        _ if refusal == Refusal::RoomDeleted => Outcome::Refused(refusal),
        Some(repeat @ Outcome::Repeat { .. }) => repeat,
        Some(conflict) if refusal != Refusal::UnknownRoom => conflict,
        _ => Outcome::Refused(refusal),
    }
}

impl<'t> Append<'t> {
    pub(super) fn begin(store: &PostgresStore, connection: &'t mut PgConnection, at: Millis) -> Self {
        Self {
            connection,
            at,
            clock: store.clock,
            logs: BTreeMap::new(),
            seats: HashMap::new(),
            today: Today::at(at, store.limits.quota),
            gave_way: Vec::new(),
        }
    }

    /// Locks rooms until the end of the transaction, in the order of their ids. Those that are not there are passed over.
    pub(super) async fn lock(&mut self, rooms: &BTreeSet<RoomId>) -> Result<(), StoreError> {
        let rooms: Vec<Uuid> = rooms.iter().map(|room| room.0).collect();
        if rooms.is_empty() {
            return Ok(());
        }
        // Not `for update`, which would hold up everybody whose row refers to the room.
        let rows = sqlx::query(
            "select id, head, last_at, archived from rooms where id = any($1) order by id for no key update",
        )
        .bind(rooms)
        .fetch_all(&mut *self.connection)
        .await
        .map_err(told)?;
        for row in &rows {
            let log = Growing {
                head: from_sql(row.try_get("head").map_err(told)?),
                last_at: from_sql(row.try_get("last_at").map_err(told)?),
                archived: row.try_get("archived").map_err(told)?,
                active_at: 0,
                fresh: Vec::new(),
            };
            self.logs.insert(RoomId(row.try_get("id").map_err(told)?), log);
        }
        Ok(())
    }

    /// Takes a room for locked that this transaction has made.
    pub(super) fn made(&mut self, room: RoomId) {
        let log = Growing {
            head: 0,
            last_at: 0,
            archived: false,
            active_at: 0,
            fresh: Vec::new(),
        };
        self.logs.insert(room, log);
    }

    pub(super) fn has_locked(&self, room: RoomId) -> bool {
        self.logs.contains_key(&room)
    }

    /// Reads the time, where it is the database's to tell.
    pub(super) async fn tell_time(&mut self) -> Result<(), StoreError> {
        if self.clock == Clock::Database {
            let now = sqlx::query_scalar("select (extract(epoch from clock_timestamp()) * 1000)::bigint")
                .fetch_one(&mut *self.connection)
                .await
                .map_err(told)?;
            self.at = from_sql(now);
        }
        Ok(())
    }

    fn head(&self, room: RoomId) -> Seq {
        self.logs.get(&room).map_or(0, |log| log.head)
    }

    /// Reads what the authors of these are in their rooms, how much they have written today, and the time.
    async fn seat(&mut self, entries: &[NewEntry]) -> Result<(), StoreError> {
        let pairs: BTreeSet<(Uuid, Uuid)> = entries
            .iter()
            .map(|entry| (entry.author.0, entry.room.0))
            .collect();
        let (people, rooms): (Vec<Uuid>, Vec<Uuid>) = pairs.into_iter().unzip();
        let rows = sqlx::query(
            "select asked.person, asked.room, members.person is not null as is_in,
                    users.name, users.role, users.state, members.brought_by is not null as brought,
                    rooms.kind = 'direct' and length(rooms.direct_key) = 32
                        and exists (select 1 from members as others
                                    join blocks on blocks.person = members.person and blocks.blocked = others.person
                                    where others.room = members.room) as blocks,
                    rooms.kind = 'direct' and length(rooms.direct_key) = 32
                        and exists (select 1 from members as others
                                    join blocks on blocks.person = others.person and blocks.blocked = members.person
                                    where others.room = members.room) as is_blocked,
                    exists (select 1 from deleted_members as gone
                            where gone.person = asked.person and gone.room = asked.room) as was_deleted,
                    usage.day, usage.entries, usage.bytes, usage.max_entries, usage.max_bytes,
                    (extract(epoch from clock_timestamp()) * 1000)::bigint as now
             from unnest($1::uuid[], $2::uuid[]) as asked (person, room)
             left join users on users.id = asked.person
             left join rooms on rooms.id = asked.room
             left join members on members.person = asked.person and members.room = asked.room
             left join usage on usage.person = asked.person",
        )
        .bind(people)
        .bind(rooms)
        .fetch_all(&mut *self.connection)
        .await
        .map_err(told)?;
        if self.clock == Clock::Database
            && let Some(row) = rows.first()
        {
            self.at = from_sql(row.try_get("now").map_err(told)?);
            let quota: Quota = self.today.quota;
            self.today = Today::at(self.at, quota);
        }
        for row in &rows {
            let user = UserId(row.try_get("person").map_err(told)?);
            let room = RoomId(row.try_get("room").map_err(told)?);
            let membership = if row.try_get("is_in").map_err(told)? {
                let (used, quota) = usage::read(row, self.today.day, self.today.quota)?;
                self.today.learn(user, used, quota);
                Membership::In(Seat {
                    person: Person {
                        id: user,
                        name: row.try_get("name").map_err(told)?,
                    },
                    role: word::role(row.try_get("role").map_err(told)?)?,
                    state: word::state(row.try_get("state").map_err(told)?)?,
                    brought: row.try_get("brought").map_err(told)?,
                    blocked: blocker(
                        row.try_get("blocks").map_err(told)?,
                        row.try_get("is_blocked").map_err(told)?,
                    ),
                })
            } else {
                Membership::Out {
                    was_deleted: row.try_get("was_deleted").map_err(told)?,
                }
            };
            self.seats.insert((user, room), membership);
        }
        Ok(())
    }

    /// Who says this, where they may say something in the room.
    fn check(&mut self, entry: &NewEntry, outside: Option<Seat>) -> Result<Seat, Refusal> {
        let seat = match self.seats.get(&(entry.author, entry.room)) {
            Some(Membership::In(seat)) => seat.clone(),
            Some(Membership::Out { was_deleted: true }) => return Err(Refusal::RoomDeleted),
            _ => outside.ok_or(Refusal::UnknownRoom)?,
        };
        if seat.state != AccountState::Active {
            return Err(kept_out(seat.state));
        }
        // One's own words can be taken back wherever they are.
        if !matches!(entry.body, Body::Delete { .. }) {
            if self.logs.get(&entry.room).is_none_or(|log| log.archived) {
                return Err(Refusal::Archived);
            }
            if let Some(blocker) = seat.blocked {
                return Err(Refusal::Blocked(blocker));
            }
        }
        self.today.check(entry.author, &entry.body)?;
        Ok(seat)
    }

    /// Stores what is said, unless it is there already or not allowed. None of it changes a message.
    async fn set(&mut self, entries: &[&NewEntry]) -> Result<Vec<Outcome>, StoreError> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let mut known = self.firsts(entries).await?;
        let quoted = self.quoted(entries).await?;
        let mut outcomes = Vec::with_capacity(entries.len());
        let (mut rows, mut fresh) = (Rows::default(), Vec::new());
        let mut staying = BTreeSet::new();
        for entry in entries {
            let reply_to = match entry.body {
                Body::Message { reply_to, .. } => reply_to,
                _ => None,
            };
            let checked = self.check(entry, None).and_then(|seat| {
                if seat.brought && matches!(entry.body, Body::Message { .. }) {
                    staying.insert((entry.author.0, entry.room.0));
                }
                match reply_to {
                    None => Ok((seat, None)),
                    Some(seq) => match quoted.get(&(entry.room, seq)) {
                        Some(quoted) => Ok((seat, Some(quoted.clone()))),
                        None => Err(Refusal::UnknownMessage),
                    },
                }
            });
            let id = (entry.author, entry.id);
            outcomes.push(match checked {
                Err(refusal) => settled(refusal, known.get(&id), entry),
                Ok(_) if known.contains_key(&id) => known[&id].settles(entry),
                Ok((seat, quoted)) => {
                    let mut new = self.place(seat.person, entry.id, entry.room, &entry.body)?;
                    new.quoted = quoted.map(Box::new);
                    rows.push(entry.room, &new)?;
                    self.today.count(entry.author, &entry.body);
                    let first = First {
                        room: entry.room,
                        seq: new.seq,
                        at: new.at,
                        body: entry.body.clone(),
                    };
                    known.insert(id, first);
                    let stored = Outcome::Stored {
                        seq: new.seq,
                        at: new.at,
                    };
                    fresh.push((entry.room, new));
                    stored
                }
            });
        }
        self.stay(staying).await?;
        rows.insert(self.connection).await?;
        change::mention(self.connection, &fresh).await?;
        self.keep(fresh).await?;
        Ok(outcomes)
    }

    /// Stores one edit, deletion or reaction, and makes it.
    async fn change(&mut self, entry: &NewEntry) -> Result<Outcome, StoreError> {
        let known = self.firsts(&[entry]).await?;
        let first = known.get(&(entry.author, entry.id));
        let outside = self.outside(entry).await?;
        let seat = match self.check(entry, outside) {
            Ok(seat) => seat,
            Err(refusal) => return Ok(settled(refusal, first, entry)),
        };
        let change = match change::check(self.connection, &seat, entry.room, &entry.body).await? {
            Ok(change) => change,
            Err(refusal) => return Ok(settled(refusal, first, entry)),
        };
        if let Some(first) = first {
            return Ok(first.settles(entry));
        }
        let new = self.place(seat.person, entry.id, entry.room, &entry.body)?;
        let mut rows = Rows::default();
        rows.push(entry.room, &new)?;
        rows.insert(self.connection).await?;
        self.today.count(entry.author, &entry.body);
        change::apply(change, self.connection, entry.room, &new, entry.address).await?;
        let stored = Outcome::Stored {
            seq: new.seq,
            at: new.at,
        };
        self.keep(vec![(entry.room, new)]).await?;
        Ok(stored)
    }

    /// What is in the log under the ids of these.
    async fn firsts(
        &mut self,
        entries: &[&NewEntry],
    ) -> Result<HashMap<(UserId, EntryId), First>, StoreError> {
        let (authors, ids): (Vec<Uuid>, Vec<Uuid>) =
            entries.iter().map(|entry| (entry.author.0, entry.id.0)).unzip();
        let rows = sqlx::query(
            "select entries.author, entries.id, entries.room, entries.seq, entries.at, entries.body
             from unnest($1::uuid[], $2::uuid[]) as asked (author, id)
             join entries on entries.author = asked.author and entries.id = asked.id",
        )
        .bind(authors)
        .bind(ids)
        .fetch_all(&mut *self.connection)
        .await
        .map_err(told)?;
        rows.iter()
            .map(|row| {
                let author = UserId(row.try_get("author").map_err(told)?);
                let id = EntryId(row.try_get("id").map_err(told)?);
                let first = First {
                    room: RoomId(row.try_get("room").map_err(told)?),
                    seq: from_sql(row.try_get("seq").map_err(told)?),
                    at: from_sql(row.try_get("at").map_err(told)?),
                    body: read(row.try_get("body").map_err(told)?)?,
                };
                Ok(((author, id), first))
            })
            .collect()
    }

    async fn quoted(&mut self, entries: &[&NewEntry]) -> Result<HashMap<(RoomId, Seq), Quoted>, StoreError> {
        let asked = entries.iter().filter_map(|entry| match entry.body {
            Body::Message {
                reply_to: Some(seq), ..
            } => Some((entry.room, seq)),
            _ => None,
        });
        quote::quoted(self.connection, &asked.collect::<Vec<_>>()).await
    }

    /// Somebody who is not in the room: they may take their own words back, and nothing else.
    async fn outside(&mut self, entry: &NewEntry) -> Result<Option<Seat>, StoreError> {
        let (Body::Delete { message }, Some(Membership::Out { was_deleted: false })) =
            (&entry.body, self.seats.get(&(entry.author, entry.room)))
        else {
            return Ok(None);
        };
        let row = sqlx::query(
            "select users.name, users.state
             from entries join rooms on rooms.id = entries.room join users on users.id = entries.author
             where entries.room = $1 and entries.seq = $2 and entries.author = $3 and rooms.deleted_at is null",
        )
        .bind(entry.room.0)
        .bind(to_sql(*message))
        .bind(entry.author.0)
        .fetch_optional(&mut *self.connection)
        .await
        .map_err(told)?;
        row.map(|row| {
            Ok(Seat {
                person: Person {
                    id: entry.author,
                    name: row.try_get("name").map_err(told)?,
                },
                role: steadfast_shared::Role::Member,
                state: word::state(row.try_get("state").map_err(told)?)?,
                brought: false,
                blocked: None,
            })
        })
        .transpose()
    }

    /// Those who say something where they were brought are there by their own will.
    async fn stay(&mut self, staying: BTreeSet<(Uuid, Uuid)>) -> Result<(), StoreError> {
        if staying.is_empty() {
            return Ok(());
        }
        for (user, room) in &staying {
            if let Some(Membership::In(seat)) = self.seats.get_mut(&(UserId(*user), RoomId(*room))) {
                seat.brought = false;
            }
        }
        let (people, rooms): (Vec<Uuid>, Vec<Uuid>) = staying.into_iter().unzip();
        sqlx::query(
            "update members set brought_by = null from unnest($1::uuid[], $2::uuid[]) as given (person, room)
             where members.person = given.person and members.room = given.room",
        )
        .bind(people)
        .bind(rooms)
        .execute(&mut *self.connection)
        .await
        .map_err(told)?;
        Ok(())
    }

    /// Gives an entry its place at the end of its room's log, which is locked, and a time no earlier than the one before it.
    fn place(&mut self, author: Person, id: EntryId, room: RoomId, body: &Body) -> Result<Entry, StoreError> {
        let at = self.at;
        let log = self
            .logs
            .get_mut(&room)
            .ok_or(StoreError::Unreadable("room: it is not locked"))?;
        log.head += 1;
        log.last_at = log.last_at.max(at);
        Ok(Entry::new(log.head, id, author, log.last_at, body.clone()))
    }

    /// Takes entries that were stored into account.
    async fn keep(&mut self, fresh: Vec<(RoomId, Entry)>) -> Result<(), StoreError> {
        let mentioned: BTreeSet<UserId> = fresh
            .iter()
            .flat_map(|(_, entry)| page::mentioned(entry))
            .collect();
        let mentioned: Vec<UserId> = mentioned.into_iter().collect();
        let people = person::named(self.connection, &mentioned).await?;
        for (room, mut entry) in fresh {
            page::name_mentioned(std::slice::from_mut(&mut entry), people.clone());
            if let Some(log) = self.logs.get_mut(&room) {
                if entry.body.is_news() {
                    log.active_at = log.active_at.max(entry.at);
                }
                log.fresh.push(entry);
            }
        }
        Ok(())
    }

    /// Appends what the server writes of somebody's doing, in rooms that are locked.
    pub(super) async fn write(&mut self, by: &Person, said: Vec<(RoomId, Body)>) -> Result<(), StoreError> {
        let (mut rows, mut fresh) = (Rows::default(), Vec::with_capacity(said.len()));
        for (room, body) in said {
            let new = self.place(by.clone(), EntryId(Uuid::now_v7()), room, &body)?;
            rows.push(room, &new)?;
            fresh.push((room, new));
        }
        rows.insert(self.connection).await?;
        self.keep(fresh).await
    }

    /// Writes the heads, what was written today, and last of all what has changed. Answers the change feed's head, too. The
    /// caller commits.
    pub(super) async fn finish(
        self,
        changes: &[ChangeKind],
    ) -> Result<(Vec<Grown>, ChangeNumber), StoreError> {
        let (mut ids, mut heads, mut lasts, mut actives) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (room, log) in self.logs.iter().filter(|(_, log)| !log.fresh.is_empty()) {
            ids.push(room.0);
            heads.push(to_sql(log.head));
            lasts.push(to_sql(log.last_at));
            actives.push(to_sql(log.active_at));
        }
        if !ids.is_empty() {
            sqlx::query(
                "update rooms set head = given.head, last_at = given.last_at,
                        active_at = greatest(rooms.active_at, given.active_at)
                 from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[]) as given (id, head, last_at, active_at)
                 where rooms.id = given.id",
            )
            .bind(ids)
            .bind(heads)
            .bind(lasts)
            .bind(actives)
            .execute(&mut *self.connection)
            .await
            .map_err(told)?;
        }
        usage::store(&self.today, self.connection).await?;
        self.today.warn();
        let feed = feed::append(self.connection, changes, self.at).await?;
        let grown = self.logs.into_iter().map(|(room, log)| Grown {
            room,
            head: log.head,
            fresh: log.fresh,
        });
        Ok((grown.collect(), feed))
    }
}
