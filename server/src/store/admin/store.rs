//! Administration over either database.

use async_trait::async_trait;
use steadfast_shared::admin::{
    AuditLine, HeldAddress, LogQuery, PeopleQuery, PersonInfo, PersonLimit, RoomInfo, RoomsQuery, SignIn,
};
use steadfast_shared::http::{LeftMessage, LeftMessagesQuery};
use steadfast_shared::{Millis, Nickname, Person, RoomId, UserId};

use super::{
    Administration, Erased, Keep, NewAuditLine, NewSignIn, delete, exclude, logs, mask, owner, people, rooms,
};
use crate::store::people::block;
use crate::store::sql_store::{SqlStore, read, written};
use crate::store::{SessionId, StoreError, TokenHash};

#[async_trait]
impl<S: SqlStore> Administration for S {
    async fn has_owner(&self) -> Result<bool, StoreError> {
        read!(self, |connection| owner::has_owner(&mut *connection))
    }

    async fn add_owner_link(&self, code: TokenHash, at: Millis) -> Result<(), StoreError> {
        written!(self, |transaction| owner::add_link(&mut *transaction, code, at))
    }

    async fn is_owner_link(&self, code: TokenHash) -> Result<bool, StoreError> {
        read!(self, |connection| owner::is_link(&mut *connection, code))
    }

    async fn people_info(&self, query: &PeopleQuery, at: Millis) -> Result<Vec<PersonInfo>, StoreError> {
        read!(self, |connection| people::list(&mut *connection, query, at))
    }

    async fn person_info(&self, user: UserId, at: Millis) -> Result<Option<PersonInfo>, StoreError> {
        read!(self, |connection| people::info(&mut *connection, user, at))
    }

    async fn person_called(&self, name: &Nickname) -> Result<Option<Person>, StoreError> {
        read!(self, |connection| people::called(&mut *connection, name))
    }

    async fn counts(&self, user: UserId) -> Result<(u32, u64), StoreError> {
        read!(self, |connection| people::counts(&mut *connection, user))
    }

    async fn device_addresses(&self, user: UserId) -> Result<Vec<(SessionId, String)>, StoreError> {
        read!(self, |connection| people::device_addresses(
            &mut *connection,
            user
        ))
    }

    async fn blocked_by(&self, user: UserId) -> Result<Vec<Person>, StoreError> {
        read!(self, |connection| block::blocked_by(&mut *connection, user))
    }

    async fn limits_of(&self, user: UserId) -> Result<Vec<PersonLimit>, StoreError> {
        read!(self, |connection| people::limits_of(&mut *connection, user))
    }

    async fn sign_ins(&self, query: LogQuery) -> Result<Vec<SignIn>, StoreError> {
        read!(self, |connection| logs::sign_ins(&mut *connection, query))
    }

    async fn audit(&self, query: LogQuery) -> Result<Vec<AuditLine>, StoreError> {
        read!(self, |connection| logs::audit(&mut *connection, query))
    }

    async fn held_addresses(&self, at: Millis) -> Result<Vec<HeldAddress>, StoreError> {
        read!(self, |connection| exclude::held_addresses(&mut *connection, at))
    }

    async fn release_address(&self, id: i64) -> Result<Option<String>, StoreError> {
        written!(self, |transaction| exclude::release(&mut *transaction, id))
    }

    async fn rooms_info(&self, query: &RoomsQuery, all: bool) -> Result<Vec<RoomInfo>, StoreError> {
        read!(self, |connection| rooms::list(&mut *connection, query, all))
    }

    async fn room_info(&self, room: RoomId) -> Result<Option<RoomInfo>, StoreError> {
        read!(self, |connection| rooms::info(&mut *connection, room))
    }

    async fn log_sign_ins(
        &self,
        lines: &[NewSignIn],
        seen: &[(SessionId, String)],
    ) -> Result<(), StoreError> {
        written!(self, |transaction| logs::write_sign_ins(
            &mut *transaction,
            lines,
            seen
        ))
    }

    async fn log_audit(&self, line: &NewAuditLine) -> Result<(), StoreError> {
        written!(self, |transaction| logs::write_audit(&mut *transaction, line))
    }

    async fn prune(&self, at: Millis, sign_ins: Keep, audit: Keep) -> Result<(), StoreError> {
        written!(self, |transaction| logs::prune(
            &mut *transaction,
            at,
            sign_ins,
            audit
        ))
    }

    async fn erase_some(&self, from: Erased) -> Result<Erased, StoreError> {
        mask::erase_some(self, from).await
    }

    async fn purge_some(&self) -> Result<bool, StoreError> {
        delete::purge_some(self).await
    }

    async fn left_messages(
        &self,
        user: UserId,
        query: LeftMessagesQuery,
    ) -> Result<Vec<LeftMessage>, StoreError> {
        read!(self, |connection| people::left_messages(
            &mut *connection,
            user,
            query
        ))
    }
}
