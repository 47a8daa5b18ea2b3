//! Nicknames, devices and passphrases.

use async_trait::async_trait;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use steadfast_shared::admin::AccountState;
use steadfast_shared::event::ClosingReason;
use steadfast_shared::http::Invite;
use steadfast_shared::{Millis, Nickname, Person, Role, RoomId, UserId, limit};
use uuid::Uuid;

use super::transaction::{attempted, written};
use super::{PostgresStore, feed, from_sql, invites, to_sql};
use crate::clock;
use crate::store::account::{
    Account, Accounts, Admission, Device, InviteTerms, KnownDevice, NewDevice, SessionId, SignInError,
    SignUp, SignUpError, SignedIn,
};
use crate::store::admin::{exclude, owner};
use crate::store::nickname::{self, NameKey};
use crate::store::people::{former, person};
use crate::store::query::without_nul;
use crate::store::{ChangeKind, StoreError, TokenHash, word};

const DAY: Millis = 24 * 60 * 60 * 1_000;

#[async_trait]
impl Accounts for PostgresStore {
    async fn sign_up(&self, wanted: &SignUp) -> Result<Device, SignUpError> {
        let key = NameKey::of(wanted.name.as_str())?;
        // The same at every attempt, as far as one may have been committed.
        let user = UserId(Uuid::now_v7());
        attempted!(self, accounts, |transaction| sign_up(
            &mut transaction,
            user,
            wanted,
            &key
        ))?
    }

    async fn admits(&self, admission: Admission, at: Millis) -> Result<bool, StoreError> {
        self.read(async {
            let mut connection = self.readers.acquire().await?;
            invites::admits(&mut connection, admission, at).await
        })
        .await
    }

    async fn account(&self, name: &Nickname) -> Result<Option<Account>, StoreError> {
        self.read(async {
            let Ok(key) = NameKey::of(name.as_str()) else {
                return Ok(None);
            };
            let row = sqlx::query("select id, passphrase from users where name_key = $1")
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
        })
        .await
    }

    async fn sign_in(&self, account: &Account, device: &NewDevice) -> Result<SignedIn, SignInError> {
        attempted!(self, accounts, |transaction| sign_in(
            &mut transaction,
            account,
            device
        ))?
    }

    async fn device(&self, token: TokenHash) -> Result<Option<Device>, StoreError> {
        self.read(async {
            let row = sqlx::query(
                "select sessions.id as session, sessions.name as device_name, users.id, users.name, users.role,
                        users.passphrase is not null as has_passphrase
                 from sessions join users on users.id = sessions.person
                 where sessions.token_hash = $1 and users.state = 'active'",
            )
            .bind(token.as_bytes())
            .fetch_optional(&self.readers)
            .await?;
            row.map(|row| {
                Ok(Device {
                    session: row.try_get("session")?,
                    person: person::read(&row)?,
                    role: word::role(row.try_get("role")?)?,
                    device_name: row.try_get("device_name")?,
                    has_passphrase: row.try_get("has_passphrase")?,
                })
            })
            .transpose()
        })
        .await
    }

    async fn kept_out(&self, token: TokenHash, at: Millis) -> Result<Option<AccountState>, StoreError> {
        self.read(async {
            let state: Option<String> = sqlx::query_scalar(
                "select state from kept_out join users on users.id = kept_out.person
                 where token_hash = $1 and state <> 'active' and (excluded_until is null or excluded_until > $2)",
            )
            .bind(token.as_bytes())
            .bind(to_sql(at))
            .fetch_optional(&self.readers)
            .await?;
            state.as_deref().map(word::state).transpose()
        })
        .await
    }

    async fn sign_out(&self, token: TokenHash) -> Result<Option<SessionId>, StoreError> {
        // Anybody may ask for this: where there is nothing to end, nothing is written.
        if self.device(token).await?.is_none() {
            return Ok(None);
        }
        written!(self, accounts, |transaction| async {
            let ended = sqlx::query_scalar("delete from sessions where token_hash = $1 returning id")
                .bind(token.as_bytes())
                .fetch_optional(&mut *transaction)
                .await?;
            sessions_ended(&mut transaction, Vec::from_iter(ended), clock::now()).await?;
            Ok(ended)
        })
    }

    async fn devices(&self, user: UserId) -> Result<Vec<KnownDevice>, StoreError> {
        self.read(async {
            let rows = sqlx::query(
                "select id, name, created_at, last_seen_at from sessions where person = $1 order by id desc",
            )
            .bind(user.0)
            .fetch_all(&self.readers)
            .await?;
            rows.iter().map(known_device).collect()
        })
        .await
    }

