//! Nicknames, devices and passphrases.

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};
use steadfast_shared::admin::AccountState;
use steadfast_shared::event::ClosingReason;
use steadfast_shared::http::Invite;
use steadfast_shared::{Millis, Nickname, Person, Role, RoomId, UserId, limit};
use uuid::Uuid;

use super::{SqliteStore, feed, from_sql, invites, to_sql};
use crate::clock;
use crate::store::account::{
    Account, Accounts, Admission, Device, InviteTerms, KnownDevice, NewDevice, SessionId, SignInError,
    SignUp, SignUpError, SignedIn,
};
use crate::store::admin::{exclude, owner};
use crate::store::nickname::{self, NameKey};
use crate::store::people::former;
use crate::store::quota::DiskSpace;
use crate::store::{ChangeKind, StoreError, TokenHash, word};

const DAY: Millis = 24 * 60 * 60 * 1_000;

#[async_trait]
impl Accounts for SqliteStore {
    async fn sign_up(&self, wanted: &SignUp) -> Result<Device, SignUpError> {
        if self.room() == DiskSpace::Full {
            return Err(StoreError::Full.into());
        }
        let key = NameKey::of(wanted.name.as_str())?;
        let name = nickname::composed(wanted.name.as_str());
        let user = UserId(Uuid::now_v7());
        let mut transaction = self.begin().await?;
        if former::is_held(&mut *transaction, &key, user, wanted.device.at).await? {
            return Err(SignUpError::NicknameTaken);
        }
        if !matches!(wanted.admission, Admission::Owner(_))
            && let Some(address) = &wanted.device.address
            && exclude::is_held(&mut *transaction, address, wanted.device.at).await?
        {
            return Err(SignUpError::KeptOut);
        }
        let role = match wanted.admission {
            Admission::Owner(code) if owner::use_link(&mut *transaction, code).await? => Role::Owner,
            Admission::Owner(_) => return Err(SignUpError::InvalidCode),
            Admission::Granted | Admission::Asked { .. } => Role::Member,
        };
        let taken = sqlx::query(
            "insert into users (id, name, name_key, name_look, name_shape, search, created_at, passphrase, role)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
        )
        .bind(user.0)
        .bind(&name)
        .bind(key.name)
        .bind(key.look)
        .bind(key.shape)
        .bind(nickname::folded(&name))
        .bind(to_sql(wanted.device.at))
        .bind(&wanted.passphrase)
        .bind(role.as_str())
        .execute(&mut *transaction)
        .await?;
        if taken.rows_affected() == 0 {
            return Err(SignUpError::NicknameTaken);
        }
        if !invites::admit(&mut transaction, wanted.admission, wanted.device.at).await? {
            return Err(SignUpError::InviteRequired);
        }
        let session = add_device(&mut transaction, user, &wanted.device).await?;
        let rooms: Vec<Uuid> = sqlx::query_scalar(
            "insert into members (user, room, read, seen, joined_at) select ?, id, head, messages, ? from rooms where lobby = 1
             returning room",
        )
        .bind(user.0)
        .bind(to_sql(wanted.device.at))
        .fetch_all(&mut *transaction)
        .await?;
        let person = Person { id: user, name };
        let signed_up = ChangeKind::SignedUp {
            person: person.clone(),
            rooms: rooms.into_iter().map(RoomId).collect(),
        };
        feed::append(&mut transaction, &[signed_up], wanted.device.at).await?;
        self.commit(transaction).await?;
        Ok(Device {
            session,
            person,
            role,
            device_name: wanted.device.name.clone(),
            has_passphrase: wanted.passphrase.is_some(),
        })
    }

    async fn admits(&self, admission: Admission, at: Millis) -> Result<bool, StoreError> {
        invites::admits(&self.readers, admission, at).await
    }

