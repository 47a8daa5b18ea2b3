//! Accounts over SQLite: the statements are those of `store::people`.

use async_trait::async_trait;
use steadfast_shared::admin::AccountState;
use steadfast_shared::http::Invite;
use steadfast_shared::{Millis, Nickname, UserId};
use uuid::Uuid;

use super::{SqliteStore, to_sql};
use crate::store::account::{
    Account, Accounts, Admission, Device, InviteTerms, KnownDevice, NewDevice, SessionId, SignInError,
    SignUp, SignUpError, SignedIn,
};
use crate::store::nickname::NameKey;
use crate::store::people::sign_up::sign_up;
use crate::store::people::{devices, invites, passphrase};
use crate::store::quota::DiskSpace;
use crate::store::{StoreError, TokenHash};

#[async_trait]
impl Accounts for SqliteStore {
    async fn sign_up(&self, wanted: &SignUp) -> Result<Device, SignUpError> {
        if self.room() == DiskSpace::Full {
            return Err(StoreError::Full.into());
        }
        let key = NameKey::of(wanted.name.as_str())?;
        let user = UserId(Uuid::now_v7());
        let mut transaction = self.begin().await?;
        let device = sign_up(&mut *transaction, user, wanted, &key).await?;
        self.commit(transaction).await?;
        Ok(device)
    }

    async fn admits(&self, admission: Admission, at: Millis) -> Result<bool, StoreError> {
        let mut connection = self.readers.acquire().await?;
        invites::admits(&mut *connection, admission, at).await
    }

    async fn account(&self, name: &Nickname) -> Result<Option<Account>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        passphrase::account(&mut *connection, name).await
    }

    async fn sign_in(&self, account: &Account, device: &NewDevice) -> Result<SignedIn, SignInError> {
        let mut transaction = self.begin().await?;
        let done = devices::sign_in(&mut *transaction, account, device).await?;
        self.commit(transaction).await?;
        Ok(done)
    }

    async fn device(&self, token: TokenHash) -> Result<Option<Device>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        devices::by_token(&mut *connection, token).await
    }

    async fn kept_out(&self, token: TokenHash, at: Millis) -> Result<Option<AccountState>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        devices::kept_out(&mut *connection, token, at).await
    }

    async fn sign_out(&self, token: TokenHash) -> Result<Option<SessionId>, StoreError> {
        // Anybody may call this, so nothing is written if there is nothing to end.
        if self.device(token).await?.is_none() {
            return Ok(None);
        }
        let mut transaction = self.begin().await?;
        let done = devices::sign_out(&mut *transaction, token).await?;
        self.commit(transaction).await?;
        Ok(done)
    }

    async fn devices(&self, user: UserId) -> Result<Vec<KnownDevice>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        devices::all(&mut *connection, user).await
    }

    async fn revoke(&self, user: UserId, session: SessionId) -> Result<bool, StoreError> {
        let mut connection = self.readers.acquire().await?;
        if !devices::is_of(&mut *connection, user, session).await? {
            return Ok(false);
        }
        drop(connection);
        let mut transaction = self.begin().await?;
        let done = devices::revoke(&mut *transaction, user, session).await?;
        self.commit(transaction).await?;
        Ok(done)
    }

    async fn note_seen(&self, seen: &[(SessionId, Millis)]) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for (session, at) in seen {
            sqlx::query("update sessions set last_seen_at = max(last_seen_at, ?) where id = ?")
                .bind(to_sql(*at))
                .bind(session)
                .execute(&mut *transaction)
                .await?;
        }
        self.commit(transaction).await
    }

    async fn passphrase(&self, user: UserId) -> Result<Option<String>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        passphrase::hash_of(&mut *connection, user).await
    }

    async fn set_passphrase(
        &self,
        user: UserId,
        compared: Option<&str>,
        hash: &str,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let done = passphrase::set(&mut *transaction, user, compared, hash).await?;
        self.commit(transaction).await?;
        Ok(done)
    }

    async fn reset_passphrase(&self, user: UserId, hash: &str) -> Result<u64, StoreError> {
        let mut transaction = self.begin().await?;
        let done = passphrase::reset(&mut *transaction, user, hash).await?;
        self.commit(transaction).await?;
        Ok(done)
    }

    async fn is_closed(&self) -> Result<bool, StoreError> {
        let mut connection = self.readers.acquire().await?;
        invites::is_closed(&mut *connection).await
    }

    async fn set_closed(&self, closed: bool) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        invites::set_closed(&mut *transaction, closed).await?;
        self.commit(transaction).await
    }

    async fn invites(&self, at: Millis) -> Result<Vec<Invite>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        invites::all(&mut *connection, at).await
    }

    async fn invite(&self, terms: &InviteTerms) -> Result<Option<Invite>, StoreError> {
        let mut transaction = self.begin().await?;
        let done = invites::make(&mut *transaction, terms).await?;
        self.commit(transaction).await?;
        Ok(done)
    }

    async fn uninvite(&self, id: i64) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let done = invites::take_back(&mut *transaction, id).await?;
        self.commit(transaction).await?;
        Ok(done)
    }
}
