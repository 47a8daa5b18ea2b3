//! Administration over Postgres: the statements are those of `store::admin`; erasing and purging are its own.

use async_trait::async_trait;
use sqlx::{PgConnection, Row};
use steadfast_shared::admin::{
    AuditLine, HeldAddress, LogQuery, PeopleQuery, PersonInfo, PersonLimit, RoomInfo, RoomsQuery, SignIn,
};
use steadfast_shared::http::{LeftMessage, LeftMessagesQuery};
use steadfast_shared::{Millis, Nickname, Person, RoomId, UserId};
use uuid::Uuid;

use super::transaction::written;
use super::{PostgresStore, change, from_sql};
use crate::store::admin::delete::PURGED_AT_ONCE;
use crate::store::admin::mask::ERASED_AT_ONCE;
use crate::store::admin::{
    Administration, Erased, Keep, NewAuditLine, NewSignIn, exclude, logs, owner, people, rooms,
};
use crate::store::people::block;
use crate::store::{SessionId, StoreError, TokenHash};

#[async_trait]
impl Administration for PostgresStore {
    async fn has_owner(&self) -> Result<bool, StoreError> {
        let mut connection = self.readers.acquire().await?;
        owner::has_owner(&mut *connection).await
    }

    async fn add_owner_link(&self, code: TokenHash, at: Millis) -> Result<(), StoreError> {
        written!(self, accounts, |transaction| owner::add_link(
            &mut *transaction,
            code,
            at
        ))
    }

    async fn is_owner_link(&self, code: TokenHash) -> Result<bool, StoreError> {
        let mut connection = self.readers.acquire().await?;
        owner::is_link(&mut *connection, code).await
    }

    async fn people_info(&self, query: &PeopleQuery, at: Millis) -> Result<Vec<PersonInfo>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        people::list(&mut *connection, query, at).await
    }

    async fn person_info(&self, user: UserId, at: Millis) -> Result<Option<PersonInfo>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        people::info(&mut *connection, user, at).await
    }

    async fn person_called(&self, name: &Nickname) -> Result<Option<Person>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        people::called(&mut *connection, name).await
    }

    async fn counts(&self, user: UserId) -> Result<(u32, u64), StoreError> {
        let mut connection = self.readers.acquire().await?;
        people::counts(&mut *connection, user).await
    }

    async fn device_addresses(&self, user: UserId) -> Result<Vec<(SessionId, String)>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        people::device_addresses(&mut *connection, user).await
    }

    async fn blocked_by(&self, user: UserId) -> Result<Vec<Person>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        block::blocked_by(&mut *connection, user).await
    }

    async fn limits_of(&self, user: UserId) -> Result<Vec<PersonLimit>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        people::limits_of(&mut *connection, user).await
    }

    async fn sign_ins(&self, query: LogQuery) -> Result<Vec<SignIn>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        logs::sign_ins(&mut *connection, query).await
    }

    async fn audit(&self, query: LogQuery) -> Result<Vec<AuditLine>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        logs::audit(&mut *connection, query).await
    }

    async fn held_addresses(&self, at: Millis) -> Result<Vec<HeldAddress>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        exclude::held_addresses(&mut *connection, at).await
    }

    async fn release_address(&self, id: i64) -> Result<Option<String>, StoreError> {
        written!(self, accounts, |transaction| exclude::release(
            &mut *transaction,
            id
        ))
    }

    async fn rooms_info(&self, query: &RoomsQuery, all: bool) -> Result<Vec<RoomInfo>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        rooms::list(&mut *connection, query, all).await
    }

    async fn room_info(&self, room: RoomId) -> Result<Option<RoomInfo>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        rooms::info(&mut *connection, room).await
    }

    async fn log_sign_ins(
        &self,
        lines: &[NewSignIn],
        seen: &[(SessionId, String)],
    ) -> Result<(), StoreError> {
        written!(self, accounts, |transaction| logs::write_sign_ins(
            &mut *transaction,
            lines,
            seen
        ))
    }

    async fn log_audit(&self, line: &NewAuditLine) -> Result<(), StoreError> {
        written!(self, accounts, |transaction| logs::write_audit(
            &mut *transaction,
            line
        ))
    }

    async fn prune(&self, at: Millis, sign_ins: Keep, audit: Keep) -> Result<(), StoreError> {
        written!(self, accounts, |transaction| logs::prune(
            &mut *transaction,
            at,
            sign_ins,
            audit
        ))
    }

    async fn erase_some(&self, from: Erased) -> Result<Erased, StoreError> {
        erase_some(self, from).await
    }

    async fn purge_some(&self) -> Result<bool, StoreError> {
        purge_some(self).await
    }

    async fn left_messages(
        &self,
        user: UserId,
        query: LeftMessagesQuery,
    ) -> Result<Vec<LeftMessage>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        people::left_messages(&mut *connection, user, query).await
    }
}

