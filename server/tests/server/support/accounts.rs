//! The accounts of a faulty store, which never fail.

use async_trait::async_trait;
use steadfast_server::clock;
use steadfast_server::store::account::{
    Account, Accounts, Admission, Device, InviteTerms, KeptOut, KnownDevice, NewDevice, SessionId,
    SignInError, SignUp, SignUpError, SignedIn,
};
use steadfast_server::store::{StoreError, TokenHash};
use steadfast_shared::http::Invite;
use steadfast_shared::{Millis, Nickname, UserId};

use super::faulty::{Faulty, Read, SignUpsWritten};

#[async_trait]
impl Accounts for Faulty {
    async fn sign_up_all(&self, wanted: &[SignUp]) -> Result<Vec<Result<Device, SignUpError>>, StoreError> {
        let from = clock::instant();
        let held = self.sign_ups_held.lock().unwrap().clone();
        if let Some(held) = held {
            let _ = held.acquire().await.unwrap();
        }
        let done = self.inner.sign_up_all(wanted).await;
        let group = SignUpsWritten {
            sign_ups: wanted.len(),
            from,
            to: clock::instant(),
        };
        self.sign_ups.lock().unwrap().push(group);
        done
    }

    async fn admits(&self, admission: Admission, at: Millis) -> Result<bool, StoreError> {
        self.inner.admits(admission, at).await
    }

    async fn account(&self, name: &Nickname) -> Result<Option<Account>, StoreError> {
        self.inner.account(name).await
    }

    async fn sign_in(&self, account: &Account, device: &NewDevice) -> Result<SignedIn, SignInError> {
        self.inner.sign_in(account, device).await
    }

    async fn device(&self, token: TokenHash) -> Result<Option<Device>, StoreError> {
        let device = self.inner.device(token).await;
        self.was_read(Read::Device).await;
        device
    }

    async fn kept_out(&self, token: TokenHash, at: Millis) -> Result<Option<KeptOut>, StoreError> {
        self.inner.kept_out(token, at).await
    }

    async fn sign_out(&self, token: TokenHash) -> Result<Option<SessionId>, StoreError> {
        self.inner.sign_out(token).await
    }

    async fn devices(&self, user: UserId) -> Result<Vec<KnownDevice>, StoreError> {
        self.inner.devices(user).await
    }

    async fn revoke(&self, user: UserId, session: SessionId) -> Result<bool, StoreError> {
        self.inner.revoke(user, session).await
    }

    async fn note_seen(&self, seen: &[(SessionId, Millis)]) -> Result<(), StoreError> {
        self.inner.note_seen(seen).await
    }

    async fn passphrase(&self, user: UserId) -> Result<Option<String>, StoreError> {
        self.inner.passphrase(user).await
    }

    async fn set_passphrase(
        &self,
        user: UserId,
        compared: Option<&str>,
        hash: &str,
    ) -> Result<bool, StoreError> {
        self.inner.set_passphrase(user, compared, hash).await
    }

    async fn reset_passphrase(&self, user: UserId, hash: &str) -> Result<u64, StoreError> {
        self.inner.reset_passphrase(user, hash).await
    }

    async fn is_closed(&self) -> Result<bool, StoreError> {
        self.inner.is_closed().await
    }

    async fn set_closed(&self, closed: bool) -> Result<(), StoreError> {
        self.inner.set_closed(closed).await
    }

    async fn invites(&self, at: Millis) -> Result<Vec<Invite>, StoreError> {
        self.inner.invites(at).await
    }

    async fn invite(&self, terms: &InviteTerms) -> Result<Option<Invite>, StoreError> {
        self.inner.invite(terms).await
    }

    async fn uninvite(&self, id: i64) -> Result<bool, StoreError> {
        self.inner.uninvite(id).await
    }
}
