//! Administration over SQLite: the statements are those of `store::admin`; erasing and purging are its own.

use async_trait::async_trait;
use sqlx::Row;
use steadfast_shared::admin::{
    AuditLine, HeldAddress, LogQuery, PeopleQuery, PersonInfo, PersonLimit, RoomInfo, RoomsQuery, SignIn,
};
use steadfast_shared::http::{LeftMessage, LeftMessagesQuery};
use steadfast_shared::{Millis, Nickname, Person, RoomId, UserId};
use uuid::Uuid;

use super::{SqliteStore, change, from_sql};
use crate::store::admin::delete::PURGED_AT_ONCE;
use crate::store::admin::mask::ERASED_AT_ONCE;
use crate::store::admin::{
    Administration, Erased, Keep, NewAuditLine, NewSignIn, exclude, logs, owner, people, rooms,
};
use crate::store::people::block;
use crate::store::{SessionId, StoreError, TokenHash};

#[async_trait]
impl Administration for SqliteStore {
    async fn has_owner(&self) -> Result<bool, StoreError> {
        let mut connection = self.readers.acquire().await?;
        owner::has_owner(&mut *connection).await
    }

    async fn add_owner_link(&self, code: TokenHash, at: Millis) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        owner::add_link(&mut *transaction, code, at).await?;
        Ok(transaction.commit().await?)
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
        let mut transaction = self.begin().await?;
        let address = exclude::release(&mut *transaction, id).await?;
        transaction.commit().await?;
        Ok(address)
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
        let mut transaction = self.begin().await?;
        logs::write_sign_ins(&mut *transaction, lines, seen).await?;
        Ok(transaction.commit().await?)
    }

    async fn log_audit(&self, line: &NewAuditLine) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        logs::write_audit(&mut *transaction, line).await?;
        Ok(transaction.commit().await?)
    }

    async fn prune(&self, at: Millis, sign_ins: Keep, audit: Keep) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        logs::prune(&mut *transaction, at, sign_ins, audit).await?;
        Ok(transaction.commit().await?)
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

async fn erase_some(store: &SqliteStore, from: Erased) -> Result<Erased, StoreError> {
    let (user, after) = match from {
        Some(from) => from,
        None => {
            let user = sqlx::query_scalar("select id from users where erasing = 1 limit 1")
                .fetch_optional(&store.readers)
                .await?;
            let Some(user) = user else { return Ok(None) };
            (UserId(user), Uuid::nil())
        }
    };
    let mut transaction = store.begin().await?;
    let rows = sqlx::query(
        "select entries.room, entries.seq, entries.id from entries join users on users.id = entries.author
         where entries.author = ? and entries.id > ? and entries.kind = 'message' and entries.at <= users.masked_at
         order by entries.id limit ?",
    )
    .bind(user.0)
    .bind(after)
    .bind(ERASED_AT_ONCE)
    .fetch_all(&mut *transaction)
    .await?;
    let mut last = None;
    for row in &rows {
        let room = RoomId(row.try_get("room")?);
        let seq = from_sql(row.try_get("seq")?);
        change::erase(&mut transaction, room, seq).await?;
        last = Some((user, row.try_get("id")?));
    }
    if last.is_none() {
        sqlx::query("update users set erasing = 0 where id = ?")
            .bind(user.0)
            .execute(&mut *transaction)
            .await?;
        // Another person may be next.
        last = sqlx::query_scalar("select id from users where erasing = 1 limit 1")
            .fetch_optional(&mut *transaction)
            .await?
            .map(|user| (UserId(user), Uuid::nil()));
    }
    transaction.commit().await?;
    Ok(last)
}

async fn purge_some(store: &SqliteStore) -> Result<bool, StoreError> {
    let room: Option<Uuid> = sqlx::query_scalar(
        "select id from rooms where deleted_at is not null
         and head > 0 limit 1",
    )
    .fetch_optional(&store.readers)
    .await?;
    let Some(room) = room else { return Ok(false) };
    let mut transaction = store.begin().await?;
    for query in [
        "delete from mentions where room = ?1 and ?2",
        "delete from reactions where room = ?1 and ?2",
        "delete from changed where room = ?1 and ?2",
        // Deleting from the end, and moving the head with it, keeps the log contiguous at every point.
        "delete from entries where room = ?1 and seq > (select head from rooms where id = ?1) - ?2",
        "update rooms set head = max(0, head - ?2) where id = ?1",
    ] {
        sqlx::query(query)
            .bind(room)
            .bind(PURGED_AT_ONCE)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(true)
}