    async fn account(&self, name: &Nickname) -> Result<Option<Account>, StoreError> {
        let Ok(key) = NameKey::of(name.as_str()) else {
            return Ok(None);
        };
        let row = sqlx::query("select id, passphrase from users where name_key = ?")
            .bind(key.name)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| {
            Ok(Account {
                user: UserId(row.try_get("id")?),
                passphrase: row.try_get("passphrase")?,
            })
        })
        .transpose()
    }

    async fn sign_in(&self, account: &Account, device: &NewDevice) -> Result<SignedIn, SignInError> {
        let mut transaction = self.begin().await?;
        let row = sqlx::query(
            "select name, role, state, excluded_until,
                    (select count(*) from sessions where user = users.id) as devices
             from users where id = ? and passphrase is ?",
        )
        .bind(account.user.0)
        .bind(&account.passphrase)
        .fetch_optional(&mut *transaction)
        .await?
        .ok_or(SignInError::WrongPassphrase)?;
        let state = word::state(row.try_get("state")?)?;
        if state != AccountState::Active {
            let until: Option<i64> = row.try_get("excluded_until")?;
            if until.is_none_or(|until| from_sql(until) > device.at) {
                return Err(SignInError::KeptOut(state));
            }
            // It has ended by itself.
            for query in [
                "update users set state = 'active', excluded_until = null where id = ?",
                "delete from kept_out where user = ?",
            ] {
                sqlx::query(query)
                    .bind(account.user.0)
                    .execute(&mut *transaction)
                    .await?;
            }
        }
        let devices: i64 = row.try_get("devices")?;
        let mut made_room = None;
        if from_sql(devices) >= limit::DEVICES as u64 {
            let idle_since = device.at.saturating_sub(limit::DEVICE_IDLE_DAYS * DAY);
            let idle: Option<SessionId> = sqlx::query_scalar(
                "delete from sessions where id = (
                    select id from sessions where user = ? and last_seen_at < ? order by last_seen_at, id limit 1
                 ) returning id",
            )
            .bind(account.user.0)
            .bind(to_sql(idle_since))
            .fetch_optional(&mut *transaction)
            .await?;
            made_room = Some(idle.ok_or(SignInError::TooManyDevices)?);
        }
        let session = add_device(&mut transaction, account.user, device).await?;
        sessions_ended(&mut transaction, Vec::from_iter(made_room), device.at).await?;
        self.commit(transaction).await?;
        Ok(SignedIn {
            device: Device {
                session,
                person: Person {
                    id: account.user,
                    name: row.try_get("name")?,
                },
                role: word::role(row.try_get("role")?)?,
                device_name: device.name.clone(),
                has_passphrase: account.passphrase.is_some(),
            },
            made_room,
        })
    }

    async fn device(&self, token: TokenHash) -> Result<Option<Device>, StoreError> {
        let row = sqlx::query(
            "select sessions.id as session, sessions.name as device_name, users.id, users.name, users.role,
                    users.passphrase is not null as has_passphrase
             from sessions join users on users.id = sessions.user where sessions.token_hash = ? and users.state = 'active'",
        )
        .bind(token.as_bytes())
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| {
            Ok(Device {
                session: row.try_get("session")?,
                person: Person {
                    id: UserId(row.try_get("id")?),
                    name: row.try_get("name")?,
                },
                role: word::role(row.try_get("role")?)?,
                device_name: row.try_get("device_name")?,
                has_passphrase: row.try_get("has_passphrase")?,
            })
        })
        .transpose()
    }

    async fn kept_out(&self, token: TokenHash, at: Millis) -> Result<Option<AccountState>, StoreError> {
        let state: Option<String> = sqlx::query_scalar(
            "select state from kept_out join users on users.id = kept_out.user
             where token_hash = ? and state <> 'active' and (excluded_until is null or excluded_until > ?)",
        )
        .bind(token.as_bytes())
        .bind(to_sql(at))
        .fetch_optional(&self.readers)
        .await?;
        state.as_deref().map(word::state).transpose()
    }

    async fn sign_out(&self, token: TokenHash) -> Result<Option<SessionId>, StoreError> {
        // Anybody may ask for this: where there is nothing to end, the writer is left alone.
        if self.device(token).await?.is_none() {
            return Ok(None);
        }
        let mut transaction = self.begin().await?;
        let ended = sqlx::query_scalar("delete from sessions where token_hash = ? returning id")
            .bind(token.as_bytes())
            .fetch_optional(&mut *transaction)
            .await?;
        sessions_ended(&mut transaction, Vec::from_iter(ended), clock::now()).await?;
        self.commit(transaction).await?;
        Ok(ended)
    }

    async fn devices(&self, user: UserId) -> Result<Vec<KnownDevice>, StoreError> {
        let rows = sqlx::query(
            "select id, name, created_at, last_seen_at from sessions where user = ? order by id desc",
        )
        .bind(user.0)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(known_device).collect()
    }

    async fn revoke(&self, user: UserId, session: SessionId) -> Result<bool, StoreError> {
        let known = sqlx::query("select 1 from sessions where user = ? and id = ?")
            .bind(user.0)
            .bind(session)
            .fetch_optional(&self.readers)
            .await?;
        if known.is_none() {
            return Ok(false);
        }
        let mut transaction = self.begin().await?;
        let ended: Option<SessionId> =
            sqlx::query_scalar("delete from sessions where user = ? and id = ? returning id")
                .bind(user.0)
                .bind(session)
                .fetch_optional(&mut *transaction)
                .await?;
        sessions_ended(&mut transaction, Vec::from_iter(ended), clock::now()).await?;
        self.commit(transaction).await?;
        Ok(ended.is_some())
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
        let hash: Option<Option<String>> = sqlx::query_scalar("select passphrase from users where id = ?")
            .bind(user.0)
            .fetch_optional(&self.readers)
            .await?;
        Ok(hash.flatten())
    }

    async fn set_passphrase(
        &self,
        user: UserId,
        compared: Option<&str>,
        hash: &str,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let set = sqlx::query("update users set passphrase = ? where id = ? and passphrase is ?")
            .bind(hash)
            .bind(user.0)
            .bind(compared)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        self.commit(transaction).await?;
        Ok(set > 0)
    }

    async fn reset_passphrase(&self, user: UserId, hash: &str) -> Result<u64, StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("update users set passphrase = ? where id = ?")
            .bind(hash)
            .bind(user.0)
            .execute(&mut *transaction)
            .await?;
        let ended: Vec<SessionId> = sqlx::query_scalar("delete from sessions where user = ? returning id")
            .bind(user.0)
            .fetch_all(&mut *transaction)
            .await?;
        let count = ended.len() as u64;
        sessions_ended(&mut transaction, ended, clock::now()).await?;
        self.commit(transaction).await?;
        Ok(count)
    }

    async fn is_closed(&self) -> Result<bool, StoreError> {
        invites::is_closed(&self.readers).await
    }

    async fn set_closed(&self, closed: bool) -> Result<(), StoreError> {
        invites::set_closed(self, closed).await
    }

    async fn invites(&self, at: Millis) -> Result<Vec<Invite>, StoreError> {
        invites::all(self, at).await
    }

    async fn invite(&self, terms: &InviteTerms) -> Result<Option<Invite>, StoreError> {
        invites::make(self, terms).await
    }

    async fn uninvite(&self, id: i64) -> Result<bool, StoreError> {
        invites::take_back(self, id).await
    }
}