async fn erase_some(store: &PostgresStore, from: Erased) -> Result<Erased, StoreError> {
    let (user, after) = match from {
        Some(from) => from,
        None => {
            let user = sqlx::query_scalar("select id from users where erasing limit 1")
                .fetch_optional(&store.readers)
                .await?;
            let Some(user) = user else { return Ok(None) };
            (UserId(user), Uuid::nil())
        }
    };
    written!(store, accounts, |transaction| erase(
        &mut transaction,
        user,
        after
    ))
}

async fn erase(connection: &mut PgConnection, user: UserId, after: Uuid) -> Result<Erased, StoreError> {
    let rows = sqlx::query(
        "select entries.room, entries.seq, entries.id from entries join users on users.id = entries.author
         where entries.author = $1 and entries.id > $2 and entries.kind = 'message' and entries.at <= users.masked_at
         order by entries.id limit $3",
    )
    .bind(user.0)
    .bind(after)
    .bind(ERASED_AT_ONCE)
    .fetch_all(&mut *connection)
    .await?;
    let (mut messages, mut last) = (Vec::with_capacity(rows.len()), None);
    for row in &rows {
        let room = RoomId(row.try_get("room")?);
        messages.push((room, from_sql(row.try_get("seq")?)));
        last = Some((user, row.try_get("id")?));
    }
    // Lock their rooms, as edits and reactions do.
    let mut rooms: Vec<Uuid> = messages.iter().map(|(room, _)| room.0).collect();
    rooms.sort_unstable();
    rooms.dedup();
    sqlx::query("select 1 from rooms where id = any($1) order by id for no key update")
        .bind(rooms)
        .execute(&mut *connection)
        .await?;
    change::erase(connection, &messages).await?;
    if last.is_none() {
        sqlx::query("update users set erasing = false where id = $1")
            .bind(user.0)
            .execute(&mut *connection)
            .await?;
        // Another person may be next.
        last = sqlx::query_scalar("select id from users where erasing limit 1")
            .fetch_optional(connection)
            .await?
            .map(|user| (UserId(user), Uuid::nil()));
    }
    Ok(last)
}

async fn purge_some(store: &PostgresStore) -> Result<bool, StoreError> {
    let room: Option<Uuid> = sqlx::query_scalar(
        "select id from rooms where deleted_at is not null
         and head > 0 limit 1",
    )
    .fetch_optional(&store.readers)
    .await?;
    let Some(room) = room else { return Ok(false) };
    written!(store, accounts, |transaction| purge(&mut transaction, room))
}

async fn purge(connection: &mut PgConnection, room: Uuid) -> Result<bool, StoreError> {
    sqlx::query("select 1 from rooms where id = $1 for no key update")
        .bind(room)
        .execute(&mut *connection)
        .await?;
    // First the rows that refer to the last entries, then those entries and the head: deleting from the end keeps the log
    // contiguous at every point.
    for query in [
        "delete from mentions where room = $1 and message > (select head from rooms where id = $1) - $2",
        "delete from reactions where room = $1 and message > (select head from rooms where id = $1) - $2",
        "delete from changed where room = $1 and message > (select head from rooms where id = $1) - $2",
        "delete from entries where room = $1 and seq > (select head from rooms where id = $1) - $2",
        "update rooms set head = greatest(0, head - $2) where id = $1",
    ] {
        sqlx::query(query)
            .bind(room)
            .bind(PURGED_AT_ONCE)
            .execute(&mut *connection)
            .await?;
    }
    Ok(true)
}
