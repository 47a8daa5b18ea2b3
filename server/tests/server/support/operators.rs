//! The administration of [`Faulty`], which never fails.

use async_trait::async_trait;
use steadfast_server::store::admin::{Administration, Erased, Keep, NewAuditLine, NewSignIn};
use steadfast_server::store::{SessionId, StoreError, TokenHash};
use steadfast_shared::admin::{
    AuditLine, HeldAddress, LogQuery, PeopleQuery, PersonInfo, PersonLimit, RoomInfo, RoomsQuery, SignIn,
};
use steadfast_shared::http::{LeftMessage, LeftMessagesQuery};
use steadfast_shared::{Millis, Nickname, Person, RoomId, UserId};

use super::faulty::Faulty;

#[async_trait]
impl Administration for Faulty {
    async fn has_owner(&self) -> Result<bool, StoreError> {
        self.inner.has_owner().await
    }

    async fn add_owner_link(&self, code: TokenHash, at: Millis) -> Result<(), StoreError> {
        self.inner.add_owner_link(code, at).await
    }

    async fn is_owner_link(&self, code: TokenHash) -> Result<bool, StoreError> {
        self.inner.is_owner_link(code).await
    }

    async fn people_info(&self, query: &PeopleQuery, at: Millis) -> Result<Vec<PersonInfo>, StoreError> {
        self.inner.people_info(query, at).await
    }

    async fn person_info(&self, user: UserId, at: Millis) -> Result<Option<PersonInfo>, StoreError> {
        self.inner.person_info(user, at).await
    }

    async fn person_called(&self, name: &Nickname) -> Result<Option<Person>, StoreError> {
        self.inner.person_called(name).await
    }

    async fn counts(&self, user: UserId) -> Result<(u32, u64), StoreError> {
        self.inner.counts(user).await
    }

    async fn device_addresses(&self, user: UserId) -> Result<Vec<(SessionId, String)>, StoreError> {
        self.inner.device_addresses(user).await
    }

    async fn blocked_by(&self, user: UserId) -> Result<Vec<Person>, StoreError> {
        self.inner.blocked_by(user).await
    }

    async fn limits_of(&self, user: UserId) -> Result<Vec<PersonLimit>, StoreError> {
        self.inner.limits_of(user).await
    }

    async fn sign_ins(&self, query: LogQuery) -> Result<Vec<SignIn>, StoreError> {
        self.inner.sign_ins(query).await
    }

    async fn audit(&self, query: LogQuery) -> Result<Vec<AuditLine>, StoreError> {
        self.inner.audit(query).await
    }

    async fn held_addresses(&self, at: Millis) -> Result<Vec<HeldAddress>, StoreError> {
        self.inner.held_addresses(at).await
    }

    async fn release_address(&self, id: i64) -> Result<Option<String>, StoreError> {
        self.inner.release_address(id).await
    }

    async fn rooms_info(&self, query: &RoomsQuery, all: bool) -> Result<Vec<RoomInfo>, StoreError> {
        self.inner.rooms_info(query, all).await
    }

    async fn room_info(&self, room: RoomId) -> Result<Option<RoomInfo>, StoreError> {
        self.inner.room_info(room).await
    }

    async fn log_sign_ins(
        &self,
        lines: &[NewSignIn],
        seen: &[(SessionId, String)],
    ) -> Result<(), StoreError> {
        self.inner.log_sign_ins(lines, seen).await
    }

    async fn log_audit(&self, line: &NewAuditLine) -> Result<(), StoreError> {
        self.inner.log_audit(line).await
    }

    async fn prune(&self, at: Millis, sign_ins: Keep, audit: Keep) -> Result<(), StoreError> {
        self.inner.prune(at, sign_ins, audit).await
    }

    async fn erase_some(&self, from: Erased) -> Result<Erased, StoreError> {
        self.inner.erase_some(from).await
    }

    async fn purge_some(&self) -> Result<bool, StoreError> {
        self.inner.purge_some().await
    }

    async fn left_messages(
        &self,
        user: UserId,
        query: LeftMessagesQuery,
    ) -> Result<Vec<LeftMessage>, StoreError> {
        self.inner.left_messages(user, query).await
    }
}
