//! Accounts over either database.

use async_trait::async_trait;
use steadfast_shared::http::Invite;
use steadfast_shared::{Millis, Nickname, UserId};

use super::account::{
    Account, Accounts, Admission, Device, InviteTerms, KeptOut, KnownDevice, NewDevice, SessionId,
    SignInError, SignUp, SignedIn,
};
use super::sign_up::{SignUpGroup, SignUpOutcome, sign_up};
use super::{devices, invites, passphrase};
use crate::store::sql_store::{SqlStore, TransactionEnd, attempted, read, written};
use crate::store::{StoreError, TokenHash};

#[async_trait]
impl<S: SqlStore> Accounts for S {
    async fn sign_up_all(&self, wanted: &[SignUp]) -> Result<Vec<SignUpOutcome>, StoreError> {
        if !self.has_space() {
            return Err(StoreError::Full);
        }
        let group = SignUpGroup::of(wanted);
        let decided = attempted!(self, |transaction| sign_up(&mut *transaction, &group))?;
        Ok(group.outcomes(decided))
    }

    async fn admits(&self, admission: Admission, at: Millis) -> Result<bool, StoreError> {
        read!(self, |connection| invites::admits(
            &mut *connection,
            admission,
            at
        ))
    }

    async fn account(&self, name: &Nickname) -> Result<Option<Account>, StoreError> {
        read!(self, |connection| passphrase::account(&mut *connection, name))
    }

    async fn sign_in(&self, account: &Account, device: &NewDevice) -> Result<SignedIn, SignInError> {
        attempted!(self, |transaction| async {
            match devices::sign_in(&mut *transaction, account, device).await {
                Ok(done) => Ok(TransactionEnd::Commit(Ok(done))),
                Err(SignInError::Store(error)) => Err(error),
                Err(refusal) => Ok(TransactionEnd::RollBack(Err(refusal))),
            }
        })?
    }

    async fn device(&self, token: TokenHash) -> Result<Option<Device>, StoreError> {
        read!(self, |connection| devices::by_token(&mut *connection, token))
    }

    async fn kept_out(&self, token: TokenHash, at: Millis) -> Result<Option<KeptOut>, StoreError> {
        read!(self, |connection| devices::kept_out(&mut *connection, token, at))
    }

    async fn sign_out(&self, token: TokenHash) -> Result<Option<SessionId>, StoreError> {
        // Anybody may call this, so nothing is written if there is nothing to end.
        if self.device(token).await?.is_none() {
            return Ok(None);
        }
        written!(self, |transaction| devices::sign_out(&mut *transaction, token))
    }

    async fn devices(&self, user: UserId) -> Result<Vec<KnownDevice>, StoreError> {
        read!(self, |connection| devices::all(&mut *connection, user))
    }

    async fn revoke(&self, user: UserId, session: SessionId) -> Result<bool, StoreError> {
        if !read!(self, |connection| devices::is_of(&mut *connection, user, session))? {
            return Ok(false);
        }
        written!(self, |transaction| devices::revoke(
            &mut *transaction,
            user,
            session
        ))
    }

    async fn note_seen(&self, seen: &[(SessionId, Millis)]) -> Result<(), StoreError> {
        self.note_devices(seen).await
    }

    async fn passphrase(&self, user: UserId) -> Result<Option<String>, StoreError> {
        read!(self, |connection| passphrase::hash_of(&mut *connection, user))
    }

    async fn set_passphrase(
        &self,
        user: UserId,
        compared: Option<&str>,
        hash: &str,
    ) -> Result<bool, StoreError> {
        written!(self, |transaction| passphrase::set(
            &mut *transaction,
            user,
            compared,
            hash
        ))
    }

    async fn reset_passphrase(&self, user: UserId, hash: &str) -> Result<u64, StoreError> {
        written!(self, |transaction| passphrase::reset(
            &mut *transaction,
            user,
            hash
        ))
    }

    async fn is_closed(&self) -> Result<bool, StoreError> {
        read!(self, |connection| invites::is_closed(&mut *connection))
    }

    async fn set_closed(&self, closed: bool) -> Result<(), StoreError> {
        written!(self, |transaction| invites::set_closed(&mut *transaction, closed))
    }

    async fn invites(&self, at: Millis) -> Result<Vec<Invite>, StoreError> {
        read!(self, |connection| invites::all(&mut *connection, at))
    }

    async fn invite(&self, terms: &InviteTerms) -> Result<Option<Invite>, StoreError> {
        written!(self, |transaction| async {
            S::lock_invites(&mut transaction).await?;
            invites::make(&mut *transaction, terms).await
        })
    }

    async fn uninvite(&self, id: i64) -> Result<bool, StoreError> {
        written!(self, |transaction| invites::take_back(&mut *transaction, id))
    }
}
