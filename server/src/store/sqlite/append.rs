//! The log grows: one transaction for everything that was queued.

use std::collections::HashMap;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};
use steadfast_shared::admin::{AccountState, AuditAction};
use steadfast_shared::{Body, Entry, EntryId, Millis, Person, Quoted, Role, RoomId, Seq, UserId};
use uuid::Uuid;

use super::access::was_deleted;
use super::admin::{self, logs};
use super::body::{kind, read, written};
use super::change::{self, Change, Seat};
use super::usage;
use super::{SqliteStore, feed, from_sql, person, quote, to_sql, told};
use crate::store::access::blocker;
use crate::store::admin::{Actor, NewAuditLine, kept_out};
use crate::store::page;
use crate::store::quota::Room;
use crate::store::usage::{Today, grows};
use crate::store::{Appended, ChangeKind, ChangeNumber, Grown, NewEntry, Outcome, Refusal, StoreError};

/// One attempt at [`crate::store::Log::append`].
pub(super) async fn append(
    store: &SqliteStore,
    entries: &[NewEntry],
    at: Millis,
) -> Result<Appended, StoreError> {
    let mut append = Append::begin(store, at).await?;
    let mut outcomes = Vec::with_capacity(entries.len());
    for entry in entries {
        outcomes.push(append.entry(entry).await?);
    }
    let (logs, feed) = append.commit(store, &[]).await?;
    Ok(Appended { outcomes, logs, feed })
}

/// A transaction that appends.
///
/// The write lock is held from the first statement to the commit, so the heads read here are the heads until then.
pub(super) struct Append {
    pub(super) transaction: Transaction<'static, Sqlite>,
    pub(super) at: Millis,
    logs: HashMap<RoomId, Growing>,
    seats: HashMap<(UserId, RoomId), Option<Seat>>,
    today: Today,
    /// Whether the disk has no room for more.
    pub(super) full: bool,
    /// Who had to leave which room, to make room for the one they were brought into.
    pub(super) gave_way: Vec<(RoomId, Person)>,
}

/// A room's log as this transaction has it.
struct Growing {
    head: Seq,
    /// When its newest entry was stored: none is stored as older than it.
    last_at: Millis,
    archived: bool,
    /// Whether a message was added.
    active: bool,
    fresh: Vec<Entry>,
}

impl Growing {
    fn from_row(row: &SqliteRow) -> Result<Self, StoreError> {
        Ok(Self {
            head: from_sql(row.try_get("head").map_err(told)?),
            last_at: from_sql(row.try_get("last_at").map_err(told)?),
            archived: row.try_get("archived").map_err(told)?,
            active: false,
            fresh: Vec::new(),
        })
    }
}

/// What has to be known of an entry before it is stored.
enum Checked {
    Message(Option<Quoted>),
    Change(Change),
}

impl Append {
    pub(super) async fn begin(store: &SqliteStore, at: Millis) -> Result<Self, StoreError> {
        Ok(Self {
            transaction: store.begin().await?,
            at,
            logs: HashMap::new(),
            seats: HashMap::new(),
            today: Today::at(at, store.limits.quota),
            full: store.room() == Room::Full,
            gave_way: Vec::new(),
        })
    }

    /// Appends what somebody has sent, unless it is there already or not allowed.
    ///
    /// Only `unique (author, id)` settles a repeat; any other constraint fails the transaction.
    async fn entry(&mut self, entry: &NewEntry) -> Result<Outcome, StoreError> {
        let refusal = match self.check(entry).await? {
            Ok((author, checked)) => match self.insert(author, entry, checked).await? {
                Some((seq, at)) => return Ok(Outcome::Stored { seq, at }),
                None => Refusal::Conflict,
            },
            Err(refusal) => refusal,
        };
        if refusal == Refusal::RoomDeleted {
            return Ok(Outcome::Refused(refusal));
        }
        // What is stored stays stored, whatever became of the room or the message since.
        Ok(match self.first(entry).await? {
            Some(repeat @ Outcome::Repeat { .. }) => repeat,
            Some(conflict) if refusal != Refusal::UnknownRoom => conflict,
            _ => Outcome::Refused(refusal),
        })
    }

