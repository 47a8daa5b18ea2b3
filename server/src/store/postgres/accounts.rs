//! Accounts over Postgres: the statements are those of `store::people`, retried if another writer was in the way.

use async_trait::async_trait;
use steadfast_shared::admin::AccountState;
use steadfast_shared::http::Invite;
use steadfast_shared::{Millis, Nickname, UserId};
use uuid::Uuid;

use super::transaction::{attempted, written};
use super::{PostgresStore, to_sql};
use crate::store::account::{
    Account, Accounts, Admission, Device, InviteTerms, KnownDevice, NewDevice, SessionId, SignInError,
    SignUp, SignUpError, SignedIn,
};
use crate::store::nickname::NameKey;
use crate::store::people::sign_up::sign_up;
use crate::store::people::{devices, invites, passphrase};
use crate::store::{StoreError, TokenHash};

#[async_trait]
impl Accounts for PostgresStore {
    async fn sign_up(&self, wanted: &SignUp) -> Result<Device, SignUpError> {
        let key = NameKey::of(wanted.name.as_str())?;
        // The same at every attempt, because one may already have been committed.
        let user = UserId(Uuid::now_v7());
        attempted!(self, accounts, |transaction| async {
            match sign_up(&mut *transaction, user, wanted, &key).await {
                Err(SignUpError::Store(error)) => Err(error),
                done => Ok(done),
            }
        })?
    }

    async fn admits(&self, admission: Admission, at: Millis) -> Result<bool, StoreError> {
        self.read(async {
            let mut connection = self.readers.acquire().await?;
            invites::admits(&mut *connection, admission, at).await
        })
        .await
    }

    async fn account(&self, name: &Nickname) -> Result<Option<Account>, StoreError> {
        self.read(async {
            let mut connection = self.readers.acquire().await?;
            passphrase::account(&mut *connection, name).await
        })
        .await
    }

    async fn sign_in(&self, account: &Account, device: &NewDevice) -> Result<SignedIn, SignInError> {
        attempted!(self, accounts, |transaction| async {
            match devices::sign_in(&mut *transaction, account, device).await {
                Err(SignInError::Store(error)) => Err(error),
                done => Ok(done),
            }
        })?
    }

    async fn device(&self, token: TokenHash) -> Result<Option<Device>, StoreError> {
        self.read(async {
            let mut connection = self.readers.acquire().await?;
            devices::by_token(&mut *connection, token).await
        })
        .await
    }

    async fn kept_out(&self, token: TokenHash, at: Millis) -> Result<Option<AccountState>, StoreError> {
        self.read(async {
            let mut connection = self.readers.acquire().await?;
            devices::kept_out(&mut *connection, token, at).await
        })
        .await
    }

    async fn sign_out(&self, token: TokenHash) -> Result<Option<SessionId>, StoreError> {
        // Anybody may call this, so nothing is written if there is nothing to end.
        if self.device(token).await?.is_none() {
            return Ok(None);
        }
        written!(self, accounts, |transaction| devices::sign_out(
            &mut *transaction,
            token
        ))
    }

    async fn devices(&self, user: UserId) -> Result<Vec<KnownDevice>, StoreError> {
        self.read(async {
            let mut connection = self.readers.acquire().await?;
            devices::all(&mut *connection, user).await
        })
        .await
    }

    async fn revoke(&self, user: UserId, session: SessionId) -> Result<bool, StoreError> {
        let mut connection = self.readers.acquire().await?;
        if !devices::is_of(&mut *connection, user, session).await? {
            return Ok(false);
        }
        drop(connection);
        written!(self, accounts, |transaction| devices::revoke(
            &mut *transaction,
            user,
            session
        ))
    }

    async fn note_seen(&self, seen: &[(SessionId, Millis)]) -> Result<(), StoreError> {
        let (sessions, ats): (Vec<i64>, Vec<i64>) =
            seen.iter().map(|(session, at)| (*session, to_sql(*at))).unzip();
        written!(self, accounts, |transaction| async {
            sqlx::query("select 1 from sessions where id = any($1) order by id for no key update")
                .bind(&sessions)
                .execute(&mut *transaction)
                .await?;
            sqlx::query(
                "update sessions set last_seen_at = greatest(last_seen_at, given.at)
                 from (select session, max(at) as at from unnest($1::bigint[], $2::bigint[]) as seen (session, at)
                       group by session) as given
                 where sessions.id = given.session",
            )
            .bind(&sessions)
            .bind(&ats)
            .execute(&mut *transaction)
            .await?;
            Ok(())
        })
    }

    async fn passphrase(&self, user: UserId) -> Result<Option<String>, StoreError> {
        self.read(async {
            let mut connection = self.readers.acquire().await?;
            passphrase::hash_of(&mut *connection, user).await
        })
        .await
    }

    async fn set_passphrase(
        &self,
        user: UserId,
        compared: Option<&str>,
        hash: &str,
    ) -> Result<bool, StoreError> {
        written!(self, accounts, |transaction| passphrase::set(
            &mut *transaction,
            user,
            compared,
            hash
        ))
    }

    async fn reset_passphrase(&self, user: UserId, hash: &str) -> Result<u64, StoreError> {
        written!(self, accounts, |transaction| passphrase::reset(
            &mut *transaction,
            user,
            hash
        ))
    }

    async fn is_closed(&self) -> Result<bool, StoreError> {
        self.read(async {
            let mut connection = self.readers.acquire().await?;
            invites::is_closed(&mut *connection).await
        })
        .await
    }

    async fn set_closed(&self, closed: bool) -> Result<(), StoreError> {
        written!(self, accounts, |transaction| invites::set_closed(
            &mut *transaction,
            closed
        ))
    }

    async fn invites(&self, at: Millis) -> Result<Vec<Invite>, StoreError> {
        self.read(async {
            let mut connection = self.readers.acquire().await?;
            invites::all(&mut *connection, at).await
        })
        .await
    }

    async fn invite(&self, terms: &InviteTerms) -> Result<Option<Invite>, StoreError> {
        written!(self, accounts, |transaction| async {
            // The lock keeps the count valid until an invitation is added.
            sqlx::query("select pg_advisory_xact_lock($1, $2)")
                .bind(super::lease::LOCKS)
                .bind(super::lease::INVITES)
                .execute(&mut *transaction)
                .await?;
            invites::make(&mut *transaction, terms).await
        })
    }

    async fn uninvite(&self, id: i64) -> Result<bool, StoreError> {
        written!(self, accounts, |transaction| invites::take_back(
            &mut *transaction,
            id
        ))
    }
}