    async fn revoke(&self, user: UserId, session: SessionId) -> Result<bool, StoreError> {
        let known: bool =
            sqlx::query_scalar("select exists (select 1 from sessions where person = $1 and id = $2)")
                .bind(user.0)
                .bind(session)
                .fetch_one(&self.readers)
                .await?;
        if !known {
            return Ok(false);
        }
        written!(self, accounts, |transaction| async {
            let ended: Option<SessionId> =
                sqlx::query_scalar("delete from sessions where person = $1 and id = $2 returning id")
                    .bind(user.0)
                    .bind(session)
                    .fetch_optional(&mut *transaction)
                    .await?;
            sessions_ended(&mut transaction, Vec::from_iter(ended), clock::now()).await?;
            Ok(ended.is_some())
        })
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
            let hash: Option<Option<String>> =
                sqlx::query_scalar("select passphrase from users where id = $1")
                    .bind(user.0)
                    .fetch_optional(&self.readers)
                    .await?;
            Ok(hash.flatten())
        })
        .await
    }

    async fn set_passphrase(
        &self,
        user: UserId,
        compared: Option<&str>,
        hash: &str,
    ) -> Result<bool, StoreError> {
        written!(self, accounts, |transaction| async {
            let set = sqlx::query(
                "update users set passphrase = $1 where id = $2 and passphrase is not distinct from $3",
            )
            .bind(hash)
            .bind(user.0)
            .bind(compared)
            .execute(&mut *transaction)
            .await?;
            Ok(set.rows_affected() > 0)
        })
    }

    async fn reset_passphrase(&self, user: UserId, hash: &str) -> Result<u64, StoreError> {
        written!(self, accounts, |transaction| async {
            sqlx::query("update users set passphrase = $1 where id = $2")
                .bind(hash)
                .bind(user.0)
                .execute(&mut *transaction)
                .await?;
            let ended: Vec<SessionId> =
                sqlx::query_scalar("delete from sessions where person = $1 returning id")
                    .bind(user.0)
                    .fetch_all(&mut *transaction)
                    .await?;
            let count = ended.len() as u64;
            sessions_ended(&mut transaction, ended, clock::now()).await?;
            Ok(count)
        })
    }

    async fn is_closed(&self) -> Result<bool, StoreError> {
        self.read(async {
            let mut connection = self.readers.acquire().await?;
            invites::is_closed(&mut connection).await
        })
        .await
    }

    async fn set_closed(&self, closed: bool) -> Result<(), StoreError> {
        written!(self, accounts, |transaction| async {
            sqlx::query(
                "insert into settings (name, value) values ('registration', $1)
                 on conflict (name) do update set value = excluded.value",
            )
            .bind(if closed { "closed" } else { "open" })
            .execute(&mut *transaction)
            .await?;
            Ok(())
        })
    }

    async fn invites(&self, at: Millis) -> Result<Vec<Invite>, StoreError> {
        self.read(invites::all(self, at)).await
    }

    async fn invite(&self, terms: &InviteTerms) -> Result<Option<Invite>, StoreError> {
        written!(self, accounts, |transaction| invites::make(
            &mut transaction,
            terms
        ))
    }

    async fn uninvite(&self, id: i64) -> Result<bool, StoreError> {
        written!(self, accounts, |transaction| async {
            let gone = sqlx::query("delete from invites where id = $1")
                .bind(id)
                .execute(&mut *transaction)
                .await?;
            Ok(gone.rows_affected() > 0)
        })
    }
}

/// One attempt at [`Accounts::sign_up`].
async fn sign_up(
    connection: &mut PgConnection,
    user: UserId,
    wanted: &SignUp,
    key: &NameKey,
) -> Result<Result<Device, SignUpError>, StoreError> {
    let name = nickname::composed(wanted.name.as_str());
    let at = wanted.device.at;
    if !matches!(wanted.admission, Admission::Owner(_))
        && let Some(address) = &wanted.device.address
        && exclude::is_held(connection, address, at).await?
    {
        return Ok(Err(SignUpError::KeptOut));
    }
    let role = match wanted.admission {
        Admission::Owner(code) if owner::use_link(connection, code).await? => Role::Owner,
        Admission::Owner(_) => return Ok(Err(SignUpError::InvalidCode)),
        Admission::Granted | Admission::Asked { .. } => Role::Member,
    };
    // Waits for whoever takes or gives up such a name at this moment.
    let taken = sqlx::query(
        "insert into users (id, name, name_key, name_look, name_shape, search, created_at, passphrase, role)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
    )
    .bind(user.0)
    .bind(&name)
    .bind(&key.name)
    .bind(&key.look)
    .bind(&key.shape)
    .bind(nickname::folded(&name))
    .bind(to_sql(at))
    .bind(&wanted.passphrase)
    .bind(role.as_str())
    .execute(&mut *connection)
    .await?;
    if taken.rows_affected() == 0 || former::is_held(connection, key, user, at).await? {
        return Ok(Err(SignUpError::NicknameTaken));
    }
    if !invites::admit(connection, wanted.admission, at).await? {
        return Ok(Err(SignUpError::InviteRequired));
    }
    let session = add_device(connection, user, &wanted.device).await?;
    let rooms: Vec<Uuid> = sqlx::query_scalar(
        "insert into members (person, room, read, seen, joined_at) select $1, id, head, messages, $2 from rooms where lobby
         returning room",
    )
    .bind(user.0)
    .bind(to_sql(at))
    .fetch_all(&mut *connection)
    .await?;
    let person = Person { id: user, name };
    let signed_up = ChangeKind::SignedUp {
        person: person.clone(),
        rooms: rooms.into_iter().map(RoomId).collect(),
    };
    feed::append(connection, &[signed_up], at).await?;
    Ok(Ok(Device {
        session,
        person,
        role,
        device_name: wanted.device.name.clone(),
        has_passphrase: wanted.passphrase.is_some(),
    }))
}