    async fn check(&mut self, entry: &NewEntry) -> Result<Result<(Person, Checked), Refusal>, StoreError> {
        let seat = match self.seat(entry.author, entry.room).await? {
            Some(seat) => seat,
            None => match self.outside(entry).await? {
                Ok(seat) => seat,
                Err(refusal) => return Ok(Err(refusal)),
            },
        };
        if seat.state != AccountState::Active {
            return Ok(Err(kept_out(seat.state)));
        }
        // One's own words can be taken back wherever they are.
        if !matches!(entry.body, Body::Delete { .. }) {
            if self.logs.get(&entry.room).is_some_and(|log| log.archived) {
                return Ok(Err(Refusal::Archived));
            }
            if let Some(blocker) = seat.blocked {
                return Ok(Err(Refusal::Blocked(blocker)));
            }
        }
        if seat.brought && matches!(entry.body, Body::Message { .. }) {
            self.stay(entry.author, entry.room).await?;
        }
        if self.full && grows(&entry.body) {
            return Ok(Err(Refusal::StorageFull));
        }
        let connection = &mut *self.transaction;
        usage::learn(&mut self.today, connection, entry.author, &entry.body).await?;
        if let Err(refusal) = self.today.check(entry.author, &entry.body) {
            return Ok(Err(refusal));
        }
        let checked = match &entry.body {
            Body::Message { reply_to: None, .. } => Checked::Message(None),
            Body::Message {
                reply_to: Some(seq), ..
            } => match quote::quoted(connection, entry.room, &[*seq]).await?.pop() {
                Some(quoted) => Checked::Message(Some(quoted)),
                None => return Ok(Err(Refusal::UnknownMessage)),
            },
            body => match change::check(connection, &seat, entry.room, body).await? {
                Ok(change) => Checked::Change(change),
                Err(refusal) => return Ok(Err(refusal)),
            },
        };
        Ok(Ok((seat.person, checked)))
    }

    /// Stores an entry and what follows from it. `None` where its author has used the id before.
    async fn insert(
        &mut self,
        author: Person,
        entry: &NewEntry,
        checked: Checked,
    ) -> Result<Option<(Seq, Millis)>, StoreError> {
        let Some(mut fresh) = self.row(author, entry.id, entry.room, &entry.body).await? else {
            return Ok(None);
        };
        self.today.count(entry.author, &entry.body);
        let (seq, at) = (fresh.seq, fresh.at);
        let connection = &mut *self.transaction;
        let mentioned: Vec<UserId> = entry.body.mentions().collect();
        match checked {
            Checked::Message(quoted) => {
                fresh.quoted = quoted.map(Box::new);
                change::mention(connection, entry.author, entry.room, seq, &mentioned).await?;
            }
            Checked::Change(change) => {
                if let Change::Delete { message, mine: false } = change {
                    let line = NewAuditLine {
                        at: self.at,
                        action: AuditAction::DeletedMessage,
                        actor: Actor {
                            person: Some(fresh.author.clone()),
                            role: Role::Moderator,
                            address: entry.address.map(|address| address.to_string()),
                        },
                        person: change::author(connection, entry.room, message).await?,
                        room: Some(entry.room),
                        detail: message.to_string(),
                    };
                    logs::write_audit(connection, &line).await?;
                }
                change::apply(change, connection, entry, seq, &mentioned).await?;
            }
        }
        fresh.mentioned = person::named(connection, &page::mentioned(&fresh)).await?;
        self.grow(entry.room, fresh)?;
        Ok(Some((seq, at)))
    }