/// Tells the change feed of devices that were signed out.
async fn sessions_ended(
    transaction: &mut Transaction<'static, Sqlite>,
    sessions: Vec<SessionId>,
    at: Millis,
) -> Result<(), StoreError> {
    if !sessions.is_empty() {
        let reason = ClosingReason::SignedOut;
        feed::append(transaction, &[ChangeKind::SessionsEnded { sessions, reason }], at).await?;
    }
    Ok(())
}

async fn add_device(
    transaction: &mut Transaction<'static, Sqlite>,
    user: UserId,
    device: &NewDevice,
) -> Result<SessionId, StoreError> {
    sqlx::query_scalar(
        "insert into sessions (token_hash, user, name, created_at, last_seen_at, address) values (?, ?, ?, ?, ?, ?) returning id",
    )
    .bind(device.token.as_bytes())
    .bind(user.0)
    .bind(&device.name)
    .bind(to_sql(device.at))
    .bind(to_sql(device.at))
    .bind(&device.address)
    .fetch_one(&mut **transaction)
    .await
    .map_err(StoreError::from)
}

fn known_device(row: &SqliteRow) -> Result<KnownDevice, StoreError> {
    Ok(KnownDevice {
        session: row.try_get("id")?,
        name: row.try_get("name")?,
        created_at: from_sql(row.try_get("created_at")?),
        last_seen_at: from_sql(row.try_get("last_seen_at")?),
    })
}