/// One attempt at [`Accounts::sign_in`].
async fn sign_in(
    connection: &mut PgConnection,
    account: &Account,
    device: &NewDevice,
) -> Result<Result<SignedIn, SignInError>, StoreError> {
    // Locked, so that devices are counted before there is one more.
    let row = sqlx::query(
        "select id, name, role, state, excluded_until from users
         where id = $1 and passphrase is not distinct from $2 for no key update",
    )
    .bind(account.user.0)
    .bind(&account.passphrase)
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else {
        return Ok(Err(SignInError::WrongPassphrase));
    };
    let state = word::state(row.try_get("state")?)?;
    if state != AccountState::Active {
        let until: Option<i64> = row.try_get("excluded_until")?;
        if until.is_none_or(|until| from_sql(until) > device.at) {
            return Ok(Err(SignInError::KeptOut(state)));
        }
        // It has ended by itself.
        for query in [
            "update users set state = 'active', excluded_until = null where id = $1",
            "delete from kept_out where person = $1",
        ] {
            sqlx::query(query)
                .bind(account.user.0)
                .execute(&mut *connection)
                .await?;
        }
    }
    let devices: i64 = sqlx::query_scalar("select count(*) from sessions where person = $1")
        .bind(account.user.0)
        .fetch_one(&mut *connection)
        .await?;
    let mut made_room = None;
    if from_sql(devices) >= limit::DEVICES as u64 {
        let idle_since = device.at.saturating_sub(limit::DEVICE_IDLE_DAYS * DAY);
        let idle: Option<SessionId> = sqlx::query_scalar(
            "delete from sessions where id = (
                select id from sessions where person = $1 and last_seen_at < $2 order by last_seen_at, id limit 1
             ) returning id",
        )
        .bind(account.user.0)
        .bind(to_sql(idle_since))
        .fetch_optional(&mut *connection)
        .await?;
        match idle {
            Some(idle) => made_room = Some(idle),
            None => return Ok(Err(SignInError::TooManyDevices)),
        }
    }
    let session = add_device(connection, account.user, device).await?;
    sessions_ended(connection, Vec::from_iter(made_room), device.at).await?;
    Ok(Ok(SignedIn {
        device: Device {
            session,
            person: person::read(&row)?,
            role: word::role(row.try_get("role")?)?,
            device_name: device.name.clone(),
            has_passphrase: account.passphrase.is_some(),
        },
        made_room,
    }))
}

/// Tells the change feed of devices that were signed out.
async fn sessions_ended(
    connection: &mut PgConnection,
    sessions: Vec<SessionId>,
    at: Millis,
) -> Result<(), StoreError> {
    if !sessions.is_empty() {
        let reason = ClosingReason::SignedOut;
        feed::append(connection, &[ChangeKind::SessionsEnded { sessions, reason }], at).await?;
    }
    Ok(())
}

async fn add_device(
    connection: &mut PgConnection,
    user: UserId,
    device: &NewDevice,
) -> Result<SessionId, StoreError> {
    sqlx::query_scalar(
        "insert into sessions (token_hash, person, name, created_at, last_seen_at, address)
         values ($1, $2, $3, $4, $4, $5) returning id",
    )
    .bind(device.token.as_bytes())
    .bind(user.0)
    .bind(without_nul(&device.name))
    .bind(to_sql(device.at))
    .bind(&device.address)
    .fetch_one(connection)
    .await
    .map_err(StoreError::from)
}

fn known_device(row: &PgRow) -> Result<KnownDevice, StoreError> {
    Ok(KnownDevice {
        session: row.try_get("id")?,
        name: row.try_get("name")?,
        created_at: from_sql(row.try_get("created_at")?),
        last_seen_at: from_sql(row.try_get("last_seen_at")?),
    })
}