    /// Appends what the server writes of somebody's doing.
    pub(super) async fn write(&mut self, by: &Person, room: RoomId, body: Body) -> Result<(), StoreError> {
        if !self.logs.contains_key(&room) {
            let row = sqlx::query("select head, archived,
                        coalesce((select at from entries where entries.room = rooms.id and entries.seq = rooms.head), 0) as last_at
                 from rooms where id = ?")
                .bind(room.0)
                .fetch_one(&mut *self.transaction)
                .await
                .map_err(told)?;
            self.logs.insert(room, Growing::from_row(&row)?);
        }
        let id = EntryId(Uuid::now_v7());
        match self.row(by.clone(), id, room, &body).await? {
            Some(entry) => self.grow(room, entry),
            None => Err(StoreError::Unreadable("entry: its id is taken")),
        }
    }

    /// Stores an entry's row at the end of its room's log, which is known. `None` where its author has used the id before.
    async fn row(
        &mut self,
        author: Person,
        id: EntryId,
        room: RoomId,
        body: &Body,
    ) -> Result<Option<Entry>, StoreError> {
        let at = self.at;
        let log = self.log(room)?;
        let (seq, at) = (log.head + 1, log.last_at.max(at));
        let inserted = sqlx::query(
            "insert into entries (room, seq, author, id, at, body, kind, target) values (?, ?, ?, ?, ?, ?, ?, ?)
             on conflict (author, id) do nothing",
        )
        .bind(room.0)
        .bind(to_sql(seq))
        .bind(author.id.0)
        .bind(id.0)
        .bind(to_sql(at))
        .bind(written(body)?)
        .bind(kind(body))
        .bind(body.changes().map(to_sql))
        .execute(&mut *self.transaction)
        .await
        .map_err(told)?
        .rows_affected();
        Ok((inserted == 1).then(|| Entry::new(seq, id, author, at, body.clone())))
    }

    /// Takes an entry that was stored into account.
    fn grow(&mut self, room: RoomId, entry: Entry) -> Result<(), StoreError> {
        let log = self.log(room)?;
        log.head = entry.seq;
        log.last_at = entry.at;
        log.active |= entry.body.is_news();
        log.fresh.push(entry);
        Ok(())
    }

    fn log(&mut self, room: RoomId) -> Result<&mut Growing, StoreError> {
        self.logs.get_mut(&room).ok_or(StoreError::Unreadable("room"))
    }

    /// What is stored under this entry's id: the same, or something else.
    async fn first(&mut self, entry: &NewEntry) -> Result<Option<Outcome>, StoreError> {
        let first = sqlx::query("select room, seq, at, body from entries where author = ? and id = ?")
            .bind(entry.author.0)
            .bind(entry.id.0)
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(told)?;
        let Some(first) = first else { return Ok(None) };
        let room = RoomId(first.try_get("room").map_err(told)?);
        let body = read(first.try_get("body").map_err(told)?)?;
        let erased = matches!(body, Body::Erased | Body::ErasedEdit);
        if room != entry.room || !(erased || body == entry.body) {
            return Ok(Some(Outcome::Refused(Refusal::Conflict)));
        }
        Ok(Some(Outcome::Repeat {
            seq: from_sql(first.try_get("seq").map_err(told)?),
            at: from_sql(first.try_get("at").map_err(told)?),
        }))
    }

    /// Who this is in the room; `None` where they are not in it. Brings the room's log along.
    async fn seat(&mut self, user: UserId, room: RoomId) -> Result<Option<Seat>, StoreError> {
        if let Some(seat) = self.seats.get(&(user, room)) {
            return Ok(seat.clone());
        }
        let row = sqlx::query(
            "select rooms.head, rooms.archived, users.name, users.role, users.state,
                    coalesce((select at from entries where entries.room = rooms.id and entries.seq = rooms.head), 0) as last_at,
                    members.brought_by is not null as brought,
                    iif(rooms.kind = 'direct' and length(rooms.direct_key) = 32,
                        exists (select 1 from members as others
                                join blocks on blocks.user = members.user and blocks.blocked = others.user
                                where others.room = members.room), 0) as blocks,
                    iif(rooms.kind = 'direct' and length(rooms.direct_key) = 32,
                        exists (select 1 from members as others
                                join blocks on blocks.user = others.user and blocks.blocked = members.user
                                where others.room = members.room), 0) as is_blocked
             from members join rooms on rooms.id = members.room join users on users.id = members.user
             where members.user = ? and members.room = ?",
        )
        .bind(user.0)
        .bind(room.0)
        .fetch_optional(&mut *self.transaction)
        .await
        .map_err(told)?;
        let seat = match row {
            None => None,
            Some(row) => {
                self.logs.entry(room).or_insert(Growing::from_row(&row)?);
                let name = row.try_get("name").map_err(told)?;
                let blocked = blocker(
                    row.try_get("blocks").map_err(told)?,
                    row.try_get("is_blocked").map_err(told)?,
                );
                Some(Seat {
                    person: Person { id: user, name },
                    role: admin::role(row.try_get("role").map_err(told)?)?,
                    state: admin::state(row.try_get("state").map_err(told)?)?,
                    brought: row.try_get("brought").map_err(told)?,
                    blocked,
                })
            }
        };
        self.seats.insert((user, room), seat.clone());
        Ok(seat)
    }

    /// Somebody who is not in the room: they may take their own words back, and nothing else.
    async fn outside(&mut self, entry: &NewEntry) -> Result<Result<Seat, Refusal>, StoreError> {
        if was_deleted(&mut self.transaction, entry.author, entry.room).await? {
            return Ok(Err(Refusal::RoomDeleted));
        }
        let Body::Delete { message } = entry.body else {
            return Ok(Err(Refusal::UnknownRoom));
        };
        let row = sqlx::query(
            "select rooms.head, rooms.archived, users.name, users.state,
                    coalesce((select at from entries where entries.room = rooms.id and entries.seq = rooms.head), 0) as last_at
             from entries join rooms on rooms.id = entries.room join users on users.id = entries.author
             where entries.room = ? and entries.seq = ? and entries.author = ? and rooms.deleted_at is null",
        )
        .bind(entry.room.0)
        .bind(to_sql(message))
        .bind(entry.author.0)
        .fetch_optional(&mut *self.transaction)
        .await
        .map_err(told)?;
        let Some(row) = row else {
            return Ok(Err(Refusal::UnknownRoom));
        };
        self.logs.entry(entry.room).or_insert(Growing::from_row(&row)?);
        Ok(Ok(Seat {
            person: Person {
                id: entry.author,
                name: row.try_get("name").map_err(told)?,
            },
            role: Role::Member,
            state: admin::state(row.try_get("state").map_err(told)?)?,
            brought: false,
            blocked: None,
        }))
    }

    /// Somebody says something where they were brought: they are there by their own will.
    async fn stay(&mut self, user: UserId, room: RoomId) -> Result<(), StoreError> {
        sqlx::query("update members set brought_by = null where user = ? and room = ?")
            .bind(user.0)
            .bind(room.0)
            .execute(&mut *self.transaction)
            .await
            .map_err(told)?;
        if let Some(Some(seat)) = self.seats.get_mut(&(user, room)) {
            seat.brought = false;
        }
        Ok(())
    }

    /// Writes the heads and what has changed, and commits. Answers the change feed's head, too.
    pub(super) async fn commit(
        mut self,
        store: &SqliteStore,
        changes: &[ChangeKind],
    ) -> Result<(Vec<Grown>, ChangeNumber), StoreError> {
        for (room, log) in self.logs.iter().filter(|(_, log)| !log.fresh.is_empty()) {
            sqlx::query(
                "update rooms set head = ?, active_at = iif(?, max(active_at, ?), active_at) where id = ?",
            )
            .bind(to_sql(log.head))
            .bind(log.active)
            .bind(to_sql(self.at))
            .bind(room.0)
            .execute(&mut *self.transaction)
            .await
            .map_err(told)?;
        }
        usage::store(&self.today, &mut self.transaction).await?;
        let feed = feed::append(&mut self.transaction, changes, self.at).await?;
        store.commit(self.transaction).await?;
        self.today.warn();
        let grown = self.logs.into_iter().map(|(room, log)| Grown {
            room,
            head: log.head,
            fresh: log.fresh,
        });
        Ok((grown.collect(), feed))
    }
}
