//! What operators do and see.
//!
//! - `command`: what is done in one transaction, in order with everything that is said
//! - `exclude`: people are kept out, and let in again
//! - `mask`: what somebody wrote is hidden, shown again or erased
//! - `delete`: rooms are deleted, and their entries taken out bit by bit
//! - `people`, `rooms`: what operators see of them
//! - `logs`: the sign-in log and the audit log
//! - `owner`: owner links

pub(super) mod command;
mod delete;
mod exclude;
pub(super) mod logs;
mod mask;
mod owner;
mod people;
mod rooms;

use async_trait::async_trait;
use steadfast_shared::admin::{
    AuditLine, HeldAddress, LogQuery, PeopleQuery, PersonInfo, PersonLimit, RoomInfo, RoomsQuery, SignIn,
};
use steadfast_shared::http::{LeftMessage, LeftMessagesQuery};
use steadfast_shared::{Millis, Nickname, Person, RoomId, UserId};

pub(super) use exclude::is_held;
pub(super) use owner::use_link;
pub(super) use people::{blocked_by, limit_of, limits_of, role_of};

use super::PostgresStore;
use super::transaction::written;
use crate::store::admin::{Administration, Erased, Keep, NewAuditLine, NewSignIn};
use crate::store::{SessionId, StoreError, TokenHash};

#[async_trait]
impl Administration for PostgresStore {
    async fn has_owner(&self) -> Result<bool, StoreError> {
        owner::has_owner(self).await
    }

    async fn add_owner_link(&self, code: TokenHash, at: Millis) -> Result<(), StoreError> {
        owner::add_link(self, code, at).await
    }

    async fn is_owner_link(&self, code: TokenHash) -> Result<bool, StoreError> {
        owner::is_link(self, code).await
    }

    async fn people_info(&self, asked: &PeopleQuery, at: Millis) -> Result<Vec<PersonInfo>, StoreError> {
        people::list(self, asked, at).await
    }

    async fn person_info(&self, user: UserId, at: Millis) -> Result<Option<PersonInfo>, StoreError> {
        people::info(self, user, at).await
    }

    async fn person_called(&self, name: &Nickname) -> Result<Option<Person>, StoreError> {
        people::called(self, name).await
    }

    async fn counts(&self, user: UserId) -> Result<(u32, u64), StoreError> {
        people::counts(self, user).await
    }

    async fn device_addresses(&self, user: UserId) -> Result<Vec<(SessionId, String)>, StoreError> {
        people::device_addresses(self, user).await
    }

    async fn blocked_by(&self, user: UserId) -> Result<Vec<Person>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        blocked_by(&mut connection, user).await
    }

    async fn limits_of(&self, user: UserId) -> Result<Vec<PersonLimit>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        limits_of(&mut connection, user).await
    }

    async fn sign_ins(&self, asked: LogQuery) -> Result<Vec<SignIn>, StoreError> {
        logs::sign_ins(self, asked).await
    }

    async fn audit(&self, asked: LogQuery) -> Result<Vec<AuditLine>, StoreError> {
        logs::audit(self, asked).await
    }

    async fn held_addresses(&self, at: Millis) -> Result<Vec<HeldAddress>, StoreError> {
        exclude::held(self, at).await
    }

    async fn release_address(&self, id: i64) -> Result<Option<String>, StoreError> {
        exclude::release(self, id).await
    }

    async fn rooms_info(&self, asked: &RoomsQuery, all: bool) -> Result<Vec<RoomInfo>, StoreError> {
        rooms::list(self, asked, all).await
    }

    async fn room_info(&self, room: RoomId) -> Result<Option<RoomInfo>, StoreError> {
        rooms::info(self, room).await
    }

    async fn log_sign_ins(
        &self,
        lines: &[NewSignIn],
        seen: &[(SessionId, String)],
    ) -> Result<(), StoreError> {
        logs::write_sign_ins(self, lines, seen).await
    }

    async fn log_audit(&self, line: &NewAuditLine) -> Result<(), StoreError> {
        written!(self, accounts, |transaction| logs::write_audit(
            &mut transaction,
            line
        ))
    }

    async fn prune(&self, at: Millis, sign_ins: Keep, audit: Keep) -> Result<(), StoreError> {
        logs::prune(self, at, sign_ins, audit).await
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
        asked: LeftMessagesQuery,
    ) -> Result<Vec<LeftMessage>, StoreError> {
        people::left_messages(self, user, asked).await
    }
}
